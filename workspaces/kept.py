"""Folders of the cache that runs share: held by a shared lock while they are in use, the least recently used go first.

Beside each place lies its lock, `<name>.lock`; when that was touched last says when the place was used. The lock file
stays when the place goes: were it removed, two runs could hold locks on two files of one name.
"""

import fcntl
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Self

from pareback.workspaces import folder


class Held:
    """A lock on a place, of this process until it is closed or the process dies."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the place; it stays for later runs."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def shared(place: Path) -> Held:
    """Hold the place together with other runs, and note that it was used. Waits for one who makes or removes it."""
    held = _lock(place, fcntl.LOCK_SH)
    os.utime(_beside(place))
    return Held(held)


def alone(place: Path) -> Held:
    """Hold the place alone: nobody uses, makes or removes it meanwhile. Waits for all who do."""
    return Held(_lock(place, fcntl.LOCK_EX))


def sweep(shelves: Mapping[Path, Callable[[Path], int]], *, keep: int) -> int:
    """Remove the least recently used places that no run holds, until at most `keep` bytes remain on all shelves
    together, and return how many remain. Each shelf comes with what tells the bytes of one of its places."""
    locks = [(lock, size) for shelf, size in shelves.items() for lock in shelf.glob("*.lock")]
    remain = 0
    for lock, size in sorted(locks, key=lambda entry: entry[0].stat().st_mtime_ns, reverse=True):
        place = lock.with_suffix("")
        found = size(place)
        if remain + found <= keep or not _discard(place):
            remain += found
    return remain


def remove(place: Path) -> None:
    """Delete the place, whatever its permissions. Renamed first: a name that is in use is either whole or not there."""
    if not place.exists():
        return
    doomed = Path(mkdtemp(prefix="old-", dir=place.parent))
    with suppress(FileNotFoundError):
        place.rename(doomed / "tree")
    with folder.parent(doomed.parent, doomed.name) as (here, name):
        folder.remove(here, name)


def _discard(place: Path) -> bool:
    try:
        held = _lock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    remove(place)
    os.close(held)
    return True


def _beside(place: Path) -> Path:
    return place.with_name(f"{place.name}.lock")


def _lock(place: Path, kind: int) -> int:
    descriptor = os.open(_beside(place), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, kind)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
