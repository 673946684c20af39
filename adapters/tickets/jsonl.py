"""Tickets by the hundred: one JSON record a line, with a ticket's own fields or those of a SWE-bench instance."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pareback.adapters.record import from_record
from pareback.adapters.ticket import BadTicket, Ticket, Tickets


def build(*, path: str) -> Tickets:
    """The tickets of the file at `path`, one a line; blank lines are passed over."""
    return Jsonl(Path(path))


class Jsonl:
    """One file, many tickets."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def tickets(self) -> Iterator[Ticket]:
        """Every ticket in order. Raises BadTicket naming file, line and field, and OSError.

        A bad line does not end the iterator: the next `next` reads on, so the other tickets can still run.
        """
        lines = self._path.read_bytes().split(b"\n")
        numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
        return _Reading(self._path, numbered)


class _Reading:
    """Reads line by line and remembers the ids: two tickets of one id could not be told apart in the results."""

    def __init__(self, path: Path, lines: Iterator[tuple[int, bytes]]) -> None:
        self._path = path
        self._lines = lines
        self._seen: dict[str, int] = {}

    def __iter__(self) -> "_Reading":
        return self

    def __next__(self) -> Ticket:
        number, line = next(self._lines)
        ticket = from_record(_parse(line, f"{self._path}:{number}"), where=f"{self._path}:{number}")
        first = self._seen.setdefault(ticket.id, number)
        if first != number:
            raise BadTicket(f"{self._path}:{number}: id {ticket.id!r} is that of line {first}; expected each id once")
        return ticket


def _parse(line: bytes, where: str) -> Mapping[str, object]:
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadTicket(f"{where}: not a JSON record ({error}); expected one object a line") from error
    if not isinstance(record, dict):
        raise BadTicket(f"{where}: a {type(record).__name__}; expected a JSON object")
    return record
