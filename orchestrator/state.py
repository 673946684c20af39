"""What changes while a run goes on, and what stays: the frozen values that the nodes take and return."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from pareback.adapters.model import Attempt, Failure, Model, Reply, Request
from pareback.adapters.ticket import Ticket
from pareback.gates.budget import Budget
from pareback.gates.store import Store
from pareback.gates.verdict import Verdict
from pareback.orchestrator.config import Settings
from pareback.orchestrator.ledger import Ledger
from pareback.workspaces.baseline import Baseline, Standing, Targets
from pareback.workspaces.edit import Answer, Form
from pareback.workspaces.guard import Policy
from pareback.workspaces.projection import Slot
from pareback.workspaces.repository import Repository
from pareback.workspaces.suite import Server

EndingName = Literal[
    "accepted",
    "over_budget",
    "red",
    "no_change",
    "unclear",
    "tampered",
    "blocked",
    "env_failed",
    "crashed",
    "interrupted",
]
Status = Literal["asked", "replied", "applied", "tested", "measured", "cancelled", "incomplete", "no_edit", "limit"]
"""How far a candidate came; the last four are why it went no further."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a run stopped. `reason` is a stable code, `message` one line for people."""

    name: EndingName
    reason: str
    message: str = ""
    retry: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reply and everything that happened to it: the state of the candidate graph.

    `start` is the commit the reply edits, `commit` the base with the whole patch so far.
    """

    round: int
    index: int
    model: str
    start: str
    request: Request
    status: Status = "asked"
    why: str = ""
    reply: Reply | None = None
    commit: str | None = None
    answers: tuple[Answer, ...] = ()
    standing: Standing | None = None
    verdict: Verdict | None = None

    @property
    def green(self) -> bool:
        """All targets pass and nothing that passed fails."""
        return self.standing is not None and self.standing.green

    @property
    def acceptable(self) -> bool:
        """Green, and within budget without a hard finding."""
        return self.green and self.verdict is not None and self.verdict.within


@dataclass(frozen=True, slots=True)
class Step:
    """One decision between rounds and its reason, for the record."""

    what: Literal["feedback", "fresh", "rung", "pared", "accept", "stop"]
    reason: str


@dataclass(frozen=True, slots=True)
class Round:
    """A finished round: its candidates in order of index, who won the race, and what was decided after it."""

    number: int
    model: str
    candidates: tuple[Candidate, ...]
    winner: int | None
    step: Step


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the next request says beyond the ticket."""

    failures: tuple[Failure, ...] = ()
    findings: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    tried: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """The state of the outer graph."""

    start: str
    feedback: Feedback = Feedback()
    round: int = 0
    rung: int = 0
    rung_rounds: int = 0
    quality_rounds: int = 0
    candidates: tuple[Candidate, ...] = ()
    winner: int | None = None
    best: Candidate | None = None
    history: tuple[Round, ...] = ()
    ending: Ending | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, for progress displays, logs and tests. `data` holds plain values."""

    kind: str
    round: int = 0
    candidate: int = -1
    data: Mapping[str, object] = field(default_factory=dict)


class SlotPool(Protocol):
    """Copies of the tree for candidates: borrowed for one run of the tests, then given back."""

    def borrow(self) -> Slot:
        """A free slot; waits until there is one."""
        ...

    def give_back(self, slot: Slot) -> None:
        """Let another candidate have it."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """What stays the same for the whole run: the rooms' doors, the ticket, the frozen budget, the targets.

    `base` is commit B, `tests_tree` commit T. `stop` ends the whole run, `race` the current round only.
    """

    ticket: Ticket
    settings: Settings
    folder: Path
    base: str
    tests_tree: str
    repository: Repository
    slots: SlotPool
    server: Server
    confirm: Callable[[], Server]
    ledger: Ledger
    ladder: Sequence[Model]
    forms: Mapping[str, Form]
    policy: Policy
    baseline: Baseline
    targets: Targets
    budget: Budget
    store: Store | None
    listen: Callable[[Event], None]
    stop: threading.Event
    race: threading.Event
