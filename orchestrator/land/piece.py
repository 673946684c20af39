"""One accepted patch and what was agreed about it: the ticket, the base it was made on, its price and its budget."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pareback.adapters.ticket import Ticket
from pareback.gates.budget import Budget
from pareback.orchestrator import job
from pareback.orchestrator.batch.book import Book
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Piece:
    """`base` is the commit the patch was made on, `patch` a unified diff from there, `delta` its points there."""

    ticket: Ticket
    base: str
    patch: bytes
    delta: float
    budget: Budget
    waive: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The ticket's id, which names the piece."""
        return self.ticket.id

    @property
    def title(self) -> str:
        """One line for a commit."""
        return self.ticket.title or self.ticket.text.strip().partition("\n")[0][:72] or self.id


def piece(ticket: Ticket, flags: Mapping[str, Any], result: Mapping[str, Any], patch: bytes) -> Piece:
    """A piece from the record of an accepted run: what was waived for it, by whomever, stays waived."""
    appealed = (name for appeal in result.get("appeals", ()) for name in appeal["waive"])
    waive = tuple(dict.fromkeys([*ticket.waive, *flags.get("waive", ()), *appealed]))
    budget = Budget(result["budget"], result["budget_source"])
    return Piece(ticket, result["base"], patch, result["delta"], budget, waive)


def pieces(out: Path, only: Collection[str] = ()) -> dict[Path, list[Piece]]:
    """By repository, the accepted patches of the batch in `out` (of `only` these tickets), in the order of their
    outcomes. Raises Mistake where there is none."""
    if not (out / "results.jsonl").exists():
        raise Mistake(f"{str(out)!r} holds no results.jsonl; expected the --out folder of `pareback batch`")
    book = Book(out)
    found = [_piece(book, result) for result in book.results() if result["accepted"]]
    unknown = sorted(set(only) - {each.id for each in found})
    if unknown:
        raise Mistake(f"no accepted ticket of {str(out)!r} is named {unknown[0]!r}")
    kept = [each for each in found if not only or each.id in only]
    if not kept:
        raise Mistake(f"no ticket of {str(out)!r} was accepted: there is nothing to land")
    by_repository: dict[Path, list[Piece]] = {}
    for each in kept:
        by_repository.setdefault(Path(each.ticket.repo), []).append(each)
    return by_repository


def _piece(book: Book, result: dict[str, Any]) -> Piece:
    folder = book.folder(result["ticket"])
    with Ledger(folder / "ledger.db") as ledger:
        work = job.from_json(ledger.note("job") or {})
    return piece(work.ticket, work.flags, result, (folder / "patch.diff").read_bytes())
