"""Whole suites of real projects, run every way there is: do they all say the same, test by test, and what do they cost?

    python benchmarks/suites.py TREE=PYTHON[=ROOTS] ... [--sandbox none,strict] [--runs 3]

TREE is a folder with a project's files, PYTHON an interpreter with pytest and what the project needs, ROOTS where its
modules lie (`src,.`). Each is committed to a new repository and run in slots, as a candidate would be. Plain is
`python -m pytest` as a person would type it, with bytecode, and going on where a file cannot be collected. Every other
way is compared with it, node by node: what each test said, and which tests there were. Prints a table in markdown, and
every difference. Seconds are medians; the first warm run is apart, because it starts the server and has no bytecode.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pareback.workspaces import environment
from pareback.workspaces.projection import Slots, open_slots
from pareback.workspaces.repository import open_repository
from pareback.workspaces.runners import pytest_cold, pytest_warm
from pareback.workspaces.sandbox import Wrap
from pareback.workspaces.sandboxes import none, strict
from pareback.workspaces.suite import Report, Selection, Server

DEADLINE = 900.0  # seconds for one suite
LIMIT = 120.0  # seconds for one test
_GO_ON = "--continue-on-collection-errors"
TELL = """
import json, os
said = {}
def pytest_runtest_logreport(report):
    kind = report.outcome if report.when == "call" or report.outcome != "passed" else None
    if kind and hasattr(report, "wasxfail"):
        kind = "xfailed" if report.skipped else "xpassed"
    if kind == "failed" and report.when != "call":
        kind = "error"
    if kind and said.get(report.nodeid) not in ("failed", "error"):
        said[report.nodeid] = kind
def pytest_sessionfinish():
    with open(os.environ["TELL_INTO"], "w") as file:
        json.dump(said, file)
"""


@dataclass(frozen=True, slots=True)
class Project:
    """What is run, and with which interpreter."""

    tree: Path
    python: Path
    roots: tuple[str, ...]


@dataclass(slots=True)
class Row:
    """One line of the table."""

    project: str
    tests: int
    seconds: dict[str, float] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)


def main() -> None:
    options = _options()
    levels = options.sandbox.split(",")
    ways = ["plain", *(f"{way} {level}" for level in levels for way in ("cold", "warm, first", "warm"))]
    print(f"<!-- {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {options.runs} runs each -->")
    print("| project | tests |", " | ".join(ways), "| differences |")
    print("|---|---|" + "---|" * (len(ways) + 1))
    for words in options.projects:
        row = _measured(_project(words), levels, options.runs)
        figures = " | ".join(f"{row.seconds[way]:.2f}" for way in ways)
        print(f"| {row.project} | {row.tests} | {figures} | {len(row.differences)} |", flush=True)
        for difference in row.differences:
            print(f"  {difference}", file=sys.stderr)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("projects", nargs="+", metavar="TREE=PYTHON[=ROOTS]")
    parser.add_argument("--sandbox", default="none,strict")
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


def _project(words: str) -> Project:
    tree, python, *roots = words.split("=")
    configured = tuple(roots[0].split(",")) if roots else ()
    place = Path(tree).resolve()
    return Project(place, Path(python).absolute(), environment.import_roots(place, configured))


def _measured(project: Project, levels: list[str], runs: int) -> Row:
    with tempfile.TemporaryDirectory(prefix="suites-") as folder:
        place = Path(folder)
        place.chmod(0o755)  # a sandbox runs as somebody else
        with _slots(project, place) as (slots, commit):
            plain, seconds = _plain(project, slots, commit, place, runs)
            row = Row(project.tree.name, len(plain), {"plain": seconds})
            for level in levels:
                _compare(row, project, (slots, commit), (place, level, runs), plain)
            return row


@contextmanager
def _slots(project: Project, place: Path) -> Iterator[tuple[Slots, str]]:
    root = place / "repository"
    subprocess.run(["cp", "-a", f"{project.tree}/.", root], check=True)
    who = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"]
    for words in (["init", "-q"], ["add", "-A", "-f"], ["commit", "-q", "-m", "all"]):
        subprocess.run(["git", *who, *words], cwd=root, check=True)
    with open_repository(root, shadow=place / "shadow") as repository:
        commit = repository.freeze(date=0)
        with open_slots(repository, commit, cache=place / "cache", folder=place / "slots") as slots:
            yield slots, commit


def _plain(project: Project, slots: Slots, commit: str, place: Path, runs: int) -> tuple[Mapping[str, str], float]:
    """What a person would see and wait for, in a copy of its own."""
    slot = slots.slot(99)
    slot.show(commit)
    (place / "tell.py").write_text(TELL)
    path = [*(str(slot.path / root) for root in project.roots), str(place)]
    variables = {**_variables(project, place), "TELL_INTO": str(place / "told.json"), "PYTHONPATH": ":".join(path)}
    del variables["PYTHONDONTWRITEBYTECODE"]
    command = [project.python, "-m", "pytest", "-q", "-p", "tell", "-p", "no:cacheprovider", _GO_ON]

    def once() -> None:
        subprocess.run(command, cwd=slot.path, env=variables, stdout=subprocess.DEVNULL, check=False)

    once()
    seconds = [_timed(once) for _ in range(runs)]
    told: dict[str, str] = json.loads((place / "told.json").read_text())
    return told, statistics.median(seconds)


def _variables(project: Project, place: Path) -> dict[str, str]:
    home = place / "home"
    home.mkdir(exist_ok=True, mode=0o777)
    return environment.for_target(project.python, home=home, environ={"PATH": os.environ["PATH"]})


def _compare(
    row: Row, project: Project, shown: tuple[Slots, str], how: tuple[Path, str, int], plain: Mapping[str, str]
) -> None:
    """Cold and warm at one level of sandbox, each compared with plain."""
    place, level, runs = how
    slots, commit = shown
    wrap = _wrap(level, place)
    roots, variables = project.roots, _variables(project, place)
    reports: dict[str, list[Report]] = {}
    for way, part in (("cold", pytest_cold), ("warm", pytest_warm)):
        server = part.build().open(wrap=wrap, interpreter=project.python, roots=roots, environment=variables)
        with closing(server):
            reports[way] = [_run(server, slots, commit, keep=number == 0) for number in range(runs + 1)]
            if server.note:
                row.differences.append(f"{level} {way}: note: {server.note}")
    row.seconds[f"cold {level}"] = statistics.median(report.seconds for report in reports["cold"][1:])
    row.seconds[f"warm, first {level}"] = reports["warm"][0].seconds
    row.seconds[f"warm {level}"] = statistics.median(report.seconds for report in reports["warm"][1:])
    for way, found in reports.items():
        for number, report in enumerate(found):
            row.differences += _differences(plain, report, f"{row.project}: {way} {level} run {number}")


def _wrap(level: str, place: Path) -> Wrap:
    return strict.build(slots=place / "slots").wrap if level == "strict" else none.build().wrap


def _run(server: Server, slots: Slots, commit: str, *, keep: bool) -> Report:
    slot = slots.slot(0)
    slot.show(commit)
    selection = Selection(limit=LIMIT, keep=keep)
    report = server.run(slot.path, selection, deadline=DEADLINE, on_result=lambda _: True)
    if keep:
        slot.keep_bytecode()
    return report


def _differences(plain: Mapping[str, str], report: Report, where: str) -> list[str]:
    said = {result.id: result.outcome for result in report.results}
    found = [f"{where}: {report.work}: {report.reason}"] if report.work != "ran" else []
    files = {name.partition("::")[0] for name in plain}
    found += [f"{where}: {error.path}: {error.message[:200]}" for error in report.errors if error.path in files]
    names = [*plain, *(name for name in said if name not in plain)]
    return found + [
        f"{where}: {name}: plain {plain.get(name)}, here {said.get(name)}"
        for name in names
        if plain.get(name) != said.get(name)
    ]


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
