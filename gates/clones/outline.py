"""A unit as the search for clones sees it: the shape, the mass, the cost and the leaves of every logical line."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import fsum

from pareback.gates.facts import Unit
from pareback.gates.lines import costs
from pareback.gates.syntax.leaves import END
from pareback.gates.syntax.tokens import digest, skeleton

GRAM = 3
"""Logical lines of a gram: what two units must have in common, shape by shape, to be compared at all."""

Gram = tuple[str, ...]
"""The skeletons of so many consecutive lines, not all of one shape."""

_STORED = skeleton(("=", "n", "n"))
"""The shape of `self.x = x`."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The lines of a unit. The mass of a line is the number of tokens in its shape; costs are in points."""

    unit: Unit
    masses: tuple[int, ...]
    costs: tuple[float, ...]
    leaves: tuple[tuple[str, ...], ...]
    grams: Mapping[Gram, tuple[int, ...]]

    @property
    def shapes(self) -> tuple[str, ...]:
        return self.unit.skeletons

    @property
    def mass(self) -> int:
        return sum(self.masses)

    def cost(self, first: int, length: int) -> float:
        """What so many lines cost."""
        return fsum(self.costs[first : first + length])


def outline(unit: Unit) -> Outline:
    """Lay out a unit."""
    leaves = tuple(_leaves(unit))
    return Outline(
        unit=unit,
        masses=tuple(_masses(unit, leaves)),
        costs=tuple(costs(unit)),
        leaves=leaves,
        grams=grams(unit),
    )


def grams(unit: Unit) -> dict[Gram, tuple[int, ...]]:
    """Where each gram of the unit begins. A constructor that only stores what it is given has none."""
    if unit.qualname.endswith(".__init__") and _only_stores(unit):
        return {}
    found: dict[Gram, tuple[int, ...]] = {}
    shapes = unit.skeletons
    for at in range(len(shapes) - GRAM + 1):
        gram = shapes[at : at + GRAM]
        if len(set(gram)) > 1:
            found[gram] = (*found.get(gram, ()), at)
    return found


def key(gram: Gram) -> str:
    """Under which key the index files a gram."""
    return f"clone:{digest(gram)}"


def print_of(unit: Unit) -> str:
    """A hash of all that the price of a unit's clones depends on; its first half leaves out what things are called."""
    steps = [f"{step.kind} {step.nesting} {at}" for step, at in zip(unit.flow, unit.steps, strict=True)]
    shape = digest((*unit.skeletons, "flow", *steps, str(unit.asynchronous)))
    return shape[:6] + digest((unit.exact, *unit.words))[:6]


def _leaves(unit: Unit) -> Iterator[tuple[str, ...]]:
    line: list[str] = []
    for place in unit.leaves:
        if place == END:
            yield tuple(line)
            line.clear()
        else:
            line.append(unit.words[place])


def _masses(unit: Unit, leaves: Iterable[tuple[str, ...]]) -> Iterator[int]:
    """A chain of attributes weighs as much as a name. Tables of constants weigh nothing: data is not copied code."""
    counts = iter(zip(unit.counts, leaves, strict=True))
    for size in unit.sizes:
        left = size.operators + size.operands
        while left > 0:
            count, words = next(counts)
            left -= count
            links = sum(word.count(".") for word in words if word[0] in "ln")
            yield 0 if size.literal else count - 2 * links


def _only_stores(unit: Unit) -> bool:
    lines = zip(unit.skeletons[1:], list(_leaves(unit))[1:], strict=True)
    return all(shape == _STORED or leaves[:2] == ("a:__init__", "n:super") for shape, leaves in lines)
