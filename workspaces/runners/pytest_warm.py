"""pytest in a forked child of an interpreter that has already imported pytest and the project's third-party modules.

The project's own modules are never imported before the fork. Where a fork would not be safe, or would hand the child
a module that the slot has itself, the run starts cold and the server's `note` says so.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pareback.workspaces.forks import Forks, Launch, Wires, start, start_once
from pareback.workspaces.imports import third_party
from pareback.workspaces.pytest_server import PytestServer
from pareback.workspaces.suite import Runner, Server, Wrap


@dataclass(slots=True)
class Preloaded:
    """Keeps one fork server, started at the first run, because only a slot says what the project imports."""

    launch: Launch
    note: str = ""
    forks: Forks | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def roots(self) -> tuple[str, ...]:
        return self.launch.roots

    def wires(self, slot: Path, names: frozenset[str]) -> Wires:
        with self.lock:
            self._prepare(slot, names)
            forks = self.forks
        return forks.fork() if forks is not None and not self.note else start_once(self.launch)

    def close(self) -> None:
        with self.lock:
            if self.forks is not None:
                self.forks.close()
            self.forks = None

    def _prepare(self, slot: Path, names: frozenset[str]) -> None:
        """See that there is a server, and whether a fork of it would be as good as a fresh interpreter."""
        if self.forks is not None and self.forks.process.poll() is not None:
            self.forks.close()  # it was killed: another one takes over
            self.forks = None
        if self.forks is None:
            self.forks = start(self.launch, ["pytest", *third_party(slot, names)], own=names)
        shared = sorted(names & self.forks.loaded)
        if self.forks.threads > 1:
            self.note = f"cold: importing the project's dependencies started {self.forks.threads - 1} threads"
        elif shared:
            self.note = f"cold: {shared[0]!r} belongs to the project and is a part of pytest or of a dependency too"


@dataclass(frozen=True, slots=True)
class Warm:
    """Opens servers that fork."""

    def open(self, *, wrap: Wrap, interpreter: Path, roots: tuple[str, ...], environment: Mapping[str, str]) -> Server:
        return PytestServer(Preloaded(Launch(wrap, interpreter, roots, environment)))


def build() -> Runner:
    return Warm()
