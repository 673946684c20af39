"""Both ends of the line: metered models on one, the supervisor's clerk on the other, in a thread, with a real clock."""

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from pareback.adapters.model import Model
from pareback.orchestrator.batch.calls import Calls
from pareback.orchestrator.batch.clerk import Clerk
from pareback.orchestrator.batch.clock import Clock
from pareback.orchestrator.batch.line import Line
from pareback.orchestrator.batch.metered import Meter
from pareback.orchestrator.batch.purse import Purse
from pareback.orchestrator.config import Settings


@dataclass(slots=True)
class Office:
    """The supervisor's end: every line goes to the clerk, what has no answer yet is asked again."""

    clerk: Clerk
    said: list[str]
    heard: list[Mapping[str, Any]] = field(default_factory=list)
    ends: list[socket.socket] = field(default_factory=list)
    lost: threading.Event = field(default_factory=threading.Event)

    def serve(self, end: socket.socket, key: str) -> None:
        end.settimeout(0.01)
        waiting: list[Mapping[str, Any]] = []
        rest = b""
        while True:
            try:
                if not (got := end.recv(65536)):
                    return
                rest += got
            except TimeoutError:
                pass
            except OSError:
                return
            *lines, rest = rest.split(b"\n")
            new = [json.loads(line) for line in lines]
            self.heard += new
            waiting = [question for question in waiting + new if not self._answered(end, key, question)]

    def _answered(self, end: socket.socket, key: str, question: Mapping[str, Any]) -> bool:
        answer = self.clerk.answer(key, question)
        if answer is not None:
            try:
                end.sendall(json.dumps(answer).encode() + b"\n")
            except OSError:
                return True
        return answer is not None

    def kinds(self) -> list[str]:
        return [next(name for name in question if name != "id") for question in self.heard]


@dataclass(frozen=True, slots=True)
class Child:
    """The ticket's end."""

    meter: Meter
    office: Office
    line: Line

    def metered(self, model: Model, **settings: Any) -> Model:
        (only,) = self.meter.models([model], Settings(model=(model.name,), **settings))
        return only


Employ = Callable[..., Child]


@pytest.fixture
def employ() -> Iterator[Employ]:
    """A clerk with a purse of so many dollars, and a ticket's end of a line to it."""
    threads: list[threading.Thread] = []
    ends: list[socket.socket] = []

    def made(cap: float | None = None, **clerk: Any) -> Child:
        said: list[str] = []
        office = Office(Clerk(Calls(Purse(cap), now=time.monotonic, say=said.append), **clerk), said)
        ours, theirs = socket.socketpair()
        ends.extend((ours, theirs))
        office.ends.append(ours)
        threads.append(threading.Thread(target=office.serve, args=(ours, "t")))
        threads[-1].start()
        line = Line(theirs, office.lost.set)
        return Child(Meter(line, Clock(), os.environ), office, line)

    yield made
    for end in ends:
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue
    for thread in threads:
        thread.join()
    for thread in threading.enumerate():
        if thread.name == "line":
            thread.join(5)
    for end in ends:
        end.close()
