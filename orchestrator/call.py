"""One model call that keeps its word: it ends when told to, within its seconds, and a cut reply is never a success.

A model part may block in the network. So a reader thread pulls its pieces, and the caller waits for pieces, for the
stop signal and for the deadline at once; a reader that is left behind closes its stream at the next piece.
"""

import contextlib
import queue
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from pareback.adapters.model import Model, ModelUnavailable, Reply, Request

ATTEMPTS = 4
"""Tries of one call in all, the first included."""

FIRST_DELAY = 0.5
"""Seconds before the second try; doubled each time, with up to as much again at random."""

POLL = 0.05
"""Seconds between looks at the stop signal while no piece arrives."""


Pieces = queue.SimpleQueue[str | Reply | BaseException]


class Cancelled(Exception):
    """The race or the run ended while the reply was under way. `received` is the number of bytes that had come; not
    `sent` where the call had not even gone out."""

    def __init__(self, received: int) -> None:
        super().__init__(f"cancelled after {received} bytes")
        self.received = received
        self.sent = True


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take and how it is told to end. `deadline` is on the clock, in seconds."""

    deadline: float
    stopped: Callable[[], bool]
    clock: Callable[[], float] = time.monotonic

    @property
    def left(self) -> float:
        """Seconds until the deadline, at least 0."""
        return max(0.0, self.deadline - self.clock())


@dataclass(frozen=True, slots=True)
class Retry:
    """A try that came to nothing and is made again after `delay` seconds; `billed` where it may have cost something.

    What was heard of it is void: the next try starts from the beginning.
    """

    tried: int
    why: str
    delay: float
    billed: bool


def ask(
    model: Model,
    request: Request,
    patience: Patience,
    hear: Callable[[str], None],
    *,
    tell: Callable[[Retry], None] = lambda _: None,
) -> Reply:
    """The model's whole reply; `hear` gets each piece of text as it arrives, `tell` each retry before its delay.

    Retries what may recover, waiting as long as the provider asks if the deadline allows. A reply whose end is missing
    counts as unavailable. Raises Cancelled, ModelUnavailable, and what `Model.complete`, `hear` and `tell` raise.
    """
    lost = 0
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return replace(_whole(_once(model, request, patience, hear), model), lost=lost)
        except ModelUnavailable as error:
            delay = _delay(attempt, error.retry_after)
            if attempt == ATTEMPTS or delay >= patience.left:
                raise
            lost += error.billed
            tell(Retry(attempt, str(error), delay, error.billed))
            _sleep(delay, patience)
    raise AssertionError("unreachable: the last attempt returns or raises")


def _whole(reply: Reply, model: Model) -> Reply:
    if reply.finish == "cut":
        raise ModelUnavailable(f"{model.name}: the reply was cut before its end", billed=True)
    return reply


def _once(model: Model, request: Request, patience: Patience, hear: Callable[[str], None]) -> Reply:
    pieces: Pieces = queue.SimpleQueue()
    left_behind = threading.Event()
    stream = model.complete(request)
    threading.Thread(target=_read, args=(stream, model.name, pieces, left_behind), daemon=True).start()
    received = 0
    try:
        while not isinstance(piece := _next(pieces, patience, model.name, received), Reply):
            received += len(piece.encode("utf-8", "surrogatepass"))
            hear(piece)
    except Cancelled as cancelled:
        cancelled.sent = getattr(stream, "sent", True)
        raise
    else:
        return piece
    finally:
        left_behind.set()
        _close(stream)


def _close(stream: Iterator[str | Reply]) -> None:
    """Cut the call where the part allows it from another thread; a plain generator that runs ends at its next piece."""
    with contextlib.suppress(ValueError):
        getattr(stream, "close", lambda: None)()


def _read(stream: Iterator[str | Reply], name: str, pieces: Pieces, left_behind: threading.Event) -> None:
    """Runs in the reader thread; whatever goes wrong there is raised again where it is waited for."""
    try:
        for piece in stream:
            if left_behind.is_set():
                return
            pieces.put(piece)
        pieces.put(ModelUnavailable(f"{name}: the stream ended without a reply", billed=True))
    except BaseException as error:  # noqa: BLE001 - handed over to the waiting thread, which raises it
        pieces.put(error)


def _next(pieces: Pieces, patience: Patience, name: str, received: int) -> str | Reply:
    while True:
        if patience.stopped():
            raise Cancelled(received)
        if patience.left == 0:
            raise ModelUnavailable(f"{name}: no complete reply within the run's seconds", billed=True)
        try:
            piece = pieces.get(timeout=POLL)
        except queue.Empty:
            continue
        if isinstance(piece, BaseException):
            raise piece
        return piece


def _delay(attempt: int, retry_after: float | None) -> float:
    backoff = FIRST_DELAY * 2.0 ** (attempt - 1)
    jitter = random.uniform(0, backoff)  # noqa: S311 - not a secret
    return max(retry_after or 0.0, backoff + jitter)


def _sleep(seconds: float, patience: Patience) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if patience.stopped():
            raise Cancelled(0)
        time.sleep(min(POLL, max(0.0, until - time.monotonic())))
