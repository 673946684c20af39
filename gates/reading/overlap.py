"""How much of one unit is another one, line by line: the heaviest run of logical lines that both have in order."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import fsum
from typing import TypeVar

from pareback.gates.facts import Unit
from pareback.gates.reading.lines import costs

K = TypeVar("K")
Gram = tuple[str, ...]

GRAM = 3
"""Logical lines in a row that two units must share to be compared at all."""
SHARED = 0.25
"""Part of the runs of the smaller unit that the other must have for it."""
COMMON = 30
"""Units that have a run in common, above which it is boilerplate."""


def pairs(ours: Mapping[K, Unit], theirs: Mapping[K, Unit]) -> Iterator[tuple[K, K]]:
    """Units of both sides that are worth comparing; runs that many units have say nothing."""
    places: dict[Gram, list[K]] = {}
    sizes = {key: len(grams) for key, unit in theirs.items() if (grams := _grams(unit))}
    for key in sizes:
        for gram in _grams(theirs[key]):
            places.setdefault(gram, []).append(key)
    for key, unit in ours.items():
        grams = _grams(unit)
        found = (places.get(gram, ()) for gram in grams)
        shared = Counter(other for others in found if len(others) <= COMMON for other in others)
        yield from ((key, other) for other, count in shared.items() if count >= SHARED * min(len(grams), sizes[other]))


def likeness(one: Unit, other: Unit) -> float:
    """0 to 1: the weight of what both have in the same order, over the mean weight of both. A line weighs 1 and what
    it costs."""
    ours, theirs = _weights(one), _weights(other)
    whole = fsum(ours) + fsum(theirs)
    return 2 * _heaviest(one.skeletons, ours, other.skeletons) / whole if whole else 0.0


def _heaviest(lines: Sequence[str], weights: Sequence[float], others: Sequence[str]) -> float:
    """The heaviest common subsequence. `ends` are places in `others`, rising, and `sums` the best that can end there,
    rising too: whatever is later and no heavier is dropped."""
    places: dict[str, list[int]] = {}
    for at in range(len(others) - 1, -1, -1):
        places.setdefault(others[at], []).append(at)
    ends, sums = [-1], [0.0]
    for line, weight in zip(lines, weights, strict=True):
        for at in places.get(line, ()):
            where = bisect_left(ends, at)
            best = sums[where - 1] + weight
            if where < len(ends) and ends[where] == at and sums[where] > best:
                continue
            stop = bisect_right(sums, best, where)
            ends[where:stop], sums[where:stop] = [at], [best]
    return sums[-1]


def _weights(unit: Unit) -> list[float]:
    return [1.0 + points for points in costs(unit)]


def _grams(unit: Unit) -> set[Gram]:
    lines = unit.skeletons
    size = min(GRAM, len(lines))
    return {lines[at : at + size] for at in range(len(lines) - size + 1)} if size else set()
