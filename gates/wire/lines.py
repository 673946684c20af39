"""The lines of the pipe between this program and an extractor, each one JSON object.

The extractor says who it is; then a line asks for a file and a line answers, in order, until the input ends.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pareback.gates.points import FLOW, HIDDEN, INTERFACE, STATE
from pareback.gates.wire.objects import from_object, to_object
from pareback.gates.wire.transcript import FileTranscript, Transcript

PROTOCOL = "pareback/facts/1"
"""Stands in the first line; another one is another language between the two programs."""


@dataclass(frozen=True, slots=True)
class Hello:
    """Who an extractor is. Facts are cached by `name`, `version` and `grammar`: a version is raised with every change
    of what some file would say. `suffixes` have their dot."""

    protocol: str
    name: str
    version: str
    grammar: str
    suffixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A file to read: its content's id, the ending of its name, its bytes in base64."""

    blob: str
    suffix: str
    source: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a file says; the blob is that of the request."""

    blob: str
    facts: FileTranscript


def line(noun: Hello | Request | Answer) -> str:
    """A noun as one line, without its end."""
    return json.dumps(to_object(noun), separators=(",", ":"))


def hello(said: str) -> Hello:
    """The first line of an extractor. Raises ValueError where it is none, or one of another protocol."""
    found: Hello = from_object(Hello, _json(said))
    if found.protocol != PROTOCOL:
        raise ValueError(f"it speaks {found.protocol!r}, expected {PROTOCOL!r}")
    return found


def request(blob: str, suffix: str, source: bytes) -> str:
    """The line that asks for a file."""
    return line(Request(blob, suffix, b64encode(source).decode()))


def requested(said: str) -> tuple[Request, bytes]:
    """What a line asks for, and the bytes. Raises ValueError where it asks for nothing."""
    found: Request = from_object(Request, _json(said))
    return found, b64decode(found.source)


def answered(said: str, blob: str) -> FileTranscript:
    """What a line says of that blob. Raises ValueError where it says nothing of it, or something that has no price."""
    found: Answer = from_object(Answer, _json(said))
    if found.blob != blob:
        raise ValueError(f"it answered for {found.blob!r}, expected {blob!r}")
    for unit in found.facts.units:
        _check(unit)
    return found.facts


def _json(said: str) -> Any:
    if not said:
        raise ValueError("it said nothing")
    try:
        return json.loads(said)
    except ValueError as error:
        raise ValueError(f"it said {said[:80]!r}, expected a line of JSON") from error


def _check(unit: Transcript) -> None:
    """Kinds must have a price; places must lie among the tokens, in order. Raises ValueError."""
    where = f"unit {unit.qualname!r}"
    _priced(where, "flow", (step.kind for step in unit.flow), FLOW)
    _priced(where, "hidden", (found.kind for found in unit.hidden), HIDDEN)
    _priced(where, "shared", (found.kind for found in unit.shared), STATE)
    _priced(where, "interface", (found.kind for found in unit.interface), INTERFACE)
    for name, places in (("marks", unit.marks), ("stretches", unit.stretches)):
        found = [place.token for place in places]
        if found != sorted(found) or not all(0 <= token <= len(unit.tokens) for token in found):
            raise ValueError(f"{where}: {name} do not lie among the tokens in order")
    if unit.tokens and not unit.marks:
        raise ValueError(f"{where} has tokens and no marks")


def _priced(where: str, name: str, kinds: Iterable[str], table: Iterable[str]) -> None:
    foreign = sorted({*kinds} - {*table})
    if foreign:
        raise ValueError(f"{where}: {name} of kind {foreign[0]!r} has no price; known are {', '.join(sorted(table))}")
