"""The sandbox as a seam: a command line goes in, a confined command line comes out.

The level's name is part of every result, so that nobody takes an unconfined run for a confined one.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

Level = Literal["none", "standard", "strict"]
LEVELS: tuple[Level, ...] = ("strict", "standard", "none")
"""Best first."""

Purpose = Literal["command", "server", "setup"]
"""`command` runs to its end; `server` forks runs that confine themselves; `setup` runs to its end and has a network."""

READY = "ready"
"""The file beside an environment that says that a set-up has made it, and is through."""

CONFINEMENT = "PAREBACK_CONFINEMENT"
"""The variable that tells a fork server how its runs confine themselves: a JSON object, absent where they need not."""

_PATIENCE = 20.0  # seconds for one try


class Inseparable(Exception):
    """Runs forked from one server cannot be kept apart on this machine: each needs a process started for it."""


@dataclass(frozen=True, slots=True)
class Bind:
    """A path the confined command may see, at the same place; read-only unless `writable`."""

    path: Path
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Lack:
    """Why a level is not offered here, and what to do about it."""

    why: str
    mend: str


class Wrap(Protocol):
    """The sandbox's hand on a command line."""

    def __call__(self, argv: list[str], *, binds: Sequence[Bind] = (), purpose: Purpose = "command") -> list[str]:
        """The command line that runs `argv` confined: it sees the system's programs, what its own program needs, and
        `binds`. Inherited descriptors stay open. Raises Inseparable for a server whose runs cannot be kept apart, and
        ValueError for a bind that would show too much."""
        ...


class Sandbox(Protocol):
    """One way to confine a command."""

    @property
    def level(self) -> Level:
        """What it promises; printed with every run."""
        ...

    @property
    def wrap(self) -> Wrap:
        """Confines a command line."""
        ...

    def lack(self) -> Lack | None:
        """What keeps this machine from offering the level, found by a real try; None where nothing does."""
        ...

    def keeps_apart(self) -> bool:
        """Whether it can keep runs apart that one server forks, found by a real try."""
        ...


class _Unconfined:
    def __call__(self, argv: list[str], *, binds: Sequence[Bind] = (), purpose: Purpose = "command") -> list[str]:
        return list(argv)


unconfined: Wrap = _Unconfined()
"""The wrap of no sandbox."""


def tried(argv: list[str]) -> str | None:
    """None where a confined command that does nothing ends well, else what it printed, in one line."""
    with tempfile.TemporaryDirectory() as home:
        environment = {"PATH": os.defpath, "HOME": home}
        try:
            done = subprocess.run(
                argv, cwd=home, capture_output=True, text=True, timeout=_PATIENCE, env=environment, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
    return None if done.returncode == 0 else " ".join(done.stderr.split()) or f"exit code {done.returncode}"


def needs(program: Path) -> tuple[Bind, ...]:
    """What a program outside the system's folders must see to start: for a Python, its environment and the
    installation that this was made from. Nothing for a relative path: that lies in what is bound anyway."""
    return tuple(Bind(place) for place in dict.fromkeys(_places(program)) if not _is_system(place))


def outermost(binds: Sequence[Bind]) -> list[Bind]:
    """Each path once, writable where any bind says so, those above before those below; what does not exist is left
    out. Raises ValueError for the root, the home folder or one above it: they show everything."""
    writable = {bind.path for bind in binds if bind.writable}
    paths = sorted({bind.path for bind in binds if bind.path.exists()}, key=lambda path: len(path.parts))
    for path in paths:
        if _shows_home(path):
            raise ValueError(f"{str(path)!r} would show a sandbox the whole home folder: name a folder further below")
    return [Bind(path, writable=path in writable) for path in paths]


def _places(program: Path) -> Iterator[Path]:
    for link in _links(program):
        folder = link.parent.parent
        if (folder / "pyvenv.cfg").is_file():
            yield folder
            yield from _made_from(folder / "pyvenv.cfg")
            yield from _installed_elsewhere(folder)
        else:  # a version manager's stand-ins look for the real one beside themselves
            yield folder if any(folder.glob("lib/python3*")) or link.parent.name == "shims" else link


def _links(program: Path) -> Iterator[Path]:
    """The program and what its symbolic links lead to, step by step."""
    for _ in range(40):  # as many as the kernel follows
        if not program.is_absolute():
            return
        yield program
        if not program.is_symlink():
            return
        program = Path(_normal(program.parent / program.readlink()))


def _normal(path: Path) -> Path:
    """Without `..`, its folders' own links followed."""
    return path.parent.resolve() / path.name


def _made_from(configuration: Path) -> Iterator[Path]:
    """The installation an environment names: also where its Python is a copy and no link."""
    for line in configuration.read_text(encoding="utf-8", errors="replace").splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "home" and Path(value.strip()).is_absolute():
            yield Path(value.strip()).resolve().parent


def _installed_elsewhere(environment: Path) -> Iterator[Path]:
    """Where links and path files of the user's own environment lead, as editable installs do. One that a set-up made is
    not followed: its commands are the repository's, and could name any folder."""
    if (environment.parent / READY).exists():
        return
    for packages in environment.glob("lib/python3*/site-packages"):
        links = [entry for entry in packages.iterdir() if entry.is_symlink()]
        lines = [line for file in packages.glob("*.pth") for line in file.read_text(errors="replace").splitlines()]
        for place in (*links, *(Path(line) for line in lines if line.startswith("/"))):
            found = place.resolve()
            if _holds_python(found) and not found.is_relative_to(environment) and not _shows_home(found):
                yield found


def _holds_python(place: Path) -> bool:
    return place.suffix in {".py", ".so"} or any(place.glob("*.py")) or any(place.glob("*/__init__.py"))


def _shows_home(place: Path) -> bool:
    return Path.home().is_relative_to(place)


def _is_system(place: Path) -> bool:
    return any(place.is_relative_to(top) for top in ("/usr", "/bin", "/sbin", "/lib", "/lib64")) or place == Path("/")
