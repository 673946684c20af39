"""Where a tree stands: its points by signal and by folder; and what a change does to that, at the cost of the change.

A standing is a sum of shares, so standings and steps may be added and subtracted: the tree before a change stands where
the tree after it stands, less the step.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from math import fsum
from pathlib import PurePosixPath
from typing import Self

from pareback.gates.delta import measure
from pareback.gates.facts import FileFacts
from pareback.gates.index.trees import Ground
from pareback.gates.survey.shares import Share, carried, shared, shares
from pareback.gates.survey.whole import Whole
from pareback.gates.wide import Load

_NOTHING = 1e-9
"""Less than this is what sums of floating point numbers differ by."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Points by signal id, and the same points by the folder of the files that carry them, "." for the top. What is
    zero is left out."""

    signals: Mapping[str, float]
    folders: Mapping[str, float]

    @property
    def points(self) -> float:
        """The whole."""
        return fsum(self.signals.values())

    def less(self, other: Self) -> "Standing":
        """What is left of this one without the other."""
        return Standing(_less(self.signals, other.signals), _less(self.folders, other.folders))


def standing(tree: Whole) -> Standing:
    """Where a whole tree stands."""
    return _sum(shares(tree))


def step(before: Mapping[str, FileFacts], after: Mapping[str, FileFacts], below: Ground) -> Standing:
    """What a change adds: `before` and `after` are the facts of the files that differ, `below` are the others."""
    delta = measure(before, after, below)
    old = _sum(chain(carried(delta.base), _loads((each.signal.id, each.before) for each in delta.movement.loads)))
    new = _sum(chain(carried(delta.head), _loads((each.signal.id, each.after) for each in delta.movement.loads)))
    return new.less(old)


def _loads(loads: Iterable[tuple[str, Load | None]]) -> Iterable[Share]:
    return chain.from_iterable(shared(name, load) for name, load in loads if load is not None)


def _sum(borne: Iterable[Share]) -> Standing:
    signals: dict[str, list[float]] = defaultdict(list)
    folders: dict[str, list[float]] = defaultdict(list)
    for path, _, signal, points in borne:
        signals[signal].append(points)
        folders[str(PurePosixPath(path).parent)].append(points)
    return Standing(_summed(signals), _summed(folders))


def _summed(parts: Mapping[str, list[float]]) -> dict[str, float]:
    return _kept({name: fsum(parts[name]) for name in sorted(parts)})


def _less(ours: Mapping[str, float], theirs: Mapping[str, float]) -> dict[str, float]:
    return _kept({name: ours.get(name, 0.0) - theirs.get(name, 0.0) for name in sorted({*ours, *theirs})})


def _kept(parts: Mapping[str, float]) -> dict[str, float]:
    return {name: points for name, points in parts.items() if abs(points) > _NOTHING}
