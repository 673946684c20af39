"""The units that file one gram, what they have in common, and what that costs: every copy is paid twice.

A line that stands in c places costs (c - 1) / c of its price more in each of them: together what the copies cost. Every
pair of units is charged once, at the heaviest gram that both have; at that gram all pairs that file it are counted, so
copies of one thing share their price. What a group costs is known from its units alone: whatever changes it changes
what is filed under its gram.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum

from pareback.gates.clones.likeness import Likeness, likeness
from pareback.gates.clones.outline import Outline, key, outline
from pareback.gates.facts import Unit
from pareback.gates.points import CLONE, LOOKED_AT
from pareback.gates.wide import Posting, View

Place = tuple[str, str]
"""Path and qualname."""

_REPEATED = 2
"""Detail of a gram that its unit has more than once: its print, and a mark."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two members of a group by number, the lower first, and what they have in common. One with itself is a unit with
    a repeated stretch. `here`: the pair is charged at this gram."""

    one: int
    other: int
    likeness: Likeness
    here: bool

    def seen_from(self, member: int) -> Iterator[Likeness]:
        """What a member shares with the other; both stretches, where it is its own copy."""
        if member == self.one:
            yield self.likeness
        if member == self.other:
            yield self.likeness.turned()


@dataclass(frozen=True, slots=True)
class Group:
    """The units that file a gram and the pairs of them that are alike."""

    sites: tuple[Posting, ...]
    outlines: tuple[Outline, ...]
    pairs: tuple[Pair, ...]

    def charged(self) -> tuple[Pair, ...]:
        """The pairs that pay here."""
        return tuple(pair for pair in self.pairs if pair.here)

    def points(self) -> float:
        """What the group costs."""
        members = {member for pair in self.charged() for member in (pair.one, pair.other)}
        return fsum(points for member in members for points in self._shares(member))

    def _shares(self, member: int) -> Iterator[float]:
        """The surcharge of each line of a member that has copies."""
        copies: dict[int, int] = {}
        weights: dict[int, list[float]] = {}
        for pair in self.pairs:
            for found in pair.seen_from(member):
                for line, weight in _lines(found):
                    copies[line] = copies.get(line, 0) + 1
                    if pair.here:
                        weights.setdefault(line, []).append(weight)
        costs = self.outlines[member].costs
        for line, paid in weights.items():
            yield costs[line] * fsum(paid) / (1 + copies[line])


def _lines(found: Likeness) -> Iterator[tuple[int, float]]:
    for runs, weight in ((found.runs, found.weight), (found.near, found.weight * CLONE["near"])):
        for run in runs:
            for line in range(run.first, run.first + run.length):
                yield line, weight


@dataclass(slots=True)
class Tree:
    """One tree, read for clones: outlines and likenesses are made once."""

    view: View
    _units: dict[str, Mapping[str, Unit]] = field(default_factory=dict)
    _outlines: dict[Place, Outline] = field(default_factory=dict)
    _pairs: dict[tuple[Place, Place], Likeness | None] = field(default_factory=dict)

    def sites(self, gram: str) -> tuple[Posting, ...]:
        """Where the gram is filed. Of very many units those with the first prints, in whatever order they stand."""
        found = self.view.postings(gram)
        if len(found) > LOOKED_AT:
            found = sorted(sorted(found, key=lambda posting: posting.detail)[:LOOKED_AT])
        return tuple(found)

    def group(self, gram: str) -> Group:
        """What is filed under a gram."""
        sites = self.sites(gram)
        if len(sites) == 1 and len(sites[0].detail) < _REPEATED:
            return Group(sites, (), ())
        outlines = tuple(self._outline(posting) for posting in sites)
        return Group(sites, outlines, tuple(self._alike(gram, sites)))

    def _alike(self, gram: str, sites: Sequence[Posting]) -> Iterator[Pair]:
        for one, first in enumerate(sites):
            for other in range(one, len(sites)):
                if one == other and len(first.detail) < _REPEATED:
                    continue
                found = self._likeness((first.path, first.unit), (sites[other].path, sites[other].unit))
                if found is not None:
                    yield Pair(one, other, found, key(found.gram) == gram)

    def _outline(self, posting: Posting) -> Outline:
        place = (posting.path, posting.unit)
        if place not in self._outlines:
            if posting.path not in self._units:
                units = self.view.facts(posting.path).units
                self._units[posting.path] = {unit.qualname: unit for unit in units}
            self._outlines[place] = outline(self._units[posting.path][posting.unit])
        return self._outlines[place]

    def _likeness(self, one: Place, other: Place) -> Likeness | None:
        """Compared in the order of their shapes, so that nothing depends on where they stand."""
        if (one, other) not in self._pairs:
            first, second = self._outlines[one], self._outlines[other]
            if first.shapes <= second.shapes:
                self._pairs[one, other] = likeness(first, second)
            else:
                found = likeness(second, first)
                self._pairs[one, other] = found.turned() if found else None
        return self._pairs[one, other]
