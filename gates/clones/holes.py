"""Holes: where two stretches of code of one shape differ: the parameters of the function that could be both."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Leaves = tuple[str, ...]
"""The leaves of a line, each with the letter of its sort: `s:csv`, `n:load`, `l:row` for a local."""


@dataclass(frozen=True, slots=True)
class Hole:
    """What stands in the one place and in the other. `name` is the keyword or variable that it is given to, if any."""

    one: str
    other: str
    name: str = ""

    def turned(self) -> "Hole":
        """The same, seen from the other side."""
        return Hole(self.other, self.one, self.name)


@dataclass(frozen=True, slots=True)
class _Renames:
    """Which local of one side stands for which of the other, both ways; filled while the lines are read."""

    there: dict[str, str]
    back: dict[str, str]

    def fit(self, one: str, other: str) -> bool:
        """Whether one local has stood for the other so far, or neither has been seen."""
        fits = self.there.get(one, other) == other and self.back.get(other, one) == one
        if fits:
            self.there[one], self.back[other] = other, one
        return fits


def holes(lines: Iterable[tuple[Leaves, Leaves]]) -> tuple[Hole, ...]:
    """The distinct pairs of leaves that differ, in order. A local that stands for one local alone is no difference."""
    found: dict[tuple[str, str], Hole] = {}
    renames = _Renames({}, {})
    for ours, theirs in lines:
        for hole in _differing(ours, theirs, renames):
            found.setdefault((hole.one, hole.other), hole)
    return tuple(found.values())


def _differing(ours: Leaves, theirs: Leaves, renames: _Renames) -> Iterator[Hole]:
    before = ""
    for one, other in zip(ours, theirs, strict=True):
        if not _same(one, other, renames):
            assigned = before[:2] == "l:" and len(ours) == 2
            yield Hole(one, other, before[2:] if assigned or before[:2] == "w:" else "")
        before = one


def _same(one: str, other: str, renames: _Renames) -> bool:
    if one[:2] != "l:" or other[:2] != "l:":
        return one == other
    name, _, rest = one.partition(".")
    stand_in, _, other_rest = other.partition(".")
    return rest == other_rest and renames.fit(name, stand_in)
