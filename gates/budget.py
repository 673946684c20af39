"""The budget: how many points a ticket may add, where the number comes from; frozen before the loop.

`auto` is the lower median of what there is to learn from: the ticket's size, its tests, the repository's own history.
The text of a ticket is never one of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from statistics import median_low

from pareback.gates.points import BUDGETS, LEAST, MOST, PAST_SHARE, PER_TEST, TEST_POWER, USABLE

SIZES = tuple(BUDGETS)
AUTO = "auto"
"""The word for a budget that is learned."""
_UNKNOWN = "medium"
_STEP = 0.5


@dataclass(frozen=True, slots=True)
class Budget:
    """Points, and in words why so many. Negative points ask for code to become simpler by that much."""

    points: float
    source: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is to learn from: the ticket's size, the lines of given test functions that are new or red (0: none),
    and what usable changes of this repository cost, in points, in any order."""

    size: str | None = None
    test_lines: int = 0
    past: Sequence[float] = ()


def learn(evidence: Evidence) -> Budget:
    """The budget that the evidence speaks for, with the arithmetic in its source. Raises ValueError for a size that is
    none."""
    terms = list(_terms(evidence))
    if not terms:
        return Budget(BUDGETS[_UNKNOWN], f"auto: nothing to learn from, so {_UNKNOWN}")
    points = _rounded(min(max(median_low([term.points for term in terms]), LEAST), MOST))
    told = ", ".join(term.source for term in terms)
    return Budget(points, f"auto: {told}" if len(terms) == 1 else f"auto: lower median of {told}")


def _terms(evidence: Evidence) -> Iterator[Budget]:
    if evidence.size is not None:
        points = read_size(evidence.size)
        yield Budget(points, f"size {evidence.size} {points:g}")
    if evidence.test_lines > 0:
        lines, points = evidence.test_lines, PER_TEST * evidence.test_lines**TEST_POWER
        yield Budget(points, f"{lines} test lines {PER_TEST:g}·{lines}^{TEST_POWER:g} = {points:.1f}")
    added = sorted(points for points in evidence.past if points > 0)
    if len(evidence.past) >= USABLE and added:
        points = added[ceil(PAST_SHARE * len(added)) - 1]
        some = f"{PAST_SHARE:.0%} of the {len(added)} merged changes that added anything"
        yield Budget(points, f"{some}, of {len(evidence.past)}, added at most {points:.1f}")


def read_size(size: str) -> float:
    """The points of a size. Raises ValueError that lists them."""
    points = BUDGETS.get(size.strip().lower())
    if points is None:
        raise ValueError(f"size {size!r} is not a size; write one of {', '.join(SIZES)}")
    return points


def _rounded(points: float) -> float:
    return round(points / _STEP) * _STEP


def read(text: str) -> Budget:
    """A budget as people write it: a size, `auto`, or a number. Raises ValueError that says what is allowed.

    `auto` is the middle size where nothing is known that it could learn from; the source says so.
    """
    word = text.strip().lower()
    if word in BUDGETS:
        return Budget(BUDGETS[word], word)
    if word == AUTO:
        return learn(Evidence())
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
