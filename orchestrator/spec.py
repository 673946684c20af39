"""The document of `run --spec`: a ticket's record, or a whole job with its settings, its delivery and its repository.

`{"ticket": {…}, "flags": {…}, "wish": {…}, "bundle": "PATH"}`, the last three where they say something. In place of the
ticket's `repo` a bundle has the repository at the ticket's `base`, which is then a commit's full id; its path is one
from the folder of the spec.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pareback.adapters.record import from_record
from pareback.adapters.ticket import BadTicket, Ticket
from pareback.orchestrator import parts
from pareback.orchestrator.job import Job, Wish
from pareback.workspaces.bundle import open_bundle

_FIELDS = {"ticket": dict, "flags": dict, "wish": dict, "bundle": str}
_NOTES = frozenset({"run", "folder"})
"""What a batch notes about a work, and what means nothing on another machine."""


def read(path: Path, *, cache: Path) -> Job:
    """The job of the file; its bundle, if it has one, is a repository below `cache` afterwards. Raises BadTicket,
    BadBundle, and OSError where the file cannot be read."""
    document = _document(path)
    if document is None:
        return Job(only(parts.build("tickets", "jsonl", {"path": str(path)}).tickets(), str(path)), {})
    _check(document, str(path))
    ticket = from_record(document["ticket"], where=f"{path}: ticket")
    if "bundle" in document:
        ticket = _brought(ticket, path.parent / document["bundle"], cache)
    try:
        return Job(ticket, document.get("flags", {}), Wish(**document.get("wish", {})))
    except TypeError as error:
        raise BadTicket(f"{path}: wish: {error}; expected branch, patch, apply, on_base") from error


def only(tickets: Any, where: str) -> Ticket:
    """The one ticket of a source. Raises BadTicket where there are none or more."""
    found = tuple(tickets)
    if len(found) != 1:
        raise BadTicket(f"{where!r} holds {len(found)} tickets; `run` takes one")
    ticket: Ticket = found[0]
    return ticket


def _document(path: Path) -> Mapping[str, Any] | None:
    """The whole job, or None for what is read as a ticket's record."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("ticket"), dict) else None


def _check(document: Mapping[str, Any], where: str) -> None:
    for name, value in document.items():
        if name not in _FIELDS and name not in _NOTES:
            raise BadTicket(f"{where}: unknown field {name!r}; expected one of {', '.join(_FIELDS)}")
        if name in _FIELDS and not isinstance(value, _FIELDS[name]):
            raise BadTicket(f"{where}: {name} is {value!r}; expected a {_FIELDS[name].__name__}")


def _brought(ticket: Ticket, bundle: Path, cache: Path) -> Ticket:
    if ticket.base is None:
        raise BadTicket(f"ticket {ticket.id!r} comes with a bundle and without a base; expected a commit's full id")
    return replace(ticket, repo=str(open_bundle(bundle, ticket.base, folder=cache / "bundles")))
