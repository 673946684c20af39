"""The target's own tests, opened for a run: sandbox, interpreter, set-up, slots and servers."""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from pareback.orchestrator import confined, parts
from pareback.orchestrator.config import Settings
from pareback.orchestrator.confined import Offer
from pareback.orchestrator.desk import Desk, Ended
from pareback.orchestrator.pool import Pool
from pareback.orchestrator.state import Ending
from pareback.workspaces import environment, interpreter
from pareback.workspaces.confinement.resources import MEMORY
from pareback.workspaces.environment import EnvironmentFailed, Host
from pareback.workspaces.installed import fingerprint
from pareback.workspaces.interpreter import Interpreter
from pareback.workspaces.projection import Slots, open_slots
from pareback.workspaces.sandbox import Bind, Sandbox, Wrap, outermost
from pareback.workspaces.suite import Runner, Server

MANIFESTS = (
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements*.txt",
    "constraints*.txt",
    "Pipfile*",
    "*.lock",
    "pylock*.toml",
)
"""Files at the root that a set-up depends on."""


@dataclass(frozen=True, slots=True)
class Target:
    """Open: where tests can run now. `cold` opens a server that shares nothing with earlier runs; `seconds` is what a
    test gets before its own time is known. `state` is what tests depend on besides the tree, as one digest: a server
    that was opened in another state is not to be used any more."""

    pool: Pool
    server: Server
    cold: Callable[[], Server]
    level: str
    roots: tuple[str, ...]
    seconds: float
    command: bool
    state: str


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


@contextmanager
def opened(desk: Desk, settings: Settings, tree: str) -> Iterator[Target]:
    """Interpreter, slots and servers for one run on trees near `tree`. Raises Ended where tests cannot run at all."""
    offer = confined.choose(settings.sandbox, cache=desk.cache)
    with ExitStack() as stack:
        slots = stack.enter_context(_slots(desk, settings, tree))
        found = _interpreter(desk, settings, slots.pristine, offer.build().wrap)
        desk.say(f"tests run with {found.path} ({found.version}, {found.how}); sandbox: {offer.level}")
        if settings.sandbox == confined.BEST and (short := confined.shortfall(offer, cache=desk.cache)):
            desk.say(f"no better sandbox: {short}")
        launch = _launch(desk, settings, found, slots.pristine, _sandbox(desk, settings, offer, found).wrap)
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
        )


def _state(launch: Launch, slots: Slots) -> str:
    """The interpreter with what is installed beside it, the variables, and the files carried into every slot."""
    private = {"HOME", "TMPDIR"}
    variables = {name: value for name, value in launch.environment.items() if name not in private}
    carried = {path: entry.id for path, entry in slots.origin.carried.items()}
    text = json.dumps([fingerprint(launch.interpreter), variables, carried], sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _sandbox(desk: Desk, settings: Settings, offer: Offer, found: Interpreter) -> Sandbox:
    """What the tests run in: beside its program, it shows what a set-up installed and what the user names."""
    installed = [found.path.parents[2]] if settings.setup != "none" else []
    read = [*installed, *(Path(place).expanduser() for place in settings.visible)]
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


def _interpreter(desk: Desk, settings: Settings, pristine: Path, wrap: Wrap) -> Interpreter:
    if settings.setup != "none":
        return _set_up(desk, settings, pristine, wrap)
    tracked = desk.repository.files(desk.repository.head) if desk.repository.head else {}
    try:
        found = interpreter.discover(
            desk.repository.root, explicit=settings.python, environ=desk.around.environ, tracked=tracked, wrap=wrap
        )
    except ValueError as error:
        raise Ended(Ending("blocked", "interpreter", str(error))) from error
    if found is None and settings.test_cmd is not None:
        return Interpreter(_any_python(desk.around.environ), "unknown version", "for the command's PATH")
    if found is None:
        raise Ended(Ending("blocked", "no_interpreter", interpreter.WAYS_ON))
    return found


def _set_up(desk: Desk, settings: Settings, pristine: Path, wrap: Wrap) -> Interpreter:
    """The environment that the set-up command makes, once for all runs with the same manifests."""
    environ = desk.around.environ
    python = Path(settings.python) if settings.python else _any_python(environ)
    manifests = {path.name: path.read_bytes() for path in sorted(pristine.iterdir()) if _is_manifest(path)}
    key = environment.setup_key(
        settings.setup,
        repository=str(desk.repository.root),
        manifests=manifests,
        version=str(python),
        environ=environ,
    )
    desk.say(f"set-up: {settings.setup}")
    host = Host(python, environ, wrap)
    try:
        return environment.set_up(settings.setup, tree=pristine, cache=desk.cache / "environments", key=key, host=host)
    except EnvironmentFailed as error:
        raise Ended(Ending("env_failed", "setup", str(error))) from error
    except ValueError as error:
        raise Ended(Ending("blocked", "setup", str(error))) from error


def _is_manifest(path: Path) -> bool:
    return path.is_file() and any(fnmatch(path.name, pattern) for pattern in MANIFESTS)


def _any_python(environ: Mapping[str, str]) -> Path:
    return Path(shutil.which("python3", path=environ.get("PATH")) or sys.executable)
