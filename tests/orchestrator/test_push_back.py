"""push_back: what a rejected round turns into, each decision beside one that is not taken."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pareback.adapters.model import Profile
from pareback.adapters.models import scripted
from pareback.gates.verdict import Finding
from pareback.orchestrator.context import Context
from pareback.orchestrator.nodes.push_back import push_back
from pareback.orchestrator.nodes.round import question
from pareback.orchestrator.prompts import answers
from pareback.orchestrator.state import Candidate, State
from pareback.workspaces.baseline import targets
from pareback.workspaces.edit import Answer
from pareback.workspaces.suite import Result

Opening = Callable[[Context], State]
Judged = Callable[..., Candidate]


def red(message: str = "assert 1 == 2") -> tuple[Result, ...]:
    return (Result("tests/test_cart.py::test_free_from_fifty", "failed", 0.1, message),)


def after(state: State, *candidates: Candidate) -> State:
    """The state after one more round, not yet pushed back."""
    number = state.round + 1
    moved = tuple(replace(each, round=number) for each in candidates)
    return replace(state, round=number, rung_rounds=state.rung_rounds + 1, candidates=moved, winner=None)


def step(state: State) -> tuple[str, str]:
    return state.history[-1].step.what, state.history[-1].step.reason


def test_a_red_round_goes_on_from_the_base_with_what_was_tried(bench: Any, opening: Opening, judged: Judged) -> None:
    made = bench(["unused"])
    context = made.context
    state = push_back(after(opening(context), judged(context, green=0, failures=red())), context)
    (attempt,) = state.feedback.tried
    assert (step(state), state.ending, state.candidates) == (("feedback", "0 of 1 target tests passed"), None, ())
    assert (state.start, state.feedback.failures) == (context.base, opening(context).feedback.failures)
    assert attempt.outcome.startswith("round 1: 0 of 1 target tests passed; tests/test_cart.py::test_free_from_fifty")
    assert [event.data["what"] for event in made.kinds("step")] == ["feedback"]


def test_a_green_round_over_budget_goes_on_from_its_best_candidate(
    bench: Any, opening: Opening, judged: Judged
) -> None:
    context = bench(["unused"]).context
    dear, dearer = judged(context, charged=9.0), judged(context, index=1, charged=11.0)
    state = push_back(after(opening(context), dearer, dear), context)
    assert (state.start, state.best, state.ending, state.quality_rounds) == (dear.commit, dear, None, 1)
    assert state.feedback.findings[0].startswith("Δ 9.0 points, budget 3: remove at least 6.0.")
    assert answers.SHOWN in state.feedback.tried[1].outcome
    assert "+# reply 1/1" in state.feedback.tried[0].outcome


def test_progress_that_broke_something_is_not_built_upon(bench: Any, opening: Opening, judged: Judged) -> None:
    context = bench(["unused"]).context
    broke = judged(context, regressions=("tests/test_money.py::test_euros",))
    state = push_back(after(opening(context), broke), context)
    assert state.start == context.base


@pytest.mark.parametrize(("green", "built_upon"), [(2, False), (3, True)])
def test_targets_that_were_green_before_are_no_progress(
    bench: Any, opening: Opening, judged: Judged, green: int, *, built_upon: bool
) -> None:
    """`--tests tests/test_cart.py` names two tests that pass on the base and one that does not."""
    context = bench(["unused"]).context
    measured = context.measured
    every = targets(measured.baseline, ["tests/test_cart.py"])
    context = replace(context, measured=replace(measured, targets=every))
    assert len(every.ids) == 3
    candidate = judged(context, green=green, charged=9.0)
    state = push_back(after(opening(context), candidate), context)
    assert state.start == (candidate.commit if built_upon else context.base)


def test_refused_edits_are_answered_and_reasons_of_the_machine_are_not(
    bench: Any, opening: Opening, judged: Judged
) -> None:
    context = bench(["unused"]).context
    nothing = {"standing": None, "verdict": None, "commit": None}
    refused = judged(context, answers=(Answer("refused", "a.py", "no such line"),), status="no_edit", **nothing)
    cut = judged(context, index=1, status="incomplete", why="the reply reached its token cap", **nothing)
    gone = judged(context, index=2, status="cancelled", why="cancelled after 3 bytes", **nothing)
    spent = judged(context, index=3, status="limit", why="exhausted", **nothing)
    state = push_back(after(opening(context), refused, cut, gone, spent), context)
    assert state.feedback.refused == ("no such line", "the reply reached its token cap")


def test_answers_of_the_candidate_that_goes_on_say_what_is_in(bench: Any, opening: Opening, judged: Judged) -> None:
    context = bench(["unused"]).context
    answers = (Answer("applied", "a.py"), Answer("refused", "b.py", "no such line"))
    state = push_back(after(opening(context), judged(context, charged=9.0, answers=answers)), context)
    assert state.feedback.refused == ("no such line", "The others are in (1: 'a.py'); do not resend them.")


@pytest.mark.parametrize(
    ("rungs", "given", "steps"),
    [
        (1, None, ["feedback", "fresh", "more", "fresh", "feedback", "fresh"]),
        (1, 3, ["feedback", "fresh", "feedback", "fresh", "feedback", "fresh"]),
        (2, None, ["feedback", "fresh", "more", "rung", "feedback", "fresh"]),
        (2, 3, ["feedback", "fresh", "rung", "feedback", "fresh", "feedback"]),
    ],
    ids=["one rung", "a number that was given stays", "two rungs", "two rungs and a number"],
)
def test_what_changes_after_the_same_failure_comes_in_order(
    bench: Any, opening: Opening, judged: Judged, rungs: int, given: int | None, steps: list[str]
) -> None:
    context = bench(*[["unused"]] * rungs, candidates=given).context
    state = opening(context)
    asked = []
    for number in range(1, 7):
        failed = replace(judged(context, number=number, green=0, failures=red()), rung=state.rung)
        state = push_back(after(state, failed), context)
        asked.append(question(state, context, context.ladder[state.rung]).n)
    assert [each.step.what for each in state.history] == steps
    assert asked == ([given] * 6 if given else {1: [2, 2, 4, 4, 4, 4], 2: [2, 2, 4, 2, 2, 2]}[rungs])
    assert len(state.feedback.tried) == 6


def test_a_search_is_never_stuck(bench: Any, opening: Opening, judged: Judged) -> None:
    """Its failures are the same for many a mutant, and its list of what was tried is its memory."""
    made = bench(["unused"], ["unused"]).context
    searching = scripted.Scripted("search", Profile(sees="sources"), ["unused"])
    context = replace(made, ladder=(searching, made.ladder[1]))
    state = opening(context)
    for number in (1, 2, 3):
        state = push_back(after(state, judged(context, number=number, green=0, failures=red())), context)
    assert [each.step.what for each in state.history] == ["feedback"] * 3


def test_edits_that_never_apply_are_a_failure_that_comes_back(bench: Any, opening: Opening, judged: Judged) -> None:
    context = bench(["unused"]).context
    nothing = {"standing": None, "verdict": None, "commit": None, "status": "no_edit"}
    state = opening(context)
    for number in (1, 2):
        state = push_back(after(state, judged(context, number=number, why="no operation applied", **nothing)), context)
    other = push_back(after(state, judged(context, number=3, green=0, failures=red())), context)
    assert [each.step.what for each in other.history] == ["feedback", "fresh", "feedback"]
    assert other.history[0].step.reason == "nothing that could be tested"


def test_a_climb_starts_from_the_best_with_quality_rounds_of_its_own(
    bench: Any, opening: Opening, judged: Judged
) -> None:
    context = bench(["unused"], ["unused"], quality_rounds=1).context
    state = opening(context)
    dear = judged(context, charged=9.0)
    for number in (1, 2):
        state = push_back(after(state, replace(dear, round=number)), context)
    assert (step(state), state.rung, state.start) == (("rung", "quality_rounds"), 1, dear.commit)
    state = push_back(after(state, replace(dear, round=3, rung=1)), context)
    assert state.ending is not None
    assert (state.ending.name, state.ending.reason) == ("over_budget", "quality_rounds")


@pytest.mark.parametrize(("why", "reason"), [("refused", "model_refused"), ("unavailable", "model_unavailable")])
def test_a_provider_that_is_not_there_gives_way_to_the_next_rung(
    bench: Any, opening: Opening, judged: Judged, why: str, reason: str
) -> None:
    made = bench(["unused"], ["unused"])
    context = made.context
    nothing = {"standing": None, "verdict": None, "commit": None, "reply": None, "status": "limit"}
    gone = judged(context, why=why, detail="no such key", **nothing)
    state = push_back(after(opening(context), gone, replace(gone, index=1)), context)
    assert (step(state), state.rung, state.ending) == (("rung", reason), 1, None)
    assert [event.data["text"] for event in made.kinds("say")] == ["no such key"]
    last = push_back(after(state, replace(gone, rung=1)), context)
    assert last.ending is not None
    assert last.ending.reason == reason


def test_whoever_may_refuse_a_climb_is_asked_once_a_life_until_it_is_allowed(
    bench: Any, opening: Opening, judged: Judged
) -> None:
    made = bench(["unused"], ["unused"], max_rounds=1).context
    answers, asked = ["parked", "parked", ""], []

    def may_climb(rung: int) -> str:
        asked.append(rung)
        return answers.pop(0)

    context = replace(made, may_climb=may_climb)
    rejected = after(opening(context), judged(context, green=0))
    parked = push_back(rejected, context)
    assert parked.ending is not None
    assert (parked.ending.name, parked.ending.reason, step(parked)) == ("interrupted", "parked", ("stop", "parked"))
    assert [push_back(rejected, context).rung for _ in range(3)] == [0, 1, 1]
    assert asked == [1, 1, 1]


def test_a_fresh_start_says_so_and_another_failure_needs_none(bench: Any, opening: Opening, judged: Judged) -> None:
    context = bench(["unused"]).context
    once = push_back(after(opening(context), judged(context, green=0, failures=red())), context)
    same = push_back(after(once, judged(context, number=2, green=0, failures=red())), context)
    other = push_back(after(once, judged(context, number=2, green=0, failures=red("assert 3 == 4"))), context)
    assert (same.start, same.feedback.refused, step(other)[0]) == (context.base, (answers.FRESH,), "feedback")


@pytest.mark.parametrize(("rounds", "ending"), [(1, None), (2, "red")])
def test_rounds_of_the_last_rung_end_the_run(
    bench: Any, opening: Opening, judged: Judged, rounds: int, ending: str | None
) -> None:
    context = bench(["unused"], max_rounds=2).context
    state = opening(context)
    for number in range(rounds):
        state = push_back(after(state, judged(context, number=number + 1, green=0)), context)
    assert (None if state.ending is None else state.ending.name) == ending
    assert ending is None or step(state) == ("stop", "rounds")


def test_a_worn_out_rung_gives_way_to_the_next(bench: Any, opening: Opening, judged: Judged) -> None:
    context = bench(["unused"], ["unused"], max_rounds=1).context
    state = push_back(after(opening(context), judged(context, green=0)), context)
    assert (step(state), state.rung, state.rung_rounds, state.ending) == (("rung", "rounds"), 1, 0, None)
    state = push_back(after(state, judged(context, number=2, green=0)), context)
    assert (step(state), state.ending is None) == (("stop", "rounds"), False)


def test_a_rung_with_nothing_to_offer_gives_way_and_the_last_one_ends(
    bench: Any, opening: Opening, judged: Judged
) -> None:
    context = bench(["unused"], ["unused"]).context
    spent = judged(context, status="limit", why="exhausted", standing=None, verdict=None, commit=None)
    state = push_back(after(opening(context), spent, replace(spent, index=1)), context)
    assert step(state) == ("rung", "exhausted")
    busy = push_back(after(opening(context), spent, judged(context, index=1, green=0)), context)
    assert step(busy)[0] == "feedback"
    last = push_back(after(state, spent), context)
    assert (last.ending is not None, step(last)) == (True, ("stop", "exhausted"))
    assert last.ending is not None
    assert (last.ending.name, last.ending.message) == ("red", "the model has nothing left to offer")


@pytest.mark.parametrize(("second", "what"), [("too long", "shrink"), ("red", "feedback")])
def test_a_request_that_fits_no_window_is_sent_again_once_with_less_in_it(
    bench: Any, opening: Opening, judged: Judged, second: str, what: str
) -> None:
    context = bench(["unused"], ["unused"]).context
    nothing = {"standing": None, "verdict": None, "commit": None, "reply": None}
    too_long = judged(context, status="incomplete", why="9000 tokens of 8192", **nothing)
    other = replace(too_long, index=1) if second == "too long" else judged(context, index=1, green=0)
    state = push_back(after(opening(context), too_long, other), context)
    assert step(state)[0] == what
    again = push_back(after(state, too_long, other), context)
    assert step(again)[0] == ("rung" if what == "shrink" else "fresh")


def test_quality_rounds_are_counted_from_the_first_green_one(bench: Any, opening: Opening, judged: Judged) -> None:
    context = bench(["unused"], quality_rounds=1).context
    state = opening(context)
    endings = []
    for number, green in ((1, 0), (2, 1), (3, 1)):
        state = push_back(after(state, judged(context, number=number, green=green, charged=9.0)), context)
        endings.append(None if state.ending is None else (state.ending.name, state.ending.reason))
    assert endings == [None, None, ("over_budget", "quality_rounds")]
    assert state.best is not None
    assert state.best.round == 2


@pytest.mark.parametrize(
    ("why", "name", "reason", "retry"),
    [
        ("crashes", "crashed", "repeated_crash", False),
        ("price_unknown", "blocked", "price_unknown", False),
        ("tokens", "red", "tokens", False),
        ("cost_usd", "red", "cost_usd", False),
        ("seconds", "red", "seconds", False),
    ],
)
def test_what_no_other_rung_could_avert_ends_the_run(
    bench: Any, opening: Opening, judged: Judged, why: str, name: str, reason: str, retry: bool
) -> None:
    context = bench(["unused"], ["unused"]).context
    nothing = {"standing": None, "verdict": None, "commit": None, "reply": None}
    limited = judged(context, status="limit", why=why, detail="in words", **nothing)
    state = push_back(after(opening(context), limited), context)
    assert state.ending is not None
    assert (state.ending.name, state.ending.reason, state.ending.retry) == (name, reason, retry)
    assert state.ending.message
    assert step(state) == ("stop", reason)


@pytest.mark.parametrize(("why", "name", "retry"), [("refused", "blocked", False), ("unavailable", "crashed", True)])
def test_without_another_rung_a_provider_that_is_not_there_ends_the_run(
    bench: Any, opening: Opening, judged: Judged, why: str, name: str, *, retry: bool
) -> None:
    context = bench(["unused"]).context
    nothing = {"standing": None, "verdict": None, "commit": None, "reply": None}
    state = push_back(
        after(opening(context), judged(context, status="limit", why=why, detail="in words", **nothing)), context
    )
    assert state.ending is not None
    assert (state.ending.name, state.ending.reason, state.ending.retry) == (name, f"model_{why}", retry)
    assert state.ending.message == "in words"


def test_one_unavailable_call_is_no_end(bench: Any, opening: Opening, judged: Judged) -> None:
    context = bench(["unused"]).context
    down = judged(context, status="limit", why="unavailable", standing=None, verdict=None, commit=None, reply=None)
    state = push_back(after(opening(context), down, judged(context, index=1, green=0)), context)
    assert (state.ending, step(state)[0]) == (None, "feedback")


def test_whatever_ends_a_run_keeps_its_best_candidate(bench: Any, opening: Opening, judged: Judged) -> None:
    context = bench(["unused"]).context
    limited = judged(context, status="limit", why="tokens", standing=None, verdict=None, commit=None)
    dear = judged(context, index=1, charged=9.0)
    state = push_back(after(opening(context), limited, dear), context)
    assert state.ending is not None
    assert (state.ending.name, state.ending.reason, state.best) == ("over_budget", "tokens", dear)


def test_seconds_and_the_stop_signal_are_looked_at_after_every_round(
    bench: Any, opening: Opening, judged: Judged
) -> None:
    now = [0.0]
    context = bench(["unused"], clock=lambda: now[0]).context
    round_ = after(opening(context), judged(context, green=0))
    assert push_back(round_, context).ending is None
    now[0] = 600.0
    late = push_back(round_, context).ending
    context.stop.set()
    stopped = push_back(round_, context).ending
    assert late is not None
    assert stopped is not None
    assert [(each.name, each.reason) for each in (late, stopped)] == [("red", "seconds"), ("interrupted", "signal")]


def test_a_green_patch_with_a_hard_finding_is_told_so(bench: Any, opening: Opening, judged: Judged) -> None:
    context = bench(["unused"]).context
    candidate = judged(context)
    assert candidate.verdict is not None
    hard = Finding(
        "H4:shop/cart.py:shipping", "H4", "shop/cart.py", 1, "shipping", 20.0, "runs text", "call it", hard=True
    )
    verdict = replace(candidate.verdict, within=False, findings=(hard,))
    state = push_back(after(opening(context), replace(candidate, verdict=verdict)), context)
    assert "1 hard finding must go at any budget" in state.feedback.findings[0]
    assert state.feedback.findings[1].startswith("[1] HARD H4 shop/cart.py:1 shipping: runs text. DO: call it.")


def test_only_the_last_attempts_are_quoted(bench: Any, opening: Opening, judged: Judged) -> None:
    context = bench(["unused"], max_rounds=99).context
    state = opening(context)
    for number in range(1, 10):
        candidate = judged(context, number=number, green=0, failures=red(f"assert {number} == 0"))
        state = push_back(after(state, candidate), context)
    lines = [len(each.outcome.splitlines()) for each in state.feedback.tried]
    assert (len(lines), lines[:3], min(lines[3:]) > 1) == (9, [1, 1, 1], True)
