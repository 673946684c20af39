"""The child's side of a batch: one ticket driven to an ending in a process of its own, whatever goes wrong in it."""

import os
import re
import socket
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pareback.orchestrator import accounts, boundary, home, job, run
from pareback.orchestrator.batch.clock import Clock
from pareback.orchestrator.batch.line import Line
from pareback.orchestrator.batch.metered import Meter
from pareback.orchestrator.closing import write_down
from pareback.orchestrator.desk import Surroundings
from pareback.orchestrator.events import Event
from pareback.orchestrator.ledger import Ledger
from pareback.orchestrator.outcome import TRY_LATER, Outcome, result
from pareback.orchestrator.state import Ending, EndingName

NEWS = frozenset({"round", "candidate", "confirmed"})
"""Kinds of events that the supervisor hears of."""


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
    ticket = spec["ticket"]
    trace = traceback.format_exc() if code == 3 else None
    report = folder / "result.json"
    facts = Outcome(spec["run"], ticket["id"], ending, feature=ticket.get("feature"), report=str(report), error=trace)
    write_down(report, result(_counted(facts, folder)))
    return code


def _counted(facts: Outcome, folder: Path) -> Outcome:
    """With what was spent until then."""
    if not (folder / "ledger.db").exists():
        return facts
    with Ledger(folder / "ledger.db") as ledger:
        books = accounts.books(ledger)
        return replace(facts, books=books, seconds={"total": ledger.seconds, **books.total.seconds})


def _reason(error: Exception) -> str:
    """A code from the error's class: NotARepository becomes not_a_repository."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()
