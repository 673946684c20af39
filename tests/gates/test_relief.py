"""What the flow of a unit costs less without some of its conditions."""

import pytest

from pareback.gates.languages import python
from pareback.gates.reading.relief import relief

NESTED = """
def f(a, b, c):
    if a:
        for x in b:
            if c:
                return x
    y = 1 if b else 2
    if a and c:
        return y
"""


@pytest.mark.parametrize(
    ("lines", "points"),
    [
        ({3}, 1 + 2),  # the `if`, and a level less for the loop and the condition in it
        ({5}, 3),
        ({3, 5}, 1 + 1 + 3),  # both, and a level less for the loop
        ({7}, 1),
        ({8}, 0),  # shares its line with `and`
        ({4}, 0),  # a loop is no condition
        (set[int](), 0),
        ({99}, 0),
    ],
)
def test_a_condition_takes_its_level_with_it(lines: set[int], points: float) -> None:
    (unit,) = python.build().extract(NESTED.encode()).units
    assert relief(unit, lines) == pytest.approx(points)


def test_what_lies_above_the_limit_costs_more() -> None:
    many = "def f(a):\n" + "".join(f"    if a == {number}:\n        a()\n" for number in range(20))
    (unit,) = python.build().extract(many.encode()).units
    assert relief(unit, {2}) == pytest.approx(1.5)
