"""What the flow of a unit costs less once conditions are gone from it: the computed half of many savings.

A lower bound: a condition that shares its line with `and`, `or` or another choice stays, and so does an `else`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from math import fsum

from pareback.gates.facts import Increment, Unit
from pareback.gates.points import FLOW, overflow_points, step_points

_CONDITIONS = {"if", "elif", "ternary", "filter", "arm", "again"}
_SHARED = {"bool", "when", "value"}


def relief(unit: Unit, lines: Collection[int]) -> float:
    """Points that the unit's flow costs less without the single conditions on these lines."""
    gone = {at for at, step in enumerate(unit.flow) if step.line in lines and _alone(step, unit.flow)}
    return _priced(unit.flow) - _priced(_without(unit.flow, gone)) if gone else 0.0


def lone(unit: Unit, lines: Collection[int]) -> set[int]:
    """Those of the lines that hold a single condition and no other choice."""
    return {step.line for step in unit.flow if step.line in lines and _alone(step, unit.flow)}


def _alone(step: Increment, flow: Sequence[Increment]) -> bool:
    on_line = [other.kind for other in flow if other.line == step.line]
    conditions = sum(kind in _CONDITIONS for kind in on_line)
    return step.kind in _CONDITIONS and conditions == 1 and _SHARED.isdisjoint(on_line)


def _priced(flow: Sequence[Increment]) -> float:
    return fsum(step_points(step.kind, step.nesting) for step in flow) + overflow_points(step.kind for step in flow)


def _without(flow: Sequence[Increment], gone: Iterable[int]) -> list[Increment]:
    """The steps that are left, those in the body of a lost one a level higher."""
    levels = [step.nesting for step in flow]
    for at in gone:
        left = flow[at].inside
        for inner in range(at + 1, len(flow)):
            if not left:
                break
            levels[inner] -= 1
            left -= FLOW[flow[inner].kind].nested > 0
    return [replace(step, nesting=levels[at]) for at, step in enumerate(flow) if at not in gone]
