"""Tests that cannot be cheated: tampering, open questions, held-out tests, tests that a ticket lets a patch change."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from pareback.orchestrator import graph
from pareback.orchestrator.context import Context
from pareback.orchestrator.held_out import HeldOut, keep
from pareback.orchestrator.nodes.apply import apply
from pareback.orchestrator.nodes.generate import generate
from pareback.orchestrator.nodes.test import run_cold, test
from pareback.orchestrator.state import Candidate, State

Starter = Callable[..., Candidate]
Opening = Callable[[Context], State]

FORGING = """shop/money.py
<<<<<<< SEARCH
def euros(cents: int) -> str:
=======
from _pytest import runner

runner.CallInfo.from_call = None


def euros(cents: int) -> str:
>>>>>>> REPLACE
"""
LOOKING = """    import sys

    if total >= 5000 and sys._getframe(1):"""
CALM = """shop/cart.py
<<<<<<< SEARCH
    if total > 5000:
        return 0
=======
    class Calm(int):
        __ge__ = lambda self, other: True

    if total >= 5000:
        return Calm(0)
>>>>>>> REPLACE
"""
TURNED = """tests/test_cart.py
<<<<<<< SEARCH
    assert shipping(4999) == 490
=======
    assert shipping(4999) == {0}
>>>>>>> REPLACE
"""
ADDED = """tests/test_cart.py
<<<<<<< SEARCH
def test_label():
=======
def test_more():
    assert shipping({0}) == {1}


def test_label():
>>>>>>> REPLACE
"""
CHEAPER = """shop/cart.py
<<<<<<< SEARCH
    if total > 5000:
        return 0
    return 490
=======
    if total >= 5000:
        return 0
    return {0}
>>>>>>> REPLACE
"""


def hidden(context: Context, body: str) -> Context:
    """The same run with one held-out test."""
    commit = context.repository.commit(
        context.tests_tree,
        {"tests/test_hidden.py": f"from shop.cart import shipping\n\n\ndef test_hidden():\n    {body}\n".encode()},
        message="hidden",
    )
    return replace(context, held_out=HeldOut(context.tests_tree, commit, ("tests/test_hidden.py",)))


def opened(context: Context) -> Context:
    """The same run with a ticket that lets the patch change tests."""
    return replace(context, policy=replace(context.policy, allow=("tests/**",)))


def judged(context: Context, starter: Starter) -> Candidate:
    """The scripted reply through generate, apply and test."""
    candidate = starter(context)
    for node in (generate, apply, test):
        candidate = node(candidate, context)
    return candidate


def test_who_influences_the_tests_is_out_and_hears_nothing_else(
    bench: Any, opening: Opening, replies: Mapping[str, str]
) -> None:
    made = bench([FORGING, replies["fix"]], candidates=1)
    state = graph.run(opening(made.context), made.context)
    first = state.history[0].candidates[0]
    assert (first.status, first.why, first.standing) == ("tampered", "tests may not be influenced", None)
    assert "CallInfo.from_call" in first.detail
    assert made.asked[1].refused == ("tests may not be influenced",)
    assert "CallInfo" not in "".join(attempt.outcome for attempt in made.asked[1].tried)
    assert (state.ending.name if state.ending else None) == "accepted"


def test_a_run_of_nothing_but_tampering_ends_tampered(bench: Any, opening: Opening) -> None:
    context = bench([FORGING], candidates=1).context
    state = graph.run(opening(context), context)
    assert (state.ending.name if state.ending else None, state.best) == ("tampered", None)


def test_a_flag_that_asks_ends_the_run_with_the_question(
    bench: Any, opening: Opening, replies: Mapping[str, str]
) -> None:
    looking = replies["fix"].replace("    if total >= 5000:", LOOKING)
    context = bench([looking], candidates=1).context
    state = graph.run(opening(context), context)
    assert state.ending is not None
    assert state.best is not None
    assert (state.ending.name, state.ending.reason, state.best.green) == ("unclear", "flagged", True)
    assert "flag:frames:shop/cart.py" in state.ending.message


def test_a_waiver_answers_it(bench: Any, opening: Opening, replies: Mapping[str, str]) -> None:
    context = bench([replies["fix"].replace("    if total >= 5000:", LOOKING)], candidates=1).context
    context = replace(context, ticket=replace(context.ticket, waive=("flag:frames:shop/cart.py",)))
    state = graph.run(opening(context), context)
    assert state.best is not None
    assert ([flag.asks for flag in state.best.flags], state.best.doubtful) == ([False], False)
    assert (state.ending.name if state.ending else None) == "accepted"


@pytest.mark.parametrize(("line", "ending"), [("", "accepted"), (LOOKING, "unclear")])
def test_held_out_tests_answer_for_what_cannot_know_that_it_is_tested(
    bench: Any, opening: Opening, replies: Mapping[str, str], line: str, ending: str
) -> None:
    reply = replies["fix"].replace("    if total >= 5000:", line) if line else CALM
    context = hidden(bench([reply], candidates=1).context, "assert shipping(7000) == 0")
    state = graph.run(opening(context), context)
    assert state.best is not None
    assert (bool(state.best.flags), state.ending.name if state.ending else None) == (True, ending)


def test_held_out_tests_decide_and_say_only_how_many_failed(
    bench: Any, opening: Opening, replies: Mapping[str, str]
) -> None:
    special = replies["fix"].replace("    if total >= 5000:", "    if total in (5000, 9999):")
    mended = replies["fix"].replace("    if total > 5000:", "    if total in (5000, 9999):")
    made = bench([special, mended], candidates=1)
    context = hidden(made.context, "assert shipping(7000) == 0")
    state = graph.run(opening(context), context)
    assert [finished.step.what for finished in state.history] == ["feedback", "accept"]
    told = made.asked[1]
    assert told.refused == ("1 of 1 hidden checks failed; all the tests you see passed",)
    assert "7000" not in repr(told)
    standing = state.best.standing if state.best else None
    assert standing is not None
    assert (standing.hidden, standing.hidden_green) == (1, 1)


def test_held_out_tests_are_no_part_of_a_round(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    context = hidden(bench([replies["fix"]]).context, "assert False")
    candidate = judged(context, starter)
    assert (candidate.green, run_cold(candidate, context).green) == (True, False)


def test_held_out_tests_are_taken_out_of_the_repository_or_kept_from_elsewhere(bench: Any, tmp_path: Any) -> None:
    repository, base = bench([]).context.repository, bench([]).context.base
    inside = keep(repository, base, ["tests/test_money.py"], beside="tests")
    assert inside.paths == ("tests/test_money.py",)
    assert repository.read_file(inside.tests_tree, "tests/test_money.py") is None
    assert repository.files(inside.commit) == repository.files(base)
    (tmp_path / "test_far.py").write_text("x")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "test_deep.py").write_text("y")
    file = keep(repository, base, [str(tmp_path / "test_far.py")], beside="tests")
    folder = keep(repository, base, [str(tmp_path)], beside="tests")
    assert (file.paths, file.tests_tree) == (("tests/test_far.py",), base)
    assert folder.paths == ("deep/test_deep.py", "test_far.py")
    with pytest.raises(ValueError, match="names no test"):
        keep(repository, base, ["tests/no_such_test.py"], beside="tests")


def test_a_test_that_may_change_must_fail_without_the_patch(bench: Any, starter: Starter) -> None:
    """Its new meaning is asked of the base too, which must not have it yet."""
    turned = opened(bench([CHEAPER.format(390) + TURNED.format(390)]).context)
    candidate = judged(turned, starter)
    assert candidate.standing is not None
    expected = ("tests/test_cart.py::test_charged_below", "tests/test_cart.py::test_label")
    assert candidate.standing.changed == expected
    assert not candidate.green  # the label still says 4.90: of the patch's own tests one fails
    assert [getattr(each, "id", "") for each in candidate.standing.failures] == ["tests/test_cart.py::test_label"]


def test_new_tests_in_an_opened_file_must_fail_on_the_base(
    bench: Any, starter: Starter, replies: Mapping[str, str]
) -> None:
    telling = opened(bench([[replies["fix"] + ADDED.format(5000, 0), replies["fix"] + ADDED.format(5001, 0)]]).context)
    good, idle = (_played(telling, starter, index) for index in (0, 1))
    assert (good.green, idle.green) == (True, False)
    assert idle.standing is not None
    assert [getattr(each, "id", "") for each in idle.standing.failures] == ["tests/test_cart.py::test_more"]


def _played(context: Context, starter: Starter, index: int) -> Candidate:
    candidate = starter(context, index=index)
    for node in (generate, apply, test):
        candidate = node(candidate, context)
    return candidate


def test_the_tests_of_t_decide_whatever_was_allowed(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    """The target itself is never the patch's to change."""
    context = opened(bench([replies["cheat"]]).context)
    candidate = judged(context, starter)
    assert candidate.standing is not None
    assert (candidate.green, candidate.standing.target_green) == (False, 0)


def test_a_test_that_is_taken_away_is_listed(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    gone = replies["fix"] + "*** Delete File: tests/test_money.py\n"
    candidate = judged(opened(bench([gone]).context), starter)
    assert candidate.standing is not None
    assert (candidate.green, candidate.standing.changed) == (True, ("tests/test_money.py::test_euros",))


def test_data_beside_the_tests_opens_the_tests_of_its_folder(
    bench: Any, starter: Starter, replies: Mapping[str, str]
) -> None:
    """What they say with the patch's data must hold, and nothing that did is lost unseen."""
    reply = replies["fix"] + 'tests/prices.json\n```json\n{"free": 5000}\n```\n'
    context = opened(bench([reply]).context)
    present = context.repository.commit(context.tests_tree, {"tests/prices.json": b"{}\n"}, message="data")
    candidate = judged(replace(context, tests_tree=present, base=present), starter)
    assert candidate.standing is not None
    assert (candidate.green, candidate.standing.changed, candidate.standing.target_green) == (True, (), 1)
