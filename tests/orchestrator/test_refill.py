"""When a region is asked for in place of edits, and which."""

from dataclasses import replace

import pytest

from pareback.adapters.model import Failure, Frame, Profile, Region, Request, Source
from pareback.orchestrator.prompts import one_region
from pareback.orchestrator.refill import question

TEXT = "TAX = 7\n\n\ndef total(prices):\n    found = 0\n    return found\n\n\ndef net(price):\n    return price - TAX\n"
INSIDE = "    found = 0\n    return found\n"
ABOVE, _, BELOW = TEXT.partition(INSIDE)
RED = Failure("test_shop.py::test_total", "assert 0 == 3\n where 0 = total([1, 2])")
FITTING = Profile(refill="edit")
ASKED = Request(rules="r", ticket="Mend it.", files=(Source("shop.py", TEXT),), n=2)


def at(line: int, message: str = "boom") -> Failure:
    return Failure("test_shop.py::test_it", message, (Frame("test_shop.py", 3, "test_it"), Frame("shop.py", line, "f")))


def test_the_body_of_the_one_function_that_failed_is_asked_for() -> None:
    wish = one_region.RED.format(ticket="Mend it.", failures=f"{RED.test}: {RED.message}")
    assert question(replace(ASKED, failures=(RED,)), FITTING) == replace(
        ASKED, failures=(RED,), region=Region("shop.py", ABOVE, INSIDE, BELOW, wish)
    )
    found = question(replace(ASKED, failures=(at(5), at(6))), FITTING).region
    assert found is not None
    assert (found.inside, found.above + found.inside + found.below) == (INSIDE, TEXT)


def test_the_function_of_a_finding_is_asked_for_where_nothing_is_red() -> None:
    line = "[1] STILL OPEN S1 shop.py:10 net: two branches. DO: use one."
    found = question(replace(ASKED, findings=("Delta 5, budget 3.", line, "and 2 more")), FITTING).region
    assert found is not None
    assert (found.inside, found.wish) == ("    return price - TAX\n", one_region.OVER.format(findings=line))


@pytest.mark.parametrize(
    "asked",
    [
        replace(ASKED, failures=(RED,), index=1),
        replace(ASKED, failures=(RED,), n=1, round=1),
        replace(ASKED, failures=(at(5), at(10))),
        replace(ASKED, failures=(RED, Failure("t", "nothing is named"))),
        replace(ASKED, failures=(RED,), files=(Source("shop.py", TEXT, editable=False),)),
        replace(ASKED, failures=(RED,), files=(Source("shop.py", "def total(x): return 0\n"),)),
        replace(ASKED, findings=("[1] S1 shop.py:5 total: a", "[2] S1 shop.py:10 net: b")),
        ASKED,
    ],
    ids=["second", "alone", "two", "nowhere", "closed", "one line", "findings", "nothing"],
)
def test_otherwise_the_request_stays_as_it_is(asked: Request) -> None:
    assert question(asked, FITTING) is asked


def test_a_file_that_is_shown_in_part_is_whole_around_the_region() -> None:
    part = Source("shop.py", "def total(prices):\n    ⋮ 2 lines not shown", whole=False, full=TEXT)
    found = question(replace(ASKED, failures=(RED,), files=(part,)), FITTING).region
    assert found is not None
    assert (found.above, found.inside, found.below) == (ABOVE, INSIDE, BELOW)


def test_a_model_that_cannot_is_asked_as_ever_and_one_alone_every_other_round() -> None:
    red = replace(ASKED, failures=(RED,))
    assert question(red, Profile()) is red
    assert question(replace(red, n=1, round=2), FITTING).region is not None
