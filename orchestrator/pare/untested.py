"""Which code of an accepted patch no test reaches: it is named, and never dropped for that.

One more run of the suite, with a watch on the patch's own lines, which ends as soon as all of them were reached: mostly
after a few tests, for those that the patch concerns come first. Statements are looked at, not branches within one.
"""

import ast
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from pareback.orchestrator.call import Cancelled
from pareback.orchestrator.context import Context
from pareback.orchestrator.ledger import effect_key
from pareback.orchestrator.limits import LimitReached
from pareback.orchestrator.pare.touched import brought
from pareback.orchestrator.state import Candidate, Stretch
from pareback.orchestrator.trial import lay_out, run, select
from pareback.workspaces.guard import in_test_zone
from pareback.workspaces.python_source import tree_of

PATIENCE = 60.0
"""Seconds that a suite may take to be run once more for this."""

_SILENT = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Try, ast.TryStar, ast.Match),
    *(ast.Global, ast.Nonlocal, ast.Pass, ast.Continue, ast.Break),
)
"""Statements that say nothing of themselves: what they hold does; and those that no interpreter need stop at."""

_NEAR = 2
"""Lines from one statement to the next one, where at most a blank one or an `else` stands between them."""

Spans = dict[str, tuple[tuple[int, int], ...]]


def untested(candidate: Candidate, context: Context) -> tuple[Stretch, ...] | None:
    """What of the patch no test reaches; None where that cannot be known: another test command, a suite that takes too
    long, tests that watch lines themselves, no time left. What was found once is not looked for again."""
    spans = _spans(candidate, context)
    if not spans:
        return ()
    slow = context.measured.baseline.suite_seconds > PATIENCE
    if context.tests.command or slow:
        return None
    key = effect_key("untested", round=0, candidate=0, inputs=[candidate.tree, context.tests_tree])
    try:
        value = context.ledger.effect(key, lambda: _looked(candidate, context, spans))
    except (Cancelled, LimitReached):
        return None
    return None if value["stretches"] is None else tuple(Stretch(**each) for each in value["stretches"])


def _looked(candidate: Candidate, context: Context, spans: Spans) -> dict[str, Any]:
    started = time.monotonic()
    trial = lay_out(candidate, context, context.tests.server, fresh=True)
    selection = select(context, first=context.measured.targets.selection(), then=trial.concerned)
    report = run(trial, trial.whole, context, replace(selection, lines=spans, canaries=()), lambda _: True)
    known = report.work in {"ran", "stopped"} and report.reached is not None
    found = None if not known else [asdict(each) for each in _left(spans, frozenset(report.reached or ()))]
    return {"stretches": found, "seconds": time.monotonic() - started, "round": candidate.round}


def _left(spans: Spans, reached: frozenset[tuple[str, int]]) -> Iterator[Stretch]:
    """Statements that were not reached; those that follow one another are one stretch."""
    for path, those in spans.items():
        found: list[Stretch] = []
        for first, last in those:
            if (path, first) in reached:
                continue
            if found and first <= found[-1].last + _NEAR:
                found[-1] = Stretch(path, found[-1].first, last)
            else:
                found.append(Stretch(path, first, last))
        yield from found


def _spans(candidate: Candidate, context: Context) -> Spans:
    """First and last line of the statements that the patch wrote, in files that are no tests."""
    repository, commit = context.repository, candidate.commit or ""
    found: Spans = {}
    for path, raw in repository.changes(context.base, commit).items():
        if raw is not None and path.endswith(".py") and not in_test_zone(path):
            lines = brought(repository.read_file(context.base, path), raw)
            spans = tuple(span for span in _statements(raw) if not lines.isdisjoint(range(span[0], span[1] + 1)))
            found |= {path: spans} if spans else {}
    return found


def _statements(raw: bytes) -> Iterator[tuple[int, int]]:
    """The lines of each statement, of one with a block those of its head, in order."""
    try:
        tree = tree_of(raw.decode("utf-8", "replace"))
    except SyntaxError:
        return
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.stmt))
    for node in sorted(nodes, key=lambda each: each.lineno):
        silent = isinstance(node, _SILENT) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        if not silent and not (isinstance(node, ast.AnnAssign) and node.value is None):
            body: list[ast.stmt] = getattr(node, "body", [])
            last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            yield node.lineno, max(last, node.lineno)
