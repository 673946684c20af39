"""Budgets as people write them."""

import pytest

from pareback.gates.budget import Budget, Evidence, learn, read


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("fix", 3.0),
        ("small", 5.0),
        ("medium", 12.0),
        ("large", 30.0),
        (" Large ", 30.0),
        ("8", 8.0),
        ("-2.5", -2.5),
        ("0", 0.0),
        ("1e1", 10.0),
    ],
)
def test_sizes_and_numbers_are_budgets(text: str, points: float) -> None:
    assert read(text).points == points


def test_auto_says_where_it_comes_from() -> None:
    assert read("auto") == Budget(12.0, "auto: nothing to learn from, so medium")
    assert read("fix") == Budget(3.0, "fix")
    assert read("7") == Budget(7.0, "given")


@pytest.mark.parametrize("text", ["", "huge", "nan", "inf", "-inf", "12 points", "1,5"])
def test_anything_else_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"fix .*small .*medium .*large .*auto") as refused:
        read(text)
    assert repr(text) in str(refused.value)


HISTORY = (*[-2.0] * 20, *[0.0] * 20, *map(float, range(1, 21)))
"""Sixty changes: the twenty that added anything added 1 to 20 points."""


@pytest.mark.parametrize(
    ("evidence", "points"),
    [
        (Evidence(size="fix"), 3.0),
        (Evidence(test_lines=14), 7.0),
        (Evidence(past=HISTORY), 15.0),
        (Evidence(past=HISTORY[1:]), 12.0),
        (Evidence(past=[0.0] * 60), 12.0),
        (Evidence(size="fix", test_lines=14), 3.0),
        (Evidence(size="fix", test_lines=14, past=HISTORY), 7.0),
        (Evidence(size="large", past=HISTORY), 15.0),
        (Evidence(past=[0.1] * 60), 2.0),
        (Evidence(past=[500.0] * 60), 60.0),
        (Evidence(test_lines=100_000), 60.0),
    ],
)
def test_auto_is_the_lower_median_of_what_is_known(evidence: Evidence, points: float) -> None:
    assert learn(evidence).points == points


def test_auto_shows_its_arithmetic() -> None:
    assert learn(Evidence("small", 14, HISTORY)).source == (
        "auto: lower median of size small 5, 14 test lines 2.6·14^0.38 = 7.1, "
        "75% of the 20 merged changes that added anything, of 60, added at most 15.0"
    )
    assert learn(Evidence("fix")).source == "auto: size fix 3"


def test_the_order_of_the_past_does_not_matter_and_one_huge_change_hardly_does() -> None:
    assert learn(Evidence(past=HISTORY[::-1])) == learn(Evidence(past=HISTORY))
    assert learn(Evidence(past=(*HISTORY[:-1], 9000.0))).points == 15.0


def test_a_size_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"size 'huge' is not a size; write one of fix, small, medium, large"):
        learn(Evidence(size="huge"))
