"""Bare checkouts of real projects with `setup = "auto"`: does the baseline run, and if not, is what is missing named?

    python benchmarks/setup_auto.py TICKETS --mirror DIR [--repo OWNER/NAME ...] [--only ID ...]

TICKETS is a file of tickets from real history (`repo`, `base`, `commit`, `test_files`, `f2p`), DIR holds the
repositories as `OWNER+NAME/repo`. Each ticket becomes a new repository of one commit: the base with the tests of the
reference commit, nothing else; no environment, no version module, no hint. Then a dry run: set-up, baseline, no model.
`--repo` adds a repository at its newest stored commit. Prints a table in markdown, one line as soon as it is known.

*red as told* counts the tests that the ticket says are red at its base, and how many of them the baseline found so.
Seconds are of one run on a machine that may have other work; every environment is made anew, with nothing cached.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIMIT = 900.0  # seconds for one row
_AT = re.compile(r"^ *([\d.]+)s  (.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Row:
    """One checkout: where it comes from, the tests laid over it, and those that are red at its base."""

    name: str
    repo: str
    base: str
    overlay: Mapping[str, str]
    red: tuple[str, ...]


def git_dir(mirror: Path, repo: str) -> Path:
    place = mirror / repo.replace("/", "+") / "repo"
    return place / ".git" if (place / ".git").exists() else place


def rows(options: argparse.Namespace) -> Iterator[Row]:
    for line in options.tickets.read_text().splitlines():
        ticket = json.loads(line)
        if not options.only or ticket["id"] in options.only:
            overlay = dict.fromkeys(ticket["test_files"], ticket["commit"])
            yield Row(ticket["id"], ticket["repo"], ticket["base"], overlay, tuple(ticket["f2p"]))
    for repo in options.repo:
        yield Row(repo, repo, "HEAD", {}, ())


def check_out(row: Row, mirror: Path, tree: Path) -> None:
    """The row's files as the one commit of a new repository."""
    store = f"--git-dir={git_dir(mirror, row.repo)}"
    archive = subprocess.run(["git", store, "archive", row.base], capture_output=True, check=True).stdout
    tree.mkdir(parents=True)
    subprocess.run(["tar", "-x", "-C", str(tree)], input=archive, check=True)
    for path, commit in row.overlay.items():
        shown = subprocess.run(["git", store, "cat-file", "blob", f"{commit}:{path}"], capture_output=True, check=False)
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        if shown.returncode:
            (tree / path).unlink(missing_ok=True)
        else:
            (tree / path).write_bytes(shown.stdout)
    own = ["git", "-C", str(tree), "-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    for words in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-q", "-m", "base"]):
        subprocess.run([*own, *words], check=True, stdout=subprocess.DEVNULL)


def dry_run(tree: Path, home: Path) -> tuple[dict[str, Any], str]:
    """The result document of a dry run, and what it said meanwhile."""
    result = home / "result.json"
    home.mkdir(parents=True)
    ours = [sys.executable, "-m", "pareback.orchestrator.cli"]
    asked = ["run", "make the red tests green", "--repo", str(tree), "--setup", "auto", "--dry-run"]
    options = ["--budget", "12", "--max-seconds", str(LIMIT), "--result", str(result)]
    environ = {**os.environ, "PAREBACK_HOME": str(home), "PAREBACK_MODEL": "embedded"}
    command = [*ours, *asked, *options]
    said = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=LIMIT * 2, check=False)
    document = json.loads(result.read_text()) if result.exists() else {"ending": "none", "message": said.stderr[-300:]}
    return document, said.stderr


def found_red(home: Path) -> set[str]:
    """The ids of tests, and the files, that both baseline runs found red."""
    reds: list[set[str]] = []
    newest = sorted(home.glob("cache/baselines/*/reports.json"), key=lambda path: path.stat().st_mtime)
    for report in json.loads(newest[-1].read_text())["reports"][:2] if newest else []:
        tests = {each["id"] for each in report["results"] if each["outcome"] in ("failed", "error", "timeout")}
        reds.append(tests | {error["path"] for error in report["errors"]})
    return set.intersection(*reds) if reds else set()


def line(row: Row, tree: Path, home: Path) -> tuple[str, bool]:
    """The table's line, and whether the baseline ran."""
    started = time.monotonic()
    document, said = dry_run(tree, home)
    seconds = time.monotonic() - started
    ran = document.get("reason") in ("dry_run", "no_red_test", "tests_pass")
    times = {text: float(at) for at, text in _AT.findall(said)}
    made = next((at for text, at in times.items() if text.startswith("tests run with")), None)
    found = found_red(home)
    told = sum(1 for test in row.red if test in found or test.partition("::")[0] in found)
    sources = [text.removeprefix("set-up: ") for text in times if text.startswith("set-up: ")][1:]
    once_more = [text for text in times if re.search(r"suite lacks|left out|own build failed|cannot be added", text)]
    ending = "baseline runs" if ran else f"{document['ending']} ({document.get('reason')})"
    baseline = next((text.removeprefix("baseline: ") for text in reversed(times) if text.startswith("baseline: ")), "")
    notes = "; ".join([*dict.fromkeys(once_more), *([] if ran else [first_line(document)])])
    packages = {path.name for path in home.glob("cache/environments/*/venv/lib/python3*/site-packages/*.dist-info")}
    cells = [
        row.name,
        ending,
        baseline,
        f"{told} of {len(row.red)}" if row.red else "",
        f"{made:.0f}" if made is not None else "",
        f"{seconds:.0f}",
        str(len(packages)),
        "; ".join(dict.fromkeys(sources)),
        notes,
    ]
    return f"| {' | '.join(cell.replace('|', '/').replace(chr(10), ' ') for cell in cells)} |", ran


def first_line(document: Mapping[str, Any]) -> str:
    return (document.get("message") or "").splitlines()[0][:240] if document.get("message") else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tickets", type=Path)
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--repo", action="append", default=[])
    parser.add_argument("--only", action="append", default=[])
    options = parser.parse_args()
    heads = ["ticket", "ending", "baseline", "red as told", "s to set up", "s in all", "packages", "from", "notes"]
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}", flush=True)
    ran = count = 0
    for row in rows(options):
        with tempfile.TemporaryDirectory(prefix="setup-auto-") as scratch:
            tree, home = Path(scratch) / "tree", Path(scratch) / "home"
            check_out(row, options.mirror, tree)
            said, is_green = line(row, tree, home)
            shutil.rmtree(home, ignore_errors=True)
        print(said, flush=True)
        ran, count = ran + is_green, count + 1
    print(f"\n{ran} of {count} baselines ran.")


if __name__ == "__main__":
    main()
