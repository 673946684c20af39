"""Mergeable, not just green: the project's own formatter and linter have their say before a patch is confirmed.

Both see the Python files of the patch only. What the formatter does to old lines is not taken, and what the linter
said before the patch does not count.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pareback.orchestrator.call import Cancelled
from pareback.orchestrator.context import Context
from pareback.orchestrator.events import Event
from pareback.orchestrator.ledger import effect_key
from pareback.orchestrator.limits import out_of_time
from pareback.orchestrator.nodes.apply import committed
from pareback.orchestrator.nodes.measure import measure
from pareback.orchestrator.nodes.test import test
from pareback.orchestrator.pare.touched import brought
from pareback.orchestrator.state import Candidate
from pareback.workspaces import folder
from pareback.workspaces.conditions.condition import PYTHON, Condition, Held
from pareback.workspaces.process import Finished
from pareback.workspaces.tidying.findings import new, read
from pareback.workspaces.tidying.kept import kept
from pareback.workspaces.tidying.tool import Tool, ToolFailed

SECONDS = 120.0
"""One call of a tool on the few files of a patch takes at most this long."""

MOST = 10
"""New findings that are told at once."""


class Unusable(Exception):
    """A tool that was named does not work: `setting` names it, the message says what happened."""

    def __init__(self, setting: str, why: str) -> None:
        super().__init__(f"{setting}: {why}")
        self.setting = setting


def tidied(candidate: Candidate, context: Context) -> Candidate:
    """The candidate as the formatter leaves it, tested and measured again, with what the linter finds new. Raises
    Unusable, Cancelled where the run was told to stop, and LimitReached out of time."""
    return _linted(_formatted(candidate, context), context)


def _formatted(candidate: Candidate, context: Context) -> Candidate:
    """Where the tests or the budget do not take what the formatter makes of it, it stays as it was."""
    tool, files = context.tests.formatter, _files(candidate, context)
    if tool is None or not files:
        return candidate
    value = context.ledger.effect(
        _key("format", candidate, tool), lambda: _timed("format_cmd", lambda: _format(candidate, context, tool, files))
    )
    changes = {path: text.encode("utf-8", "surrogateescape") for path, text in value["files"].items()}
    if not changes:
        return candidate
    made = measure(test(committed(candidate, changes, context), context), context)
    _say(
        context, f"{tool.said}: {', '.join(changes)}" + ("" if made.acceptable else ": not taken, the patch was better")
    )
    return made if made.acceptable else candidate


def _format(candidate: Candidate, context: Context, tool: Tool, files: Mapping[str, bytes]) -> dict[str, Any]:
    assert candidate.commit is not None
    with context.tests.pool.fresh(candidate.commit) as slot:
        _called(tool, context, slot.path, tuple(files))
        written = {path: folder.read(slot.path, path) for path in files}  # never through a link that it may have left
    lines = _brought(files, context)
    made = {path: kept(lines[path], files[path], raw) for path, raw in written.items() if raw is not None}
    return {"files": {path: raw.decode("utf-8", "surrogateescape") for path, raw in made.items() if raw != files[path]}}


def _linted(candidate: Candidate, context: Context) -> Candidate:
    tool, files = context.tests.linter, _files(candidate, context)
    if tool is None or not files:
        return candidate
    value = context.ledger.effect(
        _key("lint", candidate, tool), lambda: _timed("lint_cmd", lambda: _lint(candidate, context, tool, files))
    )
    if value["unknown"]:
        _say(context, value["unknown"])
    condition = Condition("lint", f"{tool.said} finds nothing new")
    held = (Held(condition, holds=False, path=path, line=line, message=text) for path, line, text in value["found"])
    return replace(candidate, lint=tuple(held))


def _lint(candidate: Candidate, context: Context, tool: Tool, files: Mapping[str, bytes]) -> dict[str, Any]:
    """What is found now and was not before. A tool whose words cannot be read is judged by whether it complains."""
    assert candidate.commit is not None
    after = _looked(candidate.commit, context, tool, tuple(files))
    if after.code == 0:
        return {"found": [], "unknown": ""}
    present = context.repository.files(context.base)
    before = _looked(context.base, context, tool, tuple(path for path in files if path in present))
    told = read(after.output)
    if told:
        fresh = new(read(before.output), told, _brought(files, context))[:MOST]
        return {"found": [[each.path, each.line, each.text] for each in fresh], "unknown": ""}
    if before.code == 0:
        return {"found": [["", 0, _tail(after.output)]], "unknown": ""}
    return {"found": [], "unknown": f"{tool.said} complains as it did before; what is new cannot be told"}


def _looked(commit: str, context: Context, tool: Tool, paths: tuple[str, ...]) -> Finished:
    if not paths:
        return Finished(0, "", 0.0)
    with context.tests.pool.fresh(commit) as slot:
        finished = _called(tool, context, slot.path, paths)
        return replace(finished, output=finished.output.replace(f"{slot.path.resolve()}/", ""))


def _called(tool: Tool, context: Context, slot: Path, paths: tuple[str, ...]) -> Finished:
    left = context.settings.max_seconds - context.ledger.seconds
    if left <= 0:
        raise out_of_time(context.settings.max_seconds)
    try:
        return tool.run(slot, paths, deadline=min(left, SECONDS), halt=context.stop)
    except ToolFailed as error:
        if error.end == "stopped":
            raise Cancelled(0) from error
        if error.end == "timeout" and left <= SECONDS:
            raise out_of_time(context.settings.max_seconds) from error
        raise


def _timed(setting: str, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    started = time.monotonic()
    try:
        value = work()
    except ToolFailed as error:
        raise Unusable(setting, str(error)) from error
    return {**value, "seconds": time.monotonic() - started}


def _key(node: str, candidate: Candidate, tool: Tool) -> str:
    """Of the tree and the command alone: the same tree is not looked at twice."""
    return effect_key(node, round=0, candidate=0, inputs=[candidate.tree, tool.said])


def _files(candidate: Candidate, context: Context) -> dict[str, bytes]:
    """The Python files that the patch leaves otherwise than it found them."""
    assert candidate.commit is not None
    changes = context.repository.changes(context.base, candidate.commit)
    return {path: raw for path, raw in changes.items() if raw is not None and path.endswith(PYTHON)}


def _brought(files: Mapping[str, bytes], context: Context) -> dict[str, frozenset[int]]:
    """By path, the lines that the patch brought."""
    return {path: brought(context.repository.read_file(context.base, path), raw) for path, raw in files.items()}


def _say(context: Context, text: str) -> None:
    context.listen(Event("say", 0, data={"text": text}))


def _tail(output: str) -> str:
    return " ".join(output.split())[-300:] or "it complains, and says nothing"
