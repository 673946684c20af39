"""What a small model is asked: the function, the failure and the stretch, for one candidate after the other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from pareback.adapters.messages import render
from pareback.adapters.model import Attempt, Failure, Frame, Profile, Reply, Request, Source, Usage
from pareback.orchestrator import graph
from pareback.orchestrator.context import Context
from pareback.orchestrator.prompts import examples, one_line, whole_function
from pareback.orchestrator.small import EVERY, question
from pareback.orchestrator.state import State

SHOP = '''"""Prices."""


def euros(cents):
    """As people read it."""
    return f"{cents // 100} EUR"


def total(prices):
    """Their sum."""
    result = 0
    for price in prices:
        result = price
    return result
'''
TESTS = "from shop import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n"
MESSAGE = "assert 2 == 3\n +  where 2 = total([1, 2])"
REQUEST = Request(
    rules="long rules",
    ticket="Repair total",
    files=(Source("shop.py", SHOP), Source("money.py", "def round_up(a):\n    return a\n")),
    tests=(Source("test_shop.py", TESTS, editable=False),),
    failures=(Failure("test_shop.py::test_total", MESSAGE, (Frame("test_shop.py", 5, "test_total"),)),) * 2,
    refused=("nothing applied", "nor this"),
    tried=(Attempt("0", "round 1: red"),),
    n=8,
)


def test_the_first_candidate_writes_the_suspected_function() -> None:
    asked = question(REQUEST)
    region = asked.region
    assert region is not None
    assert (region.path, region.above + region.inside + region.below) == ("shop.py", SHOP)
    assert region.inside == SHOP.partition("\n\n\n")[2].partition("\n\n\n")[2]
    said = (asked.rules, asked.ticket, asked.tests, asked.refused, asked.tried)
    assert said == (whole_function.RULES, "Repair total", (), ("nothing applied",), ())
    assert asked.files == (Source("shop.py", region.inside),)
    (failure,) = asked.failures
    assert (failure.message, failure.frames) == ("`total([1, 2])` gives `2`, but `3` is right.", ())


def test_the_others_are_pointed_at_one_line_after_the_other() -> None:
    asked = [question(replace(REQUEST, round=turn, index=index)) for turn in (1, 2) for index in range(8)]
    lines = [each.region.inside.strip() for each in asked if each.region and each.rules == one_line.RULES]
    every = ["result = 0", "for price in prices:", "result = price", "return result"]
    assert lines == (every * 3)[: 16 - 16 // EVERY]
    assert {each.region.above + each.region.inside + each.region.below for each in asked if each.region} == {SHOP}


def test_a_line_that_a_traceback_went_through_comes_first() -> None:
    raised = Failure("test_shop.py::test_total", "TypeError: no", (Frame("shop.py", 13, "total"),))
    asked = question(replace(REQUEST, failures=(raised,), index=1))
    assert asked.region is not None
    assert asked.region.inside == "        result = price\n"
    assert asked.failures[0].message == "TypeError: no"


LINE = """## FILE: shop.py
```
def total(prices):
    \"\"\"Their sum.\"\"\"
    result = 0
    for price in prices:
        result = price
    return result
```

## RED TEST: test_shop.py::test_total
`total([1, 2])` gives `2`, but `3` is right.

## ABOUT YOUR LAST REPLY
- nothing applied

This line is wrong:
```python
        result = price
```
Write the right line."""


def test_a_line_is_asked_for_as_in_the_examples_before_it() -> None:
    system, *turns, user = render(question(replace(REQUEST, index=3)))
    assert (system.content, user.content) == (one_line.RULES, LINE)
    assert [turn.role for turn in turns] == ["user", "assistant"] * len(examples.MENDED)
    assert turns[0].content.endswith("```python\n        result = price\n```\nWrite the right line.")
    assert turns[1].content == "```python\n        result += price\n```"


def test_a_function_is_asked_for_as_in_the_examples_before_it() -> None:
    system, *turns, user = render(question(REQUEST))
    assert system.content == whole_function.RULES
    assert user.content.endswith("Write the whole function `total` with the mistake mended.")
    assert turns[-1].content == "```python\ndef may_vote(age):\n    return age >= 18\n```"


def test_a_stub_is_written_whole_by_every_candidate() -> None:
    stub = 'def total(prices):\n    """Their sum."""\n    pass\n'
    asked = [question(replace(REQUEST, files=(Source("shop.py", stub),), index=index)) for index in range(4)]
    assert {(each.rules, each.region.inside if each.region else "") for each in asked} == {(whole_function.RULES, stub)}


def test_without_a_function_the_request_stays_as_it_is() -> None:
    bare = replace(REQUEST, files=(Source("shop.py", "PRICE = 2\n"), replace(REQUEST.files[0], editable=False)))
    assert question(bare) == bare


class Small:
    """A scripted model that counts as a small one."""

    name = "small"
    profile = Profile(small=True)

    def __init__(self, replies: Sequence[Sequence[str]], asked: list[Request]) -> None:
        self._replies, self._asked = replies, asked

    def complete(self, request: Request) -> Iterator[str | Reply]:
        self._asked.append(request)
        turn = self._replies[min(request.round, len(self._replies)) - 1]
        text = turn[request.index]
        yield text
        yield Reply(text, "stop", Usage(1, 1, 0), 0.0)


@pytest.mark.parametrize(
    ("replies", "asked"),
    [
        ([["```python\ndef shipping(total: int) -> int:\n    return 490 if total < 5000 else 0\n```"]], 1),
        ([["I would look at the line again.", "```python\n    if total >= 5000:\n```"]], 2),
        ([["```python\ndef shipping(total: int) -> int:\n    return 0\n```"], ["```\n    if total >= 5000:\n```"]], 2),
    ],
)
def test_bare_code_of_a_small_model_goes_through_the_whole_loop(
    bench: Any, opening: Callable[[Context], State], replies: list[list[str]], asked: int
) -> None:
    requests: list[Request] = []
    made = bench([], candidates=len(replies[0]), max_rounds=len(replies))
    context = replace(made.context, ladder=(Small(replies, requests),))
    ended = graph.run(opening(context), context)
    assert ended.ending is not None
    assert (ended.ending.name, len(requests)) == ("accepted", asked)
    assert {request.files[0].path for request in requests} == {"shop/cart.py"}
