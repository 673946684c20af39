"""Many records in a row: each checked by itself, so that a bad one costs no other, and told apart by their ids."""

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar

from pareback.adapters.record import from_record
from pareback.adapters.ticket import BadTicket, Ticket

Row = TypeVar("Row")


class Reading(Generic[Row]):
    """The tickets of `rows`, numbered where the file numbers them; `where` names a number in messages, `parse` makes a
    record of a row or raises BadTicket.

    `next` raises BadTicket for a bad row and reads on when it is called again. Of what was read only the ids stay in
    memory: two tickets of one id could not be told apart in the results.
    """

    def __init__(
        self,
        rows: Iterator[tuple[int, Row]],
        where: Callable[[int], str],
        parse: Callable[[Row, str], Mapping[str, object]],
    ) -> None:
        self._rows = rows
        self._where = where
        self._parse = parse
        self._seen: dict[str, int] = {}

    def __iter__(self) -> "Reading[Row]":
        return self

    def __next__(self) -> Ticket:
        number, row = next(self._rows)
        where = self._where(number)
        ticket = from_record(self._parse(row, where), where=where)
        first = self._seen.setdefault(ticket.id, number)
        if first != number:
            raise BadTicket(f"{where}: id {ticket.id!r} is that of {self._where(first)}; expected each id once")
        return ticket


def as_record(value: object, where: str) -> Mapping[str, object]:
    """The value, where it is one record. Raises BadTicket."""
    if not isinstance(value, dict):
        raise BadTicket(f"{where}: {type(value).__name__} found; expected one record with a ticket's fields")
    return value
