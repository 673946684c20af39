"""A formatter or linter of the project, called in a slot on the files of a patch and on nothing else."""

import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from pareback.workspaces.command_line import is_unrun, words
from pareback.workspaces.process import End, Finished, run
from pareback.workspaces.sandbox import Bind, Wrap, needs
from pareback.workspaces.suite import WorkspaceError

PLAIN = {"NO_COLOR": "1", "RUFF_OUTPUT_FORMAT": "concise", "RUFF_NO_CACHE": "true"}
"""One line for each finding where a tool can be asked for that, and nothing left behind."""


class ToolFailed(Exception):
    """The command did not come to say anything; `end` is how it ended, where it began."""

    def __init__(self, why: str, end: End = "exited") -> None:
        super().__init__(why)
        self.end = end


@dataclass(frozen=True, slots=True)
class Tool:
    """A command that takes paths as its last words."""

    argv: tuple[str, ...]
    wrap: Wrap
    shown: tuple[Path, ...]
    roots: tuple[str, ...]
    environment: Mapping[str, str]

    @property
    def said(self) -> str:
        """The command as it was given."""
        return shlex.join(self.argv)

    def run(self, slot: Path, paths: Sequence[str], *, deadline: float, halt: Event | None = None) -> Finished:
        """Call it on these files, for `deadline` seconds at most. Raises ToolFailed where it cannot start or end."""
        slot = slot.resolve()
        binds = [bind for program in self.shown for bind in needs(program)]
        argv = self.wrap([*self.argv, *paths], binds=[*binds, Bind(slot, writable=True)])
        path = ":".join(str(slot / root) for root in self.roots)
        environment = {**self.environment, **PLAIN, "PYTHONPATH": path, "PWD": str(slot)}
        try:
            finished = run(argv, cwd=slot, environment=environment, deadline=deadline, halt=halt)
        except WorkspaceError as error:
            raise ToolFailed(f"{self.said!r}: {error}") from error
        if finished.end != "exited":
            raise ToolFailed(f"{self.said!r} was ended: {finished.why or finished.end}", finished.end)
        if is_unrun(finished):
            raise ToolFailed(f"{self.said!r} cannot be run: {_last_line(finished.output)}")
        return finished


def tool(
    command: str, *, wrap: Wrap, interpreter: Path, roots: tuple[str, ...], environment: Mapping[str, str]
) -> Tool:
    """The tool of one command line, split like a shell would and never given to one; its program is looked for beside
    the interpreter first. Raises ValueError for an empty line, one that needs a shell, and a program that is not there.
    """
    argv = words(command, "command")
    if not argv:
        raise ValueError("the command is empty: give a program and its options, such as 'ruff check'")
    path = f"{interpreter.parent}:{environment.get('PATH', '')}"
    program = shutil.which(argv[0], path=path)
    if program is None:
        raise ValueError(f"{argv[0]!r} is not there: install it beside {interpreter}, or leave the setting out")
    return Tool(argv, wrap, (interpreter, Path(program)), roots, {**environment, "PATH": path})


def _last_line(output: str) -> str:
    return next(reversed(output.strip().splitlines()), "it printed nothing")
