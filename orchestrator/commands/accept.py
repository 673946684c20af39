"""`pareback accept`: overrule the gate on a run that is green but too complex, with a reason."""

import json as jsons
import os
from pathlib import Path

from pareback.orchestrator import appeal, home, summary
from pareback.orchestrator import run as runs
from pareback.orchestrator.appeal import Appeal
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.desk import Surroundings
from pareback.orchestrator.ledger import Ledger
from pareback.orchestrator.progress import show


def do(*, run: str | None, budget: str | None, waive: list[str] | None, reason: str, json: bool) -> int:
    """Judge the run's best patch again and deliver it where it fits now."""
    folder = home.find(os.environ).run(run)
    _check(folder, budget, waive, reason)
    with home.lease(folder), Ledger(folder / "ledger.db") as ledger:
        try:
            appeal.lodge(ledger, Appeal(reason.strip(), budget, tuple(waive or ())))
        except ValueError as error:
            raise Mistake(str(error)) from error
    outcome = runs.go_on(folder, Surroundings(os.environ, show(quiet=json)))
    print(summary.document(outcome) if json else summary.text(outcome))
    return outcome.exit


def _check(folder: Path, budget: str | None, waive: list[str] | None, reason: str) -> None:
    if budget is None and not waive:
        raise Mistake("say what to accept: --budget N, or --waive ID")
    if not reason.strip():
        raise Mistake("--reason is empty; it is shown wherever the verdict is, so say why")
    try:
        ending = jsons.loads((folder / "result.json").read_text(encoding="utf-8"))["ending"]
    except FileNotFoundError as error:
        raise Mistake(f"run {folder.name!r} has not ended; `pareback resume {folder.name}` goes on") from error
    if ending not in appeal.OPEN:
        raise Mistake(f"run {folder.name!r} ended {ending}: only a green one, over_budget or unclear, can be accepted")
