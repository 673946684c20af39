"""Where runs and caches live, and how runs are named, listed and found."""

import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import platformdirs

KEEP_SECONDS = 30 * 24 * 3600
"""Runs older than this are removed when a new one starts."""


class AlreadyRunning(BlockingIOError):
    """Another process holds the run's lease."""


class NoSuchRun(ValueError):
    """No run has this id: names it and says how to list those that exist."""


@dataclass(frozen=True, slots=True)
class Home:
    """The state folder (`runs/`) and the cache folder."""

    state: Path
    cache: Path

    @property
    def runs(self) -> Path:
        """The folder of run folders."""
        return self.state / "runs"

    def new_run(self) -> Path:
        """A fresh run folder, mode 0700; its name is the run's id and sorts by time."""
        self.runs.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = time.strftime("%m%d-%H%M%S-", time.gmtime()) + secrets.token_hex(3)
        folder = self.runs / name
        folder.mkdir(mode=0o700)
        return folder

    def run(self, name: str | None) -> Path:
        """The folder of one run, by id or unique beginning of it; None is the latest. Raises NoSuchRun.

        A batch keeps its runs in its own folder: those are named by their path.
        """
        if name is not None and (Path(name) / "ledger.db").is_file():
            return Path(name).absolute()
        found = [folder for folder in self.all_runs() if name is None or folder.name.startswith(name)]
        exact = [folder for folder in found if folder.name == name]
        if exact or (found and name is None) or len(found) == 1:
            return (exact or found)[-1]
        if name is None:
            raise NoSuchRun(f"there is no run under {self.runs} yet; `pareback run TICKET` makes one")
        what = f"is ambiguous ({', '.join(folder.name for folder in found[:4])})" if found else "does not exist"
        raise NoSuchRun(f"run {name!r} {what}; `pareback runs --all` lists the runs under {self.runs}")

    def all_runs(self) -> list[Path]:
        """Every run folder, oldest first."""
        if not self.runs.is_dir():
            return []
        folders = (folder for folder in self.runs.iterdir() if (folder / "ledger.db").exists())
        return sorted(folders, key=lambda folder: ((folder / "ledger.db").stat().st_ctime, folder.name))

    def sweep(self, *, now: float) -> None:
        """Remove runs that are older than `KEEP_SECONDS` and not running. `now` is seconds since the epoch."""
        for folder in self.all_runs():
            if now - (folder / "ledger.db").stat().st_mtime > KEEP_SECONDS and _is_free(folder):
                shutil.rmtree(folder, ignore_errors=True)


def find(environ: Mapping[str, str]) -> Home:
    """`$PAREBACK_HOME` holds both folders, else the user's own state and cache folders do."""
    home = environ.get("PAREBACK_HOME")
    if home:
        return Home(state=Path(home).absolute(), cache=Path(home).absolute() / "cache")
    return Home(
        state=Path(platformdirs.user_state_dir("pareback")), cache=Path(platformdirs.user_cache_dir("pareback"))
    )


def config_file(environ: Mapping[str, str]) -> Path:
    """The user's own settings: `$PAREBACK_CONFIG`, else `config.toml` in the user's configuration folder."""
    given = environ.get("PAREBACK_CONFIG")
    return Path(given) if given else Path(platformdirs.user_config_dir("pareback")) / "config.toml"


@contextmanager
def lease(folder: Path) -> Iterator[None]:
    """Hold the run alone; the kernel lets go when the process dies, however it dies. Raises AlreadyRunning."""
    handle = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(f"run {folder.name!r} is being worked on by another process") from error
        yield
    finally:
        os.close(handle)


def _is_free(folder: Path) -> bool:
    try:
        with lease(folder):
            return True
    except AlreadyRunning:
        return False
