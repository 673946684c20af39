"""The clock of a ticket's run: it stands still while the run waits for the batch, which is no fault of the ticket."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """A monotonic clock, in seconds, that stands still while any thread waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting = 0
        self._since = 0.0
        self._lost = 0.0

    def __call__(self) -> float:
        with self._lock:
            return (self._since if self._waiting else time.monotonic()) - self._lost

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Time does not pass inside."""
        with self._lock:
            self._since = self._since if self._waiting else time.monotonic()
            self._waiting += 1
        try:
            yield
        finally:
            with self._lock:
                self._waiting -= 1
                self._lost += 0.0 if self._waiting else time.monotonic() - self._since
