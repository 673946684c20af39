"""Is the gate rare for good humans? The merged changes of maintained projects, judged as a patch would be.

    python benchmarks/history.py --last 150 --cache FOLDER REPOSITORY...
    python benchmarks/history.py --tickets tickets.jsonl --mirror MIRROR --cache FOLDER

The first judges the last merged changes of each repository (a checkout or a bare one) that touch priced code; the
second the reference patches of tickets, whose repositories lie under MIRROR as owner+name/repo. Prints markdown. What
was judged is kept in the cache folder; delete it after a change of the gate that no version tells.
"""

import argparse
import json
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pareback.gates.budget import Evidence, learn
from pareback.gates.delta import fits
from pareback.gates.index.source import Source
from pareback.gates.index.store import Store
from pareback.gates.judge import Terms, judge
from pareback.gates.past import test_lines
from pareback.gates.points import BUDGETS, TABLE
from pareback.orchestrator.history import Change, replay
from pareback.workspaces.repository import Repository, open_repository

KINDS = ("fix", "feature", "refactor", "other")
LISTED = 10


@contextmanager
def opened(place: Path, cache: Path) -> Iterator[tuple[Repository, Source]]:
    """A repository without a work tree to touch, and where the gate reads it."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "-q", "--shared", "--no-checkout", str(place), str(clone)], check=True)
        with open_repository(clone, shadow=Path(folder) / "shadow") as repository:
            cache.mkdir(parents=True, exist_ok=True)
            source = Source(repository.read, Store(cache / f"{name(place).replace('/', '+')}.db"))
            yield repository, source
            source.store.close()


def name(place: Path) -> str:
    """owner/name of a mirror folder, else the folder's name."""
    return (place.parent.name if place.name == "repo" else place.name).replace("+", "/")


def study(places: Sequence[Path], last: int, cache: Path) -> None:
    found: dict[str, list[Change]] = {}
    for place in places:
        with opened(place, cache) as (repository, source):
            assert repository.head is not None
            found[f"{name(place)} at {repository.head[:10]}"] = replay(
                repository, source, start=repository.head, limit=last
            )
    everything = [change for changes in found.values() for change in changes]
    rules = sorted({broken.rule for change in everything for broken in change.replayed.broken})
    print(f"Prices: {TABLE}. {len(everything)} merged changes of {len(found)} projects.\n")
    by_kind(everything, rules)
    by_project(found)
    for rule in rules:
        listed(rule, found)


def of_kind(changes: Sequence[Change], kind: str) -> list[Change]:
    return [change for change in changes if kind in {change.kind, "all"}]


def by_kind(changes: Sequence[Change], rules: Sequence[str]) -> None:
    print(row("kind", "changes", "refused", *rules))
    print(row("---", *["--:"] * (len(rules) + 2)))
    for kind in (*KINDS, "all"):
        some = of_kind(changes, kind)
        broken = [{found.rule for found in change.replayed.broken} for change in some]
        counts = Counter(rule for each in broken for rule in each)
        print(row(kind, len(some), share(sum(map(bool, broken)), some), *(share(counts[rule], some) for rule in rules)))
    print()
    print(row("over budget", "auto", *BUDGETS, "delta p50", "p75", "p90"))
    print(row("---", *["--:"] * (len(BUDGETS) + 4)))
    for kind in (*KINDS, "all"):
        some = of_kind(changes, kind)
        over = [sum(not fits(change.replayed.charged, change.auto.points) for change in some)]
        over += [sum(not fits(change.replayed.charged, points) for change in some) for points in BUDGETS.values()]
        print(row(kind, *(share(count, some) for count in over), *quantiles(some)))
    print()


def quantiles(changes: Sequence[Change]) -> list[str]:
    """Of the changes that add anything."""
    added = sorted(change.replayed.delta for change in changes if change.replayed.delta > 0)
    return [f"{added[int(part * len(added))]:.1f}" if added else "" for part in (0.5, 0.75, 0.9)]


def by_project(found: dict[str, list[Change]]) -> None:
    print(row("project", "changes", "fixes", "fixes refused", "refused", "charged more than delta", "last auto"))
    print(row("---", *["--:"] * 6))
    for project, changes in found.items():
        fixes = [change for change in changes if change.kind == "fix"]
        refused, part = (sum(bool(change.replayed.broken) for change in some) for some in (changes, fixes))
        dearer = sum(change.replayed.charged > change.replayed.delta + 0.05 for change in changes)
        auto = f"{changes[0].auto.points:g}" if changes else ""
        print(row(project, len(changes), len(fixes), part, refused, dearer, auto))
    print()


def listed(rule: str, found: dict[str, list[Change]]) -> None:
    """Refused changes of one rule, dealt out over the projects, fixes first."""
    broken = [
        (change.kind != "fix", at, project, change)
        for project, changes in found.items()
        for at, change in enumerate(
            change for change in changes if rule in {each.rule for each in change.replayed.broken}
        )
    ]
    print(f"### {rule}: {len(broken)} changes\n")
    for *_, project, change in sorted(broken, key=lambda each: each[:3])[:LISTED]:
        first = next(each for each in change.replayed.broken if each.rule == rule)
        where = f"{project.partition(' ')[0]} {change.commit.id[:10]}"
        print(f"- {where}, {change.kind}: {change.commit.subject}\n  {first.path}:{first.line}: {first.message}")
    print()


def tickets(file: Path, mirror: Path, cache: Path) -> None:
    """The reference patches: what each costs, and what would have refused it."""
    print(row("ticket", "size", "delta", "charged", "auto", "within auto", "hard"))
    print(row("---", "---", *["--:"] * 4, "---"))
    for ticket in map(json.loads, file.read_text().splitlines()):
        with opened(mirror / ticket["repo"].replace("/", "+") / "repo", cache) as (repository, source):
            base, head = (repository.files(ticket[side]) for side in ("base", "commit"))
            budget = learn(Evidence(test_lines=test_lines(base, head, source)))
            verdict = judge(base, head, source=source, terms=Terms(budget))
            hard = "; ".join(found.id for found in verdict.hard)
            fit = "yes" if fits(verdict.charged, budget.points) else "no"
            print(row(ticket["id"], ticket["size"], verdict.delta, verdict.charged, budget.points, fit, hard))


def share(part: int, whole: Sequence[object]) -> str:
    return f"{part / len(whole):.1%} ({part})" if whole else ""


def row(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repositories", nargs="*", type=Path)
    parser.add_argument("--last", type=int, default=150)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--tickets", type=Path)
    parser.add_argument("--mirror", type=Path)
    words = parser.parse_args()
    if words.tickets:
        tickets(words.tickets, words.mirror, words.cache)
    else:
        study(words.repositories, words.last, words.cache)


if __name__ == "__main__":
    main()
