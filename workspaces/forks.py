"""Starts the fork server under the target's interpreter and asks it for runs; our end of every line lies here."""

import json
import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from pareback.workspaces.confinement.resources import descendants
from pareback.workspaces.sandbox import Bind, Inseparable, Wrap
from pareback.workspaces.suite import WorkspaceError

ZYGOTE = Path(__file__).with_name("zygote.py")
SCRIPTS = tuple(
    ZYGOTE.parent / f"{stem}.py"
    for stem in (
        *("zygote", "supervisor", "held", "reporter", "recorder", "faults", "planting", "brood", "seals"),
        *(f"confinement/{part}" for part in ("forked", "namespaces", "seccomp", "landlock", "resources")),
    )
)  # a sandbox shows them
_START = "import runpy, sys; sys.path.pop(0); sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
_PATIENCE = 120.0  # seconds for one import of a preload


@dataclass(frozen=True, slots=True)
class Launch:
    """How a process of the target is started; `roots` go first on its path. `alone` is the one slot it may see, where
    the runs of a server cannot be kept apart."""

    wrap: Wrap
    interpreter: Path
    roots: tuple[str, ...]
    environment: Mapping[str, str]
    alone: Path | None = None

    def argv(self, arguments: Sequence[str]) -> list[str]:
        """The confined command line that starts the interpreter. Raises Inseparable."""
        plain = [str(self.interpreter), *arguments]
        scripts = [Bind(script) for script in SCRIPTS]
        if self.alone is None:
            return self.wrap(plain, binds=scripts, purpose="server")
        return self.wrap(plain, binds=[*scripts, Bind(self.alone, writable=True)])


@dataclass(frozen=True, slots=True)
class Wires:
    """The three lines to one run: events, printed output, and the supervisor's. `owned` ends with them."""

    channel: socket.socket
    output: IO[bytes]
    line: socket.socket
    owned: "Forks | None" = None

    def order(self, letter: bytes) -> None:
        """Send the supervisor an order; it may have ended by itself."""
        with suppress(OSError):
            self.line.send(letter)

    def close(self) -> None:
        """Let go of the run; its supervisor takes that as an order to end it."""
        for end in (self.channel, self.output, self.line):
            end.close()
        if self.owned is not None:
            self.owned.close()


@dataclass(frozen=True, slots=True)
class Forks:
    """A running fork server. `loaded` are the top-level modules every child begins with, `threads` its threads."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    loaded: frozenset[str]
    threads: int

    def fork(self) -> Wires:
        """The lines to a new run. Safe to call from several threads. Raises WorkspaceError where the server is gone."""
        (channel, events), (line, orders) = socket.socketpair(), socket.socketpair()
        reads, writes = os.pipe()  # not a socket: a test may open /dev/stdout
        wires = Wires(channel, os.fdopen(reads, "rb", buffering=0), line)
        try:
            socket.send_fds(self.control, [b"r"], [events.fileno(), writes, orders.fileno()])
        except OSError as error:
            wires.close()
            raise WorkspaceError(f"the fork server is gone: {error}; see whether memory ran out") from error
        finally:
            events.close()
            orders.close()
            os.close(writes)
        return wires

    def close(self) -> None:
        """End the server; runs that are still going end with their own lines."""
        self.control.close()
        try:
            self.process.wait(2.0)
        except subprocess.TimeoutExpired:
            for pid in (self.process.pid, *descendants(self.process.pid)):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()


@dataclass(frozen=True, slots=True)
class _Greeting:
    """`importing` is the last module the server began to import; nothing is `loaded` where it never got ready."""

    importing: str
    loaded: frozenset[str] = frozenset()
    threads: int = 0


def start(launch: Launch, preload: Sequence[str] = (), *, own: Collection[str] = ()) -> Forks:
    """A fork server that has imported `preload` and what any run of pytest needs, but nothing that is the slot's `own`;
    a module that cannot be imported is left out.

    Raises WorkspaceError with what the interpreter printed where it cannot be started, and Inseparable."""
    wanted = list(preload)
    while True:
        forks, culprit = _attempt(launch, json.dumps([wanted, sorted(own)]))
        if forks is not None:
            return forks
        if culprit not in wanted:
            return start(launch)
        wanted.remove(culprit)  # its import ended the process: start again without it


def start_once(launch: Launch, slot: Path) -> Wires:
    """The wires to a run in an interpreter of its own, which ends with them. Raises WorkspaceError."""
    try:
        forks = start(launch)
    except Inseparable:
        forks = start(replace(launch, alone=slot))
    return replace(forks.fork(), owned=forks)


def _attempt(launch: Launch, preload: str) -> tuple[Forks | None, str]:
    """The server, or the module whose import ended it."""
    ours, theirs = socket.socketpair()
    arguments = ["-c", _START, str(ZYGOTE), str(theirs.fileno()), preload]
    with tempfile.TemporaryFile() as printed:
        try:
            process = subprocess.Popen(
                launch.argv(arguments),
                cwd=launch.environment.get("HOME") or tempfile.gettempdir(),
                env=dict(launch.environment),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=printed,
                start_new_session=True,
            )
        except (OSError, Inseparable) as error:
            ours.close()
            if isinstance(error, Inseparable):
                raise
            raise WorkspaceError(f"{str(launch.interpreter)!r} cannot be started: {error}") from error
        finally:
            theirs.close()
        said = _greeting(ours)
        if said.loaded:
            return Forks(process, ours, said.loaded, said.threads), ""
        Forks(process, ours, said.loaded, said.threads).close()
        if said.importing:
            return None, said.importing
        printed.seek(0)
        tail = printed.read()[-2000:].decode("utf-8", "replace").strip()
        raise WorkspaceError(f"{str(launch.interpreter)!r} ended before it could run anything: {tail or 'no output'}")


def _greeting(control: socket.socket) -> _Greeting:
    """What the server said until it was ready or gone."""
    importing = ""
    control.settimeout(_PATIENCE)
    with suppress(TimeoutError, ConnectionError), control.makefile("rb") as lines:
        for line in lines:
            said = json.loads(line)
            if "ready" in said:
                control.settimeout(None)
                return _Greeting(importing, frozenset(said["ready"]), said["threads"])
            importing = said["preloading"]
    return _Greeting(importing)
