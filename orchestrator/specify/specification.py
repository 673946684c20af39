"""What was specified, as the run's record and its result tell it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from pareback.orchestrator.ledger import Ledger

NOTE = "specified"


@dataclass(frozen=True, slots=True)
class Specification:
    """Who said when the ticket is done, and how. `conditions` are lines, `tests` map the path of a new test file to its
    text. `already` holds on the base, `dropped` says of what was stated too why it tells nothing. `prompt` is the hash
    of what the model was told, `question` the one thing it wants to know."""

    by: Literal["ticket", "model"]
    conditions: tuple[str, ...] = ()
    tests: Mapping[str, str] | None = None
    already: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    model: str = ""
    prompt: str = ""
    question: str = ""


def keep(ledger: Ledger, specification: Specification) -> None:
    """Write it down for the record: the same in every life of the run."""
    ledger.say(NOTE, asdict(specification))


def kept(ledger: Ledger) -> Mapping[str, Any] | None:
    """What was specified as plain JSON values, or None where the tests said enough."""
    found: Mapping[str, Any] | None = ledger.note(NOTE)
    return found


def delivered(ledger: Ledger) -> dict[str, bytes | None]:
    """The specified test files, which go with the patch."""
    tests = (kept(ledger) or {}).get("tests") or {}
    return {path: text.encode() for path, text in tests.items()}
