"""test: run the target's tests on the candidate, targets first, and judge what they say against the baseline.

The tests of T decide; those of the patch run afterwards, in a process of their own, and must pass. A test that passed
and now fails is re-run alone before it counts: it may be flaky.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from pydantic import TypeAdapter

from pareback.orchestrator import last_word, own_tests, second_opinion
from pareback.orchestrator.call import Cancelled
from pareback.orchestrator.context import Context
from pareback.orchestrator.ledger import effect_key
from pareback.orchestrator.limits import LimitReached
from pareback.orchestrator.state import Candidate
from pareback.orchestrator.trial import Hear, Trial, asked, lay_out, run, select
from pareback.workspaces.standing import Standing, confirm, confirmed, standing, stop, suspects
from pareback.workspaces.suite import CollectError, Report, Result

LONE_RUNS = 2
"""Runs of a suspect alone on the candidate; it must fail them all."""

MOST_SUSPECTS = 5
"""Suspects that are re-run; with more at once something is broken, and the first say so."""

MOST_HANGS = 2
"""Tests that may run into their limit before a candidate's run is ended."""

TAMPERED = "tests may not be influenced"
"""All that anybody but the record's reader hears: how it was found would teach how not to be."""

STANDING: TypeAdapter[Standing] = TypeAdapter(Standing)


def test(candidate: Candidate, context: Context) -> Candidate:
    """The candidate with its standing and flags, or tampered, cancelled, or at the run's time limit."""
    candidate = replace(candidate, tree=_tree(candidate, context))
    key = _key("test", candidate, context)
    trial = lay_out(candidate, context, context.tests.server)
    try:
        value = context.ledger.effect(key, lambda: _timed(candidate, lambda: _stand(trial, context)))
    except Cancelled:
        return replace(candidate, status="cancelled", why="cancelled while its tests ran")
    except LimitReached as limit:
        return replace(candidate, status="limit", why=limit.limit)
    judged = _judged(candidate, context, value)
    return judged if judged.status == "tampered" else replace(judged, status="tested")


def run_cold(candidate: Candidate, context: Context) -> Candidate:
    """The candidate after one whole cold run in a copy of the tree that no test has touched, and, where there are any,
    the held-out tests."""
    key = _key("confirm", candidate, context)

    def cold() -> dict[str, Any]:
        server = context.tests.cold()
        try:
            return _timed(candidate, lambda: _confirm(lay_out(candidate, context, server, fresh=True), context))
        finally:
            server.close()

    return _judged(candidate, context, context.ledger.effect(key, cold))


def _key(node: str, candidate: Candidate, context: Context) -> str:
    """Of the tree alone, wherever in the run it comes up: the same tree is not tested twice."""
    inputs = [_tree(candidate, context), context.tests_tree, context.measured.targets.selection()]
    return effect_key(node, round=0, candidate=0, inputs=inputs)


def _tree(candidate: Candidate, context: Context) -> str:
    assert candidate.commit is not None
    return context.repository.store.commit(candidate.commit).tree


def _timed(candidate: Candidate, judge: Callable[[], Standing]) -> dict[str, Any]:
    started = time.monotonic()
    judged = judge()
    return {"standing": asdict(judged), "seconds": time.monotonic() - started, "round": candidate.round}


def _judged(candidate: Candidate, context: Context, value: dict[str, Any]) -> Candidate:
    """What was tampered with has no standing: nothing that its tests said can be believed."""
    judged = STANDING.validate_python(value["standing"])
    if judged.tampered:
        detail = "; ".join(judged.tampered)
        return replace(candidate, standing=None, status="tampered", why=TAMPERED, detail=detail)
    return replace(candidate, standing=judged, flags=second_opinion.flags(candidate, judged, context))


def _confirm(trial: Trial, context: Context) -> Standing:
    judged = _stand(trial, context)
    return last_word.speak(judged, trial, context) if judged.green else judged


def _stand(trial: Trial, context: Context) -> Standing:
    judged = _suite(trial, context)
    return own_tests.join(judged, trial, context) if judged.green else judged


def _suite(trial: Trial, context: Context) -> Standing:
    """One run that stops early; where what stopped it turns out flaky, one more that does not."""
    early = _impatient(stop(asked(trial, context), context.measured.targets))
    judged = _cleared(_judge(trial, context, early), trial, context)
    if judged.complete or judged.tampered or judged.regressions or judged.target_green < judged.target_total:
        return judged
    return _cleared(_judge(trial, context, lambda _: True), trial, context)


def _impatient(rule: Hear) -> Hear:
    """The rule, and an end where one candidate hangs in test after test: the others would say nothing new."""
    hung = []

    def hear(said: Result | CollectError) -> bool:
        if isinstance(said, Result) and said.outcome == "timeout":
            hung.append(said.id)
        return rule(said) and len(hung) < MOST_HANGS

    return hear


def _judge(trial: Trial, context: Context, hear: Hear) -> Standing:
    selection = select(context, first=context.measured.targets.selection(), then=trial.concerned)
    report = run(trial, trial.commit, context, selection, hear)
    return standing(report, baseline=asked(trial, context), targets=context.measured.targets)


def _cleared(judged: Standing, trial: Trial, context: Context) -> Standing:
    """Suspects that prove flaky are no regressions; they are only looked at where all targets are green."""
    if judged.tampered or judged.target_green < judged.target_total:
        return judged
    found = suspects(judged)[:MOST_SUSPECTS]
    guilty = [test for test in found if _is_guilty(test, trial, context)]
    return confirm(judged, guilty) if found else judged


def _is_guilty(suspect: str, trial: Trial, context: Context) -> bool:
    alone = select(context, only=(suspect,))
    reruns = []
    for _ in range(LONE_RUNS):
        reruns.append(run(trial, trial.commit, context, alone, lambda _: True))
        if not confirmed(suspect, reruns=reruns, base=_passing(suspect)):
            return False
    return confirmed(suspect, reruns=reruns, base=run(trial, context.tests_tree, context, alone, lambda _: True))


def _passing(test: str) -> Report:
    """Stands for the run on T until that one is needed."""
    return Report("ran", (Result(test, "passed", 0.0),))
