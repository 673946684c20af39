"""What each logical line of a unit costs by itself: the flow of the steps taken on it, and its part of the volume."""

from collections.abc import Iterator
from math import log2

from pareback.gates.facts import Size, Unit
from pareback.gates.points import LITERAL_VOLUME, VOLUME, step_points


def costs(unit: Unit) -> list[float]:
    """Points of every logical line, in the order of `skeletons`; together what S1 and S2 charge for the unit, without
    the surcharge for too much flow. A line's part of the volume is that of its tokens in their stretch of code."""
    return [volume + flow for volume, flow in zip(_volumes(unit), flows(unit), strict=True)]


def flows(unit: Unit) -> list[float]:
    """Points of the steps that are taken on every logical line, in the order of `skeletons`."""
    found = [0.0] * len(unit.lines)
    for step, at in zip(unit.flow, unit.steps, strict=True):
        found[at] += step_points(step.kind, step.nesting)
    return found


def _volumes(unit: Unit) -> Iterator[float]:
    """Stretches end where a line ends, so the tokens of lines add up to those of stretches."""
    counts = iter(unit.counts)
    for size in unit.sizes:
        left = size.operators + size.operands
        rate = volume_points(size) / left
        while left > 0:
            count = next(counts)
            left -= count
            yield count * rate


def volume_points(size: Size) -> float:
    """Points of one stretch of code: its Halstead volume N log2 n, in bits, at the price of code or of data."""
    volume = (size.operators + size.operands) * log2(max(size.distinct, 2))
    return volume / (LITERAL_VOLUME if size.literal else VOLUME)
