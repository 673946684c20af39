"""Which Python runs the target's tests: the one asked for, else the first of the usual places that imports pytest."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pareback.workspaces.process import run
from pareback.workspaces.sandbox import Wrap, unconfined
from pareback.workspaces.suite import WorkspaceError

WAYS_ON = """\
no Python that imports pytest was found for this repository's tests; three ways on:
  --python PATH      the interpreter of the environment in which the tests run
  --setup auto       an environment from what the project declares; or a command, such as 'pip install -e . pytest'
  python -m venv .venv && .venv/bin/pip install pytest    (and what the project needs) in the repository"""
_PROBE = "import json, platform, sys, pytest; print(json.dumps([sys.prefix, platform.python_version()]))"
_PATIENCE = 60.0  # seconds for one probe
_KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "PYENV_ROOT", "PYENV_VERSION")


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python that imports pytest. `how` says in a few words where it was found."""

    path: Path
    version: str
    how: str


def discover(
    root: Path, *, explicit: str | None, environ: Mapping[str, str], tracked: Collection[str], wrap: Wrap = unconfined
) -> Interpreter | None:
    """The interpreter for the tests of the repository at `root`, or None: then `WAYS_ON` says what to do.

    `tracked` are the repository's tracked paths: an environment that is checked in is material, not a tool. Raises
    ValueError naming an explicit one that does not exist or does not import pytest."""
    if explicit is not None:
        return _explicit(explicit, environ=environ, wrap=wrap)
    for path, how in _candidates(root, environ, tracked):
        found = probe(path, how=how, environ=environ, wrap=wrap)
        if found is not None:
            return found
    return None


def probe(path: Path, *, how: str, environ: Mapping[str, str], wrap: Wrap = unconfined) -> Interpreter | None:
    """The interpreter at `path` if it imports pytest. It is asked in a process of its own, in an empty folder. One
    found on PATH does not count where it is ours."""
    with tempfile.TemporaryDirectory(prefix="pareback-probe-") as empty:
        environment = {name: environ[name] for name in _KEPT if name in environ} | {"HOME": empty}
        try:
            said = run(wrap([str(path), "-c", _PROBE]), cwd=Path(empty), environment=environment, deadline=_PATIENCE)
        except WorkspaceError:
            return None
    if said.code != 0:
        return None
    prefix, version = json.loads(said.output.strip().splitlines()[-1])
    return None if how == _ON_PATH and Path(prefix) == Path(sys.prefix) else Interpreter(path, version, how)


_ON_PATH = "on PATH"


def _explicit(named: str, *, environ: Mapping[str, str], wrap: Wrap) -> Interpreter:
    """What the user asked for: a file, an environment's folder, or a name on PATH."""
    path = Path(named).expanduser()
    inside = _in_environment(path)
    found = str(inside) if inside.exists() else shutil.which(named, path=environ.get("PATH"))
    if found is None:
        raise ValueError(f"there is no interpreter {named!r}; give the path of one, such as .venv/bin/python")
    interpreter = probe(Path(found).absolute(), how="asked for", environ=environ, wrap=wrap)
    if interpreter is None:
        raise ValueError(f"{named!r} does not import pytest; run: {found} -m pip install pytest")
    return interpreter


def _candidates(root: Path, environ: Mapping[str, str], tracked: Collection[str]) -> Iterator[tuple[Path, str]]:
    """The usual places in order. An environment's link is kept: resolved, it would be the Python it was made from."""
    active = environ.get("VIRTUAL_ENV")
    if active:
        yield _in_environment(Path(active)), "the active environment"
    for name in (".venv", "venv"):
        if not any(path.startswith(f"{name}/") for path in tracked):
            yield _in_environment(root / name), f"the repository's {name}"
    for folder in environ.get("PATH", "").split(os.pathsep):
        if folder:
            yield Path(folder) / "python3", _ON_PATH


def _in_environment(folder: Path) -> Path:
    return folder / "bin" / "python" if folder.is_dir() else folder
