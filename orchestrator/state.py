"""What changes while a run goes on: the frozen values that the nodes take and return."""

from dataclasses import dataclass
from typing import Literal

from pareback.adapters.model import Attempt, Failure, Reply, Request
from pareback.gates.verdict import Verdict
from pareback.orchestrator.pare.tried import Tried
from pareback.workspaces.conditions.condition import Held
from pareback.workspaces.edit import Answer
from pareback.workspaces.patch import Applied
from pareback.workspaces.standing import Standing
from pareback.workspaces.suspicion import Flag

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
Status = Literal[
    "asked", "replied", "applied", "tested", "measured", "cancelled", "incomplete", "no_edit", "tampered", "limit"
]
"""How far a candidate came; the last five are why it went no further. `why` of a limit is a code: exhausted, refused,
unavailable, seconds, tokens, …; `detail` its words."""


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a run stopped. `reason` is a stable code, `message` one line for people."""

    name: EndingName
    reason: str
    message: str = ""
    retry: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines of a file after the patch, counted from 1, the last one included."""

    path: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reply and everything that happened to it: the state of the candidate graph.

    `start` is the commit the reply edits, `commit` the base with the whole patch so far, `tree` what it holds once it
    is tested, `size` its changed lines. `applied` is what the reply came to while it arrived, until that is
    committed. `twin`: round and index of the one that was tested for it, with the same tree.
    `way`: how its question differs from the first one's, where the model does not sample. `pared`: simplifications that
    were tried on it once it was green; `untested`: what of its patch no test reaches, None where nobody knows.
    `conditions` are the ticket's, as they stand with the patch; `lint` is what the project's own linter has against it.
    """

    round: int
    index: int
    rung: int
    model: str
    start: str
    request: Request
    status: Status = "asked"
    why: str = ""
    detail: str = ""
    reply: Reply | None = None
    commit: str | None = None
    tree: str | None = None
    twin: tuple[int, int] | None = None
    way: str = ""
    size: int = 0
    applied: Applied | None = None
    answers: tuple[Answer, ...] = ()
    standing: Standing | None = None
    verdict: Verdict | None = None
    flags: tuple[Flag, ...] = ()
    pared: tuple[Tried, ...] = ()
    untested: tuple[Stretch, ...] | None = None
    conditions: tuple[Held, ...] = ()
    lint: tuple[Held, ...] = ()

    @property
    def unmet(self) -> tuple[Held, ...]:
        """The ticket's conditions that do not hold, or of which nobody can say so, and what the project's linter found
        new."""
        return (*(each for each in self.conditions if not each.holds), *self.lint)

    @property
    def green(self) -> bool:
        """All targets pass, nothing that passed fails, and the ticket's conditions are met."""
        return self.standing is not None and self.standing.green and not self.unmet

    @property
    def acceptable(self) -> bool:
        """Green, within budget without a hard finding, and without an open question."""
        return self.green and self.verdict is not None and self.verdict.within and not self.doubtful

    @property
    def doubtful(self) -> bool:
        """Somebody has to look at it before it is taken."""
        return any(flag.asks for flag in self.flags)


@dataclass(frozen=True, slots=True)
class Step:
    """One decision between rounds and its reason, for the record."""

    what: Literal["feedback", "fresh", "more", "shrink", "rung", "pared", "accept", "stop"]
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
    """What the next request says beyond the ticket; `shown` are the ids of its findings."""

    failures: tuple[Failure, ...] = ()
    findings: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    tried: tuple[Attempt, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """The state of the outer graph. `samples` multiplies the candidates that this rung began with."""

    start: str
    feedback: Feedback = Feedback()
    round: int = 0
    rung: int = 0
    rung_rounds: int = 0
    quality_rounds: int = 0
    samples: int = 1
    candidates: tuple[Candidate, ...] = ()
    winner: int | None = None
    best: Candidate | None = None
    history: tuple[Round, ...] = ()
    ending: Ending | None = None
