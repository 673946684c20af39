"""What a model's answer to the question when a ticket is done says: conditions, a question, or that all is there."""

import pytest

from pareback.orchestrator.specify.stated import read

ANSWER = """Here is what I would look for.

CONDITIONS
1. decorated shop/cart.py:Cart.total staticmethod
- `gone old_total`
- `gone old_total`
calls nothing

tests/test_new.py
```python
gone inside
raises shop/cart.py:Cart.total ValueError
QUESTION: is this read?
```

delta <= -2
"""


def test_lines_are_conditions_wherever_they_stand_but_in_a_fence() -> None:
    found = read(ANSWER)
    assert [(each.kind, each.symbol) for each in found.conditions] == [
        ("decorated", "Cart.total"),
        ("gone", "old_total"),
        ("delta", ""),
    ]
    assert (found.question, found.idle) == ("", "")
    (unread,) = found.unread
    assert "expected `calls PLACE NAME`" in unread


@pytest.mark.parametrize(
    ("text", "question", "idle"),
    [
        ("QUESTION: In cents or in euros?", "In cents or in euros?", ""),
        ("**Question:** In cents?\nQUESTION: Or not?", "In cents?", ""),
        ("NO CHANGE: it is static already", "", "it is static already"),
        ("The question: no change is needed", "", ""),
        ("", "", ""),
    ],
)
def test_a_question_and_no_change_are_told_from_prose(text: str, question: str, idle: str) -> None:
    found = read(text)
    assert (found.question, found.idle, found.conditions, found.unread) == (question, idle, (), ())
