"""The tests that a patch brings or, where the ticket allows it, changes: they must pass, and a changed one must also
fail without the rest of the patch, or it says nothing.

This is the second of two trees. On the first the tests of T decide, all but those of the files that the patch may and
does change; whatever it takes away or turns round there is listed in the result.
"""

from collections.abc import Iterator
from dataclasses import replace

from pareback.orchestrator.context import Context
from pareback.orchestrator.trial import Trial, file_of, run, select
from pareback.workspaces.baseline import is_green, outcomes
from pareback.workspaces.standing import Standing, tampering
from pareback.workspaces.suite import Report, Result

_RED = frozenset({"failed", "error", "timeout"})
_IDLE = "it passes without the change, too: what it asks for must fail on the base"


def join(judged: Standing, trial: Trial, context: Context) -> Standing:
    """The standing with what the patch's own tests say."""
    if not trial.added and not trial.opened:
        return judged
    present = context.repository.files(trial.whole)
    report = _run(trial, trial.whole, context, [path for path in (*trial.added, *trial.opened) if path in present])
    red = tuple(result for result in report.results if result.outcome in _RED)
    idle = tuple(_idle(report, trial, context)) if trial.opened and not red else ()
    wanted = trial.added or any(path in present for path in trial.opened)
    ran = not wanted or (report.work == "ran" and bool(report.results) and not report.errors)
    tampered = tampering(report, context.measured.baseline)
    return replace(
        judged,
        green=judged.green and ran and not red and not idle and not tampered,
        failures=(*judged.failures, *red, *idle, *report.errors),
        tampered=(*judged.tampered, *tampered),
        changed=_changed(report, trial, context),
    )


def _run(trial: Trial, commit: str, context: Context, paths: list[str]) -> Report:
    if not paths:
        return Report("none")
    return run(trial, commit, context, select(context, only=tuple(paths)), lambda _: True)


def _changed(report: Report, trial: Trial, context: Context) -> tuple[str, ...]:
    """The tests that passed on T and that are gone, are skipped, or fail as T has them."""
    given = [test for test in context.measured.baseline.passed if file_of(test) in trial.opened]
    if not given:
        return ()
    theirs = outcomes(report)
    as_given = outcomes(_run(trial, trial.commit, context, list(trial.opened)))
    return tuple(test for test in given if not (is_green(theirs.get(test)) and is_green(as_given.get(test))))


def _idle(report: Report, trial: Trial, context: Context) -> Iterator[Result]:
    """New tests, and old ones with another meaning, that pass on T with nothing but the patch's tests. Of a test with
    parameters one that fails is enough."""
    present = context.repository.files(trial.whole)
    opened = [path for path in trial.opened if path in present]
    theirs = outcomes(report)
    on_base = outcomes(_run(trial, trial.tests, context, opened))
    as_given = outcomes(_run(trial, trial.commit, context, opened))
    known = set(context.measured.baseline.collected)
    asked = [
        test
        for test, result in theirs.items()
        if file_of(test) in opened and is_green(result) and (test not in known or not is_green(as_given.get(test)))
    ]
    telling = {_function(test) for test in asked if not is_green(on_base.get(test))}
    for function in dict.fromkeys(map(_function, asked)):
        if function not in telling:
            yield Result(function, "failed", 0.0, _IDLE)


def _function(test: str) -> str:
    return test.partition("[")[0]
