"""Progress for people: a live line per round on a terminal, plain lines when piped. Speaks to stderr only."""

import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import TextIO

from pareback.orchestrator.state import Event

BAR = 20
"""Cells of the points bar."""


class Lines:
    """Plain lines, one per thing that matters; safe to call from the candidates' threads."""

    def __init__(self, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._clock = clock
        self._born = clock()
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Print what the event says, if it says anything."""
        line = SAYINGS.get(event.kind, _nothing)(event)
        if line:
            with self._lock:
                self._out.write(f"{self._clock() - self._born:6.1f}s  {line}\n")
                self._out.flush()


def show(*, quiet: bool, out: TextIO | None = None) -> Callable[[Event], None]:
    """The listener for a run: nothing when quiet, a live display on a terminal, else plain lines."""
    stream = sys.stderr if out is None else out
    if quiet:
        return lambda _: None
    if stream.isatty():
        from pareback.orchestrator.live import Live  # noqa: PLC0415 - rich takes 60 ms that pipes need not pay

        return Live(stream)
    return Lines(stream)


def points(data: Mapping[str, object]) -> str:
    """Points against the budget as a bar and numbers, such as `▰▰▰▱▱ 2.5/5`."""
    charged, budget = data.get("charged"), data.get("budget")
    if not isinstance(charged, int | float) or not isinstance(budget, int | float):
        return ""
    filled = 0 if budget <= 0 else min(BAR, max(0, round(BAR * charged / budget)))
    return f"{'▰' * filled}{'▱' * (BAR - filled)} {charged:g}/{budget:g} CP"


def _nothing(_: Event) -> str:
    return ""


def _candidate(event: Event) -> str:
    data = event.data
    where = f"round {event.round} #{event.candidate}"
    if data.get("target") is None:
        return f"{where}  {data.get('why') or data.get('status')}"
    color = "green" if data.get("green") else "red"
    broke = f", {data['regressions']} broken" if data.get("regressions") else ""
    return f"{where}  {color} {data['target_green']}/{data['target']}{broke}  {points(data)}".rstrip()


SAYINGS: Mapping[str, Callable[[Event], str]] = {
    "say": lambda event: str(event.data["text"]),
    "round": lambda event: f"round {event.round}  {event.data['model']} x {event.data['candidates']}",
    "candidate": _candidate,
    "step": lambda event: f"round {event.round}  {event.data['what']}: {event.data['reason']}",
    "confirmed": lambda event: f"round {event.round}  cold full run: {'green' if event.data['green'] else 'RED'}",
}
