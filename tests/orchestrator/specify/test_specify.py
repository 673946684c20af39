"""Before the loop, where nothing is red: an answer is proved on the base, mended once, frozen, never asked again."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from pareback.adapters.model import Request
from pareback.orchestrator import graph
from pareback.orchestrator.context import Context
from pareback.orchestrator.desk import Ended
from pareback.orchestrator.prompts import specify as prompt
from pareback.orchestrator.specify import specify
from pareback.orchestrator.specify.specification import delivered, kept
from pareback.workspaces.baseline import Targets

TESTS = """tests/test_rebate.py
```python
import pytest

from shop import cart


@pytest.mark.parametrize("total", [100, 200])
def test_half(total):
    assert cart.rebate(total) == total / 2


def test_label_stays():
    assert cart.label(1000) == "10.00 EUR plus 4.90 EUR"


def test_broken():
    assert cart.label(undefined) == ""


def test_from_afar():
    import requests_of_nobody
```
"""
ASK = "defined shop/cart.py:rebate"
HOLDS = "calls shop/cart.py:label euros"
LOST = "calls shop/cart.py:surcharge euros"
ASTRAY = "calls shop/nowhere.py print"
WHOLE = """shop/cart.py
<<<<<<< SEARCH
def label(total: int) -> str:
=======
def rebate(total: int) -> float:
    return total / 2


def label(total: int) -> str:
>>>>>>> REPLACE
"""


@pytest.fixture
def quiet(bench: Any) -> Callable[..., Any]:
    """The toy without a target: answers before the first round by attempt, then one reply for every round."""

    def make(*before: str, reply: str | None = None, **changes: Any) -> Any:
        def answer(request: Request) -> str | None:
            if request.round:
                return reply
            return before[request.index] if request.index < len(before) else None

        made = bench(answer)
        measured = replace(made.context.measured, failures=(), targets=Targets())
        return replace(made, context=replace(made.context, measured=measured, **changes))

    return make


def settled(made: Any, *, dry: bool = False) -> Context:
    context: Context = specify.settle(made.context, dry=dry)
    return context


def ended(made: Any) -> tuple[str, str, str]:
    with pytest.raises(Ended) as raised:
        settled(made)
    ending = raised.value.ending
    return ending.name, ending.reason, ending.message


def test_what_tells_something_is_frozen_and_the_rest_is_asked_again(quiet: Callable[..., Any]) -> None:
    made = quiet(f"{TESTS}\n{ASK}\n{HOLDS}\n{LOST}\n{ASTRAY}\n")
    context = settled(made)
    first, second = made.asked
    assert (first.refused, second.refused[0], first.round, second.index) == ((), prompt.REPAIR, 0, 1)
    faults = "\n".join(second.refused[1:])
    assert "test_broken: it is broken itself: NameError" in faults
    assert "'requests_of_nobody' is no module of this repository" in faults
    assert f"`{LOST}`: 'shop/cart.py' does not define 'surcharge'" in faults
    assert f"`{ASTRAY}`: there is no file 'shop/nowhere.py'" in faults
    assert "test_label_stays" not in faults  # what passes already is told, not refused, while something is open
    assert [each.condition.said for each in context.conditions] == [ASK]
    assert context.measured.targets == Targets(
        tuple(f"tests/test_rebate.py::test_half[{total}]" for total in (100, 200))
    )
    assert context.measured.oracle == "model_written"
    frozen = delivered(context.ledger)["tests/test_rebate.py"] or b""
    assert b"def test_half" in frozen
    assert not [name for name in (b"test_label_stays", b"test_broken", b"test_from_afar") if name in frozen]
    assert context.repository.read_file(context.tests_tree, "tests/test_rebate.py") == frozen
    assert context.repository.read_file(context.base, "tests/test_rebate.py") is None
    told = [str(event.data["text"]) for event in made.kinds("say")]
    assert [line.partition(":")[0] for line in told[:2]] == ["no test is red", "condition"]


@pytest.mark.parametrize(
    ("line", "kept_open"),
    [
        ("calls shop/cart.py:rebate euros", True),
        ("calls shop/cart.py:Till.open euros", True),
        ("decorated shop/cart.py:Till final", True),
        ("calls shop/new.py print", True),
        ("calls shop/cart.py:Tills euros", False),
        ("calls shop/money.py:rebate euros", False),
    ],
)
def test_what_the_change_is_to_make_may_be_spoken_of(quiet: Callable[..., Any], line: str, kept_open: bool) -> None:
    made = "defined shop/cart.py:Till.open\ndefined shop/new.py:a"
    context = settled(quiet(f"{ASK}\n{made}\n{line}"))
    assert (line in {each.condition.said for each in context.conditions}) == kept_open


def test_a_replay_asks_nothing_again(quiet: Callable[..., Any]) -> None:
    once, again = quiet(f"{TESTS}\n{ASK}"), quiet()
    before, after = settled(once), settled(again)
    assert (len(once.asked), len(again.asked)) == (2, 0)
    assert (after.tests_tree, after.measured, after.conditions) == (
        before.tests_tree,
        before.measured,
        before.conditions,
    )
    assert kept(before.ledger) == kept(after.ledger)


@pytest.mark.parametrize(("wrote", "name"), [("total / 2", "accepted"), ("total / 3", "red")])
def test_the_loop_works_on_it_and_may_not_edit_the_tests(
    quiet: Callable[..., Any], opening: Any, wrote: str, name: str
) -> None:
    cheat = "\ntests/test_rebate.py\n<<<<<<< SEARCH\nfrom shop import cart\n=======\nimport shop\n>>>>>>> REPLACE\n"
    made = quiet(f"{TESTS}\n{ASK}", reply=WHOLE.replace("total / 2", wrote) + cheat)
    context = settled(replace(made, context=_brief(made.context)))
    state = graph.run(opening(context), context)
    assert state.ending is not None
    assert state.best is not None
    assert (state.ending.name, state.best.green) == (name, name == "accepted")
    assert [each.status for each in state.best.answers] == ["applied", "refused"]
    assert "tests/test_rebate.py" not in context.repository.changes(context.base, state.best.commit or "")


def _brief(context: Context) -> Context:
    settings = context.settings.model_copy(update={"candidates": 1, "max_rounds": 1})
    return replace(context, settings=settings)


@pytest.mark.parametrize(
    ("answer", "ending", "words"),
    [
        (f"NO CHANGE: it does so\n{HOLDS}", ("no_change", "holds_already"), "(shop/cart.py:15 found there)"),
        (HOLDS, ("no_change", "holds_already"), HOLDS),
        ("QUESTION: Which till?", ("unclear", "question"), "Which till?"),
        ("NO CHANGE: it does so", ("unclear", "unspecified"), "nothing that shows it"),
        ("I would use a loop.", ("unclear", "unspecified"), "neither a condition nor a test file"),
        (WHOLE, ("unclear", "unspecified"), "'shop/cart.py' is no new test file"),
        ("calls nothing", ("unclear", "unspecified"), "expected `calls PLACE NAME`"),
    ],
)
def test_what_asks_for_nothing_ends_the_run(
    quiet: Callable[..., Any], answer: str, ending: tuple[str, str], words: str
) -> None:
    *found, message = ended(quiet(answer))
    assert (tuple(found), words in message) == (ending, True), message


def test_tests_that_pass_already_are_asked_for_again_before_nothing_has_to_change(quiet: Callable[..., Any]) -> None:
    passing = "tests/test_now.py\n```python\ndef test_now():\n    assert True\n```"
    made = quiet(passing, passing)
    *found, message = ended(made)
    assert (found, len(made.asked)) == (["no_change", "holds_already"], 2)
    assert "tests/test_now.py::test_now passes" in message
    assert made.asked[1].refused[1] == prompt.PASSING.format(name="tests/test_now.py::test_now")


def test_a_model_that_says_nothing_at_all_blocks(quiet: Callable[..., Any]) -> None:
    assert ended(quiet())[:2] == ("blocked", "no_red_test")


def test_a_dry_run_and_red_tests_ask_nobody(quiet: Callable[..., Any], bench: Any) -> None:
    dry, red = quiet(ASK), bench(["unused"])
    assert settled(dry, dry=True) is dry.context
    assert settled(red) is red.context
    assert (dry.asked, red.asked) == ([], [])


GIVEN: Mapping[tuple[str, ...], tuple[str, str, str]] = {
    (HOLDS,): ("no_change", "holds_already", "found there"),
    ("calls label",): ("blocked", "condition", "expected `calls PLACE NAME`"),
    (ASK, "make it quick"): ("blocked", "condition", "'make it quick' is no condition: expected one of defined PLACE"),
}


@pytest.mark.parametrize("lines", GIVEN)
def test_conditions_of_the_ticket_that_end_the_run(quiet: Callable[..., Any], lines: tuple[str, ...]) -> None:
    made = quiet(ASK)
    made = replace(made, context=replace(made.context, ticket=replace(made.context.ticket, conditions=lines)))
    name, reason, words = GIVEN[lines]
    *found, message = ended(made)
    assert (found, words in message, made.asked) == ([name, reason], True, [])


def test_conditions_of_the_ticket_need_no_model_and_stay_beside_red_tests(bench: Any) -> None:
    made = bench(["unused"])
    ticket = replace(made.context.ticket, conditions=(ASK, HOLDS))
    context = specify.settle(replace(made.context, ticket=ticket), dry=False)
    assert [(each.condition.said, each.holds) for each in context.conditions] == [(ASK, False), (HOLDS, True)]
    assert (context.measured, made.asked) == (made.context.measured, [])
    assert (kept(context.ledger) or {})["by"] == "ticket"
