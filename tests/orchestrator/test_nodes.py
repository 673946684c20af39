"""Each node as a plain function: state in, state out."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest

from pareback.adapters.model import Prices, Reply, Usage
from pareback.adapters.models.scripted import Line
from pareback.gates.verdict import Verdict
from pareback.orchestrator.context import Context
from pareback.orchestrator.limits import Caps, at_worst
from pareback.orchestrator.nodes.accept import accept
from pareback.orchestrator.nodes.apply import apply
from pareback.orchestrator.nodes.generate import generate
from pareback.orchestrator.nodes.measure import measure
from pareback.orchestrator.nodes.test import run_cold, test
from pareback.orchestrator.state import Candidate, State
from pareback.workspaces.standing import Standing

Starter = Callable[..., Candidate]


def through(candidate: Candidate, context: Context, *nodes: Callable[[Candidate, Context], Candidate]) -> Candidate:
    for node in nodes:
        candidate = node(candidate, context)
    return candidate


def said(candidate: Candidate) -> Reply:
    assert candidate.reply is not None
    return candidate.reply


def standing(candidate: Candidate) -> Standing:
    assert candidate.standing is not None
    return candidate.standing


def verdict(candidate: Candidate) -> Verdict:
    assert candidate.verdict is not None
    return candidate.verdict


def going_on(candidate: Candidate, text: str) -> Candidate:
    """A candidate that edits the tree of this one and says this."""
    return replace(candidate, start=candidate.commit or "", reply=replace(said(candidate), text=text), commit=None)


def testless(context: Context) -> Context:
    """The same run without any time left for tests: only what is stored can be had."""
    return replace(context, settings=context.settings.model_copy(update={"max_seconds": 0.0}))


def test_a_reply_is_stored_before_anything_reads_it_and_never_asked_for_twice(
    bench: Any, starter: Starter, replies: Mapping[str, str]
) -> None:
    first = bench([replies["fix"]])
    candidate = starter(first.context)
    replied = generate(candidate, first.context)
    ((key, stored),) = first.context.ledger.effects()
    assert (key.partition("/")[0], stored["text"], replied.status) == ("generate", replies["fix"], "replied")
    again = bench([replies["wrong"]])
    assert (generate(candidate, again.context), len(first.asked), again.asked) == (replied, 1, [])


def test_another_request_is_asked_anew(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    made = bench([[replies["fix"], replies["wrong"]]])
    texts = [said(generate(starter(made.context, index=index), made.context)).text for index in (0, 1)]
    assert (texts, len(made.asked)) == ([replies["fix"], replies["wrong"]], 2)


@pytest.mark.parametrize(
    ("line", "status", "why"),
    [
        (Line("half an answer", finish="length"), "incomplete", "the reply reached its token cap before its end"),
        (Line("", finish="filtered"), "incomplete", "the provider withheld the reply"),
        (Line("half an answer", finish="cancelled"), "incomplete", "the reply was cancelled before its end"),
        (None, "limit", "exhausted"),
        (Line("the prompt has 9000 tokens of 8192", error="too_long"), "incomplete", "did not fit the model's context"),
        (Line("no such key", error="refused"), "limit", "refused"),
        (Line("busy", error="unavailable", retry_after=10_000.0), "limit", "unavailable"),
    ],
    ids=["length", "filtered", "cancelled", "exhausted", "too_long", "refused", "unavailable"],
)
def test_whatever_goes_wrong_with_a_reply_is_data(
    bench: Any, starter: Starter, line: Line | None, status: str, why: str
) -> None:
    context = bench(lambda _: line).context
    candidate = generate(starter(context), context)
    assert (candidate.status, why in candidate.why, candidate.commit) == (status, True, None)
    assert candidate.detail == (line.text if line is not None and line.error else "")


@pytest.mark.parametrize(
    ("before", "lost"), [(None, 0), (Line("half", finish="cut"), 1), (Line(error="unavailable"), 0)]
)
def test_every_try_that_may_be_billed_is_counted(
    bench: Any, starter: Starter, replies: Mapping[str, str], before: Line | None, lost: int
) -> None:
    """A cut reply counts as its worst case, a busy provider as nothing, the whole reply as what it says."""
    lines = [Line(replies["fix"], prompt_tokens=900, completion_tokens=50)]
    lines = lines if before is None else [before, *lines]
    context = bench(lambda _: lines.pop(0)).context
    candidate = starter(context)
    assert said(generate(candidate, context)) == Reply(replies["fix"], "stop", Usage(900, 50), None, ANY, lost)
    worst = at_worst(candidate.request, context.ladder[0]).tokens
    assert context.ledger.spent().tokens == 950 + lost * worst


def test_a_cut_reply_is_never_a_success(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    """With too few seconds left for a second try it counts as unavailable at once."""
    context = bench([Line(replies["fix"], finish="cut")], clock=lambda: 0.0, max_seconds=0.5).context
    candidate = generate(starter(context), context)
    assert (candidate.status, candidate.why, list(context.ledger.effects())) == ("limit", "unavailable", [])


def test_a_call_is_cancelled_when_the_race_is_over(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    context = bench([Line(replies["fix"], delay=60)]).context
    context.race.set()
    candidate = generate(starter(context), context)
    assert (candidate.status, candidate.why) == ("cancelled", "cancelled after 0 bytes")


def test_no_call_is_made_that_could_pass_a_limit(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    over = bench([replies["fix"]], caps=Caps(tokens=1000))
    candidate = generate(starter(over.context), over.context)
    assert (candidate.status, candidate.why, over.asked) == ("limit", "tokens", [])
    assert "of 1000" in candidate.detail


def test_no_call_is_made_when_the_seconds_are_used_up(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    now = [0.0]
    late = bench([replies["fix"]], clock=lambda: now[0])
    now[0] = 601.0
    candidate = generate(starter(late.context), late.context)
    assert (candidate.status, candidate.why, late.asked) == ("limit", "seconds", [])


def test_tokens_that_were_not_counted_cost_their_worst_case(
    bench: Any, starter: Starter, replies: Mapping[str, str]
) -> None:
    counted = Line(replies["fix"], prompt_tokens=100, completion_tokens=20)
    context = bench([[counted, replies["fix"]]], prices=Prices(1.0, 2.0)).context
    reply = said(generate(starter(context), context))
    known = context.ledger.spent()
    assert (reply.usage, reply.cost_usd, known.tokens, known.unknown) == (Usage(100, 20), 0.00014, 120, 0)
    generate(starter(context, index=1), context)
    assert (context.ledger.spent().tokens > 120 + 8192, context.ledger.spent().unknown) == (True, 1)


@pytest.mark.parametrize(
    ("line", "kept"), [(Line(error="refused"), False), (Line(error="too_long"), False), (Line("x", "cut"), True)]
)
def test_a_call_that_cost_nothing_for_certain_holds_nothing(
    bench: Any, starter: Starter, line: Line, *, kept: bool
) -> None:
    """A cut reply may have been paid for: its reservation stays, as does that of a second try."""
    context = bench([[line]], prices=None).context
    context = replace(context, settings=context.settings.model_copy(update={"max_seconds": 1.0}))
    assert generate(starter(context), context).reply is None
    assert bool(context.ledger.spent().unknown) == kept


def test_apply_commits_the_base_with_the_whole_patch(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    context = bench([replies["bulky"]]).context
    repository = context.repository
    bulky = through(starter(context), context, generate, apply)
    slim = apply(going_on(bulky, replies["slim"]), context)
    assert (bulky.status, slim.status, bulky.size, slim.size) == ("applied", "applied", 11, 2)
    commits = [each.commit or "" for each in (bulky, slim)]
    assert [repository.store.commit(each).parents for each in commits] == [(context.base,)] * 2
    assert list(repository.changes(context.base, commits[1])) == ["shop/cart.py"]
    assert b">= 5000" in (repository.read_file(commits[1], "shop/cart.py") or b"")


def test_a_refused_operation_leaves_its_answer_and_the_others_go_in(
    bench: Any, starter: Starter, replies: Mapping[str, str]
) -> None:
    context = bench([replies["astray"] + replies["fix"]]).context
    candidate = through(starter(context), context, generate, apply)
    assert (candidate.status, [each.status for each in candidate.answers]) == ("applied", ["refused", "applied"])


@pytest.mark.parametrize(
    ("words", "answers", "why"),
    [
        (["astray"], ["refused"], "no operation applied"),
        (["cheat"], ["refused"], "no operation applied"),
        (["prose"], ["refused"], "no operation applied"),
    ],
)
def test_a_reply_that_changes_nothing_goes_no_further(
    bench: Any, starter: Starter, replies: Mapping[str, str], words: list[str], answers: list[str], why: str
) -> None:
    context = bench(["".join(replies[word] for word in words)]).context
    candidate = through(starter(context), context, generate, apply)
    assert (candidate.status, candidate.commit, candidate.why) == ("no_edit", None, why)
    assert [each.status for each in candidate.answers] == answers
    assert all(each.message for each in candidate.answers)


@pytest.mark.parametrize(
    ("said", "first", "answer"),
    [
        ("math.floor(total) >= 5000", b"import math\n", ("applied", "'shop/cart.py': put in at line 3: import math")),
        ("unheard(total)", b"from shop", ("refused", "'shop/cart.py': nothing binds 'unheard' (line 8); define it")),
        ("total >= 5000", b"from shop", None),
    ],
    ids=["forgotten", "without a source", "nothing lacks"],
)
def test_an_import_that_the_reply_forgot_is_in_the_patch(
    bench: Any, starter: Starter, replies: Mapping[str, str], said: str, first: bytes, answer: tuple[str, str] | None
) -> None:
    made = bench([replies["fix"].replace("total >= 5000", said)])
    candidate = through(starter(made.context), made.context, generate, apply, test)
    raw = made.context.repository.read_file(candidate.commit or "", "shop/cart.py")
    assert (raw or b"").split(b"\n\n", 1)[1].startswith(first)
    status, message = answer or ("applied", "changed at line")
    assert (candidate.answers[-1].status, message in candidate.answers[-1].message) == (status, True)
    assert len(candidate.answers) == (1 if answer is None else 2)
    assert (standing(candidate).green, len(made.asked)) == (status == "applied", 1)


def test_an_import_is_found_beside_an_empty_file_of_the_same_reply(
    bench: Any, starter: Starter, replies: Mapping[str, str]
) -> None:
    """`cents` could come from anywhere in the tree: each of its files is looked into, those of the reply too."""
    empty = "shop/tax/__init__.py\n```python\n```\n"
    rates = "shop/tax/rates.py\n```python\nFREE = 5000\n```\n"
    context = bench([empty + rates + replies["fix"].replace("total >= 5000", "total >= FREE")]).context
    candidate = through(starter(context), context, generate, apply)
    raw = context.repository.read_file(candidate.commit or "", "shop/cart.py")
    assert context.repository.read_file(candidate.commit or "", "shop/tax/__init__.py") == b""
    assert b"from shop.tax.rates import FREE\n" in (raw or b""), candidate.answers


def test_a_file_of_which_a_part_was_shown_is_not_written_whole(bench: Any, starter: Starter) -> None:
    reply = "shop/cart.py\n```python\ndef shipping(total: int) -> int:\n    return 0\n```\n"
    context = bench([reply, reply]).context
    seen = through(starter(context), context, generate)
    assert apply(seen, context).status == "applied"
    (cart, *others) = seen.request.files
    parts = replace(seen, applied=None, request=replace(seen.request, files=(replace(cart, whole=False), *others)))
    refused = apply(parts, context)
    assert (refused.status, [each.status for each in refused.answers]) == ("no_edit", ["refused"])
    assert refused.answers[0].message == (
        "'shop/cart.py' was shown in part, so it cannot be written whole: quote the lines that change"
    )


def test_a_new_test_of_an_earlier_round_may_be_mended(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    context = bench([replies["mistested"]]).context
    first = through(starter(context), context, generate, apply)
    second = apply(going_on(first, replies["mended"] + replies["cheat"]), context)
    assert [each.status for each in second.answers] == ["applied", "refused"]


def test_the_targets_of_a_fix_are_green(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    context = bench([replies["fix"]]).context
    candidate = through(starter(context), context, generate, apply, test)
    stood = standing(candidate)
    found = (candidate.status, stood.green, stood.complete, stood.target_green, stood.regressions)
    assert found == ("tested", True, True, 1, ())
    assert test(replace(candidate, standing=None), testless(context)) == candidate


def test_a_red_target_ends_the_run_before_the_rest(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    context = bench([replies["wrong"]]).context
    stood = standing(through(starter(context), context, generate, apply, test))
    assert (stood.green, stood.complete, stood.target_green, stood.regressions) == (False, False, 0, ())
    assert [each.message.splitlines()[0] for each in stood.failures] == ["assert 490 == 0"]


def test_what_passed_and_fails_alone_as_well_is_a_regression(
    bench: Any, starter: Starter, replies: Mapping[str, str]
) -> None:
    context = bench([replies["regress"]]).context
    stood = standing(through(starter(context), context, generate, apply, test))
    broken = ("tests/test_cart.py::test_charged_below",)
    assert (stood.green, stood.target_green, stood.regressions) == (False, 1, broken)


def test_a_test_that_fails_once_is_flaky_and_does_not_count(
    bench: Any, starter: Starter, replies: Mapping[str, str], weather: Path
) -> None:
    context = bench([replies["fix"]]).context
    applied = through(starter(context), context, generate, apply)
    (weather / "rain").touch()
    stood = standing(test(applied, context))
    assert (stood.green, stood.complete, stood.regressions, list(weather.iterdir())) == (True, True, (), [])


def test_new_tests_run_afterwards_and_must_pass(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    context = bench([[replies["tested"], replies["mistested"]]]).context
    candidates = [through(starter(context, index=each), context, generate, apply, test) for each in (0, 1)]
    good, bad = (standing(each) for each in candidates)
    assert (good.green, good.failures, bad.green) == (True, (), False)
    assert [getattr(each, "id", "") for each in bad.failures] == ["tests/test_more.py::test_more"]


def test_an_endless_loop_is_red_at_the_limit_of_one_test(
    bench: Any, starter: Starter, replies: Mapping[str, str]
) -> None:
    context = bench([replies["hang"]]).context
    stood = standing(through(starter(context), context, generate, apply, test))
    outcomes = [getattr(each, "outcome", "") for each in stood.failures]
    assert (stood.green, stood.target_green, outcomes) == (False, 0, ["timeout"])


def test_tests_stop_with_the_race_and_with_the_seconds(
    bench: Any, starter: Starter, replies: Mapping[str, str]
) -> None:
    now = [0.0]
    context = bench([replies["fix"]], clock=lambda: now[0]).context
    applied = through(starter(context), context, generate, apply)
    context.race.set()
    cancelled = test(applied, context)
    context.race.clear()
    now[0] = 601.0
    late = test(applied, context)
    assert (cancelled.status, late.status, late.why) == ("cancelled", "limit", "seconds")
    assert (cancelled.standing, late.standing) == (None, None)


def test_measure_prices_the_patch_against_the_base(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    context = bench([[replies["fix"], replies["bulky"]]]).context
    fix, bulky = (through(starter(context, index=each), context, generate, apply, measure) for each in (0, 1))
    cheap, dear = verdict(fix), verdict(bulky)
    assert (cheap.delta, cheap.within, cheap.budget, dear.delta > 3, dear.within) == (0.0, True, 3.0, True, False)
    assert [key.partition("/")[0] for key, _ in context.ledger.effects()] == ["generate", "measure"] * 2
    assert measure(replace(fix, commit=None, verdict=None), context).verdict is None


def test_a_waived_finding_does_not_block(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    text = replies["fix"].replace(">= 5000:", ">= eval('5000'):")
    strict = bench([text], budget=100.0).context
    blocked = verdict(through(starter(strict), strict, generate, apply, measure))
    lax = replace(strict, ticket=replace(strict.ticket, waive=tuple(finding.id for finding in blocked.hard)))
    waived = verdict(through(starter(lax), lax, generate, apply, measure))
    assert [each.id.partition(":")[0] for each in blocked.hard] == ["H4"]
    assert (blocked.within, waived.within, waived.delta) == (False, True, blocked.delta)


def raced(context: Context, starter: Starter, opening: Callable[[Context], State]) -> State:
    """A state after a round that candidate 0 has won."""
    candidate = through(starter(context), context, generate, apply, test, measure)
    return replace(opening(context), round=1, candidates=(candidate,), winner=0)


def test_accept_confirms_the_winner_and_ends_the_run(
    bench: Any, starter: Starter, opening: Callable[[Context], State], replies: Mapping[str, str]
) -> None:
    made = bench([replies["fix"]])
    state = accept(raced(made.context, starter, opening), made.context)
    assert state.ending is not None
    assert (state.ending.name, state.best is not None, len(state.history)) == ("accepted", True, 1)
    assert (state.history[0].winner, state.history[0].step.what, state.candidates) == (0, "accept", ())
    assert [event.data for event in made.kinds("confirmed")] == [{"green": True}]


def test_a_cold_run_that_disagrees_takes_the_win_away(
    bench: Any, starter: Starter, opening: Callable[[Context], State], replies: Mapping[str, str], weather: Path
) -> None:
    """The candidate leans on a file outside the tree that is gone when it is confirmed."""
    made = bench([replies["leaning"]])
    sun = weather / "sun"
    sun.touch()
    state = raced(made.context, starter, opening)
    assert state.candidates[0].acceptable
    sun.unlink()
    after = accept(state, made.context)
    assert (after.ending, after.winner, after.candidates[0].green) == (None, None, False)
    assert [event.data for event in made.kinds("confirmed")] == [{"green": False}]


def test_a_run_that_is_told_to_stop_while_it_confirms_ends_nothing(
    bench: Any, starter: Starter, opening: Callable[[Context], State], replies: Mapping[str, str]
) -> None:
    context = bench([replies["fix"]]).context
    state = raced(context, starter, opening)
    context.stop.set()
    after = accept(state, context)
    assert (after.ending, after.winner, after.candidates) == (None, None, state.candidates)
    context.stop.clear()
    assert accept(state, context).ending is not None


def test_what_no_time_was_left_to_confirm_is_not_green(
    bench: Any, starter: Starter, opening: Callable[[Context], State], replies: Mapping[str, str]
) -> None:
    now = [0.0]
    context = bench([replies["fix"]], clock=lambda: now[0]).context
    state = raced(context, starter, opening)
    now[0] = 601.0
    after = accept(state, context)
    assert (after.ending, after.winner, after.candidates[0].green) == (None, None, False)


def test_a_cold_run_is_made_once(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    context = bench([replies["fix"]]).context
    candidate = through(starter(context), context, generate, apply)
    confirmed = run_cold(candidate, context)
    assert (confirmed.green, run_cold(candidate, testless(context))) == (True, confirmed)
