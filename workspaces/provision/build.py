"""Carries out a recipe in the sandbox, once for all runs that need the same environment, and keeps what came of it.

A virtual environment names its own folder in its scripts, so it cannot be made elsewhere and renamed: it is made in its
place under a lock, and counts once the file that says so is there. What a killed process left is removed first.
"""

import hashlib
import json
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Event

from pareback.workspaces import kept
from pareback.workspaces.environment import INDEX, for_setup, index_folders
from pareback.workspaces.interpreter import Interpreter, probe
from pareback.workspaces.kept import Held
from pareback.workspaces.process import Finished, run
from pareback.workspaces.provision import blame, products
from pareback.workspaces.provision.recipe import Recipe, Step
from pareback.workspaces.provision.words import project
from pareback.workspaces.sandbox import READY, Bind, Wrap, needs, unconfined
from pareback.workspaces.suite import WorkspaceError

SECONDS = 1200.0  # for one command: large projects compile
_LINES = 12


class EnvironmentFailed(ValueError):
    """The environment for the tests could not be made: names what is missing, and ends with what was printed last."""


@dataclass(frozen=True, slots=True)
class Host:
    """What a set-up starts from: the user's variables, the sandbox, and the event that ends it early."""

    environ: Mapping[str, str]
    wrap: Wrap = unconfined
    halt: Event | None = None


@dataclass(frozen=True, slots=True)
class Environment:
    """Made, and kept from removal until it is closed. `products` are the files that the build wrote beside the sources,
    by path in the tree; `notes` say what is not as it was planned."""

    interpreter: Interpreter
    products: Mapping[str, Path]
    notes: tuple[str, ...]
    held: Held

    def close(self) -> None:
        """Let go; the environment stays for later runs."""
        self.held.close()


def set_up(recipe: Recipe, *, tree: Path, place: Path, host: Host) -> Environment:
    """The environment at `place`, made by the recipe where nobody has made it yet.

    It is made beside a private copy of `tree`, which stays: an editable install points there. One of several who ask at
    once makes it; where that fails, it has failed for those who waited too. Raises EnvironmentFailed."""
    place.parent.mkdir(parents=True, exist_ok=True)
    since = time.time()
    held = _made(place)
    while held is None:
        with kept.alone(_making(place)), kept.shared(place):
            if _record(place) is None:
                _check_others(place, since)
                _make(recipe, tree, place, host)
        held = _made(place)
    record = _record(place) or _Record()
    found = probe(place / "venv" / "bin" / "python", how="set up", environ=host.environ, wrap=host.wrap)
    if found is None:
        held.close()
        with kept.alone(place):
            kept.remove(place)  # the next try must not find half an environment
        raise EnvironmentFailed(f"{recipe.name} ran, but pytest is missing; add: pip install pytest")
    files = {path: place / "tree" / path for path in record.products}
    return Environment(found, files, record.notes, held)


def key(*parts: str, files: Mapping[str, bytes], environ: Mapping[str, str]) -> str:
    """What an environment depends on, as one digest: `parts` such as the repository, the command and the interpreter,
    the contents of lock files and manifests, and the settings that say where packages come from."""
    settings = [f"{name}={environ[name]}" for name in INDEX if name in environ]
    digest = hashlib.sha256("\0".join([*parts, *settings]).encode("utf-8", "surrogateescape"))
    for path, content in sorted(files.items()):
        digest.update(b"\0%s\0%d\0" % (path.encode("utf-8", "surrogateescape"), len(content)) + content)
    return digest.hexdigest()[:32]


def size(place: Path) -> int:
    """The bytes of an environment, as it was made."""
    return (_record(place) or _Record()).bytes


def _making(place: Path) -> Path:
    """Who holds this one makes the environment. Not the environment itself: those who waited while it was made would
    wait on for those who use it."""
    return place.with_name(f"{place.name}.making")


def _made(place: Path) -> Held | None:
    held = kept.shared(place)
    if _record(place) is not None:
        return held
    held.close()
    return None


@dataclass(frozen=True, slots=True)
class _Record:
    """What is written down of a finished environment."""

    bytes: int = 0
    products: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def _record(place: Path) -> _Record | None:
    try:
        found = json.loads((place / READY).read_text(encoding="utf-8"))
        return _Record(found["bytes"], tuple(found["products"]), tuple(found["notes"]))
    except (OSError, ValueError, KeyError, TypeError):  # not made yet, or by an earlier version
        return None


def _check_others(place: Path, since: float) -> None:
    """Raise as the one did who tried while this one waited: a hundred tickets need not each find it out."""
    failed = _failure(place)
    with suppress(FileNotFoundError):
        if failed.stat().st_mtime >= since:
            raise EnvironmentFailed(failed.read_text(encoding="utf-8"))


def _failure(place: Path) -> Path:
    return place.with_name(f"{place.name}.failed")


def _make(recipe: Recipe, tree: Path, place: Path, host: Host) -> None:
    """Only a finished environment is marked; of one that failed nothing stays but the reason."""
    kept.remove(place)  # what a killed process left
    try:
        notes = _carry_out(recipe, tree, place, host)
    except WorkspaceError as error:
        kept.remove(place)
        raise EnvironmentFailed(f"the set-up cannot run: {error}") from error
    except EnvironmentFailed as error:
        kept.remove(place)
        _failure(place).write_text(str(error), encoding="utf-8")
        raise
    shutil.rmtree(place / "home", ignore_errors=True)  # what was downloaded is installed
    made = products.found(place / "tree", tree) if any(step.loose for step in recipe.steps) else ()
    record = _Record(_bytes(place), made, tuple(notes))  # not synced to the disk: that can take longer than all of it
    (place / READY).write_text(json.dumps(asdict(record)), encoding="utf-8")


def _carry_out(recipe: Recipe, tree: Path, place: Path, host: Host) -> list[str]:
    (place / "home").mkdir(parents=True)
    shutil.copytree(tree, place / "tree", symlinks=True, ignore=shutil.ignore_patterns(".git"))
    for path in [place / "tree", *(place / "tree").rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | 0o200)  # a build writes beside the sources
    for name, content in recipe.files.items():
        (place / name).unlink(missing_ok=True)
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return [note for step in recipe.steps if (note := _do(step, recipe, place, host))]


def _do(step: Step, recipe: Recipe, place: Path, host: Host) -> str:
    """What is not as it was planned, after the step. Raises EnvironmentFailed where it had to end well."""
    if step.unless and _is_installed(place, step.unless):
        return ""
    before = set(_links(place))
    failed = _tried(step, recipe, place, host)
    first = failed[0].partition("; it printed last")[0] if failed else ""
    if failed and len(failed) == len(step.tries):
        if not step.without:
            raise EnvironmentFailed(f"{recipe.name} failed {failed[-1]}")
        return f"{step.without} ({first})"
    if step.loose:
        _loosen(place, before)
    return f"{recipe.name} left out what could not be installed {first}" if failed else ""


def _tried(step: Step, recipe: Recipe, place: Path, host: Host) -> list[str]:
    """What each try said that failed; with as many as there are, none ended well. Without a network, or where the run
    is stopped, all fail alike."""
    failed: list[str] = []
    for argv in step.tries:
        finished = _run(argv, recipe, place, host)
        if finished.end == "exited" and finished.code == 0:
            return failed
        failed.append(_said(finished))
        if blame.NETWORK in failed[0] or finished.end == "stopped":
            return failed[-1:] * len(step.tries)
    return failed


def _run(argv: tuple[str, ...], recipe: Recipe, place: Path, host: Host) -> Finished:
    environment = {**for_setup(place / "venv", home=place / "home", environ=host.environ), **recipe.variables}
    sources = map(Bind, index_folders(environment))
    programs = [bind for program in recipe.programs for bind in _shown(program)]
    binds = [*programs, *sources, Bind(place, writable=True)]
    confined = host.wrap([*argv], binds=binds, purpose="setup")
    return run(confined, cwd=place / "tree", environment=environment, deadline=SECONDS, halt=host.halt)


def _shown(program: Path) -> tuple[Bind, ...]:
    """An interpreter with its installation, any other program by itself."""
    return needs(program) if program.name.startswith("python") else (Bind(program),)


def _said(finished: Finished) -> str:
    """How a command ended, what it lacked, and what it printed last."""
    end = f"exit code {finished.code}" if finished.end == "exited" else finished.why or finished.end
    lack = blame.missing(finished.output)
    tail = "\n".join(finished.output.strip().splitlines()[-_LINES:])
    return f"({end}){f': {lack}' if lack else ''}; it printed last:\n{tail}"


def _links(place: Path) -> list[Path]:
    """What leads imports elsewhere."""
    folders = [folder for folder in place.glob("venv/lib/python3*/site-packages") if not folder.is_symlink()]
    return [
        path for folder in folders for path in folder.iterdir() if path.suffix == ".pth" or "__editable__" in path.name
    ]


def _loosen(place: Path, before: set[Path]) -> None:
    """Keep the metadata of an editable install and take away what leads to the private copy."""
    for path in _links(place):
        if path not in before and path.is_file():
            path.unlink()


def _is_installed(place: Path, name: str) -> bool:
    found = place.glob("venv/lib/python3*/site-packages/*.dist-info")
    return any(project(path.name.partition("-")[0]) == name for path in found)


def _bytes(place: Path) -> int:
    return sum(path.lstat().st_size for path in place.rglob("*") if not path.is_dir())
