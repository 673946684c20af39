"""The delta: what the patch adds to the potential, per signal and in all.

A potential is a number of the tree alone. So moving code costs nothing, what is removed pays back what it cost, and the
sum does not depend on how the patch was cut into commits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

from pareback.gates.facts import FileFacts
from pareback.gates.index.trees import Ground
from pareback.gates.moved import Movement, movement
from pareback.gates.points import DECIMALS
from pareback.gates.scores import Scores, ids, score, signals


@dataclass(frozen=True, slots=True)
class Delta:
    """Points of head minus points of base; `signals` are its parts by signal id. With the scores of both sides, and
    what the patch did to the loads of the whole tree."""

    total: float
    signals: Mapping[str, float]
    base: Mapping[str, Scores]
    head: Mapping[str, Scores]
    movement: Movement


def measure(base: Mapping[str, FileFacts], head: Mapping[str, FileFacts], below: Ground) -> Delta:
    """Price both sides of a patch: the facts of the files that differ, on the ground of the others."""
    before = {path: score(facts) for path, facts in base.items()}
    after = {path: score(facts) for path, facts in head.items()}
    moves = movement(base, head, below)
    parts = dict.fromkeys(ids(), 0.0)
    for signal in signals():
        parts[signal.id] += _points(after, signal.id) - _points(before, signal.id)
    for name in {moved.signal.id for moved in moves.loads}:
        parts[name] += moves.total(name)
    return Delta(
        total=_rounded(fsum(parts.values())),
        signals={name: _rounded(part) for name, part in parts.items()},
        base=before,
        head=after,
        movement=moves,
    )


def _points(scores: Mapping[str, Scores], signal: str) -> float:
    return fsum(charge.points for found in scores.values() for charge in found.charges[signal])


def _rounded(points: float) -> float:
    return round(points, DECIMALS) + 0.0  # no minus zero


def fits(charged: float, budget: float) -> bool:
    """Whether points fit a budget, compared at the one decimal that people see."""
    return round(charged, 1) <= round(budget, 1)
