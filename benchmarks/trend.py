"""What the trend of a branch costs: the first look at the last commits of real projects, commit by commit, and the
second. The stand before the first commit, which the steps lead back to, is held against that commit priced whole.

    python benchmarks/trend.py MIRROR COMMITS NAME... > benchmarks/results/trend.md

MIRROR holds bare repositories as `owner+name/repo`; NAME is `owner/name`.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import TypeVar

from real import Opened, opened

from pareback.gates.facts import FileFacts
from pareback.gates.index.source import Source
from pareback.gates.index.store import Store
from pareback.gates.points import TABLE
from pareback.gates.survey.standing import Standing, standing
from pareback.gates.survey.whole import whole
from pareback.orchestrator.survey.trend import Trend, trend

T = TypeVar("T")

HEAD = """# The trend of a branch: what a commit costs

`python benchmarks/trend.py MIRROR {commits} {names}`

Table {table}. The last {commits} commits along first parents of each project; none is left out. Seconds are those of
the processor, in one process.

- *whole*: the newest commit priced from nothing, as every survey does once
- *first look*: that commit again, from facts that are kept, and all steps back from it, nothing known of older files
- *a commit*: the first look by commits; *files*: priced files that a commit changed, on the mean
- *again*: the second look, from what the first has kept
- *off*: the most that any signal or folder differs, in points, between where the steps lead back to and the oldest
  commit priced whole; less than 10^-9 is 0
- *charged*, *paid*: commits that added, or took away, 0.05 points and more; *from*, *to*: points at either end

| project | commit | lines | whole, s | first look, s | a commit, ms | files | again, ms | off | charged | paid | \
from | to |
|---|---|---|---|---|---|---|---|---|---|---|---|---|"""


@dataclass(frozen=True, slots=True)
class Timed:
    """One project: the trend, what it took in seconds, and how far it is off."""

    name: str
    found: Trend
    lines: int
    whole: float
    first: float
    again: float
    files: float
    off: float


def main(mirror: Path, commits: int, names: list[str]) -> None:
    """Print the table."""
    print(HEAD.format(commits=commits, names=" ".join(names), table=TABLE))
    timed = []
    for name in names:
        with opened(mirror, name) as at, tempfile.TemporaryDirectory() as folder:
            timed.append(looked(name, at, Path(folder) / "facts.db", commits))
        print(_row(timed[-1]), flush=True)
    ways = [each.first / len(each.found.steps) for each in timed if each.found.steps]
    print(f"\nA commit costs {1000 * median(ways):.0f} ms of processor time in the middle project.")


def looked(name: str, at: Opened, store: Path, commits: int) -> Timed:
    """One project, looked at twice."""
    source = Source(at.repository.read, Store(store))
    whole_took, lines = _clocked(lambda: _lines(at.tree, source))
    first_took, found = _clocked(lambda: trend(at.repository, source, start=at.head, limit=commits))
    source.store.close()
    source = Source(at.repository.read, Store(store))
    again_took, again = _clocked(lambda: trend(at.repository, source, start=at.head, limit=commits))
    if again != found:
        raise SystemExit(f"{name!r} is told otherwise at the second look")
    sides = [at.repository.differing(step.commit.parent, step.commit.id) for step in found.steps]
    changed = mean(sum(map(source.prices, {*before, *after})) for before, after in sides)
    oldest = at.repository.files(found.steps[0].commit.parent)
    off = _off(found.stands[0], standing(whole(_facts(oldest, source))))
    source.store.close()
    return Timed(name, found, lines, whole_took, first_took, again_took, changed, off)


def _clocked(make: Callable[[], T]) -> tuple[float, T]:
    started = time.process_time()
    made = make()
    return time.process_time() - started, made


def _facts(tree: Mapping[str, str], source: Source) -> dict[str, FileFacts]:
    return {path: source.facts(path, blob) for path, blob in tree.items() if source.prices(path)}


def _lines(tree: Mapping[str, str], source: Source) -> int:
    """The lines of a tree that is priced whole."""
    return sum(facts.lines for facts in whole(_facts(tree, source)).files.values())


def _off(one: Standing, other: Standing) -> float:
    left = one.less(other)
    return max(map(abs, [*left.signals.values(), *left.folders.values()]), default=0.0)


def _row(each: Timed) -> str:
    steps = each.found.steps
    charged = sum(step.added.points >= 0.05 for step in steps)
    paid = sum(step.added.points <= -0.05 for step in steps)
    stands = each.found.stands
    per = 1000 * each.first / len(steps)
    return (
        f"| {each.name} | {each.found.head[:10]} | {each.lines:,} | {each.whole:.1f} | {each.first:.1f} | {per:.0f} "
        f"| {each.files:.1f} | {1000 * each.again:.0f} | {each.off:g} | {charged} | {paid} "
        f"| {stands[0].points:.1f} | {stands[-1].points:.1f} |"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
