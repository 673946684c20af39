"""pytest in a forked child of an interpreter that has already imported pytest and the project's third-party modules.

The project's own modules are never imported before the fork. Where a fork would not be safe, or would hand the child
a module that the slot has itself, less is imported beforehand, or nothing, and the server's `note` says so.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pareback.workspaces.forks import Forks, Launch, Wires, start, start_once
from pareback.workspaces.imports import third_party
from pareback.workspaces.pytest_server import PytestServer
from pareback.workspaces.sandbox import Inseparable, Wrap
from pareback.workspaces.suite import Runner, Server


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
            try:
                forks = self._usable(slot, names)
            except Inseparable as error:
                forks, self.note = None, f"cold: {error}"
        return start_once(self.launch, slot) if forks is None else forks.fork()

    def close(self) -> None:
        with self.lock:
            if self.forks is not None:
                self.forks.close()
            self.forks = None

    def _usable(self, slot: Path, names: frozenset[str]) -> Forks | None:
        """The server where a fork of it is as good as a fresh interpreter for this slot, else None."""
        if self.forks is None or self.forks.process.poll() is not None:
            self.forks = self._started(slot, names)
        shared = sorted(names & self.forks.loaded)
        if self.forks.threads > 1:
            self.note = "cold: importing pytest and its plugins starts threads"
        elif shared:
            self.note = f"cold: {shared[0]!r} belongs to the project and is a part of pytest or of a dependency too"
        return None if shared or self.forks.threads > 1 else self.forks

    def _started(self, slot: Path, names: frozenset[str]) -> Forks:
        """A server; with threads a fork would copy their locks and not them, so then it knows pytest alone."""
        if self.forks is not None:
            self.forks.close()  # it was killed: another one takes over
        forks = start(self.launch, ["pytest", *third_party(slot, names)], own=names)
        if forks.threads > 1:
            forks.close()
            self.note = (
                f"half warm: the project's dependencies start threads ({forks.threads - 1}); each run imports them"
            )
            forks = start(self.launch, ["pytest"], own=names)
        return forks


@dataclass(frozen=True, slots=True)
class Warm:
    """Opens servers that fork."""

    def open(self, *, wrap: Wrap, interpreter: Path, roots: tuple[str, ...], environment: Mapping[str, str]) -> Server:
        return PytestServer(Preloaded(Launch(wrap, interpreter, roots, environment)))


def build() -> Runner:
    return Warm()
