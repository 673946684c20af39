"""A job: one ticket with the settings and the delivery it was given; written down first, so that it can resume."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pareback.adapters.record import from_record
from pareback.adapters.ticket import Ticket
from pareback.orchestrator.config import Settings


@dataclass(frozen=True, slots=True)
class Wish:
    """How an accepted patch is to be delivered. Without any wish: a branch and a patch file. A branch grows
    out of HEAD, or out of the base: in a batch HEAD may be anywhere."""

    branch: str | None = None
    patch: str | None = None
    apply: bool = False
    on_base: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """One ticket to be driven to an ending. `layers` holds the flags as given; the rest of the settings is resolved
    against the repository's own file at the base. `run` is its name where that is not the name of its folder."""

    ticket: Ticket
    flags: Mapping[str, Any]
    wish: Wish = Wish()
    run: str = ""


def to_json(job: Job) -> dict[str, Any]:
    """The job as plain JSON values; fields of the ticket that say nothing are left out."""
    ticket = {name: value for name, value in asdict(job.ticket).items() if value}
    return {"ticket": ticket, "flags": dict(job.flags), "wish": asdict(job.wish), "run": job.run}


def from_json(value: Mapping[str, Any]) -> Job:
    """The job as it was written down. Raises BadTicket."""
    return Job(
        from_record(value["ticket"], where="the run's ledger"),
        value["flags"],
        Wish(**value["wish"]),
        value.get("run", ""),
    )


def settled(settings: Settings, ticket: Ticket) -> Settings:
    """The ticket's own fields win over settings of the same meaning."""
    own = {
        "budget": ticket.budget,
        "test_cmd": ticket.test_cmd,
        "tests": ticket.tests,
        "setup": ticket.environment,
    }
    return settings.model_copy(update={key: value for key, value in own.items() if value})
