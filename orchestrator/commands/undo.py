"""`pareback undo`: take back what `run --apply` wrote, if nothing was changed since."""

import os
from pathlib import Path

from pareback.orchestrator import boundary, home
from pareback.orchestrator.ledger import Ledger
from pareback.workspaces import checkout


def do(*, run: str | None) -> int:
    """Restore the bytes from before, all or none."""
    folder = home.find(os.environ).run(run)
    with home.lease(folder), Ledger(folder / "ledger.db") as ledger:
        root = ledger.note("root")
    journal = folder / "applied"
    if root is None or not journal.exists():
        raise boundary.Mistake(f"run {folder.name!r} wrote nothing into a work tree, so there is nothing to undo")
    try:
        checkout.undo(Path(root), journal)
    except ValueError as error:
        raise boundary.Mistake(str(error)) from error
    print(f"undone: run {folder.name}")
    return 0
