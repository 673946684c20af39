"""Ctrl-C and SIGTERM as events: what is under way ends in good order, and goes on another time."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def heard(stop: threading.Event, *others: threading.Event) -> Iterator[None]:
    """The first such signal sets `stop` and the others, the second ends the process at once. Only the main thread may
    listen; in another one nothing is heard."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def hear(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        for event in (stop, *others):
            event.set()

    before = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
