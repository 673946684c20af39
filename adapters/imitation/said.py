"""What an imitated server says to one call, and the bytes it says it with.

Pure: values in, text of the OpenAI-compatible wire out. The shapes follow what providers document and what was seen
of llama.cpp; nothing here was recorded from a provider.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Cut = Literal["clean", "mid_json", "reset"]
"""A stream that ends early: tidily, inside a JSON document, or with the connection reset."""

Shape = Literal["chat", "text"]
"""Where an answer keeps its text: in a message, or in `text` as completions and fill-in-the-middle do."""

CHARACTERS = 4
"""Characters of one imitated token."""


@dataclass(frozen=True, slots=True)
class Say:
    """A reply of the model. `cut` breaks it off after `text`; seconds for `delay` (before headers) and `pause`.

    `alive` sends that many keep-alive comments, `pause` apart, before the text; `hold` keeps the connection silent for
    so many seconds after the text. `usage` None leaves it out, "counted" counts prompt and text. `snapshots` is how
    many unfinished wholes come before the text where the call asks for `diffusing`.
    """

    text: str | None
    chunk: int = 16
    finish: str | None = "stop"
    usage: Mapping[str, object] | Literal["counted"] | None = field(
        default_factory=lambda: {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    )
    delay: float = 0.0
    pause: float = 0.0
    alive: int = 0
    hold: float = 0.0
    cut: Cut | None = None
    thoughts: str = ""
    done: bool = True
    snapshots: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """An HTTP status with a provider's error body."""

    status: int
    message: str = "the server says no"
    code: str | None = None
    retry_after: str | float | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """Any body at all."""

    body: bytes
    content_type: str = "application/json"
    status: int = 200


Item = str | Say | Fault | Raw


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a call decides how it is answered."""

    shape: Shape = "chat"
    diffusing: bool = False
    prompt_tokens: int = 0


def tokens(text: str) -> int:
    """How many imitated tokens a text is."""
    return -(-len(text) // CHARACTERS)


def parts(item: Say, asked: Asked) -> Iterator[tuple[str, float]]:
    """The stream up to its end, each part with the seconds before it.

    As llama.cpp does: a first chunk with the role and null content, then the text.
    """
    if asked.shape == "chat":
        yield _delta({"role": "assistant", "content": None}), 0.0
    for _ in range(item.alive):
        yield ": keep-alive\n\n", item.pause
    if item.thoughts:
        yield _delta({"reasoning_content": item.thoughts}), item.pause
    text = item.text or ""
    if asked.diffusing:
        for whole in _snapshots(text, item.snapshots):
            yield _delta({"content": whole}), item.pause
        return
    for start in range(0, len(text), item.chunk):
        piece = text[start : start + item.chunk]
        yield (_delta({"content": piece}) if asked.shape == "chat" else _choice({"text": piece})), item.pause


def tail(item: Say, asked: Asked) -> str:
    """What ends a stream that is not cut: finish reason, usage, end mark."""
    usage = counted(item, asked)
    ends = (
        "" if item.finish is None else _choice({"delta": {}} if asked.shape == "chat" else {"text": ""}, item.finish),
        "" if usage is None else event({"id": "x", "choices": [], "usage": usage}),
        "data: [DONE]\n\n" if item.done else "",
    )
    return "".join(ends)


def completion(item: Say, asked: Asked) -> bytes:
    """The same reply as one document."""
    said = {"message": {"role": "assistant", "content": item.text}} if asked.shape == "chat" else {"text": item.text}
    usage = counted(item, asked)
    document = {
        "id": "x",
        "object": "chat.completion",
        "created": 1,
        "model": "toy",
        "choices": [{"index": 0, **said, "finish_reason": item.finish}],
        **({} if usage is None else {"usage": usage}),
    }
    return json.dumps(document).encode()


def counted(item: Say, asked: Asked) -> Mapping[str, object] | None:
    """The usage an item states, or the imitated tokens of prompt and text."""
    if item.usage != "counted":
        return item.usage
    read, written = asked.prompt_tokens, tokens(item.text or "")
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def error(fault: Fault) -> bytes:
    """The body of a fault in OpenAI's envelope."""
    return json.dumps({"error": {"message": fault.message, "type": "error", "code": fault.code}}).encode()


def event(payload: Mapping[str, object]) -> str:
    """One server-sent event."""
    return f"data: {json.dumps(payload)}\n\n"


def _delta(delta: Mapping[str, object]) -> str:
    return _choice({"delta": delta})


def _choice(said: Mapping[str, object], finish: str | None = None) -> str:
    choice = {"index": 0, **said, "finish_reason": finish}
    return event({"id": "x", "object": "chat.completion.chunk", "model": "toy", "choices": [choice]})


def _snapshots(text: str, count: int) -> Iterator[str]:
    """Wholes that come into focus: in each, fewer characters are still noise; the last one is the text."""
    for number in range(count):
        yield "".join("░" if at % (count + 1) > number and not mark.isspace() else mark for at, mark in enumerate(text))
    yield text
