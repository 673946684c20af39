"""test: run the target's tests on the candidate, targets first, and judge what they say against the baseline.

The tests run on T with the patch, without the patch's own new test files: those run afterwards, in a process of their
own, and must pass. A test that passed and now fails is re-run alone before it counts: it may be flaky.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from pareback.orchestrator.call import Cancelled
from pareback.orchestrator.context import Context
from pareback.orchestrator.ledger import effect_key
from pareback.orchestrator.limits import LimitReached
from pareback.orchestrator.state import Candidate
from pareback.workspaces.guard import is_test_file
from pareback.workspaces.standing import Standing, confirm, confirmed, standing, stop, suspects
from pareback.workspaces.suite import CollectError, Report, Result, Selection, Server

LONE_RUNS = 2
"""Runs of a suspect alone on the candidate; it must fail them all."""

MOST_SUSPECTS = 5
"""Suspects that are re-run; with more at once something is broken, and the first say so."""

MOST_HANGS = 2
"""Tests that may run into their limit before a candidate's run is ended."""

STANDING: TypeAdapter[Standing] = TypeAdapter(Standing)

Hear = Callable[[Result | CollectError], bool]


@dataclass(frozen=True, slots=True)
class Trial:
    """Where a candidate's tests run. `commit` is T with the patch but its new tests, `whole` with them as well."""

    commit: str
    whole: str
    new_tests: tuple[str, ...]
    server: Server
    fresh: bool = False


def test(candidate: Candidate, context: Context) -> Candidate:
    """The candidate with its standing, or cancelled, or at the run's time limit."""
    inputs = [candidate.commit, context.tests_tree, context.measured.targets.selection()]
    key = effect_key("test", round=candidate.round, candidate=candidate.index, inputs=inputs)
    trial = _trial(candidate, context, context.tests.server)
    try:
        value = context.ledger.effect(key, lambda: _timed(lambda: _stand(trial, context)))
    except Cancelled:
        return replace(candidate, status="cancelled", why="cancelled while its tests ran")
    except LimitReached as limit:
        return replace(candidate, status="limit", why=limit.limit)
    return replace(candidate, standing=STANDING.validate_python(value["standing"]), status="tested")


def run_cold(candidate: Candidate, context: Context) -> Candidate:
    """The candidate after one whole cold run in a copy of the tree that no test has touched."""
    key = effect_key("confirm", round=candidate.round, candidate=candidate.index, inputs=[candidate.commit])

    def cold() -> dict[str, Any]:
        server = context.tests.cold()
        try:
            return _timed(lambda: _stand(_trial(candidate, context, server, fresh=True), context))
        finally:
            server.close()

    value = context.ledger.effect(key, cold)
    return replace(candidate, standing=STANDING.validate_python(value["standing"]))


def _timed(judge: Callable[[], Standing]) -> dict[str, Any]:
    started = time.monotonic()
    judged = judge()
    return {"standing": asdict(judged), "seconds": time.monotonic() - started}


def _trial(candidate: Candidate, context: Context, server: Server, *, fresh: bool = False) -> Trial:
    repository = context.repository
    assert candidate.commit is not None
    changes = repository.changes(context.base, candidate.commit)
    present = repository.files(context.tests_tree)
    changes = {path: raw for path, raw in changes.items() if raw is not None or path in present}
    new = tuple(path for path in changes if path not in present and is_test_file(path))
    rest = {path: raw for path, raw in changes.items() if path not in new}
    commit = repository.commit(context.tests_tree, rest, message="trial")
    whole = repository.commit(context.tests_tree, changes, message="trial") if new else commit
    return Trial(commit, whole, new, server, fresh)


def _stand(trial: Trial, context: Context) -> Standing:
    judged = _suite(trial, context)
    if judged.green and trial.new_tests:
        return _with_new_tests(judged, trial, context)
    return judged


def _suite(trial: Trial, context: Context) -> Standing:
    """One run that stops early; where what stopped it turns out flaky, one more that does not."""
    early = _impatient(stop(context.measured.baseline, context.measured.targets))
    judged = _cleared(_judge(trial, context, early), trial, context)
    if judged.complete or judged.regressions or judged.target_green < judged.target_total:
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
    selection = _selection(context, first=context.measured.targets.selection())
    report = _run(trial, context, selection, hear)
    return standing(report, baseline=context.measured.baseline, targets=context.measured.targets)


def _cleared(judged: Standing, trial: Trial, context: Context) -> Standing:
    """Suspects that are flaky do not count; they are only looked at where all targets are green."""
    if judged.target_green < judged.target_total:
        return judged
    found = suspects(judged)[:MOST_SUSPECTS]
    guilty = [test for test in found if _is_guilty(test, trial, context)]
    return confirm(judged, guilty) if found else judged


def _is_guilty(suspect: str, trial: Trial, context: Context) -> bool:
    alone = _selection(context, only=(suspect,))
    reruns = []
    for _ in range(LONE_RUNS):
        reruns.append(_run(trial, context, alone, lambda _: True))
        if not confirmed(suspect, reruns=reruns, base=_passing(suspect)):
            return False
    base = replace(trial, commit=context.tests_tree)
    return confirmed(suspect, reruns=reruns, base=_run(base, context, alone, lambda _: True))


def _passing(test: str) -> Report:
    """Stands for the run on T until that one is needed."""
    return Report("ran", (Result(test, "passed", 0.0),))


def _with_new_tests(judged: Standing, trial: Trial, context: Context) -> Standing:
    whole = replace(trial, commit=trial.whole)
    report = _run(whole, context, _selection(context, only=trial.new_tests), lambda _: True)
    red = tuple(result for result in report.results if result.outcome in {"failed", "error", "timeout"})
    if report.work == "ran" and report.results and not red and not report.errors:
        return judged
    return replace(judged, green=False, failures=(*judged.failures, *red, *report.errors))


def _selection(context: Context, *, first: tuple[str, ...] = (), only: tuple[str, ...] | None = None) -> Selection:
    known = context.measured.baseline.limits
    limits = {test: known[test] for test in context.measured.baseline.passed if test in known}
    return Selection(first=first, only=only, limit=context.tests.seconds, limits=limits)


def _run(trial: Trial, context: Context, selection: Selection, hear: Hear) -> Report:
    """One run in a slot. Raises Cancelled where the race or the run ended meanwhile, LimitReached out of time."""
    left = context.settings.max_seconds - context.ledger.seconds
    if left <= 0:
        raise LimitReached("seconds", f"the run's {context.settings.max_seconds:g} seconds are used up")
    pool = context.tests.pool
    with pool.fresh(trial.commit) if trial.fresh else pool.showing(trial.commit) as slot:
        _check_race(trial, context)
        deadline = min(left, context.measured.baseline.suite_limit)
        halt = context.stop if trial.fresh else context.race
        report = trial.server.run(slot, selection, deadline=deadline, on_result=hear, halt=halt)
    _check_race(trial, context)
    return report


def _check_race(trial: Trial, context: Context) -> None:
    """A cold confirmation belongs to no race: only the end of the whole run stops it."""
    if context.stop.is_set() or (context.race.is_set() and not trial.fresh):
        raise Cancelled(0)
