"""The sandbox as a seam: a command line goes in, a confined command line comes out.

The level's name is part of every result, so that nobody takes an unconfined run for a confined one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

Level = Literal["none", "standard", "strict"]


@dataclass(frozen=True, slots=True)
class Bind:
    """A path the confined command may see, at the same place; read-only unless `writable`."""

    path: Path
    writable: bool = False


class Sandbox(Protocol):
    """One way to confine a command."""

    @property
    def level(self) -> Level:
        """What it promises; printed with every run."""
        ...

    def wrap(self, argv: list[str], *, binds: Sequence[Bind] = (), fds: Sequence[int] = ()) -> list[str]:
        """The command line that runs `argv` confined: it sees `binds` only and keeps the descriptors `fds`.
        Raises WorkspaceError where the machine cannot confine."""
        ...
