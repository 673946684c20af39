"""What a model is asked and what it answers: the nouns every model part shares, and the one rendering to messages.

A request is a sequence of sections in a fixed order, stable ones first, so that a provider's prompt cache hits. Text
models read the rendered messages; a search-based model reads the same fields. A model has no tools: it answers text.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

Finish = Literal["stop", "length", "filtered", "cut", "cancelled", "exhausted"]
"""Why a reply ended. Only `stop` is complete; `cut` lost its end on the wire; `exhausted` has nothing left to offer."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file as the model sees it; not `whole` where parts of it are left out and marked."""

    path: str
    text: str
    editable: bool = True
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Frame:
    """One step of a traceback inside the target's tree; `code` is the line itself, where it is known."""

    path: str
    line: int
    function: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """One red test, condensed: what was asserted, with which values, through which frames of the tree."""

    test: str
    message: str
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """What this conversation already tried: a digest of the edits, and in words what came of it."""

    digest: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model. The order of the fields is the order of the sections.

    `round` counts from 1; `index` says which of its `n` candidates is asked for; `seed` is honoured where the profile
    says so.
    `max_tokens` caps the reply, in tokens.
    """

    rules: str
    ticket: str
    files: tuple[Source, ...]
    tests: tuple[Source, ...] = ()
    failures: tuple[Failure, ...] = ()
    findings: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    tried: tuple[Attempt, ...] = ()
    round: int = 1
    n: int = 1
    index: int = 0
    seed: int = 0
    max_tokens: int = 8192


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counted them; None where it did not say."""

    prompt: int | None = None
    completion: int | None = None
    cached: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The whole answer. `cost_usd` is None where the price is unknown, never 0 for want of a price."""

    text: str
    finish: Finish
    usage: Usage = Usage()
    cost_usd: float | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars per million tokens."""

    prompt: float
    completion: float
    cached: float | None = None

    def cost(self, usage: Usage) -> float | None:
        """US dollars of one call, or None where the provider did not count the tokens."""
        if usage.prompt is None or usage.completion is None:
            return None
        cached = usage.cached or 0
        read = self.prompt if self.cached is None else self.cached
        fresh = usage.prompt - cached
        return (fresh * self.prompt + cached * read + usage.completion * self.completion) / 1_000_000


@dataclass(frozen=True, slots=True)
class Profile:
    """What differs between model families. `candidates` overrides the round's default number.

    `sees` is "prompt" for models that read rendered text within `context_tokens`, "sources" for those that want whole
    bodies and test sources. `prices` None is unknown; a local search that costs nothing has prices of 0. `extra` goes
    into the body of every call; `cap` is what the provider calls the reply's limit.
    """

    forms: tuple[str, ...] = ("region", "whole", "remove")
    sees: Literal["prompt", "sources"] = "prompt"
    context_tokens: int = 32_000
    reply_tokens: int = 8_192
    temperature: float | None = 0.7
    seed: bool = False
    streaming: bool = True
    candidates: int | None = None
    prices: Prices | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
    cap: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"


class ModelUnavailable(ConnectionError):
    """The provider may recover: rate limit, overload, network, cut stream. `retry_after` in seconds if it said so,
    `status` the HTTP status if there was one."""

    def __init__(self, message: str, retry_after: float | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.status = status


class ModelRefused(PermissionError):
    """The user must act: a refused or missing key, an unknown model, a wrong base URL."""


class ContextTooLong(ValueError):
    """The request does not fit the model's context window; a smaller one may."""


class Model(Protocol):
    """One model behind one method."""

    @property
    def name(self) -> str:
        """The name the user typed, for records and tables."""
        ...

    @property
    def profile(self) -> Profile:
        """What this family needs and honours."""
        ...

    def complete(self, request: Request) -> Iterator[str | Reply]:
        """Pieces of text as they arrive, then exactly one `Reply`. Closing the iterator ends the call at once.

        Retries and deadlines are the caller's. Raises ModelUnavailable, ModelRefused, ContextTooLong.
        """
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message."""

    role: Literal["system", "user"]
    content: str


def render(request: Request) -> tuple[Message, ...]:
    """The sections as chat messages: the rules as system message, all else in one user message, stable parts first."""
    parts = [
        _heading("TICKET", request.ticket),
        *(_source("TEST", source) for source in request.tests),
        *(_source("FILE", source) for source in request.files),
        *(_failure(failure) for failure in request.failures),
        _listing("THE TESTS PASS; THE COMPLEXITY GATE SAYS", request.findings),
        _listing("ABOUT YOUR LAST REPLY", request.refused),
        _listing("TRIED BEFORE", tuple(attempt.outcome for attempt in request.tried)),
    ]
    return Message("system", request.rules), Message("user", "\n\n".join(part for part in parts if part))


def _heading(title: str, text: str) -> str:
    return f"## {title}\n{text.rstrip()}" if text.strip() else ""


def _listing(title: str, lines: tuple[str, ...]) -> str:
    return _heading(title, "\n".join(f"- {line}" for line in lines))


def _source(kind: str, source: Source) -> str:
    """A fence longer than any run of backticks inside, so that a file cannot end its own quotation."""
    notes = (
        "" if source.editable else "read only",
        "" if source.whole else "in part: the marks stand for lines not shown",
    )
    told = ", ".join(note for note in notes if note)
    title = f"{kind} ({told})" if told else kind
    fence = "```"
    while fence in source.text:
        fence += "`"
    return f"## {title}: {source.path}\n{fence}\n{source.text.rstrip()}\n{fence}"


def _failure(failure: Failure) -> str:
    frames = "".join(f"\n{_frame(frame)}" for frame in failure.frames)
    return f"## RED TEST: {failure.test}\n{failure.message.rstrip()}{frames}"


def _frame(frame: Frame) -> str:
    """A step with its line of code, since nobody counts lines in a prompt."""
    code = f": {frame.code}" if frame.code else ""
    return f"  at {frame.path}:{frame.line} in {frame.function}{code}"
