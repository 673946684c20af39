"""One ticket driven to an ending: the one function behind the command, the API, a batch's child and a resumed run."""

import shutil
import threading
import time
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from pareback.adapters.model import ModelRefused
from pareback.orchestrator import home, job, logs, places, stopping
from pareback.orchestrator.appeal import hear
from pareback.orchestrator.closing import close
from pareback.orchestrator.desk import Desk, Ended, Listen, Surroundings
from pareback.orchestrator.events import Event
from pareback.orchestrator.feedback import first
from pareback.orchestrator.job import Job
from pareback.orchestrator.ledger import Ledger
from pareback.orchestrator.limits import LimitReached
from pareback.orchestrator.outcome import Outcome
from pareback.orchestrator.prepare import Prepared, planned, prepare
from pareback.orchestrator.state import Ending, EndingName, State
from pareback.workspaces.repository import open_repository
from pareback.workspaces.suite import WorkspaceError

REASONS = {"crashes": "repeated_crash"}
"""Reason codes of limits that end a run outside its loop, where they differ from the limit's name."""


def start(work: Job, around: Surroundings) -> Outcome:
    """A new run. Raises what the user must mend before anything was begun, and LedgerError."""
    place = home.find(around.environ)
    place.sweep(now=time.time())
    folder = place.new_run()
    try:
        return begin(work, folder, around)
    except BaseException:
        if not (folder / "run.json").exists():  # nothing was begun that could be gone on with
            shutil.rmtree(folder, ignore_errors=True)
        raise


def begin(work: Job, folder: Path, around: Surroundings) -> Outcome:
    """A new run in a folder that is there. Raises what `start` raises, and AlreadyRunning."""
    work = replace(work, ticket=places.settled(work.ticket, cache=home.find(around.environ).cache))
    with home.lease(folder), Ledger(folder / "ledger.db", clock=around.clock) as ledger:
        ledger.say("job", job.to_json(work))
        return _drive(work, folder, ledger, around)


def go_on(folder: Path, around: Surroundings) -> Outcome:
    """An earlier run, replayed from its ledger and driven to its ending; one that ended only says so again.

    Raises AlreadyRunning where another process works on it, LedgerError.
    """
    with home.lease(folder), Ledger(folder / "ledger.db", clock=around.clock) as ledger:
        return _drive(job.from_json(ledger.note("job") or {}), folder, ledger, around)


def _drive(work: Job, folder: Path, ledger: Ledger, around: Surroundings) -> Outcome:
    stop, race = threading.Event(), threading.Event()
    log = logs.to_file(folder / "events.jsonl", run=work.run or folder.name, ticket=work.ticket.id)
    around = replace(around, listen=_fan_out(around.listen, log))
    cache = home.find(around.environ).cache
    with open_repository(Path(work.ticket.repo), shadow=folder / "shadow") as repository, stopping.heard(stop, race):
        desk = Desk(work, folder, ledger, repository, around, cache, stop, race)
        try:
            return close(desk, *_looped(desk))
        finally:
            around.listen(Event("end"))
            repository.unpin(desk.run)


def _looped(desk: Desk) -> tuple[State | None, Prepared | None, Ending]:
    """The loop's last state and its ending; what stops a run before or in the loop is an ending too."""
    prepared = None
    try:
        with prepare(desk) as prepared:
            if desk.around.dry:
                return None, prepared, planned(prepared)
            state = State(start=prepared.context.base, feedback=first(prepared.context))
            state = import_module("pareback.orchestrator.graph").run(state, prepared.context)
            state = hear(state, prepared.context)
            assert state.ending is not None
            return state, prepared, state.ending
    except Ended as ended:
        return None, prepared, ended.ending
    except ModelRefused as error:
        return None, prepared, Ending("blocked", "model_refused", str(error))
    except LimitReached as limit:
        name: EndingName = "crashed" if limit.limit == "crashes" else "red"
        return None, prepared, Ending(name, REASONS.get(limit.limit, limit.limit), str(limit))
    except WorkspaceError as error:
        return None, prepared, Ending("crashed", "machine", str(error), retry=True)


def _fan_out(*listeners: Listen) -> Listen:
    def both(event: Event) -> None:
        for listen in listeners:
            listen(event)

    return both
