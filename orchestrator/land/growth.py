"""The growing tree: what has landed on it, what was left and why. Values only; `landing` makes them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pareback.orchestrator.land.piece import Piece

Why = Literal["stale", "conflict", "red", "tampered", "breaks", "over_budget", "nothing_new"]
"""Why a patch was left: it does not fit the tree it is to land on; another patch changed the same lines; its own tests
fail there without any other patch; its tests touch themselves; they fail together with another patch; it is over its
budget, or breaks a hard rule, on the grown tree; the grown tree holds it already."""


@dataclass(frozen=True, slots=True)
class Landed:
    """A piece on the tree: the commit that it made, its points there, and by path the lines that it brought."""

    piece: Piece
    commit: str
    delta: float
    lines: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Left:
    """A piece that did not land. `partners` are ids of landed tickets that it gets in the way of; `details` are paths
    in conflict, tests that fail, or findings."""

    piece: Piece
    why: Why
    message: str
    partners: tuple[str, ...] = ()
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Copy:
    """Code of one piece that is in another one already: the place of the first, in the grown tree."""

    path: str
    line: int
    unit: str
    first: str
    again: str


@dataclass(frozen=True, slots=True)
class Growth:
    """The tree so far: its commit, what landed, in order, what was left, and who copied whom."""

    commit: str
    landed: tuple[Landed, ...] = ()
    left: tuple[Left, ...] = ()
    copies: tuple[Copy, ...] = ()


def brought(before: Mapping[str, bytes | None], after: Mapping[str, bytes | None]) -> dict[str, frozenset[str]]:
    """By path, the lines with text in them that only `after` has."""
    return {path: _new(before.get(path) or b"", raw) for path, raw in after.items() if raw is not None}


def _new(old: bytes, new: bytes) -> frozenset[str]:
    counted = Counter(new.decode("utf-8", "replace").splitlines()) - Counter(
        old.decode("utf-8", "replace").splitlines()
    )
    return frozenset(line.strip() for line in counted if line.strip())
