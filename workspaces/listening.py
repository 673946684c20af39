"""Listens to the processes of one run and ends them: a test over its limit, a flood, the deadline, the caller's wish.

The clock is ours. A test over its limit is first asked where it is (the supervisor sends a signal, the interpreter
dumps the traceback from C, so an endless loop in C is no shelter), and then killed.
"""

import json
import os
import selectors
import signal
import time
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from pareback.workspaces.forks import Wires
from pareback.workspaces.hearing import Hearing
from pareback.workspaces.process import CAP, DRAIN, Capture
from pareback.workspaces.suite import Work, WorkspaceError

_POLL = 0.02  # seconds between two looks at the caller's event
_DUMP = 0.15  # seconds granted to a hanging test to say where it hangs
_LAST = 10.0  # seconds in which a killed run must be gone
_NEVER = float("inf")


@dataclass(slots=True)
class Listening:
    """One run, over all its processes. `work` is set where we, not the tests, ended it; `until` is monotonic."""

    hearing: Hearing
    until: float
    halt: Event | None = None
    output: Capture = field(default_factory=Capture)
    work: Work | None = None

    def listen(self, wires: Wires) -> str:
        """Hear one process out, or end it. Returns why it ended, in words. Raises WorkspaceError where it stays."""
        watch = _Watch(self, wires, self.output.total)
        with selectors.DefaultSelector() as selector:
            selector.register(wires.channel, selectors.EVENT_READ, watch.events)
            selector.register(wires.output, selectors.EVENT_READ, self.output.add)
            selector.register(wires.line, selectors.EVENT_READ, watch.status)
            while not watch.over:
                _read(selector, watch.patience())
                watch.judge(time.monotonic())
            _drain(selector, time.monotonic() + DRAIN)
        return watch.why


@dataclass(slots=True)
class _Watch:
    """What is known of one process. `killed` says why we ended it; `dumped` is when it was asked where it hangs,
    `printed` what the run had printed before."""

    run: Listening
    wires: Wires
    printed: int
    rest: bytes = b""
    ended: bytes = b""
    over: bool = False
    killed: str = ""
    dumped: float = _NEVER
    gone_by: float = _NEVER

    @property
    def why(self) -> str:
        status, _, limit = self.ended.decode().partition(" ")
        return self.killed or limit or _reason_of(int(status) if status else None)

    def events(self, data: bytes) -> None:
        """Take bytes of the channel: JSON lines, and the lines of a dumped traceback."""
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            event = _event(line)
            if event is None:
                self.run.hearing.stuck(line.decode("utf-8", "replace"))
            else:
                self.run.hearing.hear(event)

    def status(self, data: bytes) -> None:
        """Take bytes of the supervisor's line: the wait status, which limit was met if one was, then the end."""
        self.ended += data
        self.over = not data

    def patience(self) -> float:
        """Seconds until something must be looked at even if nobody speaks."""
        if self.killed:
            return 0.5
        due = min(self.run.until, self.dumped + _DUMP) - time.monotonic()
        polled = _NEVER if self.run.halt is None else _POLL
        return max(0.0, min(due, polled, 1.0, self.run.hearing.left() if self.dumped == _NEVER else _NEVER))

    def judge(self, now: float) -> None:
        """Decide whether the process goes on."""
        hearing = self.run.hearing
        if self.killed:
            if now > self.gone_by and not self.over:
                raise WorkspaceError(f"a killed test run did not end within {_LAST:g} s; it may be stuck in the kernel")
            return
        if hearing.stopped or (self.run.halt is not None and self.run.halt.is_set()):
            self._kill("the caller stopped the run", "stopped")
        elif now > self.run.until:
            self._kill("the deadline of the suite was reached", "timeout")
        elif self.run.output.total - self.printed > CAP:
            self._kill(f"more than {CAP >> 20} MiB were printed", None)
        else:
            self._judge_test(now)

    def _judge_test(self, now: float) -> None:
        hearing = self.run.hearing
        if not hearing.expired:
            self.dumped = _NEVER
        if hearing.left() > 0:
            return
        if self.dumped == _NEVER:
            hearing.expired, self.dumped = True, now
            self.wires.order(b"d")
        elif now > self.dumped + _DUMP:
            self._kill(f"the limit of {hearing.limit:g} s was reached", None)

    def _kill(self, why: str, work: Work | None) -> None:
        self.killed, self.gone_by = why, time.monotonic() + _LAST
        self.run.work = self.run.work or work
        self.wires.order(b"k")


def _reason_of(status: int | None) -> str:
    """The end of a process in words, from its wait status."""
    if status is None:
        return "the process was lost"
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        return f"the process died of {signal.Signals(number).name if number in set(signal.Signals) else number}"
    return f"the process ended with exit code {os.WEXITSTATUS(status)}"


def _event(line: bytes) -> dict[str, Any] | None:
    """The event in a line, or None where the line is none."""
    if not line.startswith(b"{"):
        return None
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "event" in event else None


def _read(selector: selectors.BaseSelector, patience: float) -> bool:
    """Hand on what arrived; a line that ended is watched no more. False where nothing arrived."""
    ready = selector.select(patience)
    for key, _ in ready:
        try:
            data = os.read(key.fd, 1 << 16)
        except ConnectionError:  # a killed process may leave a socket like this
            data = b""
        key.data(data)
        if not data:
            selector.unregister(key.fileobj)
    return bool(ready)


def _drain(selector: selectors.BaseSelector, until: float) -> None:
    """Hear what the ended process had still said."""
    while selector.get_map() and time.monotonic() < until:
        if not _read(selector, max(0.0, until - time.monotonic())):
            return
