"""No sandbox: the command runs as it is, with the rights of whoever started it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pareback.workspaces.sandbox import Bind, Level, Sandbox


@dataclass(frozen=True, slots=True)
class Unconfined:
    """Hands every command line back unchanged."""

    level: Level = "none"

    def wrap(self, argv: list[str], *, binds: Sequence[Bind] = (), fds: Sequence[int] = ()) -> list[str]:
        return list(argv)


def build() -> Sandbox:
    return Unconfined()
