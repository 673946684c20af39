"""`pareback resume`: go on with a run; what was paid is taken from its ledger."""

import os

from pareback.orchestrator import home, summary
from pareback.orchestrator import run as runs
from pareback.orchestrator.desk import Surroundings
from pareback.orchestrator.progress import show


def do(*, run: str | None, json: bool) -> int:
    """Replay the run to where it was and go on to its ending."""
    folder = home.find(os.environ).run(run)
    outcome = runs.go_on(folder, Surroundings(os.environ, show(quiet=json)))
    print(summary.document(outcome) if json else summary.text(outcome))
    return outcome.exit
