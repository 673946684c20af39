"""Models whose calls are asked for first and reported afterwards, because a whole batch shares rates and money.

While a call waits for its permission the run's clock stands still, and a provider that is away costs neither a try nor
a second. Nothing is asked for a search that runs in this process.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from math import inf
from typing import Any, Self

from pareback.adapters.model import ContextTooLong, Model, ModelRefused, ModelUnavailable, Profile, Reply, Request
from pareback.orchestrator.batch.clock import Clock
from pareback.orchestrator.batch.line import Line
from pareback.orchestrator.config import Settings
from pareback.orchestrator.ladder import SEARCH, Address, address
from pareback.orchestrator.limits import LimitReached, at_worst

GONE = "the supervisor of this batch is gone"


@dataclass(frozen=True, slots=True)
class Meter:
    """What a ticket's process meters its models with."""

    line: Line
    clock: Clock
    environ: Mapping[str, str]

    def models(self, models: Sequence[Model], settings: Settings) -> tuple[Model, ...]:
        """The same ladder, metered."""
        named = zip(settings.model or (SEARCH,), models, strict=True)
        return tuple(
            model if model.profile.sees == "sources" else Metered(model, self, address(name, settings, self.environ))
            for name, model in named
        )

    def may_climb(self, rung: int) -> str:
        """A reason not to climb to the rung now, or nothing."""
        answer = self.line.ask({"climb": rung})
        return "signal" if answer is None else str(answer.get("objection", ""))


@dataclass(frozen=True, slots=True)
class Metered:
    """One model whose calls are metered. `at` says where they go and how fast the user lets them."""

    model: Model
    meter: Meter
    at: Address

    @property
    def name(self) -> str:
        """As the model's."""
        return self.model.name

    @property
    def profile(self) -> Profile:
        """As the model's."""
        return self.model.profile

    def complete(self, request: Request) -> Iterator[str | Reply]:
        """The model's pieces, once the supervisor has let the call out.

        Raises what the model raises, and LimitReached where the batch has no money left.
        """
        return Call(self, request)


class Call:
    """One call: asked for, made, reported. `close` may come from any thread, at any time.

    What `close` has to undo changes on the way: a question that waits, a call that is out, nothing any more. Not `sent`
    as long as it has not gone out.
    """

    def __init__(self, metered: Metered, request: Request) -> None:
        self._metered = metered
        self._request = request
        self._name = metered.meter.line.number()
        self._lock = threading.Lock()
        self._closed = False
        self._undo: Callable[[], None] = _nothing
        self._stream: Iterator[str | Reply] = iter(())
        self._came = False
        self.sent = False
        self._pieces = self._made()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str | Reply:
        return next(self._pieces)

    def close(self) -> None:
        """End the call where it is: a question is withdrawn, a call that is out is cut and counts as its worst case."""
        with self._lock:
            self._closed, undo, self._undo = True, self._undo, _nothing
        undo()

    def _made(self) -> Iterator[str | Reply]:
        while self._permitted():
            try:
                yield from self._answered()
            except ModelUnavailable as error:
                if not self._again(error):
                    raise
            except (ModelRefused, ContextTooLong) as error:
                self._tell("refused", key=isinstance(error, ModelRefused), message=str(error))
                raise
            else:
                return

    def _permitted(self) -> bool:
        """Wait for permission; False where the call was closed meanwhile. Raises what a refusal means."""
        reserve = at_worst(self._request, self._metered.model)
        asked = {"call": self._name, "tokens": reserve.tokens, "cost_usd": reserve.cost_usd, **asdict(self._metered.at)}
        with self._metered.meter.clock.stopped():
            question = self._metered.meter.line.put({"may": asked})
            if not self._next_undo(lambda: self._withdraw(question.close)):
                self._withdraw(question.close)
            answer = question.answer()
        return self._next_undo(self._cut if answer and answer.get("go") else _nothing) and _granted(answer)

    def _answered(self) -> Iterator[str | Reply]:
        """The call itself, closed at once where that was asked for while it began."""
        self.sent = True
        self._stream = self._metered.model.complete(self._request)
        if self._closed:
            _close(self._stream)
        for piece in self._stream:
            self._came = True
            if isinstance(piece, Reply):
                self._used(piece)
            yield piece

    def _used(self, reply: Reply) -> None:
        self._tell("used", tokens=reply.usage.total, cost_usd=reply.cost_usd)

    def _again(self, error: ModelUnavailable) -> bool:
        """Whether the call is made again as if it had not been: it cost nothing, and the supervisor says so."""
        billed = self._came or error.billed
        self.sent = billed
        if not self._next_undo(_nothing):
            return False
        facts = {"call": self._name, "billed": billed, "status": error.status, "message": str(error)}
        answer = self._metered.meter.line.ask({"failed": facts | {"retry_after": error.retry_after}})
        return bool(answer and answer.get("again"))

    def _next_undo(self, undo: Callable[[], None]) -> bool:
        """From here on `close` undoes this; False where it was called already."""
        with self._lock:
            self._undo = _nothing if self._closed else undo
            return not self._closed

    def _tell(self, what: str, **facts: Any) -> None:
        """Report once how the call ended, unless `close` has done so."""
        if self._next_undo(_nothing):
            self._metered.meter.line.tell({what: {"call": self._name, **facts}})

    def _withdraw(self, give_up: Callable[[], None]) -> None:
        self._metered.meter.line.tell({"withdrawn": {"call": self._name}})
        give_up()

    def _cut(self) -> None:
        """Nobody knows what a call that was cut has cost."""
        self._metered.meter.line.tell({"cut": {"call": self._name}})
        _close(self._stream)


def _granted(answer: Mapping[str, Any] | None) -> bool:
    """True where the answer is go. A refusal is raised as what it is to the run; no try makes it another."""
    if answer is None:
        raise ModelUnavailable(GONE, retry_after=inf)
    if answer.get("go"):
        return True
    message = str(answer["message"])
    match answer["stop"]:
        case "refused":
            raise ModelRefused(message)
        case "unavailable":
            raise ModelUnavailable(message, retry_after=inf)
        case limit:
            raise LimitReached(str(limit), message)


def _close(stream: Iterator[str | Reply]) -> None:
    """Cut a stream where it can be; a plain generator that runs ends at its next piece."""
    with suppress(ValueError):
        getattr(stream, "close", _nothing)()


def _nothing() -> None:
    """There is nothing to undo."""
