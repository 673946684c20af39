"""What stays the same while a run goes on: everything a node may use besides its state."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pareback.adapters.model import Model
from pareback.adapters.ticket import Ticket
from pareback.gates.budget import Budget
from pareback.gates.index.source import Source
from pareback.orchestrator.config import Settings
from pareback.orchestrator.desk import climb_freely
from pareback.orchestrator.events import Event
from pareback.orchestrator.held_out import HeldOut
from pareback.orchestrator.ledger import Ledger
from pareback.orchestrator.measured import Measured
from pareback.orchestrator.target import Target
from pareback.workspaces.conditions.condition import Held
from pareback.workspaces.edit import Form
from pareback.workspaces.guard import Policy
from pareback.workspaces.repository import Repository


@dataclass(frozen=True, slots=True)
class Context:
    """What stays the same for the whole run: the rooms' doors, the ticket, the frozen budget, the targets.

    `base` is commit B, `tests_tree` commit T without the held-out tests. `stop` ends the whole run, `race` the
    current round only. `may_climb` is asked before the first call on a rung above 0: a reason not to climb now, or
    nothing. `conditions` are the ticket's, as they stand on the base.
    """

    ticket: Ticket
    settings: Settings
    folder: Path
    base: str
    tests_tree: str
    repository: Repository
    tests: Target
    ledger: Ledger
    ladder: Sequence[Model]
    forms: Mapping[str, Form]
    policy: Policy
    measured: Measured
    budget: Budget
    source: Source
    listen: Callable[[Event], None]
    stop: threading.Event
    race: threading.Event
    held_out: HeldOut | None = None
    conditions: tuple[Held, ...] = ()
    may_climb: Callable[[int], str] = climb_freely
