"""The target's own tests, opened for a run: sandbox, interpreter, set-up, slots and servers."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pareback.orchestrator import confined, parts
from pareback.orchestrator.config import Settings
from pareback.orchestrator.confined import Offer
from pareback.orchestrator.desk import Desk, Ended
from pareback.orchestrator.furnishing import Furnished, Lack, furnished
from pareback.orchestrator.pool import Pool
from pareback.orchestrator.state import Ending
from pareback.workspaces import environment
from pareback.workspaces.confinement.resources import MEMORY
from pareback.workspaces.installed import fingerprint
from pareback.workspaces.interpreter import Interpreter
from pareback.workspaces.objects import Entry
from pareback.workspaces.projection import Slots, open_slots
from pareback.workspaces.sandbox import Bind, Sandbox, Wrap, outermost
from pareback.workspaces.suite import Runner, Server
from pareback.workspaces.tidying.tool import Tool, tool

INTERPRETER = "interpreter"
"""The ledger's note of what the tests ran with last."""


@dataclass(frozen=True, slots=True)
class Target:
    """Open: where tests can run now. `cold` opens a server that shares nothing with earlier runs; `seconds` is what a
    test gets before its own time is known. `state` is what tests depend on besides the tree, as one digest: a server
    that was opened in another state is not to be used any more. `added` was installed because the suite lacked it,
    `supply` says what could be. `formatter` and `linter` are the project's own, where they were named."""

    pool: Pool
    server: Server
    cold: Callable[[], Server]
    level: str
    roots: tuple[str, ...]
    seconds: float
    command: bool
    state: str
    added: tuple[str, ...]
    supply: Callable[[Lack], tuple[str, ...]]
    formatter: Tool | None = None
    linter: Tool | None = None


@dataclass(frozen=True, slots=True)
class Launch:
    """What every server of the run is opened with."""

    wrap: Wrap
    interpreter: Path
    roots: tuple[str, ...]
    environment: Mapping[str, str]

    def open(self, runner: Runner) -> Server:
        """A server of this runner."""
        return runner.open(wrap=self.wrap, interpreter=self.interpreter, roots=self.roots, environment=self.environment)

    def tool(self, setting: str, command: str | None) -> Tool | None:
        """The tool that a setting names. Raises Ended where it is not there."""
        if command is None:
            return None
        try:
            return tool(
                command,
                wrap=self.wrap,
                interpreter=self.interpreter,
                roots=self.roots,
                environment=self.environment,
            )
        except ValueError as error:
            raise Ended(Ending("blocked", setting, f"{setting}: {error}")) from error


@contextmanager
def opened(desk: Desk, settings: Settings, tree: str, *, added: tuple[str, ...] = ()) -> Iterator[Target]:
    """Interpreter, slots and servers for one run on trees near `tree`; an environment that is made gets the `added`
    requirements too. Raises Ended where tests cannot run at all."""
    offer = confined.choose(settings.sandbox, cache=desk.cache)
    with ExitStack() as stack:
        slots = stack.enter_context(_slots(desk, settings, tree))
        room = stack.enter_context(furnished(desk, settings, slots.pristine, wrap=offer.build().wrap, added=added))
        found = room.interpreter
        _carry(slots, room.products)
        desk.ledger.say(INTERPRETER, str(found.path))
        desk.say(f"tests run with {found.path} ({found.version}, {found.how}); sandbox: {offer.level}")
        if settings.sandbox == confined.BEST and (short := confined.shortfall(offer, cache=desk.cache)):
            desk.say(f"no better sandbox: {short}")
        launch = _launch(desk, settings, found, slots.pristine, _sandbox(desk, settings, offer, room).wrap)
        server = stack.enter_context(closing(launch.open(_runner(settings, settings.runner))))
        yield Target(
            pool=Pool(slots, max(2, os.cpu_count() or 1)),
            server=server,
            cold=lambda: launch.open(_runner(settings, "pytest_cold")),
            level=offer.level,
            roots=launch.roots,
            seconds=settings.test_seconds,
            command=settings.test_cmd is not None,
            state=_state(launch, slots),
            added=room.added,
            supply=room.supply,
            formatter=launch.tool("format_cmd", settings.format_cmd),
            linter=launch.tool("lint_cmd", settings.lint_cmd),
        )


def _carry(slots: Slots, files: Mapping[str, Path]) -> None:
    """Every slot that is made from now on holds these files too. Raises OSError."""
    store = slots.origin.store
    new = {path: Entry(0o100644, store.write("blob", place.read_bytes())) for path, place in files.items()}
    slots.origin = replace(slots.origin, carried={**slots.origin.carried, **new})


def _state(launch: Launch, slots: Slots) -> str:
    """The interpreter with what is installed beside it, the variables, and the files carried into every slot."""
    private = {"HOME", "TMPDIR"}
    variables = {name: value for name, value in launch.environment.items() if name not in private}
    carried = {path: entry.id for path, entry in slots.origin.carried.items()}
    text = json.dumps([fingerprint(launch.interpreter), variables, carried], sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _sandbox(desk: Desk, settings: Settings, offer: Offer, room: Furnished) -> Sandbox:
    """What the tests run in: beside its program, it shows what a set-up installed and what the user names."""
    read = [*room.installed, *(Path(place).expanduser() for place in settings.visible)]
    try:
        outermost([*map(Bind, read)])
    except ValueError as error:
        raise Ended(Ending("blocked", "visible", str(error))) from error
    return offer.build(slots=desk.folder / "slots", read=tuple(read))


def _runner(settings: Settings, name: str) -> Runner:
    if settings.test_cmd is None:
        runner: Runner = parts.build("runners", name)
        return runner
    try:
        command: Runner = parts.build("runners", "command", {"command": settings.test_cmd, "junit": settings.junit})
    except ValueError as error:
        raise Ended(Ending("blocked", "test_cmd", str(error))) from error
    return command


def _slots(desk: Desk, settings: Settings, tree: str) -> Slots:
    trees = desk.cache / "trees"
    trees.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(desk.folder / "slots", ignore_errors=True)  # what a killed process left
    (desk.folder / "slots").mkdir()
    return open_slots(desk.repository, tree, cache=trees, folder=desk.folder / "slots", carry=settings.carry)


def _launch(desk: Desk, settings: Settings, found: Interpreter, pristine: Path, wrap: Wrap) -> Launch:
    home = desk.folder / "home"
    home.mkdir(exist_ok=True)
    variables = environment.for_target(found.path, home=home, environ=desk.around.environ)
    roots = environment.import_roots(pristine, settings.roots)
    memory = {MEMORY: str(settings.memory_mb)}
    return Launch(wrap, found.path, roots, {**variables, **memory, **settings.environment})
