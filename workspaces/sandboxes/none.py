"""No sandbox: the command runs as it is, with the rights of whoever started it."""

from dataclasses import dataclass

from pareback.workspaces.sandbox import Lack, Level, Sandbox, Wrap, unconfined


@dataclass(frozen=True, slots=True)
class Unconfined:
    """Hands every command line back unchanged."""

    level: Level = "none"
    wrap: Wrap = unconfined

    def lack(self) -> Lack | None:
        return None

    def keeps_apart(self) -> bool:
        return True  # nothing is kept from anybody, so every server will do


def build() -> Sandbox:
    return Unconfined()
