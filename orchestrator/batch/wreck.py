"""The document of a ticket whose run could not write one itself: what happened, and what was spent until then."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from pareback.orchestrator import accounts
from pareback.orchestrator.closing import write_down
from pareback.orchestrator.ledger import Ledger, LedgerError
from pareback.orchestrator.outcome import Outcome, result


def write(facts: Outcome, folder: Path) -> dict[str, Any]:
    """Write `result.json` into the ticket's record, and return it."""
    report = folder / "result.json"
    document = result(replace(_counted(facts, folder), report=str(report)))
    write_down(report, document)
    return document


def _counted(facts: Outcome, folder: Path) -> Outcome:
    facts = replace(facts, seconds={"total": 0.0, **facts.books.total.seconds})
    if not (folder / "ledger.db").exists():
        return facts
    with suppress(LedgerError), Ledger(folder / "ledger.db") as ledger:
        books = accounts.books(ledger)
        return replace(facts, books=books, seconds={"total": ledger.seconds, **books.total.seconds})
    return facts
