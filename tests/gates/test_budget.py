"""Budgets as people write them."""

import pytest

from pareback.gates.budget import Budget, read


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
    assert read("auto") == Budget(12.0, "auto: no history to learn from yet, so medium")
    assert read("fix") == Budget(3.0, "fix")
    assert read("7") == Budget(7.0, "given")


@pytest.mark.parametrize("text", ["", "huge", "nan", "inf", "-inf", "12 points", "1,5"])
def test_anything_else_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"fix .*small .*medium .*large .*auto") as refused:
        read(text)
    assert repr(text) in str(refused.value)
