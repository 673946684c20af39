"""The budget: how many points a ticket may add, where the number comes from; frozen before the loop."""

from dataclasses import dataclass
from math import isfinite

from pareback.gates.points import BUDGETS

SIZES = tuple(BUDGETS)
_AUTO = "medium"


@dataclass(frozen=True, slots=True)
class Budget:
    """Points, and in words why so many. Negative points ask for code to become simpler by that much."""

    points: float
    source: str


def read(text: str) -> Budget:
    """A budget as people write it: a size, `auto`, or a number. Raises ValueError that says what is allowed.

    `auto` is the middle size until there are tests or a history to derive it from; the source says so.
    """
    word = text.strip().lower()
    if word in BUDGETS:
        return Budget(BUDGETS[word], word)
    if word == "auto":
        return Budget(BUDGETS[_AUTO], f"auto: no history to learn from yet, so {_AUTO}")
    points = _number(word)
    if points is None:
        sizes = ", ".join(f"{name} ({points:g})" for name, points in BUDGETS.items())
        raise ValueError(
            f"budget {text!r} is not a budget; write {sizes}, auto, or a number of points such as 8 or -2.5"
        )
    return Budget(points, "given")


def _number(word: str) -> float | None:
    try:
        points = float(word)
    except ValueError:
        return None
    return points if isfinite(points) else None
