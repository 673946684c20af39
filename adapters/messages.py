"""A request as chat messages: the one rendering for every model that reads text.

Stable sections come first, so that a provider's prompt cache hits on the next round.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from pareback.adapters.model import Failure, Frame, Request, Source


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message."""

    role: Literal["system", "user", "assistant"]
    content: str


def render(request: Request) -> tuple[Message, ...]:
    """The rules as system message, examples as turns, then all sections in one user message, stable parts first."""
    shown = (
        message
        for example in request.examples
        for message in (Message("user", _sections(example.question)), Message("assistant", example.answer))
    )
    return Message("system", request.rules), *shown, Message("user", _sections(request))


def _sections(request: Request) -> str:
    """What stays the same for the run; then files, those that most likely change last; then what the round says."""
    parts = [
        *(_source("CONVENTIONS", source) for source in request.conventions),
        _heading("TICKET", request.ticket),
        _listing("THE CHANGE IS COMPLETE ONLY WHEN ALL OF THIS HOLDS", request.conditions),
        *(_source("TEST", source) for source in request.tests),
        *(_source("FILE", source) for source in reversed(request.files)),
        *_failures(request.failures),
        _listing("THE TESTS PASS; THE COMPLEXITY GATE SAYS", request.findings),
        _listing("ABOUT YOUR LAST REPLY", request.refused),
        _listing("TRIED BEFORE", tuple(attempt.outcome for attempt in request.tried)),
        "" if request.region is None else request.region.wish,
    ]
    return "\n\n".join(part for part in parts if part)


def _heading(title: str, text: str) -> str:
    return f"## {title}\n{text.rstrip()}" if text.strip() else ""


def _listing(title: str, lines: tuple[str, ...]) -> str:
    return _heading(title, "\n".join(f"- {line}" for line in lines))


def _source(kind: str, source: Source) -> str:
    """A fence longer than any run of backticks inside, so that a file cannot end its own quotation."""
    notes = (
        "" if source.editable else "read only",
        "" if source.whole else "in part: lines with ⋮ stand for others, do not quote them",
        source.note,
    )
    told = ", ".join(note for note in notes if note)
    title = f"{kind} ({told})" if told else kind
    fence = "```"
    while fence in source.text:
        fence += "`"
    return f"## {title}: {source.path}\n{fence}\n{source.text.rstrip()}\n{fence}"


def _failures(failures: Iterable[Failure]) -> Iterator[str]:
    """One section for each message: many tests may fail in one way."""
    told: dict[tuple[str, tuple[Frame, ...]], list[str]] = {}
    for failure in failures:
        told.setdefault((failure.message.rstrip(), failure.frames), []).append(failure.test)
    for (message, steps), (first, *others) in told.items():
        frames = "".join(f"\n{_frame(frame)}" for frame in steps)
        same = f"\nThe same in: {', '.join(others)}" if others else ""
        yield f"## RED TEST: {first}\n{message}{frames}{same}"


def _frame(frame: Frame) -> str:
    """A step with its line of code, since nobody counts lines in a prompt."""
    code = f": {frame.code}" if frame.code else ""
    return f"  at {frame.path}:{frame.line} in {frame.function}{code}"
