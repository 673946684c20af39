"""The nouns of the survey's one list: a place, and an origin with the decisions that it causes elsewhere."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["state", "time", "condition", "type", "nil", "cast", "conjunction", "drift"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """One place of a tree. `line` counts from 1, `unit` is the qualname of what stands there."""

    path: str
    line: int
    unit: str


@dataclass(frozen=True, slots=True)
class Origin:
    """One thing that makes others decide. `what` names it; `path` and `line` are the place to change; `places` are the
    checks, casts and writes that would vanish, `decisions` how many units have one. `frees` are the points that the
    tree would cost less, `do` is the refactoring."""

    kind: Kind
    what: str
    path: str
    line: int
    decisions: int
    frees: float
    do: str
    places: tuple[Place, ...]
