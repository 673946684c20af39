"""What a model is asked and what it answers: the nouns every model part shares.

A request is a sequence of sections in a fixed order, stable ones first, so that a provider's prompt cache hits. Text
models read the messages rendered from it; a search-based model reads the same fields. A model has no tools: it answers
text.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

Finish = Literal["stop", "length", "filtered", "cut", "cancelled", "stopped", "exhausted"]
"""Why a reply ended. Only `stop` is complete; `cut` lost its end on the wire; `stopped` was not wanted
to its end by whoever asked; `exhausted` has nothing left to offer."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file as the model sees it; not `whole` where parts of it are left out and marked: `full` has it all then.
    `note` is said beside its path: how it is best edited."""

    path: str
    text: str
    editable: bool = True
    whole: bool = True
    note: str = ""
    full: str = ""

    @property
    def all(self) -> str:
        """The file's text, whatever is shown of it."""
        return self.full or self.text


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
class Region:
    """One stretch of a file to be written anew: `above + inside + below` is the file, each part of whole lines.

    `wish` says in words what the new lines are to do. The answer is the new `inside` and nothing else; whoever asked
    puts it between `above` and `below`, which no model repeats.
    """

    path: str
    above: str
    inside: str
    below: str
    wish: str


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model. `conventions` are quotations of the repository's own,
    `conditions` lines that must be true of the change beside its tests.

    `round` counts from 1; `index` says which of its `n` candidates is asked for; `seed` is honoured where the profile
    says so.
    `max_tokens` caps the reply, in tokens. `region` is set only for models whose profile has a `refill` or is `small`:
    the reply's text is then that region's new text, and not edits. `examples` are shown as turns of the conversation.
    """

    rules: str
    ticket: str
    files: tuple[Source, ...]
    tests: tuple[Source, ...] = ()
    conventions: tuple[Source, ...] = ()
    conditions: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    findings: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    tried: tuple[Attempt, ...] = ()
    round: int = 1
    n: int = 1
    index: int = 0
    seed: int = 0
    max_tokens: int = 8192
    region: Region | None = None
    examples: tuple["Example", ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A question that was answered well, as the model is to answer the next one."""

    question: Request
    answer: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counted them; None where it did not say."""

    prompt: int | None = None
    completion: int | None = None
    cached: int | None = None

    @property
    def total(self) -> int | None:
        """Both kinds together; None where either was not counted."""
        return None if self.prompt is None or self.completion is None else self.prompt + self.completion


@dataclass(frozen=True, slots=True)
class Reply:
    """The whole answer. `cost_usd` is None where the price is unknown, never 0 for want of a price.

    `lost` counts the tries before it that broke off and may be billed; usage and cost are the last one's alone.
    `why` says why a reply was stopped.
    """

    text: str
    finish: Finish
    usage: Usage = Usage()
    cost_usd: float | None = None
    seconds: float = 0.0
    lost: int = 0
    why: str = ""


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


Refill = Literal["", "edit", "infill", "canvas"]
"""How a region is asked for: a next-edit endpoint, fill-in-the-middle, a pinned canvas; empty where there is no way."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What differs between model families. `candidates` overrides the round's default number.

    `sees` is "prompt" for models that read rendered text within `context_tokens`, "sources" for those that want whole
    bodies and test sources; `small` asks for prompts made for small models. `temperature` None is not sent, another is
    kept within `temperatures`, what the provider accepts. `sampled`: the same request gets another reply each time;
    where not, candidates differ only by what they are asked. `silence` is how many seconds may pass without content
    before a streamed call counts as stalled. `diffusing` asks for, and reads, snapshots of which each replaces the
    one before. `prices` None is unknown; a local search that costs nothing has prices of 0. `extra` goes into the body
    of every call; `cap` is what the provider calls the reply's limit.
    `refill` says how a `Region` is asked for, `refill_model` of whom, where it is another model of the same server;
    `canvas_tokens` is the length of its canvas, where it has one.
    """

    forms: tuple[str, ...] = ("region", "whole", "remove")
    sees: Literal["prompt", "sources"] = "prompt"
    small: bool = False
    context_tokens: int = 32_000
    reply_tokens: int = 8_192
    temperature: float | None = 0.7
    temperatures: tuple[float, float] = (0.0, 2.0)
    seed: bool = False
    sampled: bool = True
    streaming: bool = True
    silence: float = 60.0
    diffusing: bool = False
    candidates: int | None = None
    prices: Prices | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
    cap: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    refill: Refill = ""
    refill_model: str = ""
    canvas_tokens: int = 0


class ModelUnavailable(ConnectionError):
    """The provider may recover: rate limit, overload, network, cut stream. `retry_after` in seconds if it said so,
    `status` the HTTP status if there was one; `billed` where the model may have worked before it went wrong."""

    def __init__(
        self, message: str, retry_after: float | None = None, status: int | None = None, *, billed: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.status = status
        self.billed = billed


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
