"""What is free once questions and casts are gone: steps of control flow, lines that hold nothing else, decisions
on state that they were, and the size of casts.

A lower bound: a condition that shares its line with another stays, and so does what stands under one that stays.
"""

from collections.abc import Iterable
from math import fsum

from pareback.gates.facts import Unit
from pareback.gates.points import DECISION
from pareback.gates.reading.lines import costs, flows, volume_points
from pareback.gates.reading.relief import lone, relief
from pareback.gates.survey.origin import Place
from pareback.gates.survey.whole import Whole


def freed(places: Iterable[Place], tree: Whole) -> float:
    """Points that the tree costs less without the questions asked at these places."""
    lines: dict[tuple[str, str], set[int]] = {}
    for place in places:
        lines.setdefault((place.path, place.unit), set()).add(place.line)
    return fsum(_freed(tree.view.unit(path, unit), found, path, tree) for (path, unit), found in lines.items())


def shortened(places: Iterable[Place], tokens: int, tree: Whole) -> float:
    """Points that the tree costs less where so many tokens are gone at each of these places."""
    return fsum(tokens * _rate(tree.view.unit(place.path, place.unit)) for place in places)


def _rate(unit: Unit) -> float:
    """What a token of the unit costs by its size."""
    count = sum(size.operators + size.operands for size in unit.sizes)
    return fsum(map(volume_points, unit.sizes)) / count if count else 0.0


def _freed(unit: Unit, lines: set[int], path: str, tree: Whole) -> float:
    gone = lone(unit, lines)
    charged = tree.scores[path].charges["S3"]
    decided = {charge.line for charge in charged if charge.unit == unit.qualname and charge.kind == "stateful"}
    return relief(unit, gone) + _volume(unit, gone) + DECISION["attribute"] * len(decided & gone)


def _volume(unit: Unit, lines: set[int]) -> float:
    """What these lines cost by their size alone."""
    parts = zip(unit.lines, costs(unit), flows(unit), strict=True)
    return fsum(cost - flow for line, cost, flow in parts if line in lines)
