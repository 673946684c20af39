"""Real tickets with the project's own linter and formatter: does a delivered patch bring a finding that was not there?

    python benchmarks/lint.py TICKETS MIRROR ENVIRONMENTS LINTERS [--only ID …]

TICKETS is a file of solved tickets as `bench tickets` reads it, MIRROR holds OWNER+NAME/repo, ENVIRONMENTS holds
OWNER+NAME/bin/python with what that project's tests need, LINTERS is the `bin` folder of an environment with ruff,
black, flake8 and the plugins that a project names. The model is scripted: it offers the human's own patch with one line
that linters refuse, and then takes the line out. The commands are those that the project declares; one that declares
none is left out. Whether a finding is new is counted here anew, by the tool's own codes in the delivered files.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from difflib import unified_diff
from pathlib import Path
from typing import Any

from pareback.orchestrator.benches import tickets
from pareback.orchestrator.benches.tickets import Solved

DECLARED: Mapping[str, tuple[str, str]] = {
    "jd/tenacity": ("ruff check", "ruff format"),
    "lepture/mistune": ("ruff check", ""),
    "tkem/cachetools": ("flake8", "black -q"),
    "Python-Markdown/markdown": ("flake8", ""),
    "python-validators/validators": ("ruff check", "black -q"),
}
"""Linter and formatter as each project's own files name them."""

DIRT = "left_over = lambda: None"
"""E731, which every one of the configurations refuses."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tickets", type=Path)
    parser.add_argument("mirror", type=Path)
    parser.add_argument("environments", type=Path)
    parser.add_argument("linters", type=Path)
    parser.add_argument("--only", action="append", default=[])
    options: Any = parser.parse_args()
    print("| ticket | linter | ending | rounds | told | new in the human's patch | new in the delivered one |")
    print("|---|---|---|--:|---|--:|--:|")
    for task in tickets.tasks(options.tickets, options.mirror, options.only):
        if task.origin.name in DECLARED:
            with tempfile.TemporaryDirectory(prefix="lint-") as scratch:
                print(row(task, options, Path(scratch)), flush=True)


def row(task: Solved, options: Any, scratch: Path) -> str:
    """One ticket: run, and looked at again by the linter itself."""
    start = task.lay_out(scratch)
    lint, fmt = (f"{options.linters}/{words}" if words else "" for words in DECLARED[task.origin.name])
    read = {path: task.origin.read(task.given.commit, path) for path in task.src_files if path.endswith(".py")}
    reference = {path: raw for path, raw in read.items() if raw is not None}
    script = scratch / "script.json"
    script.write_text(json.dumps({"replies": replies(start.repository, str(start.base), reference)}), encoding="utf-8")
    python = options.environments / task.origin.name.replace("/", "+") / "bin" / "python"
    words = ["--base", str(start.base), "--model", f"scripted:{script}", "--candidates", "1", "--budget", "1000"]
    words += ["--python", str(python), "--lint-cmd", lint, *(["--format-cmd", fmt] if fmt else [])]
    result = run(task, start.repository, words, scratch)
    human = new(start.repository, lint, str(start.base), reference)
    delivered = patched(start.repository, str(start.base), result["patch"], reference) if result["patch"] else {}
    ours = new(start.repository, lint, str(start.base), delivered) if delivered else None
    told = sorted({word for line in result["told"] for word in re.findall(r"\b[A-Z]+\d+\b", line)})
    counts = [sum(each.values()) if each is not None else "-" for each in (human, ours)]
    cells = (task.id, Path(lint).name, result["ending"], result["rounds"], " ".join(told) or "nothing", *counts)
    return f"| {' | '.join(map(str, cells))} |"


def replies(repository: Path, base: str, reference: Mapping[str, bytes]) -> list[str]:
    """The human's patch with a line too much in its first file, then that file as it should be."""
    first, *_ = reference
    clean = {path: raw.decode() for path, raw in reference.items()}
    dirty = {**clean, first: f"{clean[first].rstrip()}\n\n\n{DIRT}\n"}
    last = [each for each in clean[first].splitlines() if each.strip()][-1]
    mend = f"{first}\n<<<<<<< SEARCH\n{last}\n\n\n{DIRT}\n=======\n{last}\n>>>>>>> REPLACE\n"
    present = git(repository, "ls-tree", "-r", "--name-only", base).decode().splitlines()
    before = {path: git(repository, "show", f"{base}:{path}").decode() for path in dirty if path in present}
    return ["\n".join(diff(path, before.get(path), text) for path, text in dirty.items()), mend]


def diff(path: str, before: str | None, after: str) -> str:
    """A unified diff as models write it."""
    old = "/dev/null" if before is None else f"a/{path}"
    lines = unified_diff((before or "").splitlines(), after.splitlines(), old, f"b/{path}", lineterm="")
    return "\n".join(["```diff", *lines, "```", ""])


def run(task: Solved, repository: Path, words: Sequence[str], scratch: Path) -> dict[str, Any]:
    """The result of `pareback run`, with what the model was told about its replies."""
    tests = [word for test in task.tests for word in ("--tests", test)]
    command = [sys.executable, "-m", "pareback.orchestrator.cli", "run", task.text, "--json", "--repo", str(repository)]
    environ = {**os.environ, "PAREBACK_HOME": str(scratch / "home")}
    done = subprocess.run([*command, *tests, *words], env=environ, capture_output=True, text=True, check=False)
    result: dict[str, Any] = json.loads(done.stdout)
    shown = subprocess.run(
        [*command[:3], "show", result["run"]], env=environ, capture_output=True, text=True, check=False
    )
    return {**result, "told": [line for line in shown.stdout.splitlines() if "finds nothing new" in line]}


def git(repository: Path, *words: str) -> bytes:
    """What git says."""
    return subprocess.run(["git", *words], cwd=repository, capture_output=True, check=True).stdout


def patched(repository: Path, base: str, patch: str, paths: Collection[str]) -> dict[str, bytes]:
    """The files as the patch leaves them."""
    with tempfile.TemporaryDirectory(prefix="patched-") as place:
        git(repository, "worktree", "add", "-q", "--detach", place, base)
        git(Path(place), "apply", str(Path(patch).absolute()))
        found = {path: (Path(place) / path).read_bytes() for path in paths}
        git(repository, "worktree", "remove", "--force", place)
    return found


def new(repository: Path, lint: str, base: str, files: Mapping[str, bytes]) -> Counter[tuple[str, str]]:
    """Findings by path and code that the files have and the base has not, as the linter itself counts them."""
    with tempfile.TemporaryDirectory(prefix="linted-") as place:
        git(repository, "worktree", "add", "-q", "--detach", place, base)
        before = said(lint, place, files)
        for path, raw in files.items():
            (Path(place) / path).write_bytes(raw)
        after = said(lint, place, files)
        git(repository, "worktree", "remove", "--force", place)
    return after - before


def said(lint: str, place: str, files: Mapping[str, bytes]) -> Counter[tuple[str, str]]:
    present = [path for path in files if (Path(place) / path).exists()]
    environ = {**os.environ, "RUFF_OUTPUT_FORMAT": "concise", "RUFF_NO_CACHE": "true"}
    done = subprocess.run(
        [*lint.split(), *present], cwd=place, env=environ, capture_output=True, text=True, check=False
    )
    return Counter(re.findall(r"^(?:\./)?([^:\n]+):\d+:\d+: ([A-Z]+\d+)", done.stdout, re.MULTILINE))


if __name__ == "__main__":
    main()
