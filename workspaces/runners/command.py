"""Any other test command: one result, told by its exit code."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from pareback.workspaces.process import Finished, run
from pareback.workspaces.sandbox import Bind, Wrap, needs
from pareback.workspaces.suite import OnResult, Report, Result, Runner, Selection, Server, WorkspaceError

ID = "command"
_TAIL = 40  # lines of output that a failing command has for a message
_SANDBOX = ("bwrap: ", "sandbox: ")  # what a sandbox begins with that cannot hold the command
_SHELL = frozenset({"&&", "||", "|", ";", "&", ">", ">>", "<"})


@dataclass(frozen=True, slots=True)
class Commands:
    """Runs the command in a slot. The selection cannot be handed on: the command decides what it runs."""

    argv: tuple[str, ...]
    wrap: Wrap
    interpreter: Path
    roots: tuple[str, ...]
    environment: Mapping[str, str]
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
        try:
            finished = run(argv, cwd=slot, environment=environment, deadline=deadline, halt=halt)
        except WorkspaceError as error:
            return Report(work="broken", reason=f"{error}; check the test command {shlex.join(self.argv)!r}")
        return _report(finished, shlex.join(self.argv), on_result)

    def close(self) -> None:
        """Nothing waits between runs."""


@dataclass(frozen=True, slots=True)
class Command:
    """Opens servers for one command line."""

    argv: tuple[str, ...]

    def open(self, *, wrap: Wrap, interpreter: Path, roots: tuple[str, ...], environment: Mapping[str, str]) -> Server:
        beside = f"{interpreter.parent}:{environment.get('PATH', '')}"  # `python` in the command is the target's
        return Commands(self.argv, wrap, interpreter, roots, {**environment, "PATH": beside})


def build(*, command: str | Sequence[str] = ()) -> Runner:
    """`command` is a list of words, or one line that is split like a shell would and never given to one.

    Raises ValueError for an empty command and for one that needs a shell."""
    argv = tuple(shlex.split(command) if isinstance(command, str) else command)
    if not argv:
        raise ValueError("the command runner needs a command, such as --test-cmd 'make check'")
    if isinstance(command, str) and not _SHELL.isdisjoint(argv):
        raise ValueError(f"the test command {command!r} needs a shell: write sh -c '…' around it")
    return Command(argv)


def _report(finished: Finished, command: str, on_result: OnResult) -> Report:
    """126 and 127 mean that there was nothing to run, some words that there was no sandbox to run it in; any other code
    is the suite's word."""
    tail = "\n".join(finished.output.strip().splitlines()[-_TAIL:])
    if finished.end == "stopped":
        return Report(work="stopped", seconds=finished.seconds, output=finished.output, reason="the caller stopped it")
    if finished.end == "exited" and (finished.code in (126, 127) or finished.output.startswith(_SANDBOX)):
        reason = f"the test command {command!r} cannot be run (exit code {finished.code}): {tail or 'no output'}"
        return Report(work="broken", seconds=finished.seconds, output=finished.output, reason=reason)
    result = _result(finished, tail)
    goes_on = on_result(result)
    return Report(
        work="timeout" if finished.end == "timeout" else "ran" if goes_on else "stopped",
        results=(result,),
        collected=(ID,),
        seconds=finished.seconds,
        output=finished.output,
        reason="the deadline of the suite was reached" if finished.end == "timeout" else "",
    )


def _result(finished: Finished, tail: str) -> Result:
    if finished.end == "timeout":
        return Result(ID, "timeout", finished.seconds, f"still running after {finished.seconds:.0f} s\n{tail}".strip())
    if finished.end == "flood":
        return Result(ID, "failed", finished.seconds, f"it printed too much and was ended\n{tail}")
    if finished.end == "overuse":
        return Result(ID, "failed", finished.seconds, f"{finished.why}\n{tail}".strip())
    if finished.code == 0:
        return Result(ID, "passed", finished.seconds)
    return Result(ID, "failed", finished.seconds, f"exit code {finished.code}\n{tail}".strip())
