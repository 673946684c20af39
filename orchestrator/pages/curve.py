"""A course of numbers as the path of a line in a drawing."""

from collections.abc import Sequence

POINTS = 240
"""Points of a line at most: more are finer than what is seen."""


def curve(course: Sequence[float], width: float, height: float) -> str:
    """The path of a line through the numbers, oldest left, least at the bottom. A course that stays the same lies in
    the middle."""
    shown = _thinned(course)
    low, high = min(shown), max(shown)
    step = width / max(len(shown) - 1, 1)
    ends = [shown[0], shown[0]] if len(shown) == 1 else shown
    step = width if len(shown) == 1 else step
    spread = high - low
    heights = [height / 2 if not spread else height - (each - low) / spread * height for each in ends]
    return "M" + " L".join(f"{at * step:.1f},{up:.1f}" for at, up in enumerate(heights))


def _thinned(course: Sequence[float]) -> Sequence[float]:
    """As many of the numbers as are drawn, evenly, the first and last among them."""
    if len(course) <= POINTS:
        return course
    return [course[at * (len(course) - 1) // (POINTS - 1)] for at in range(POINTS)]
