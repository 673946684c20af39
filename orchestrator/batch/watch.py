"""A batch as it goes, for people: a line per outcome, and at a terminal a table of what runs right now below them."""

import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TextIO

from pareback.orchestrator.events import Event
from pareback.orchestrator.sayings import say

Listen = Callable[[Event], None]


@dataclass(slots=True)
class Row:
    """A ticket that runs: since when, and the last that was heard of it."""

    since: float
    said: str = ""


@dataclass(slots=True)
class Watch:
    """Turns events into lines, which `tell` gets with a style, and a table for `show`: a heading and rows."""

    tell: Callable[[str, str], None]
    show: Callable[[str, list[tuple[str, str, str]]], None]
    clock: Callable[[], float] = time.monotonic
    rows: dict[str, Row] = field(default_factory=dict)
    endings: Counter[str] = field(default_factory=Counter)

    def __call__(self, event: Event) -> None:
        """Take one event in."""
        taking = TAKINGS.get(event.kind)
        if taking is not None:
            taking(self, event.data)
        now = self.clock()
        rows = [(name, f"{now - row.since:.0f} s", row.said) for name, row in self.rows.items()]
        self.show(self._heading(), rows)

    def start(self, data: Mapping[str, Any]) -> None:
        """A ticket runs."""
        self.rows[data["ticket"]] = Row(self.clock())

    def news(self, data: Mapping[str, Any]) -> None:
        """Something happened in its run."""
        row = self.rows.get(data["ticket"])
        said = say(Event(data["kind"], data["round"], data["candidate"], data))
        if row is not None and said:
            row.said = said

    def again(self, data: Mapping[str, Any]) -> None:
        """It does not run any more, and has not ended."""
        self.rows.pop(data["ticket"], None)
        tries = f", tried {data['tries']} times" if data["tries"] else ""
        self.tell(f"{data['ticket']}: {data['reason']}{tries}; it goes on later", "")

    def outcome(self, data: Mapping[str, Any]) -> None:
        """It ended for good."""
        self.rows.pop(data["ticket"], None)
        self.endings[data["ending"]] += 1
        self.tell(f"{sum(self.endings.values()):4}  {_line(data)}", "green" if data["accepted"] else "")

    def bad(self, data: Mapping[str, Any]) -> None:
        """A record could not be read."""
        self.tell(f"not a ticket: {data['words']}", "yellow")

    def say(self, data: Mapping[str, Any]) -> None:
        """Words for people."""
        self.tell(str(data["text"]), "")

    def _heading(self) -> str:
        ended = ", ".join(f"{name} {count}" for name, count in self.endings.most_common())
        return f"{len(self.rows)} running · {ended or 'none ended'}"


TAKINGS: Mapping[str, Callable[[Watch, Mapping[str, Any]], None]] = {
    "start": Watch.start,
    "news": Watch.news,
    "again": Watch.again,
    "outcome": Watch.outcome,
    "bad": Watch.bad,
    "say": Watch.say,
}


def _line(result: Mapping[str, Any]) -> str:
    """One outcome: what became of which ticket, why, and at what price."""
    points = "" if result["delta"] is None else f"  {result['delta']:+g} CP"
    seconds = result["seconds"].get("total", 0.0)
    why = result["message"].partition("\n")[0][:100] or result["reason"]
    return f"{result['ending']:<11} {result['ticket']}{points}  {seconds:.1f} s  {why}"


def watch(*, quiet: bool, out: TextIO | None = None) -> tuple[Listen, Callable[[], None]]:
    """The listener for a batch, and what ends it: nothing when quiet, a live table on a terminal, else plain lines."""
    stream = sys.stderr if out is None else out
    if quiet:
        return _nothing, _nothing_more
    if stream.isatty():
        from pareback.orchestrator.live import Board  # rich takes 60 ms that pipes need not pay

        board = Board(stream)
        return Watch(board.line, board.show), board.close
    born = time.monotonic()

    def tell(line: str, _style: str) -> None:
        stream.write(f"{time.monotonic() - born:7.1f}s  {line}\n")
        stream.flush()

    return Watch(tell, lambda _heading, _rows: None), _nothing_more


def _nothing(_event: Event) -> None:
    """Nobody listens."""


def _nothing_more() -> None:
    """There is no display to be taken down."""
