"""Who carries the points: every unit and file, its own and its share of what things of the whole tree cost.

What several places cost together is shared among them evenly, so the shares add up to the tree.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import fsum

from pareback.gates.points import DECIMALS
from pareback.gates.scores import Scores
from pareback.gates.survey.whole import Whole
from pareback.gates.wide import Load


@dataclass(frozen=True, slots=True)
class Hotspot:
    """A unit with its points, in all and by signal."""

    path: str
    line: int
    unit: str
    points: float
    signals: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Sized:
    """A file with its lines and points."""

    path: str
    lines: int
    points: float


Share = tuple[str, str, str, float]
"""Path, unit, signal, points."""


def shares(tree: Whole) -> Iterator[Share]:
    """Every point of the tree, by who carries it."""
    yield from carried(tree.scores)
    for name, loads in tree.loads.items():
        for load in loads:
            yield from shared(name, load)


def carried(scores: Mapping[str, Scores]) -> Iterator[Share]:
    """What the units of files carry by themselves, from the scores of the files by path."""
    for path, found in scores.items():
        for name, charges in found.charges.items():
            yield from ((path, charge.unit, name, charge.points) for charge in charges)


def shared(signal: str, load: Load) -> Iterator[Share]:
    """What each place of a load carries of it."""
    for site in load.sites if load.points else ():
        yield site.path, site.unit, signal, load.points / len(load.sites)


def hotspots(tree: Whole, most: int) -> tuple[Hotspot, ...]:
    """The units that carry most points."""
    borne: dict[tuple[str, str], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for path, unit, signal, points in shares(tree):
        borne[path, unit][signal].append(points)
    parts = {place: _sums(signals) for place, signals in borne.items()}
    first = sorted(parts, key=lambda place: (-fsum(parts[place].values()), place))[:most]
    return tuple(_hotspot(place, parts[place], tree) for place in first)


def _hotspot(place: tuple[str, str], parts: Mapping[str, float], tree: Whole) -> Hotspot:
    line = next((unit.line for unit in tree.files[place[0]].units if unit.qualname == place[1]), 1)
    return Hotspot(place[0], line, place[1], round(fsum(parts.values()), DECIMALS), parts)


def sizes(tree: Whole) -> tuple[Sized, ...]:
    """Every file of the tree, those with most points first."""
    borne: dict[str, list[float]] = defaultdict(list)
    for path, _, _, points in shares(tree):
        borne[path].append(points)
    found = (Sized(path, facts.lines, round(fsum(borne[path]), DECIMALS)) for path, facts in tree.files.items())
    return tuple(sorted(found, key=lambda file: (-file.points, file.path)))


def totals(tree: Whole) -> dict[str, float]:
    """The points of the tree by signal."""
    return _sums(_by_signal(tree))


def _by_signal(tree: Whole) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for scores in tree.scores.values() for name in scores.charges}
    for name, loads in tree.loads.items():
        found.setdefault(name, []).extend(load.points for load in loads)
    for scores in tree.scores.values():
        for name in scores.charges:
            found[name].append(scores.total(name))
    return found


def _sums(parts: Mapping[str, list[float]]) -> dict[str, float]:
    return {name: round(fsum(parts[name]), DECIMALS) for name in sorted(parts, key=lambda name: int(name[1:]))}
