"""The child's side of a batch: one ticket driven to an ending in a process of its own, whatever goes wrong in it."""

import os
import re
import socket
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pareback.orchestrator import boundary, home, job, run
from pareback.orchestrator.batch import wreck
from pareback.orchestrator.batch.clock import Clock
from pareback.orchestrator.batch.line import Line
from pareback.orchestrator.batch.metered import Meter
from pareback.orchestrator.desk import Surroundings
from pareback.orchestrator.events import Event
from pareback.orchestrator.outcome import EXITS, TRY_LATER, Outcome
from pareback.orchestrator.state import Ending, EndingName

NEWS = frozenset({"round", "candidate", "confirmed"})
"""Kinds of events that the supervisor hears of."""

BUG = EXITS["crashed"]


def work(spec: Mapping[str, Any], end: socket.socket) -> int:
    """Drive the ticket of `spec` (a job, and the `folder` of its record) from where it is; the run's exit code.

    Whatever ends it, `result.json` is in the folder afterwards, but where another process works there.
    """
    folder = Path(spec["folder"])
    line, clock = Line(end, lost=_nothing), Clock()  # the lifeline ends this process when the supervisor is gone
    meter = Meter(line, clock, os.environ)
    around = Surroundings(os.environ, _teller(line), may_climb=meter.may_climb, meter=meter.models, clock=clock)
    try:
        if (folder / "run.json").exists():
            return run.go_on(folder, around).exit
        return run.begin(job.from_json(spec), folder, around).exit
    except home.AlreadyRunning:
        return TRY_LATER
    except Exception as error:  # noqa: BLE001 - one ticket must not cost the others anything
        return _failed(error, spec, folder)


def _nothing() -> None:
    """Somebody else sees to it."""


def _teller(line: Line) -> Callable[[Event], None]:
    """A listener that passes on what a table shows."""

    def tell(event: Event) -> None:
        if event.kind in NEWS:
            told = {"kind": event.kind, "round": event.round, "candidate": event.candidate, **event.data}
            line.tell({"event": told})

    return tell


def _failed(error: Exception, spec: Mapping[str, Any], folder: Path) -> int:
    """Write the document of a ticket that raised instead of ending: what the user must mend blocks it."""
    words, code = boundary.explain(error, traceback.format_exc())
    name: EndingName = "blocked" if code in {2, 78} else "crashed"
    ending = Ending(name, _reason(error), words, retry=code == TRY_LATER)
    trace = traceback.format_exc() if code == BUG else None
    ticket = spec["ticket"]
    wreck.write(Outcome(spec["run"], ticket["id"], ending, feature=ticket.get("feature"), error=trace), folder)
    return code


def _reason(error: Exception) -> str:
    """A code from the error's class: NotARepository becomes not_a_repository."""
    return re.sub(r"(?<=.)(?=[A-Z][a-z]|(?<=[a-z])[A-Z])", "_", type(error).__name__).lower()
