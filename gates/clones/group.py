"""The units that file one gram, what they have in common, and what that costs: every copy is paid twice.

A line that stands in c places costs (c - 1) / c of its price more in each of them: together what the copies cost. Every
pair of units is charged once, at the heaviest gram of what both have; at that gram all pairs that file it are counted,
so copies of one thing share their price. Where copies differ so much that their pairs are charged at several grams, a
line pays at each of them. What a group costs is known from its units alone: whatever changes it changes what is filed
under its gram.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import Generic, TypeVar

from pareback.gates.clones.likeness import Likeness, likeness
from pareback.gates.clones.outline import Outline, key, outline
from pareback.gates.facts import Unit
from pareback.gates.points import CLONE, LOOKED_AT
from pareback.gates.wide import Posting, View

_REPEATED = 2
"""Details of a gram that its unit has more than once: the unit's print, and a mark."""

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two members of a group by number, the lower first, and what they have in common. One with itself is a unit with
    a repeated stretch. `here`: the pair is charged at this gram."""

    one: int
    other: int
    likeness: Likeness
    here: bool

    def has(self, member: int) -> bool:
        """Whether it is a pair of this member."""
        return member in (self.one, self.other)

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
    outlines: tuple[Outline, ...] = ()
    pairs: tuple[Pair, ...] = ()

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
class _Known(Generic[_Key, _Value]):
    """What was found out before. When it is full it is forgotten: to find it out again is cheap."""

    most: int
    values: dict[_Key, _Value] = field(default_factory=dict)

    def keep(self, key: _Key, value: _Value) -> _Value:
        if len(self.values) >= self.most:
            self.values.clear()
        self.values[key] = value
        return value


@dataclass(frozen=True, slots=True)
class Memory:
    """Outlines by print, and pairs of prints that were compared: the same in every tree."""

    outlines: _Known[str, Outline] = field(default_factory=lambda: _Known(1 << 13))
    pairs: _Known[tuple[str, str], Likeness | None] = field(default_factory=lambda: _Known(1 << 17))


@dataclass(frozen=True, slots=True)
class Tree:
    """One tree, read for clones."""

    view: View
    memory: Memory

    def group(self, gram: str) -> Group:
        """What is filed under a gram."""
        sites = self._sites(gram)
        if len(sites) <= 1 and not any(_repeats(site) for site in sites):
            return Group(sites)
        outlines = tuple(self._outline(site) for site in sites)
        return Group(sites, outlines, tuple(self._alike(gram, sites, outlines)))

    def unit(self, site: Posting) -> Unit:
        """The unit that filed there."""
        return self.view.unit(site.path, site.unit)

    def _sites(self, gram: str) -> tuple[Posting, ...]:
        """Where the gram is filed. Of very many units those with the first prints, in whatever order they stand."""
        found = self.view.postings(gram)
        if len(found) > LOOKED_AT:
            found = sorted(sorted(found, key=lambda posting: posting.detail)[:LOOKED_AT])
        return tuple(found)

    def _outline(self, site: Posting) -> Outline:
        known = self.memory.outlines
        return known.values.get(site.detail[0]) or known.keep(site.detail[0], outline(self.unit(site)))

    def _alike(self, gram: str, sites: Sequence[Posting], outlines: Sequence[Outline]) -> Iterator[Pair]:
        for one, first in enumerate(sites):
            for other in range(one if _repeats(first) else one + 1, len(sites)):
                prints = (first.detail[0], sites[other].detail[0])
                found = self._likeness(prints, (outlines[one], outlines[other]), itself=one == other)
                if found is not None:
                    yield Pair(one, other, found, key(found.gram) == gram)

    def _likeness(self, prints: tuple[str, str], pair: tuple[Outline, Outline], *, itself: bool) -> Likeness | None:
        """Compared in the order of their shapes, so that nothing depends on where they stand."""
        known, name = self.memory.pairs, (prints[0], "" if itself else prints[1])
        if name in known.values:
            return known.values[name]
        if itself:
            return known.keep(name, likeness(*pair, itself=True))
        if pair[0].shapes <= pair[1].shapes:
            return known.keep(name, likeness(*pair))
        found = likeness(pair[1], pair[0])
        return known.keep(name, found.turned() if found else None)


def _repeats(site: Posting) -> bool:
    return len(site.detail) >= _REPEATED
