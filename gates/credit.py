"""What a patch is charged: its delta, less the part of its simplification that it has not earned.

Code that a patch replaces pays back in full. Simplification elsewhere, beyond what a file itself gained, pays for at
most half of what the patch adds: otherwise deleting what nobody asked about would buy room for anything. Nobody is
charged more than what was added alone would cost.

Lines are compared by skeleton over all changed files at once, so what is moved or renamed is neither added nor removed,
and the order of files and the cut into commits do not matter.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import fsum

from pareback.gates.facts import FileFacts
from pareback.gates.lines import costs
from pareback.gates.points import CREDIT, DECIMALS

Places = Mapping[str, Counter[str]]
"""How often each skeleton stands in each file, by skeleton."""


@dataclass(frozen=True, slots=True)
class Turnover:
    """Points of really new and of really gone logical lines; `surplus` is what files lost beyond what they gained."""

    added: float
    removed: float
    surplus: float

    @property
    def unearned(self) -> float:
        """Simplification that does not count against the budget."""
        return min(max(0.0, self.surplus - CREDIT * self.added), self.removed)


def charged(base: Mapping[str, FileFacts], head: Mapping[str, FileFacts], delta: float) -> float:
    """What is held against a budget above zero, in points: never less than the delta."""
    return round(delta + turnover(base, head).unearned, DECIMALS) + 0.0


def turnover(base: Mapping[str, FileFacts], head: Mapping[str, FileFacts]) -> Turnover:
    """What came and what went between two sides of a patch."""
    before, after = _places(base), _places(head)
    prices = _prices(base, head)
    gained: defaultdict[str, list[float]] = defaultdict(list)
    lost: defaultdict[str, list[float]] = defaultdict(list)
    for skeleton, price in prices.items():
        for path, lines in _shares(before.get(skeleton, Counter()), after.get(skeleton, Counter())):
            (gained if lines > 0 else lost)[path].append(abs(lines) * price)
    added = {path: fsum(points) for path, points in gained.items()}
    removed = {path: fsum(points) for path, points in lost.items()}
    surplus = fsum(max(0.0, points - added.get(path, 0.0)) for path, points in removed.items())
    return Turnover(fsum(added.values()), fsum(removed.values()), surplus)


def _shares(before: Counter[str], after: Counter[str]) -> Iterator[tuple[str, float]]:
    """Lines of one skeleton that are new to (or gone from) the tree, dealt out over the files that gained (or lost)
    some, each in proportion."""
    change = after.total() - before.total()
    if change:
        moved = after - before if change > 0 else before - after
        for path, lines in moved.items():
            yield path, change * lines / moved.total()


def _places(files: Mapping[str, FileFacts]) -> Places:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for path, facts in files.items():
        for unit in facts.units:
            for skeleton in unit.skeletons:
                found[skeleton][path] += 1
    return found


def _prices(*sides: Mapping[str, FileFacts]) -> dict[str, float]:
    """The mean cost of a line of each skeleton, over both sides."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for unit in (unit for side in sides for facts in side.values() for unit in facts.units):
        for skeleton, points in zip(unit.skeletons, costs(unit), strict=True):
            found[skeleton].append(points)
    return {skeleton: fsum(points) / len(points) for skeleton, points in found.items()}
