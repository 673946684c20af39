"""A ticket typed at the prompt: the text is the whole of it."""

from collections.abc import Iterator

from pareback.adapters.record import from_record
from pareback.adapters.ticket import Ticket, Tickets


def build(*, text: str) -> Tickets:
    """One ticket that says `text`; its id is a slug of the first line and a digest of the whole."""
    return Text(text)


class Text:
    """One ticket."""

    def __init__(self, text: str) -> None:
        self._text = text

    def tickets(self) -> Iterator[Ticket]:
        """The ticket. Raises BadTicket where the text is blank."""
        yield from_record({"text": self._text}, where="ticket")
