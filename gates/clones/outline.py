"""A unit as the search for clones sees it: the shape, the mass, the cost and the leaves of every logical line."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import fsum

from pareback.gates.facts import Unit
from pareback.gates.points import CLONE
from pareback.gates.reading.lines import costs
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
    """The lines of a unit, whatever it is called and wherever it stands. The mass of a line is the number of tokens in
    its shape; costs are in points. `weights` has the mass of a shape, `bag` how often it occurs, `grams` where each
    gram begins."""

    function: bool
    asynchronous: bool
    shapes: tuple[str, ...]
    masses: tuple[int, ...]
    costs: tuple[float, ...]
    leaves: tuple[tuple[str, ...], ...]
    grams: Mapping[Gram, tuple[int, ...]]
    weights: Mapping[str, int]
    bag: Mapping[str, int]
    mass: int

    def cost(self, first: int, length: int) -> float:
        """What so many lines cost."""
        return fsum(self.costs[first : first + length])


def outline(unit: Unit) -> Outline:
    """Lay out a unit."""
    leaves = tuple(_leaves(unit))
    masses = tuple(_masses(unit, leaves))
    return Outline(
        function=unit.kind == "function",
        asynchronous=unit.asynchronous,
        shapes=unit.skeletons,
        masses=masses,
        costs=tuple(costs(unit)),
        leaves=leaves,
        grams=grams(unit),
        weights=dict(zip(unit.skeletons, masses, strict=True)),
        bag=Counter(unit.skeletons),
        mass=sum(masses),
    )


def grams(unit: Unit) -> dict[Gram, tuple[int, ...]]:
    """Where each gram of the unit begins. A constructor that only stores what it is given has none; what comes very
    often in one unit is a table."""
    if unit.qualname.endswith(".__init__") and _only_stores(unit):
        return {}
    found: dict[Gram, list[int]] = {}
    shapes = unit.skeletons
    for at, gram in enumerate(zip(shapes, shapes[1:], shapes[2:], strict=False)):
        if gram[0] != gram[1] or gram[1] != gram[2]:
            found.setdefault(gram, []).append(at)
    return {gram: tuple(places) for gram, places in found.items() if len(places) <= CLONE["often"]}


def key(gram: Gram) -> str:
    """Under which key the index files a gram."""
    return f"clone:{digest(gram)}"


def print_of(unit: Unit) -> str:
    """A hash of all that an outline holds; its first half leaves out what things are called."""
    steps = [f"{step.kind} {step.nesting} {at}" for step, at in zip(unit.flow, unit.steps, strict=True)]
    stretches = [f"{size.operators + size.operands} {size.literal}" for size in unit.sizes]
    shape = digest((unit.kind, str(unit.asynchronous), *unit.skeletons, "flow", *steps, "sizes", *stretches))
    return shape[:8] + digest((unit.exact, *map(str, unit.counts), *unit.words))[:8]


def _leaves(unit: Unit) -> Iterator[tuple[str, ...]]:
    words, start = unit.words, 0
    for at, place in enumerate(unit.leaves):
        if place == END:
            yield tuple([words[leaf] for leaf in unit.leaves[start:at]])
            start = at + 1


def _masses(unit: Unit, leaves: Iterable[tuple[str, ...]]) -> Iterator[int]:
    """A chain of attributes weighs as much as a name. Tables of constants weigh nothing: data is not copied code."""
    counts = iter(zip(unit.counts, leaves, strict=True))
    for size in unit.sizes:
        left = size.operators + size.operands
        while left > 0:
            count, words = next(counts)
            left -= count
            links = sum([word.count(".") for word in words if word[0] in "ln"])
            yield 0 if size.literal else count - 2 * links


def _only_stores(unit: Unit) -> bool:
    lines = zip(unit.skeletons[1:], list(_leaves(unit))[1:], strict=True)
    return all(shape == _STORED or leaves[:2] == ("a:__init__", "n:super") for shape, leaves in lines)
