"""The tests that a patch brings or, where the ticket allows it, changes: they must pass, and a changed one must also
fail without the rest of the patch, or it says nothing.

This is the second of two trees. On the first the tests of T decide, all but those of the files that the patch may and
does change; whatever it takes away or turns round there is listed in the result.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pareback.orchestrator.context import Context
from pareback.orchestrator.trial import Trial, folder_of, reopens, run, select
from pareback.workspaces.baseline import is_green, outcomes
from pareback.workspaces.guard import is_test_file
from pareback.workspaces.standing import Standing, tampering
from pareback.workspaces.suite import Report, Result

_RED = frozenset({"failed", "error", "timeout"})
_IDLE = "it passes without the change, too: what it asks for must fail on the base"


def join(judged: Standing, trial: Trial, context: Context) -> Standing:
    """The standing with what the patch's own tests say."""
    if not trial.added and not trial.opened:
        return judged
    present = context.repository.files(trial.whole)
    own = [path for path in (*trial.added, *trial.opened) if path in present]
    report = _run(trial, trial.whole, context, own)
    opened = _opened(trial, context, report) if trial.opened else _Opened()
    red = tuple(result for result in report.results if result.outcome in _RED)
    idle = () if red else opened.idle
    ran = not own or (report.work == "ran" and bool(report.results) and not report.errors)
    tampered = tampering(report, context.measured.baseline)
    return replace(
        judged,
        green=judged.green and ran and not red and not idle and not tampered,
        failures=(*judged.failures, *red, *idle, *report.errors),
        tampered=(*judged.tampered, *tampered),
        changed=opened.changed,
    )


@dataclass(frozen=True, slots=True)
class _Opened:
    """What became of the tests in opened files: `changed` passed on T and are gone, are skipped, or fail as T has them;
    `idle` are new ones, or old ones with another meaning, that pass without the rest of the patch, too."""

    changed: tuple[str, ...] = ()
    idle: tuple[Result, ...] = ()


def _opened(trial: Trial, context: Context, report: Report) -> _Opened:
    baseline = context.measured.baseline
    theirs = outcomes(report)
    as_given = outcomes(_run(trial, trial.commit, context, trial.opened))
    on_base = outcomes(_run(trial, trial.tests, context, trial.opened))
    given = [test for test in baseline.passed if reopens(trial.opened, test)]
    changed = [test for test in given if not (is_green(theirs.get(test)) and is_green(as_given.get(test)))]
    known = {*baseline.collected} - {*changed}
    asked = [test for test in theirs if reopens(trial.opened, test) and is_green(theirs[test]) and test not in known]
    telling = {_function(test) for test in asked if not is_green(on_base.get(test))}
    idle = [function for function in dict.fromkeys(map(_function, asked)) if function not in telling]
    return _Opened(tuple(changed), tuple(Result(function, "failed", 0.0, _IDLE) for function in idle))


def _run(trial: Trial, commit: str, context: Context, paths: Sequence[str]) -> Report:
    """The tests in these files; of a file that is none, those in its folder."""
    if not paths:
        return Report("none")
    only = tuple(dict.fromkeys(path if is_test_file(path) else folder_of(path) for path in paths))
    return run(trial, commit, context, select(context, only=None if "" in only else only), lambda _: True)


def _function(test: str) -> str:
    """A test without its parameters: of several, one that fails is enough."""
    return test.partition("[")[0]
