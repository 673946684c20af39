"""Runs each work in a child forked from this process: what was imported once is there for all of them."""

import json
import os
import selectors
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from pareback.adapters import lifeline
from pareback.adapters.engine import Engine, Happening, Work

Target = Callable[[Mapping[str, Any], socket.socket], int]

_LOOK = 0.25
"""Seconds between two looks at clocks and children, for the child whose line somebody else still holds open."""

_SOON = 0.005
"""The same after a line has closed: a process closes what it holds shortly before it is gone."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)
_BUG = 3


def build(*, target: Target, grace: float = 10.0) -> Engine:
    """`target` gets a work's spec and its end of the line, in the child, and returns its exit code. What is cancelled
    has `grace` seconds before its process group is killed."""
    return Local(target, grace)


@dataclass(slots=True)
class _Child:
    """A child that runs. `kill_at` is when its patience ends (monotonic seconds), once it was told to end."""

    key: str
    pid: int
    line: socket.socket
    heard: bytes = b""
    kill_at: float | None = None
    deaf: bool = False


class Local:
    """A child per work, with a socket pair between it and us for lines of JSON."""

    def __init__(self, target: Target, grace: float) -> None:
        self._target = target
        self._grace = grace
        self._children: dict[str, _Child] = {}
        self._pending: list[Happening] = []
        self._selector = selectors.DefaultSelector()
        self._held, self._life = os.pipe()  # our end of everybody's lifeline: it closes when we are gone

    def submit(self, work: Work) -> None:
        """Fork. Raises ValueError where the key runs already, RuntimeError where other threads run: a child would get
        their locks without them."""
        if work.key in self._children:
            raise ValueError(f"{work.key!r} runs already: wait until it has ended")
        if threading.active_count() > 1:
            others = ", ".join(sorted(each.name for each in threading.enumerate())[:5])
            raise RuntimeError(f"the engine 'local' forks, and this process has threads: {others}; end them first")
        Path(work.folder).mkdir(parents=True, exist_ok=True)
        ours, theirs = socket.socketpair()
        with theirs:
            pid = self._fork(work, ours, theirs)
        self._children[work.key] = child = _Child(work.key, pid, ours)
        self._selector.register(ours, selectors.EVENT_READ, child)
        self._pending.append(Happening(work.key, "started", {"pid": pid}))

    def cancel(self, key: str) -> None:
        """SIGTERM now, and SIGKILL for the group when the grace is over. A second call does not renew it."""
        child = self._children.get(key)
        if child is not None and child.kill_at is None:
            child.kill_at = time.monotonic() + self._grace
            os.kill(child.pid, signal.SIGTERM)  # not reaped yet: the number is still its own

    def events(self, timeout: float) -> Sequence[Happening]:
        """What the children said, and who of them is gone."""
        until = time.monotonic() + timeout
        while True:
            left = max(0.0, until - time.monotonic())
            look = _SOON if any(child.deaf for child in self._children.values()) else _LOOK
            self._listen(0.0 if self._pending else min(look, left))
            for child in list(self._children.values()):
                self._look_after(child)
            if self._pending or left == 0.0:
                found, self._pending = self._pending, []
                return found

    def close(self) -> None:
        """Cancel all and wait for them."""
        for key in self._children:
            self.cancel(key)
        while self._children:
            self.events(_LOOK)
        self._selector.close()
        for handle in (self._held, self._life):
            with suppress(OSError):  # closed twice
                os.close(handle)

    def _fork(self, work: Work, ours: socket.socket, theirs: socket.socket) -> int:
        """The child's number. Signals wait meanwhile: one that arrived in the child between the fork and its own
        handlers would be lost in ours."""
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            pid = os.fork()
            if pid == 0:
                ours.close()
                self._live(work, theirs, before)
            with suppress(PermissionError):  # the child was faster, and has done it itself
                os.setpgid(pid, pid)
            return pid
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _live(self, work: Work, line: socket.socket, mask: Iterable[int]) -> NoReturn:
        """The child's whole life; it never returns into the caller's code."""
        code = _BUG
        try:
            os.setpgid(0, 0)
            self._let_go()
            _own_streams(Path(work.folder) / "output.log")
            _own_signals(mask)
            lifeline.hold(self._held)
            code = self._target(work.spec, line)
        except BaseException:
            traceback.print_exc()
            raise
        finally:
            sys.stdout.flush()
            os._exit(code)

    def _let_go(self) -> None:
        """Close what belongs to the caller: a brother that holds it would keep it from ever closing."""
        os.close(self._life)
        self._selector.close()
        for child in self._children.values():
            child.line.close()

    def _listen(self, timeout: float) -> None:
        for key, _ in self._selector.select(timeout):
            child: _Child = key.data
            with suppress(ConnectionError):
                self._hear(child, child.line.recv(1 << 16))

    def _hear(self, child: _Child, data: bytes) -> None:
        if not data:
            self._hang_up(child)
            return
        *lines, child.heard = (child.heard + data).split(b"\n")
        answer = partial(_answer, child.line)
        self._pending += [Happening(child.key, "asked", json.loads(line), answer) for line in lines if line]

    def _hang_up(self, child: _Child) -> None:
        if not child.deaf:
            child.deaf = True
            self._selector.unregister(child.line)

    def _look_after(self, child: _Child) -> None:
        if child.kill_at is not None and time.monotonic() >= child.kill_at:
            _kill(child.pid)
        pid, status = os.waitpid(child.pid, os.WNOHANG)
        if pid == 0:
            return
        _kill(child.pid)  # whatever of its group has outlived it
        self._drain(child)
        del self._children[child.key]
        code = os.waitstatus_to_exitcode(status)
        self._pending.append(
            Happening(child.key, "ended", {"exit": code})
            if code >= 0
            else Happening(child.key, "lost", {"signal": -code, "cancelled": child.kill_at is not None})
        )

    def _drain(self, child: _Child) -> None:
        """Its last words may still be on the way."""
        child.line.settimeout(0)
        with suppress(OSError):
            while not child.deaf:
                self._hear(child, child.line.recv(1 << 16))
        self._hang_up(child)
        child.line.close()


def _answer(line: socket.socket, data: Mapping[str, Any]) -> None:
    with suppress(OSError):  # whoever asked is gone
        line.sendall(json.dumps(data).encode() + b"\n")


def _kill(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def _own_streams(log: Path) -> None:
    """Nothing to read, and what is printed goes to the work's own log, not into the caller's table."""
    with Path(os.devnull).open("rb") as nothing, log.open("ab") as kept:
        for number, file in enumerate((nothing, kept, kept)):
            os.dup2(file.fileno(), number)
    sys.stdout = sys.stderr = os.fdopen(1, "w", buffering=1, closefd=False)  # the caller may have put others there


def _own_signals(mask: Iterable[int]) -> None:
    """The caller's handlers are about the caller."""
    signal.set_wakeup_fd(-1)
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
