"""One ticket driven to an ending: the one function behind the command, the API, a batch's child and a resumed run."""

import contextlib
import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pareback.adapters.model import ModelRefused, ModelUnavailable
from pareback.adapters.sink import DeliveryFailed
from pareback.orchestrator import home, job, logs, outcome, prepare
from pareback.orchestrator.feedback import first
from pareback.orchestrator.handover import Handed, Parcel, hand_over
from pareback.orchestrator.job import Job
from pareback.orchestrator.ledger import Ledger
from pareback.orchestrator.outcome import Outcome
from pareback.orchestrator.prepare import Ended, Prepared
from pareback.orchestrator.state import Ending, Event, State
from pareback.workspaces.repository import Repository, open_repository
from pareback.workspaces.suite import WorkspaceError

Listen = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Desk:
    """What one process life of a run works with."""

    job: Job
    folder: Path
    ledger: Ledger
    repository: Repository
    environ: Mapping[str, str]
    listen: Listen
    stop: threading.Event
    cache: Path
    dry: bool = False


def start(work: Job, *, environ: Mapping[str, str], listen: Listen, dry: bool = False) -> Outcome:
    """A new run. Raises what the user must mend before anything was started, AlreadyRunning, LedgerError."""
    place = home.find(environ)
    place.sweep(now=time.time())
    folder = place.new_run()
    try:
        with home.lease(folder), Ledger(folder / "ledger.db") as ledger:
            ledger.say("job", job.to_json(work))
            return _drive(work, folder, ledger, environ=environ, listen=listen, dry=dry)
    except BaseException:
        if not (folder / "run.json").exists():  # nothing was begun that could be gone on with
            shutil.rmtree(folder, ignore_errors=True)
        raise


def go_on(folder: Path, *, environ: Mapping[str, str], listen: Listen) -> Outcome:
    """An earlier run, replayed from its ledger and driven to its ending. A run that ended well only says so again."""
    with home.lease(folder), Ledger(folder / "ledger.db") as ledger:
        work = job.from_json(ledger.note("job"))
        return _drive(work, folder, ledger, environ=environ, listen=listen, dry=False)


def _drive(
    work: Job, folder: Path, ledger: Ledger, *, environ: Mapping[str, str], listen: Listen, dry: bool
) -> Outcome:
    stop = threading.Event()
    log = logs.to_file(folder / "events.jsonl", run=folder.name, ticket=work.ticket.id)
    both = _fan_out(listen, log)
    with open_repository(Path(work.ticket.repo), shadow=folder / "shadow") as repository, _signals(stop):
        cache = home.find(environ).cache
        desk = Desk(work, folder, ledger, repository, environ, both, stop, cache, dry)
        try:
            return _finish(desk, *_looped(desk))
        finally:
            both(Event("end"))
            repository.unpin(folder.name)


def _looped(desk: Desk) -> tuple[State | None, Prepared | None, Ending]:
    """The loop's last state and its ending; what stops a run before or in the loop is an ending too."""
    prepared = None
    try:
        with prepare.prepare(desk) as prepared:
            state = _graph().run(State(start=prepared.context.base, feedback=first(prepared.context)), prepared.context)
            assert state.ending is not None
            return state, prepared, state.ending
    except Ended as ended:
        return None, prepared, ended.ending
    except ModelRefused as error:
        return None, prepared, Ending("blocked", "model_refused", str(error))
    except ModelUnavailable as error:
        return None, prepared, Ending("crashed", "model_unavailable", str(error), retry=True)
    except WorkspaceError as error:
        return None, prepared, Ending("crashed", "machine", str(error), retry=True)


def _finish(desk: Desk, state: State | None, prepared: Prepared | None, ending: Ending) -> Outcome:
    best = None if state is None else state.best
    handed = Handed()
    if best is not None and best.commit is not None and prepared is not None:
        title = desk.job.ticket.title or desk.job.ticket.text.strip().partition("\n")[0][:72]
        accepted = ending.name == "accepted"
        parcel = Parcel(desk.folder.name, title, prepared.context.base, best.commit, accepted, desk.folder)
        handed, ending = _handed(desk, parcel, ending)
    done = Outcome(
        run=desk.folder.name,
        ticket=desk.job.ticket.id,
        feature=desk.job.ticket.feature,
        ending=ending,
        best=best,
        history=() if state is None else state.history,
        base=desk.ledger.note("base"),
        money=outcome.money(outcome.replies(desk.ledger)),
        seconds=_seconds(desk),
        branch=handed.branch,
        patch=handed.patch,
        applied=handed.applied,
        report=str(desk.folder / "result.json"),
    )
    done = done if prepared is None else replace(done, **prepared.facts)
    _write(desk.folder / "record.json", outcome.record(done))
    _write(desk.folder / "result.json", outcome.result(done))
    desk.listen(Event("ending", data={"name": ending.name, "reason": ending.reason}))
    return done


def _handed(desk: Desk, parcel: Parcel, ending: Ending) -> tuple[Handed, Ending]:
    """What could not be delivered as wished is said; paid work is never thrown away for it."""
    try:
        handed = hand_over(parcel, desk.job.wish, desk.repository)
    except (DeliveryFailed, ValueError) as error:
        return Handed(patch=str(parcel.folder / "patch.diff")), replace(ending, message=f"{ending.message}; {error}")
    if desk.job.wish.apply and ending.name == "accepted" and not handed.applied:
        ending = Ending("blocked", "files_changed", handed.why)
    elif handed.why:
        ending = replace(ending, message=f"{ending.message}; {handed.why}")
    return handed, ending


def _seconds(desk: Desk) -> Mapping[str, float]:
    replies = outcome.replies(desk.ledger)
    tests = outcome.test_seconds(desk.ledger)
    return {"total": desk.ledger.seconds, "model": sum(reply.seconds for reply in replies), "tests": tests}


def _write(path: Path, value: object) -> None:
    """All or nothing: a reader never sees half a document."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    os.replace(part, path)


def _fan_out(*listeners: Listen) -> Listen:
    def both(event: Event) -> None:
        for listen in listeners:
            listen(event)

    return both


@contextlib.contextmanager
def _signals(stop: threading.Event) -> Iterator[None]:
    """The first Ctrl-C or SIGTERM ends the run in good order, the second at once. Only the main thread may do this."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def heard(number: int, _: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
