"""What the held-out tests say of a patch that everything else has found good: they have the last word.

Only how many of them failed is ever told to anybody but the person who gave them.
"""

from dataclasses import replace

from pareback.orchestrator.context import Context
from pareback.orchestrator.trial import Trial, file_of, run, select
from pareback.workspaces.baseline import is_green
from pareback.workspaces.standing import Standing, tampering
from pareback.workspaces.suite import Report, Result

_TRIES = 3
"""Runs in which a held-out test may pass: a flaky one is nobody's fault."""


def speak(judged: Standing, trial: Trial, context: Context) -> Standing:
    """The standing with the held-out tests counted; green only where they all pass."""
    hidden = context.held_out
    if hidden is None:
        return judged
    repository = context.repository
    changes = {path: repository.read_file(hidden.commit, path) for path in _laid(context)}
    commit = repository.commit(trial.whole, changes, message="trial")
    report = _run(trial, commit, context, hidden.paths)
    theirs = [result for result in report.results if file_of(result.id) in hidden.paths]
    asked = [result for result in theirs if result.outcome not in {"skipped", "xfailed"}]
    green = sum(is_green(result) or _passes_alone(result, trial, commit, context) for result in asked)
    tampered = tampering(report, context.measured.baseline)
    passed = report.work == "ran" and 0 < green == len(asked) and not report.errors and not tampered
    return replace(
        judged,
        green=judged.green and passed,
        tampered=tampered,
        hidden=max(1, len(asked) + len(report.errors)),
        hidden_green=green,
    )


def _laid(context: Context) -> list[str]:
    assert context.held_out is not None
    return list(context.repository.changes(context.held_out.tests_tree, context.held_out.commit))


def _run(trial: Trial, commit: str, context: Context, only: tuple[str, ...]) -> Report:
    assert context.held_out is not None
    selection = select(context, only=only)
    watched = replace(selection, readonly=(*selection.readonly, *context.held_out.paths))
    return run(trial, commit, context, watched, lambda _: True)


def _passes_alone(result: Result, trial: Trial, commit: str, context: Context) -> bool:
    return any(
        is_green(next(iter(_run(trial, commit, context, (result.id,)).results), None)) for _ in range(_TRIES - 1)
    )
