"""A blocking source of reply pieces, read in a thread of its own, so that deadlines hold and closing is immediate.

Libraries' own timeouts count bytes, not content: a keep-alive every few seconds keeps a dead stream open for ever. And
a generator cannot be closed while another thread waits in it. A pump can: `close` may be called from any thread.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from time import monotonic
from types import TracebackType

from pareback.adapters.model import ModelUnavailable, Reply

Piece = str | Reply


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds: `total` for the whole call, `idle` between two pieces (None: no such limit).

    An empty piece is progress without text, such as reasoning that is not shown: it restarts `idle` and is dropped.
    """

    total: float
    idle: float | None = None

    def __post_init__(self) -> None:
        for name, seconds in (("total_seconds", self.total), ("idle_seconds", self.idle)):
            if seconds is not None and not seconds > 0:
                raise ValueError(f"{name} is {seconds!r}; expected a number of seconds above 0")


@dataclass(frozen=True, slots=True)
class _Ended:
    """The last thing in the queue: the source is exhausted, or failed."""

    error: BaseException | None = None


class _HandOver:
    """Ends the queue however the source ends; an error is raised again in the thread that reads."""

    def __init__(self, queue: "SimpleQueue[Piece | _Ended]") -> None:
        self._queue = queue

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._queue.put(_Ended(error))
        return True


def _drain(source: Iterator[Piece], queue: "SimpleQueue[Piece | _Ended]") -> None:
    with _HandOver(queue):
        for piece in source:
            queue.put(piece)


class Pump:
    """The pieces of one call as an iterator. Raises what the source raises, and ModelUnavailable at a deadline.

    `stop` makes a source that waits give up; it is called once, from a `close` before the reply, and must not block.
    The source is read from the first `next` on; after its reply nothing more is waited for.
    """

    def __init__(self, source: Iterator[Piece], *, stop: Callable[[], None], patience: Patience, name: str) -> None:
        self._queue: SimpleQueue[Piece | _Ended] = SimpleQueue()
        self._thread = threading.Thread(target=_drain, args=(source, self._queue), name=f"call {name}", daemon=True)
        self._stop = stop
        self._patience = patience
        self._name = name
        self._closing = threading.Lock()
        self._closed = False
        self._started = 0.0
        self._progress = 0.0

    def __iter__(self) -> "Pump":
        return self

    def __next__(self) -> Piece:
        self._start()
        while not self._closed:
            item = self._take()
            if isinstance(item, _Ended):
                self._end(item)
            elif isinstance(item, Reply):
                self._closed = True  # without `stop`: the source may tidy its connection up
                return item
            elif item and not self._closed:
                return item
        raise StopIteration

    def close(self) -> None:
        """End the call at once, from any thread; a reader that waits is woken and sees the end."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        self._stop()
        self._queue.put(_Ended())

    def __del__(self) -> None:
        self.close()

    def _start(self) -> None:
        if not self._started and not self._closed:
            self._started = self._progress = monotonic()
            self._thread.start()

    def _take(self) -> Piece | _Ended:
        try:
            item = self._queue.get(timeout=max(0.0, self._deadline() - monotonic()))
        except Empty:
            self.close()
            raise self._late() from None
        self._progress = monotonic()
        return item

    def _deadline(self) -> float:
        total = self._started + self._patience.total
        return total if self._patience.idle is None else min(total, self._progress + self._patience.idle)

    def _late(self) -> ModelUnavailable:
        if monotonic() - self._started >= self._patience.total:
            said = f"did not finish within {self._patience.total:g} s"
        else:
            said = f"sent no content for {self._patience.idle:g} s"
        return ModelUnavailable(f"model {self._name!r} {said}", billed=True)

    def _end(self, ended: _Ended) -> None:
        was_closed = self._closed
        self.close()
        if ended.error is not None and not was_closed:
            raise ended.error
