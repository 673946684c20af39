"""pytest, a fresh interpreter for each run: the reference that every other way must agree with."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pareback.workspaces.forks import Launch, Wires, start_once
from pareback.workspaces.pytest_server import PytestServer
from pareback.workspaces.sandbox import Wrap
from pareback.workspaces.suite import Runner, Server


@dataclass(frozen=True, slots=True)
class Fresh:
    """Starts an interpreter that has imported nothing, and lets go of it with the run."""

    launch: Launch
    note: str = ""

    @property
    def roots(self) -> tuple[str, ...]:
        return self.launch.roots

    def wires(self, slot: Path, names: frozenset[str]) -> Wires:  # the protocol's names
        return start_once(self.launch, slot)

    def close(self) -> None:
        """Nothing waits between runs."""


@dataclass(frozen=True, slots=True)
class Cold:
    """Opens servers that start an interpreter per run."""

    def open(self, *, wrap: Wrap, interpreter: Path, roots: tuple[str, ...], environment: Mapping[str, str]) -> Server:
        return PytestServer(Fresh(Launch(wrap, interpreter, roots, environment)))


def build() -> Runner:
    return Cold()
