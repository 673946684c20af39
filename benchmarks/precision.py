"""Findings to be judged by reading: a sample of what one signal over the tree charges in real repositories.

    python benchmarks/precision.py nils 30 --seed 1 CHECKOUT...

Prints the sampled findings as they would be told, each with the source of its places. Whoever reads them writes down
whether the advice is one to accept; the tables are in `results/precision_*.md`.
"""

import argparse
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from pareback.gates.facts import FileFacts
from pareback.gates.languages import python
from pareback.gates.owners import declarations
from pareback.gates.points import HALF_CHECK, PLACES
from pareback.gates.view import plain
from pareback.gates.wide import Load, Posting, Told, View, WideSignal
from pareback.gates.zones import zone

MAKERS = {"made", "answers"}
"""Places that do not ask: what is asked for comes from there."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding in a tree."""

    root: Path
    load: Load
    told: Told


def facts(root: Path) -> Mapping[str, FileFacts]:
    """What the priced files of a checkout say."""
    front = python.build()
    paths = (path for path in sorted(root.rglob("*.py")) if path.is_file())
    named = ((path.relative_to(root).as_posix(), path) for path in paths)
    read = ((name, front.extract(path.read_bytes())) for name, path in named if zone(name) is None)
    return {name: found for name, found in read if not found.problems and not found.generated}


def findings(part: WideSignal, root: Path) -> Iterator[Found]:
    """Everything in a checkout that presses: more than `PLACES` units ask, half ones half."""
    files = facts(root)
    filings = (declarations, part.entries)
    view: View = plain(files, filings)
    keys = {entry.key for found in files.values() for filing in filings for entry in filing(found)}
    for load in part.loads(sorted(keys), view):
        told = part.explain(load, None, view) if _weight(load) > PLACES else None
        if told is not None:
            yield Found(root, load, told)


def _weight(load: Load) -> float:
    weights: dict[tuple[str, str], float] = {}
    for site in load.sites:
        if site.detail[0] not in MAKERS:
            weight = HALF_CHECK if "half" in site.detail else 1.0
            weights[site.path, site.unit] = max(weight, weights.get((site.path, site.unit), 0.0))
    return sum(weights.values())


def shown(found: Found, around: int) -> str:
    """A finding with the source of its places."""
    places = [found.told.at, *found.told.others]
    heading = f"{found.root.name}  {found.load.subject}  {found.load.points:g} points\n{found.told.message}"
    saves = "" if found.told.saves is None else f"  SAVES {found.told.saves:g}"
    return "\n".join([heading, f"DO {found.told.do}{saves}", *(_source(found.root, place, around) for place in places)])


def _source(root: Path, place: Posting, around: int) -> str:
    lines = (root / place.path).read_text(encoding="utf-8", errors="replace").splitlines()
    start, end = max(place.line - 1 - around, 0), place.line + around
    text = "\n".join(f"    {number:5} {line}" for number, line in enumerate(lines[start:end], start=start + 1))
    return f"  {place.path}:{place.line} {place.unit} {' '.join(place.detail)}\n{text}"


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("signal", help="file name under gates/signals/")
    reader.add_argument("count", type=int, help="findings to sample")
    reader.add_argument("roots", type=Path, nargs="+")
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--around", type=int, default=1, help="lines shown before and after each place")
    given = reader.parse_args()
    part: WideSignal = import_module(f"pareback.gates.signals.{given.signal}").build()
    per_root = {root: list(findings(part, root)) for root in given.roots}
    every = [found for each in per_root.values() for found in each]
    print("\n".join(f"{root.name}: {len(each)}" for root, each in per_root.items()), f"\nall: {len(every)}\n")
    chosen = random.Random(given.seed).sample(every, min(given.count, len(every)))
    for number, found in enumerate(chosen, start=1):
        print(f"--- {number} --- {shown(found, given.around)}\n")


if __name__ == "__main__":
    main()
