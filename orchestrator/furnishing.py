"""The Python that the tests of a run get: found on the machine, or in an environment that a set-up makes, once for all
runs that need the same."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path

from pareback.orchestrator.config import Settings
from pareback.orchestrator.desk import Desk, Ended
from pareback.orchestrator.state import Ending
from pareback.workspaces import interpreter
from pareback.workspaces.interpreter import Interpreter
from pareback.workspaces.provision import build, pythons, wanted
from pareback.workspaces.provision.build import Environment, EnvironmentFailed, Host
from pareback.workspaces.provision.declared import Declared, read
from pareback.workspaces.provision.plan import Plan, plan
from pareback.workspaces.provision.recipe import Recipe, commanded
from pareback.workspaces.provision.words import of_requirement
from pareback.workspaces.sandbox import Wrap

AUTO = "auto"
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
"""Files at the root that a set-up command depends on."""

Lack = tuple[str, str]
"""What a suite does not find, as (kind, name): ("module", "yaml"), ("fixture", "mocker"), ("plugin", "pytest-cov")."""


def _nothing(_: Lack) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Furnished:
    """The interpreter, the folders that a sandbox must show for it, and the files that a build wrote beside the
    sources. `added` was installed because a suite lacked it; `supply` says what to install for something lacking."""

    interpreter: Interpreter
    installed: tuple[Path, ...] = ()
    products: Mapping[str, Path] = field(default_factory=dict)
    added: tuple[str, ...] = ()
    supply: Callable[[Lack], tuple[str, ...]] = _nothing


@contextmanager
def furnished(
    desk: Desk, settings: Settings, tree: Path, *, wrap: Wrap, added: tuple[str, ...] = ()
) -> Iterator[Furnished]:
    """What the settings ask for, for a checkout at `tree`, with `added` requirements. Raises Ended."""
    if settings.setup.strip() == "none":
        yield Furnished(_found(desk, settings, wrap))
    elif settings.setup.strip() == AUTO:
        with _automatic(desk, settings, tree, wrap=wrap, added=added) as found:
            yield found
    else:
        with closing(_commanded(desk, settings, tree, wrap)) as made:
            yield _of(made)


def planned(tree: Path, python: str | None, *, environ: Mapping[str, str], wrap: Wrap) -> Plan:
    """What `setup = "auto"` would do for a checkout. Raises NoneFits, and ValueError naming a file that cannot be
    read or an interpreter that does not start."""
    declared = read(tree)
    if python is None:
        chosen = pythons.fitting(declared.python, environ=environ, wrap=wrap)
    else:
        path = Path(shutil.which(python, path=environ.get("PATH")) or python).absolute()
        path = path / "bin" / "python" if path.is_dir() else path
        asked = pythons.asked(path, environ=environ, wrap=wrap)
        if asked is None:
            raise ValueError(
                f"{python!r} is no interpreter that starts; give the path of one, such as /usr/bin/python3"
            )
        chosen = asked
    return plan(tree, declared, chosen, environ)


def _of(made: Environment) -> Furnished:
    """A made environment: its folder is shown whole, for an editable install points beside it."""
    return Furnished(made.interpreter, (made.interpreter.path.parents[2],), made.products)


def _found(desk: Desk, settings: Settings, wrap: Wrap) -> Interpreter:
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


def _commanded(desk: Desk, settings: Settings, tree: Path, wrap: Wrap) -> Environment:
    python = Path(settings.python) if settings.python else _any_python(desk.around.environ)
    manifests = {path.name: path.read_bytes() for path in sorted(tree.iterdir()) if _is_manifest(path)}
    try:
        recipe = commanded(settings.setup, python)
    except ValueError as error:
        raise Ended(Ending("blocked", "setup", str(error))) from error
    recipe = replace(recipe, programs=(python,))
    return _made(desk, recipe, tree, wrap=wrap, place=_place(desk, settings.setup, str(python), files=manifests))


@contextmanager
def _automatic(
    desk: Desk, settings: Settings, tree: Path, *, wrap: Wrap, added: tuple[str, ...]
) -> Iterator[Furnished]:
    """The planned environment. What it lacked for a suite is remembered beside it, for the next run."""
    bare = _plan(desk, settings, tree, wrap)
    memory = _planned_place(desk, bare).with_suffix(".added")
    wished = replace(bare, added=tuple(dict.fromkeys([*_remembered(memory), *added])))
    place = _planned_place(desk, wished)
    for line in () if place.exists() else wished.lines():
        desk.say(f"set-up: {line}")
    try:
        recipe = wished.recipe()
    except FileNotFoundError as error:
        raise Ended(Ending("env_failed", "setup", f"uv is not there: {error}; install it: pip install uv")) from error
    with closing(_made(desk, recipe, tree, wrap=wrap, place=place)) as made:
        if wished.added:
            _remember(memory, wished.added)
        for note in made.notes:
            desk.say(note)
        yield replace(_of(made), added=wished.added, supply=_supply(bare.declared))


def _supply(declared: Declared) -> Callable[[Lack], tuple[str, ...]]:
    """What the project itself calls optional is known better than a name can be guessed; it itself is not wanted."""

    def supply(lack: Lack) -> tuple[str, ...]:
        return tuple(
            line for line in wanted.requirements(lack, declared.optional) if of_requirement(line) != declared.name
        )

    return supply


def _plan(desk: Desk, settings: Settings, tree: Path, wrap: Wrap) -> Plan:
    try:
        return planned(tree, settings.python, environ=desk.around.environ, wrap=wrap)
    except pythons.NoneFits as error:
        raise Ended(Ending("env_failed", "interpreter", str(error))) from error
    except ValueError as error:
        raise Ended(Ending("env_failed", "setup", str(error))) from error


def _planned_place(desk: Desk, wished: Plan) -> Path:
    inputs = {**wished.declared.inputs, **wished.declared.replaced}
    python = wished.python
    parts = (AUTO, str(python.path), python.version, *wished.plugins, "added", *wished.added)
    return _place(desk, *parts, files=inputs)


def _place(desk: Desk, *parts: str, files: Mapping[str, bytes]) -> Path:
    key = build.key(str(desk.repository.root), *parts, files=files, environ=desk.around.environ)
    return desk.cache / "environments" / key


def _made(desk: Desk, recipe: Recipe, tree: Path, *, wrap: Wrap, place: Path) -> Environment:
    if not place.exists():
        desk.say(f"{recipe.name} begins, once for all runs that need the same")
    try:
        return build.set_up(recipe, tree=tree, place=place, host=Host(desk.around.environ, wrap, desk.stop))
    except EnvironmentFailed as error:
        if desk.stop.is_set():
            raise Ended(Ending("interrupted", "signal", "stopped by a signal; `pareback resume` goes on")) from error
        raise Ended(Ending("env_failed", "setup", str(error))) from error


def _remembered(memory: Path) -> tuple[str, ...]:
    try:
        found = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    return tuple(line for line in found if isinstance(line, str)) if isinstance(found, list) else ()


def _remember(memory: Path, added: tuple[str, ...]) -> None:
    """All or nothing; two runs may write the same."""
    new = memory.with_name(f"{memory.name}.{os.getpid()}")
    new.write_text(json.dumps(added), encoding="utf-8")
    new.replace(memory)


def _is_manifest(path: Path) -> bool:
    return path.is_file() and any(fnmatch(path.name, pattern) for pattern in MANIFESTS)


def _any_python(environ: Mapping[str, str]) -> Path:
    return Path(shutil.which("python3", path=environ.get("PATH")) or sys.executable)
