"""Tickets by the hundred: one JSON record a line, with a ticket's own fields or those of a SWE-bench instance."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from pareback.adapters.records import Reading, as_record
from pareback.adapters.ticket import BadTicket, Ticket, Tickets


def build(*, path: str) -> Tickets:
    """The tickets of the file at `path`, one a line; blank lines are passed over."""
    return Jsonl(Path(path))


class Jsonl:
    """One file, many tickets, read line by line: it may be larger than the memory."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def tickets(self) -> Iterator[Ticket]:
        """Every ticket in order. Raises BadTicket naming file, line and field, and OSError.

        A bad line does not end the iterator: the next `next` reads on, so the other tickets can still run.
        """
        return Reading(self._lines(), lambda number: f"{self._path}:{number}", _parse)

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        with self._path.open("rb") as lines:
            yield from ((number, line) for number, line in enumerate(lines, 1) if line.strip())


def _parse(line: bytes, where: str) -> Mapping[str, object]:
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadTicket(f"{where}: not a JSON record ({error}); expected one object a line") from error
    return as_record(record, where)
