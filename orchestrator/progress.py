"""Progress for people: a live line per round on a terminal, plain lines when piped. Speaks to stderr only."""

import sys
import threading
import time
from collections.abc import Callable
from typing import TextIO

from pareback.orchestrator.events import Event
from pareback.orchestrator.sayings import say


class Lines:
    """Plain lines, one per thing that matters; safe to call from the candidates' threads."""

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._clock = clock
        self._born = clock()
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Print what the event says, if it says anything."""
        line = say(event)
        if line:
            with self._lock:
                self._out.write(f"{self._clock() - self._born:6.1f}s  {line}\n")
                self._out.flush()


def show(*, quiet: bool, out: TextIO | None = None) -> Callable[[Event], None]:
    """The listener for a run: nothing when quiet, a live display on a terminal, else plain lines."""
    stream = sys.stderr if out is None else out
    if quiet:
        return lambda _: None
    if stream.isatty():
        from pareback.orchestrator.live import Live  # rich takes 60 ms that pipes need not pay

        return Live(stream)
    return Lines(stream)
