"""The live displays on a terminal: finished lines above, what is going on now below. The door to rich."""

import threading
import time
from collections import Counter
from collections.abc import Sequence
from typing import TextIO

from rich.console import Console
from rich.live import Live as Display
from rich.table import Table
from rich.text import Text

from pareback.orchestrator.events import Event
from pareback.orchestrator.sayings import say

ENDS = frozenset({"end"})


class Live:
    """Draws at most eight times a second; candidates that come to nothing are counted, not listed."""

    def __init__(self, out: TextIO) -> None:
        self._console = Console(file=out, highlight=False)
        self._display = Display(Text(""), console=self._console, refresh_per_second=8, transient=True)
        self._lock = threading.Lock()
        self._born = time.monotonic()
        self._round = ""
        self._count: Counter[str] = Counter()
        self._display.start()

    def __call__(self, event: Event) -> None:
        """Take one event in; `end` takes the display down."""
        with self._lock:
            if event.kind in ENDS:
                self._display.stop()
                return
            self._take(event)
            self._display.update(self._now())

    def _take(self, event: Event) -> None:
        if event.kind == "round":
            self._round = say(event)
            self._count.clear()
        elif event.kind == "piece":
            self._count["bytes"] += int(str(event.data["bytes"]))
        elif event.kind == "candidate" and event.data.get("target_green") == 0:
            self._count["red"] += 1
        elif line := say(event):
            style = "green" if event.data.get("green") else ""
            self._console.print(Text(f"{time.monotonic() - self._born:6.1f}s  {line}", style=style))

    def _now(self) -> Text:
        told = [self._round]
        told += [f"{self._count['red']} red"] if self._count["red"] else []
        told += [f"{self._count['bytes']} bytes received"] if self._count["bytes"] else []
        return Text(f"{time.monotonic() - self._born:6.1f}s  {'  ·  '.join(told)}", style="dim")


class Board:
    """Lines that stay, and a table of what is going on now, drawn again when something happens: it starts no thread,
    for a batch forks."""

    def __init__(self, out: TextIO) -> None:
        self._console = Console(file=out, highlight=False)
        self._display = Display(Text(""), console=self._console, auto_refresh=False, transient=True)
        self._born = time.monotonic()
        self._display.start()

    def line(self, text: str, style: str) -> None:
        """One line that stays."""
        self._console.print(Text(f"{time.monotonic() - self._born:7.1f}s  {text}", style=style))

    def show(self, heading: str, rows: Sequence[Sequence[str]]) -> None:
        """The table as it is now."""
        table = Table(title=Text(heading, style="dim"), title_justify="left", box=None, show_header=False)
        for row in rows:
            table.add_row(*map(Text, row))
        self._display.update(table, refresh=True)

    def close(self) -> None:
        """Take the table down."""
        self._display.stop()
