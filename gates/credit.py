"""What a patch is charged: its delta, and with it the simplification that it takes credit for and has not earned.

Code that a patch replaces pays back in full. Simplification elsewhere, beyond what a file itself gained, pays for at
most half of what the patch adds: otherwise deleting what nobody asked about would buy room for anything. Nobody is
charged more than what was added alone would cost.

Dead code that a patch deletes pays back a quarter, and not what it cost for being dead: whoever finds some lying about
has not earned room for more.

Lines are compared by skeleton over all changed files at once, so what is moved or renamed is neither added nor removed,
and the order of files and the cut into commits do not matter. A line that stays in its file but is nested otherwise
adds or removes the difference: else flattening what nobody asked about would be a way round the rule.

Measured on 1,080 commits of twelve maintained projects: 139 are charged more than their delta; one of these no longer
fits a budget of 3, none one of 5, 12 or 30.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum

from pareback.gates.delta import Delta
from pareback.gates.facts import FileFacts
from pareback.gates.points import CREDIT, DEAD_CREDIT, DECIMALS
from pareback.gates.reading.lines import costs, flows

_DEAD = "H7"
"""The rule that new dead code breaks: it marks the loads that are about dead units."""

Places = Mapping[str, Mapping[str, Sequence[float]]]
"""The flow points of every line, by skeleton and file."""


@dataclass(frozen=True, slots=True)
class Turnover:
    """Points of really new and of really gone logical lines; `surplus` is what files lost beyond what they gained.
    `buried` is what deleted units had cost, on top of their own price, for being dead: as much again."""

    added: float
    removed: float
    surplus: float
    buried: float = 0.0

    @property
    def unearned(self) -> float:
        """Simplification that does not count against the budget."""
        idle = max(0.0, self.surplus - CREDIT * self.added) + (1.0 - DEAD_CREDIT) * self.buried
        return min(idle, self.removed) + self.buried


def charged(base: Mapping[str, FileFacts], head: Mapping[str, FileFacts], delta: Delta) -> float:
    """What is held against a budget above zero, in points: never less than the delta."""
    found = replace(turnover(base, head), buried=_buried(delta, head))
    return round(delta.total + found.unearned, DECIMALS) + 0.0


def _buried(delta: Delta, head: Mapping[str, FileFacts]) -> float:
    """The surcharge of dead units that the patch deleted. One that it moved or called into use is none of these."""
    units = {(path, unit.qualname) for path, facts in head.items() for unit in facts.units}
    return fsum(
        -moved.points
        for moved in delta.movement.loads
        if moved.before is not None
        and moved.before.rule == _DEAD
        and moved.points < 0
        and units.isdisjoint((site.path, site.unit) for site in moved.before.sites)
    )


def turnover(base: Mapping[str, FileFacts], head: Mapping[str, FileFacts]) -> Turnover:
    """What came and what went between two sides of a patch."""
    before, after = _places(base), _places(head)
    gained: defaultdict[str, list[float]] = defaultdict(list)
    lost: defaultdict[str, list[float]] = defaultdict(list)
    for skeleton, price in _prices(base, head).items():
        pair = before.get(skeleton, {}), after.get(skeleton, {})
        for path, points in (*_fresh(*pair, price), *_nested(*pair)):
            (gained if points > 0 else lost)[path].append(abs(points))
    added = {path: fsum(points) for path, points in gained.items()}
    removed = {path: fsum(points) for path, points in lost.items()}
    surplus = fsum(max(0.0, points - added.get(path, 0.0)) for path, points in removed.items())
    return Turnover(fsum(added.values()), fsum(removed.values()), surplus)


def _fresh(
    before: Mapping[str, Sequence[float]], after: Mapping[str, Sequence[float]], price: float
) -> Iterator[tuple[str, float]]:
    """Points of the lines of one skeleton that are new to (or gone from) the tree, dealt out over the files that gained
    (or lost) some, each in proportion."""
    old, new = (Counter({path: len(lines) for path, lines in side.items()}) for side in (before, after))
    change = new.total() - old.total()
    if change:
        moved = new - old if change > 0 else old - new
        for path, lines in moved.items():
            yield path, price * change * lines / moved.total()


def _nested(before: Mapping[str, Sequence[float]], after: Mapping[str, Sequence[float]]) -> Iterator[tuple[str, float]]:
    """What the lines of one skeleton that stay in a file cost more, or less, than before."""
    for path in before.keys() & after.keys():
        old, new = before[path], after[path]
        yield path, min(len(old), len(new)) * (fsum(new) / len(new) - fsum(old) / len(old))


def _places(files: Mapping[str, FileFacts]) -> Places:
    found: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for path, facts in files.items():
        for unit in facts.units:
            for skeleton, points in zip(unit.skeletons, flows(unit), strict=True):
                found[skeleton][path].append(points)
    return found


def _prices(*sides: Mapping[str, FileFacts]) -> dict[str, float]:
    """The mean cost of a line of each skeleton, over both sides."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for unit in (unit for side in sides for facts in side.values() for unit in facts.units):
        for skeleton, points in zip(unit.skeletons, costs(unit), strict=True):
            found[skeleton].append(points)
    return {skeleton: fsum(points) / len(points) for skeleton, points in found.items()}
