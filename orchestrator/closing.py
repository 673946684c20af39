"""The end of a run: hand the best patch over, write result and record, say the ending."""

import json
import os
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from pareback.adapters.sink import DeliveryFailed
from pareback.gates.judge import with_reference
from pareback.orchestrator import accounts, outcome
from pareback.orchestrator.appeal import lodged
from pareback.orchestrator.desk import Desk
from pareback.orchestrator.events import Event
from pareback.orchestrator.handover import Handed, Parcel, hand_over
from pareback.orchestrator.outcome import Outcome
from pareback.orchestrator.prepare import Prepared
from pareback.orchestrator.specify.specification import delivered, kept
from pareback.orchestrator.state import Candidate, Ending, State


def close(desk: Desk, state: State | None, prepared: Prepared | None, ending: Ending) -> Outcome:
    """Whatever ended the run: its best candidate is handed over and shown, and the documents are written."""
    handed, ending = _handed(desk, state, ending)
    best = None if state is None or state.best is None else _measured(state.best, prepared)
    books = accounts.books(desk.ledger)
    facts = Outcome(run=desk.run, ticket=desk.job.ticket.id, feature=desk.job.ticket.feature, ending=ending)
    facts = facts if prepared is None else replace(prepared.facts, ending=ending)
    done = replace(
        facts,
        best=best,
        **_appealed(best, prepared),
        history=() if state is None else state.history,
        books=books,
        seconds={"total": desk.ledger.seconds, **books.total.seconds},
        branch=handed.branch,
        patch=handed.patch,
        applied=handed.applied,
        unapplied=desk.job.wish.apply and ending.name == "accepted" and not handed.applied,
        report=str(desk.folder / "result.json"),
        specified=kept(desk.ledger),
    )
    write_down(desk.folder / "record.json", outcome.record(done))
    write_down(desk.folder / "result.json", outcome.result(done))
    desk.around.listen(Event("ending", data={"name": ending.name, "reason": ending.reason}))
    return done


def _measured(best: Candidate, prepared: Prepared | None) -> Candidate:
    """The candidate that is shown, with the reference figures that nobody needed before."""
    if prepared is None or best.verdict is None or best.commit is None:
        return best
    context = prepared.context
    trees = context.repository.files(context.base), context.repository.files(best.commit)
    measured = replace(best, verdict=with_reference(best.verdict, *trees, source=context.source))
    context.source.store.flush()
    return measured


def _appealed(best: Candidate | None, prepared: Prepared | None) -> dict[str, Any]:
    """The budget that the shown verdict was held against, where an appeal put another in place of the frozen one."""
    if prepared is None or best is None or best.verdict is None or not lodged(prepared.context.ledger):
        return {}
    appeals = [asdict(each) for each in lodged(prepared.context.ledger)]
    return {"budget": best.verdict.budget, "budget_source": best.verdict.budget_source, "appeals": appeals}


def _handed(desk: Desk, state: State | None, ending: Ending) -> tuple[Handed, Ending]:
    """What could not be delivered as wished is said; paid work is never thrown away for it."""
    if state is None or state.best is None or state.best.commit is None:
        return Handed(), ending
    ticket = desk.job.ticket
    parcel = Parcel(
        run=desk.run,
        title=ticket.title or ticket.text.strip().partition("\n")[0][:72] or ticket.id,
        base=desk.ledger.note("base") or "",
        head=desk.repository.commit(state.best.commit, delivered(desk.ledger), message="with its tests"),
        accepted=ending.name == "accepted",
        folder=desk.folder,
        parent=desk.ledger.note("frozen") if desk.job.wish.on_base else None,
    )
    try:
        handed = hand_over(parcel, desk.job.wish, desk.repository)
    except (DeliveryFailed, ValueError) as error:
        handed = Handed(patch=str(desk.folder / "patch.diff"), why=str(error))
    return handed, replace(ending, message="; ".join(part for part in (ending.message, handed.why) if part))


def write_down(path: Path, value: object) -> None:
    """All or nothing, and on the disk: a reader never sees half a document, whatever is killed."""
    part = path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(json.dumps(value, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
