"""Runs one command to its end, or ends it: a session of its own, a deadline, bounded output, nothing left behind.

Every command gets a mark in its environment. What leaves the process group (a daemon that called setsid) still carries
the mark in /proc, so a sweep finds it without making our own process the parent of other people's orphans.
"""

import os
import re
import selectors
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import IO, Literal

from pareback.workspaces.confinement import resources
from pareback.workspaces.suite import WorkspaceError

End = Literal["exited", "timeout", "flood", "overuse", "stopped"]
HEAD = 64 * 1024
TAIL = 256 * 1024
CAP = 64 * 1024 * 1024  # a command that prints more is ended
DRAIN = 1.0  # seconds granted to a pipe whose owner is gone
_POLL = 0.05  # seconds between two looks at the clock and the caller's event
GRACE = 5.0  # seconds between SIGTERM and SIGKILL
MARK = "PAREBACK_RUN"
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Finished:
    """A command that ended. `code` is negative for a signal; `output` is head and tail of what it printed; `why` says
    which limit it met, where it took too much of the machine."""

    code: int
    output: str
    seconds: float
    end: End = "exited"
    why: str = ""


class Capture:
    """Keeps the first 64 KiB and the last 256 KiB of a byte stream, and counts the rest."""

    def __init__(self) -> None:
        self.total = 0
        self._head = b""
        self._tail = bytearray()

    def add(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        self.total += len(data)
        room = HEAD - len(self._head)
        self._head += data[:room]
        self._tail += data[room:] if room < len(data) else b""
        if len(self._tail) > 2 * TAIL:  # cutting rarely keeps a flood cheap
            del self._tail[:-TAIL]

    @property
    def flooded(self) -> bool:
        """More was printed than anybody will read."""
        return self.total > CAP

    def text(self) -> str:
        """What was kept, cleaned, with a line that says how much was left out."""
        tail = bytes(self._tail[-TAIL:])
        left_out = self.total - len(self._head) - len(tail)
        middle = f"\n[{left_out} bytes left out]\n".encode() if left_out else b""
        return clean((self._head + middle + tail).decode("utf-8", "replace"))


def clean(text: str) -> str:
    """`text` without what a terminal would obey: escape sequences, control and direction characters, lone surrogates.
    Line ends become line feeds."""
    plain = _ESCAPES.sub("", text.replace("\r\n", "\n"))
    return _CONTROLS.sub("", plain).encode("utf-8", "replace").decode()


def run(
    argv: Sequence[str], *, cwd: Path, environment: Mapping[str, str], deadline: float, halt: Event | None = None
) -> Finished:
    """Run `argv` with nothing on its standard input and at most `deadline` seconds; both outputs are read together.
    `halt`, once set, ends it within 50 ms. It is ended too where it takes too much memory, disk or processes. Raises
    WorkspaceError where the command cannot be started; the operating system's error is its __cause__."""
    started = time.monotonic()
    mark = uuid.uuid4().hex
    try:
        process = subprocess.Popen(
            argv,
            cwd=cwd,
            env={**environment, MARK: mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise WorkspaceError(f"{argv[0]!r} cannot be started: {error.strerror or error}") from error
    assert process.stdout is not None
    memory = resources.memory(environment)
    if sys.platform == "linux":
        with suppress(ProcessLookupError, PermissionError):  # it ended, or became another user, who has limits
            resources.limit(resources.limits(memory), process.pid)
    running = _Running(process, Capture(), resources.Watch(memory, str(cwd)))
    with process, process.stdout as pipe:
        try:
            end = _watch(running, pipe, until=started + deadline, halt=halt)
        finally:  # an interrupt of ours must not leave the target's processes behind
            _end(process)
            _sweep(mark)
        _drain(pipe, running.capture)
    return Finished(process.returncode, running.capture.text(), time.monotonic() - started, end, running.over)


@dataclass(slots=True)
class _Running:
    """A command that runs, and what is known of it. `over` says which limit it met."""

    process: subprocess.Popen[bytes]
    capture: Capture
    watch: resources.Watch
    over: str = ""

    def ended(self, until: float, halt: Event | None) -> End | None:
        """Why it must end now, or None."""
        if time.monotonic() >= until:
            return "timeout"
        if self.capture.flooded:
            return "flood"
        if halt is not None and halt.is_set():
            return "stopped"
        if self.watch.left() == 0:
            self.over = self.watch.look([self.process.pid, *resources.descendants(self.process.pid)])
        return "overuse" if self.over else None


def _watch(running: _Running, pipe: IO[bytes], *, until: float, halt: Event | None) -> End:
    """Read until the command ended, flooded us, met its deadline or took too much."""
    process, capture = running.process, running.capture
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while process.poll() is None:
            if (end := running.ended(until, halt)) is not None:
                return end
            for _ in selector.select(_POLL):
                if not _take(pipe, capture):
                    selector.unregister(pipe)
            if not selector.get_map():  # it closed its output, or is about to end
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_POLL)
    return "exited"


def _take(pipe: IO[bytes], capture: Capture) -> bool:
    data = os.read(pipe.fileno(), 1 << 16)
    capture.add(data)
    return bool(data)


def _end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, a moment, SIGKILL: for the whole group, also where its leader has ended and others have not."""
    if process.poll() is None:
        _signal(-process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
    _signal(-process.pid, signal.SIGKILL)
    process.wait()


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _sweep(mark: str) -> None:
    """End what left the group. Stopped first and killed then, a fork bomb cannot outrun the sweep."""
    for _ in range(20):
        marked = list(_marked(mark))
        if not marked:
            return
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in marked:
                _signal(pid, number)
        time.sleep(0.005)


def _marked(mark: str) -> Iterator[int]:
    """The processes whose environment carries the mark; none where there is no /proc."""
    needle = f"{MARK}={mark}".encode()
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if needle in (entry / "environ").read_bytes():
                yield int(entry.name)


def _drain(pipe: IO[bytes], capture: Capture) -> None:
    """Read what is still in the pipe, for a second at most: somebody unknown may hold its other end."""
    until = time.monotonic() + DRAIN
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while time.monotonic() < until and not capture.flooded:
            if not selector.select(max(0.0, until - time.monotonic())) or not _take(pipe, capture):
                return
