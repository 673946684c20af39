"""`pareback resume`: go on with a run; what was paid is taken from its ledger."""

import os

from pareback.orchestrator import home, summary
from pareback.orchestrator import run as runs
from pareback.orchestrator.progress import show


def do(*, run: str | None, json: bool) -> int:
    """Replay the run to where it was and go on to its ending."""
    folder = home.find(os.environ).run(run)
    outcome = runs.go_on(folder, environ=os.environ, listen=show(quiet=json))
    print(summary.document(outcome) if json else summary.text(outcome))
    return outcome.exit
