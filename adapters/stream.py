"""The OpenAI-compatible wire: lines of a server-sent stream, and what one chunk or one whole answer says.

Pure: bytes and mappings in, values out. Servers differ in what they leave out, so every field may be missing or null.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pareback.adapters.model import Finish, Usage

DONE = "[DONE]"
LONGEST = 32 * 1024 * 1024
"""Bytes of one line: far beyond any reply, far below what the machine holds."""

_FINISH: Mapping[str, Finish] = {
    "length": "length",
    "max_tokens": "length",
    "content_filter": "filtered",
    "safety": "filtered",
    "refusal": "filtered",
}
"""Everything else that a server calls the end, is one."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one chunk adds. `thought` says that the model worked without showing text; `error` is the server's own."""

    text: str = ""
    finish: Finish | None = None
    usage: Usage | None = None
    thought: bool = False
    error: Mapping[str, object] | None = None


def lines(blocks: Iterable[bytes]) -> Iterator[str]:
    """The lines of a byte stream, the last one even if it is cut.

    Only line feeds part lines: text may hold other separators (U+2028) that general line splitters would cut at. A line
    without an end stops the reading, and is seen as cut.
    """
    rest = b""
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            yield line.rstrip(b"\r").decode("utf-8", "replace")
        if len(rest) > LONGEST:
            return
    if rest:
        yield rest.decode("utf-8", "replace")


def payloads(stream: Iterable[str]) -> Iterator[str]:
    """The data of each event; comments (keep-alives), names, ids and retry hints are passed over."""
    return (line[5:].strip() for line in stream if line.startswith("data:"))


def parse(text: str) -> Mapping[str, object] | None:
    """A JSON object, or None where the text is cut short or is none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def read(payload: Mapping[str, object], key: Literal["delta", "message"] = "delta") -> Chunk:
    """What one chunk of a stream says (`delta`), or one whole answer (`message`). Only the first choice counts; one of
    a completion has its text beside the message it lacks."""
    choice = _first(payload.get("choices"))
    said = _mapping(choice.get(key))
    beside = _mapping(said.get("provider_specific_fields"))  # where litellm puts what it has no place for
    refusal = _text(said.get("refusal")) or _text(beside.get("refusal"))
    return Chunk(
        text=_text(said.get("content")) or _text(choice.get("text")),
        finish="filtered" if refusal else _finish(choice.get("finish_reason")),
        usage=_usage(payload.get("usage")),
        thought=any(_text(said.get(name)) for name in ("reasoning_content", "reasoning")),
        error=_error(payload.get("error")),
    )


def _first(choices: object) -> Mapping[str, object]:
    rows = [_mapping(choice) for choice in choices] if isinstance(choices, list) else []
    return next((row for row in rows if row.get("index") in (0, None)), {})


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _text(content: object) -> str:
    """Text, or the text parts of a list of typed parts."""
    if isinstance(content, list):
        return "".join(_text(_mapping(part).get("text")) for part in content)
    return content if isinstance(content, str) else ""


def _finish(reason: object) -> Finish | None:
    return _FINISH.get(reason.lower(), "stop") if isinstance(reason, str) and reason else None


def _usage(value: object) -> Usage | None:
    said = _mapping(value)
    prompt, completion = _count(said.get("prompt_tokens")), _count(said.get("completion_tokens"))
    if prompt is None and completion is None:
        return None
    cached = _count(_mapping(said.get("prompt_tokens_details")).get("cached_tokens"))
    return Usage(prompt, completion, _count(said.get("prompt_cache_hit_tokens")) if cached is None else cached)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _error(value: object) -> Mapping[str, object] | None:
    if isinstance(value, str) and value:
        return {"message": value}
    return _mapping(value) or None
