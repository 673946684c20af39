"""From a JSON record to a ticket: every field checked by name and type, whoever wrote the record.

Two vocabularies are read: the ticket's own fields, and those of SWE-bench instances. A field that nobody knows is an
error and not passed over: a misspelt permission or budget must not be lost silently.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from math import isfinite
from typing import Any

from pareback.adapters.ticket import BadTicket, Ticket

SIZES = ("fix", "small", "medium", "large")
_BUDGETS = (*SIZES, "auto")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TITLE = 72  # characters, as in the subject of a commit

_RENAMED = {
    "instance_id": "id",
    "base_commit": "base",
    "problem_statement": "text",
    "FAIL_TO_PASS": "tests",
}
_IGNORED = frozenset(
    {
        "PASS_TO_PASS",  # what passes at the base is measured, not believed
        "patch",  # the reference solution is for whoever judges, never for a model
        "hints_text",
        "created_at",
        "version",
        "environment_setup_commit",
        "difficulty",
    }
)


def from_record(record: Mapping[str, object], *, where: str) -> Ticket:
    """The ticket of one record. `where` names the record in messages, such as `tickets.jsonl:12`.

    A missing `id` is made from the text, a missing `title` is its first line. Raises BadTicket.
    """
    fields = {name: _READERS[name](value, f"{where}: {name}") for name, value in _own(record, where).items()}
    known: dict[str, Any] = {name: value for name, value in fields.items() if value is not None}
    text = str(known.get("text") or known.get("title") or "")
    if not text.strip():
        raise BadTicket(f"{where}: text is missing; expected what is asked for, in words")
    title = str(known.get("title") or title_of(text))
    return Ticket(**{"id": id_of(title, text), **known, "text": text, "title": title})


def title_of(text: str) -> str:
    """The first line that says something, cut to the length of a commit's subject."""
    lines = (" ".join(_CONTROL.sub(" ", line).split()) for line in text.splitlines())
    line = next(filter(None, lines), "")
    return line if len(line) <= _TITLE else f"{line[: _TITLE - 1].rstrip()}…"


def id_of(title: str, text: str) -> str:
    """A readable id that differs where the text differs: a slug of the title and 8 digits of the text's SHA-256."""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower())[:40].strip("-")
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{slug}-{digest}" if slug else digest


def _own(record: Mapping[str, object], where: str) -> Mapping[str, object]:
    """The record in the ticket's own words; fields of SWE-bench only where the record is one of its instances."""
    foreign = "instance_id" in record
    renamed = {(_RENAMED.get(name, name) if foreign else name): name for name in record}
    unknown = [name for own, name in renamed.items() if own not in _READERS and not (foreign and name in _IGNORED)]
    if unknown:
        raise BadTicket(f"{where}: unknown field {unknown[0]!r}; expected one of {', '.join(_READERS)}")
    if len(renamed) < len(record):
        twice = next(name for name in _RENAMED if name in record and _RENAMED[name] in record)
        raise BadTicket(f"{where}: {twice!r} and {_RENAMED[twice]!r} say the same; expected one of them")
    return {own: record[name] for own, name in renamed.items() if own in _READERS}


def _words(value: object, where: str) -> str | None:
    """Text that may hold anything but what cannot be written down."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise BadTicket(f"{where} is {value!r}; expected text")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise BadTicket(
            f"{where} holds a character that is no valid Unicode at {error.start}; write it again"
        ) from error
    return value


def _name(value: object, where: str) -> str | None:
    """Text that ends up in commands and paths: one line, not blank."""
    text = _words(value, where)
    if text is not None and (not text.strip() or _CONTROL.search(text)):
        raise BadTicket(f"{where} is {text!r}; expected one line of text without control characters")
    return text


def _names(value: object, where: str) -> tuple[str, ...] | None:
    items = _items(value, where)
    if items is None:
        return None
    names = tuple(_name(item, f"{where}[{index}]") for index, item in enumerate(items))
    if None in names:
        raise BadTicket(f"{where}[{names.index(None)}] is null; expected text")
    return tuple(name for name in names if name is not None)


def _texts(value: object, where: str) -> tuple[str, ...] | None:
    """A list of texts that may hold anything but what cannot be written down."""
    items = _items(value, where)
    if items is None:
        return None
    texts = tuple(_words(item, f"{where}[{index}]") for index, item in enumerate(items))
    return tuple(text for text in texts if text)


def _items(value: object, where: str) -> Sequence[object] | None:
    if value is not None and not isinstance(value, list | tuple):
        raise BadTicket(f"{where} is {value!r}; expected a list of texts")
    return value


def _tests(value: object, where: str) -> tuple[str, ...] | None:
    """A list, or a list written as JSON text (SWE-bench)."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise BadTicket(f"{where} is {value!r}; expected a list of texts, or one as JSON") from error
    return _names(value, where)


def _size(value: object, where: str) -> str | None:
    if value is None or value in SIZES:
        return _name(value, where)
    raise BadTicket(f"{where} is {value!r}; expected one of {', '.join(SIZES)}")


def _budget(value: object, where: str) -> str | None:
    if value is None or value in _BUDGETS:
        return _name(value, where)
    if isinstance(value, str | int | float) and not isinstance(value, bool) and _is_number(str(value)):
        return str(value).strip()
    raise BadTicket(f"{where} is {value!r}; expected one of {', '.join(_BUDGETS)}, or a number of points")


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


_READERS: Mapping[str, Callable[[object, str], str | tuple[str, ...] | None]] = {
    "id": _name,
    "title": _name,
    "text": _words,
    "repo": _name,
    "base": _name,
    "onto": _texts,
    "files": _names,
    "read": _names,
    "tests": _tests,
    "test_cmd": _name,
    "test_patch": _words,
    "conditions": _names,
    "held_out": _names,
    "size": _size,
    "budget": _budget,
    "feature": _name,
    "allow": _names,
    "waive": _names,
    "environment": _name,
}
"""The fields of a ticket, each with what reads it; null is the same as left out."""
