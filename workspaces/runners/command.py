"""Any other test command: its exit code is the result, and, where it writes a JUnit XML file, what each test said.

A weak oracle: nothing looks into the command's process, so what it says is all that is known.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from pareback.workspaces import folder
from pareback.workspaces.command_line import is_unrun, words
from pareback.workspaces.junit import NoResults, results
from pareback.workspaces.process import Finished, run
from pareback.workspaces.sandbox import Bind, Wrap, needs
from pareback.workspaces.suite import OnResult, Report, Result, Runner, Selection, Server, WorkspaceError

ID = "command"
_TAIL = 40  # lines of output that a failing command has for a message


@dataclass(frozen=True, slots=True)
class Commands:
    """Runs the command in a slot. The selection cannot be handed on: the command decides what it runs."""

    argv: tuple[str, ...]
    wrap: Wrap
    interpreter: Path
    roots: tuple[str, ...]
    environment: Mapping[str, str]
    junit: str = ""
    note: str = ""

    def run(
        self,
        slot: Path,
        selection: Selection,  # the command decides what it runs
        *,
        deadline: float,
        on_result: OnResult,
        halt: Event | None = None,
    ) -> Report:
        slot = slot.resolve()
        path = ":".join(str(slot / root) for root in self.roots)
        environment = {**self.environment, "PYTHONPATH": path, "PWD": str(slot)}
        argv = self.wrap([*self.argv], binds=[*needs(self.interpreter), Bind(slot, writable=True)])
        if self.junit:
            _clear(slot, self.junit)
        try:
            finished = run(argv, cwd=slot, environment=environment, deadline=deadline, halt=halt)
        except WorkspaceError as error:
            return Report(work="broken", reason=f"{error}; check the test command {shlex.join(self.argv)!r}")
        told = _told(slot, self.junit) if self.junit and finished.end == "exited" else ((), "")
        return _report(finished, shlex.join(self.argv), told, on_result)

    def close(self) -> None:
        """Nothing waits between runs."""


@dataclass(frozen=True, slots=True)
class Command:
    """Opens servers for one command line."""

    argv: tuple[str, ...]
    junit: str

    def open(self, *, wrap: Wrap, interpreter: Path, roots: tuple[str, ...], environment: Mapping[str, str]) -> Server:
        beside = f"{interpreter.parent}:{environment.get('PATH', '')}"  # `python` in the command is the target's
        return Commands(self.argv, wrap, interpreter, roots, {**environment, "PATH": beside}, self.junit)


def build(*, command: str | Sequence[str] = (), junit: str = "") -> Runner:
    """`command` is a list of words, or one line that is split like a shell would and never given to one. `junit` is the
    path below the root at which it writes results as JUnit XML.

    Raises ValueError for an empty command, for one that needs a shell, and for a path that leads outside."""
    argv = words(command, "test command") if isinstance(command, str) else tuple(command)
    if not argv:
        raise ValueError("the command runner needs a command, such as --test-cmd 'make check'")
    if junit.startswith("/") or ".." in junit.split("/"):
        raise ValueError(f"junit = {junit!r} leads outside the repository; give a path below its root")
    return Command(argv, junit.removeprefix("./"))


def _clear(slot: Path, path: str) -> None:
    """Results that were there before are nobody's."""
    with suppress(FileNotFoundError, NotADirectoryError), folder.parent(slot, path) as (here, name):
        folder.remove(here, name)


def _told(slot: Path, path: str) -> tuple[tuple[Result, ...], str]:
    """What the file says, or nothing and why."""
    raw = folder.read(slot, path)
    if raw is None:
        return (), f"no results were written to {path!r}"
    try:
        found = results(raw)
    except NoResults as error:
        return (), f"{path!r} cannot be read as test results: {error}"
    return tuple(replace(each, message=each.message.replace(f"{slot}/", "")) for each in found), ""


def _report(finished: Finished, command: str, told: tuple[tuple[Result, ...], str], on_result: OnResult) -> Report:
    """What the command's end means; unless nothing ran, its code is the suite's word."""
    plain = Report(work="ran", seconds=finished.seconds, output=finished.output)
    tail = "\n".join(finished.output.strip().splitlines()[-_TAIL:])
    if finished.end == "stopped":
        return replace(plain, work="stopped", reason="the caller stopped it")
    if is_unrun(finished):
        reason = f"the test command {command!r} cannot be run (exit code {finished.code}): {tail or 'no output'}"
        return replace(plain, work="broken", reason=reason)
    cases, why = told
    found = (*cases, _result(finished, "\n".join(filter(None, [why, tail])), explained=any(map(_is_red, cases))))
    heard = list(_heard(found, on_result))
    ids = tuple(dict.fromkeys(result.id for result in found))
    if finished.end == "timeout":
        return replace(
            plain, work="timeout", results=found, collected=ids, reason="the deadline of the suite was reached"
        )
    return replace(plain, work="ran" if all(heard) else "stopped", results=found[: len(heard)], collected=ids)


def _heard(found: tuple[Result, ...], on_result: OnResult) -> Iterator[bool]:
    """The caller's answers, up to the first no."""
    for result in found:
        goes_on = on_result(result)
        yield goes_on
        if not goes_on:
            return


def _is_red(result: Result) -> bool:
    return result.outcome in ("failed", "error")


def _result(finished: Finished, tail: str, *, explained: bool) -> Result:
    """The command's own result; a code that a red test explains is not held against it once more."""
    if finished.end == "timeout":
        return Result(ID, "timeout", finished.seconds, f"still running after {finished.seconds:.0f} s\n{tail}".strip())
    if finished.end == "flood":
        return Result(ID, "failed", finished.seconds, f"it printed too much and was ended\n{tail}")
    if finished.end == "overuse":
        return Result(ID, "failed", finished.seconds, f"{finished.why}\n{tail}".strip())
    if finished.code == 0 or explained:
        return Result(ID, "passed", finished.seconds)
    return Result(ID, "failed", finished.seconds, f"exit code {finished.code}\n{tail}".strip())
