"""The tickets of a batch's file, as often as they are asked for, with what cannot be read told once."""

from collections.abc import Callable, Iterator
from pathlib import Path

from pareback.adapters.ticket import BadTicket, Ticket, Tickets
from pareback.orchestrator import parts
from pareback.orchestrator.boundary import Mistake

READERS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "document", ".yaml": "document", ".yml": "document"}
"""The part that reads a file, by how its name ends."""

KEPT = 100
"""Bad records whose words are kept for the summary; the others are counted."""


class Source:
    """One file. `count` tickets could be read so far, `bad` records could not; `complete` once the end was reached."""

    def __init__(self, path: Path, tell: Callable[[str], None]) -> None:
        reader = READERS.get(path.suffix)
        if reader is None:
            raise Mistake(f"{str(path)!r} is no ticket file; expected a name that ends in {', '.join(READERS)}")
        path.open("rb").close()  # what is not there, or may not be read, is said before anything is begun
        self._tickets: Tickets = parts.build("tickets", reader, {"path": str(path)})
        self._tell = tell
        self.count = 0
        self.bad = 0
        self.words: list[str] = []
        self.complete = False

    def read(self) -> Iterator[Ticket]:
        """Every ticket that can be read, from the first on."""
        first = not self.complete
        if first:
            self.count = self.bad = 0
            self.words = []
        tickets = self._tickets.tickets()
        while True:
            try:
                ticket = next(tickets)
            except StopIteration:
                self.complete = True
                return
            except BadTicket as error:
                if first:
                    self._note(str(error))
                continue
            self.count += first
            yield ticket

    def _note(self, words: str) -> None:
        self.bad += 1
        if len(self.words) < KEPT:
            self.words.append(words)
        self._tell(words)
