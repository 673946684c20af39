"""The target's tests as data: what to run, what each test said, and the protocol of the runners.

Two axes are kept apart: `Report.work` says whether the machinery did its job, `Result.outcome` what a test said.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Literal, Protocol

from pareback.workspaces.sandbox import Wrap

Outcome = Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed", "timeout"]
Work = Literal["ran", "none", "broken", "timeout", "stopped"]
"""`none` collected nothing, `broken` could not run, `timeout` hit the deadline, `stopped` was ended by the caller."""


class WorkspaceError(OSError):
    """The machine failed us: disk, git, process. Not the target's fault and not the model's."""


@dataclass(frozen=True, slots=True)
class Place:
    """One step of a traceback inside the slot; `path` is relative to the slot's root."""

    path: str
    line: int
    function: str


@dataclass(frozen=True, slots=True)
class Result:
    """What one test said. `message` is the failing assertion with its values, condensed; empty when it passed."""

    id: str
    outcome: Outcome
    seconds: float
    message: str = ""
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class CollectError:
    """A file that could not be collected. `missing` is what an import or a fixture look-up did not find, as
    (kind, name): ("module", "numpy"), ("name", "shop.cart.total"), ("fixture", "db"), ("plugin", "xdist"), or None."""

    path: str
    message: str
    missing: tuple[str, str] | None = None
    places: tuple[Place, ...] = ()


OnResult = Callable[[Result | CollectError], bool]
"""Hears a result as it happens; False ends the run."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A module that was loaded from outside the slot although it may belong to the tree."""

    module: str
    file: str


@dataclass(frozen=True, slots=True)
class Report:
    """One run of the suite. `output` is the bounded tail of what the run printed, for people. `signs` say in words
    what about the run was not as it should be; only those that the base does not show by itself mean something.
    `installed` are the top-level modules that came from elsewhere than the slot. `touched` names, for each function of
    the slot as "path:first line", the tests that entered it; empty where nobody looked. `reached` are the stretches of
    the selection's `lines` that ran, by path and first line, None where nobody could watch."""

    work: Work
    results: tuple[Result, ...] = ()
    errors: tuple[CollectError, ...] = ()
    collected: tuple[str, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    seconds: float = 0.0
    output: str = ""
    reason: str = ""
    signs: tuple[str, ...] = ()
    installed: tuple[str, ...] = ()
    touched: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reached: tuple[tuple[str, int], ...] | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """What to run. `first` (node ids or paths) goes before the rest, in this order, and `then` comes after it; `only`
    restricts the run to what it names (None: all). `limit` is seconds for each test, `limits` by node id where a test
    has its own. A module that comes from below `checkout` instead of from the slot is reported as foreign. `canaries`
    are the kinds to plant, `readonly` the slot's paths that no test may write, where the sandbox can see to it. `keep`
    is for a run on bytes that can be trusted: it may leave bytecode, and the report tells what each test touched.
    `lines` are stretches to watch, first and last line by path: the run ends once all of them were reached."""

    first: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    limit: float = 10.0
    limits: Mapping[str, float] = field(default_factory=dict)
    checkout: Path | None = None
    canaries: tuple[str, ...] = ()
    readonly: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    keep: bool = False
    lines: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)


class Server(Protocol):
    """An open runner: warm or cold, one protocol."""

    @property
    def note(self) -> str:
        """What a user should know about how the tests run, such as why a warm server runs cold; else empty."""
        ...

    def run(
        self, slot: Path, selection: Selection, *, deadline: float, on_result: OnResult, halt: Event | None = None
    ) -> Report:
        """Run the selection in the slot. `deadline` is seconds from now. `on_result` hears each result as it happens
        and returns False to end the run at once; `halt`, once set, ends it too (within 20 ms). No process of the run
        is left afterwards. Safe to call from several threads with different slots. Raises WorkspaceError."""
        ...

    def close(self) -> None:
        """End the server and everything it started."""
        ...


class Runner(Protocol):
    """How a target's tests are started."""

    def open(self, *, wrap: Wrap, interpreter: Path, roots: tuple[str, ...], environment: Mapping[str, str]) -> Server:
        """A server for the target's own `interpreter`. `roots` (relative to the slot, first wins) go first on
        PYTHONPATH; `environment` is the whole environment of the target's processes. Raises WorkspaceError."""
        ...
