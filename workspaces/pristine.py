"""Checkouts that nobody writes to: one per tree, shared by every run, made once and kept.

Creating thousands of files is what a checkout costs, so it is done once: in a temporary folder, read-only, and renamed
into place, so that a kill leaves all of it or nothing. Slots are copied from it, and an overlay may lie over it.
"""

import fcntl
import json
import os
from contextlib import ExitStack, suppress
from pathlib import Path
from stat import S_IMODE
from tempfile import mkdtemp
from types import TracebackType
from typing import Self

from pareback.workspaces import folder, trees
from pareback.workspaces.inventory import Identity, Record, grouped, identity, survey
from pareback.workspaces.material import Material, above
from pareback.workspaces.objects import GITLINK, REGULAR, Store


class Pristine:
    """A read-only checkout at `path`, kept from removal by a shared lock until it is closed."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock = lock

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the lock; the checkout stays for later runs."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def open_pristine(store: Store, tree: str, cache: Path) -> Pristine:
    """The checkout of the tree, made where it is missing or no longer what was made. Raises OSError."""
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = cache / tree
    with ExitStack() as on_failure:
        lock = _lock(cache / f"{tree}.lock", fcntl.LOCK_SH)
        on_failure.callback(os.close, lock)
        os.utime(lock)  # the least recently used go first
        if not _intact(place):
            _make(store, tree, place)
        on_failure.pop_all()
    return Pristine(place / "tree", lock)


def sweep(cache: Path, *, keep: int) -> int:
    """Remove the least recently used checkouts that no run has open until at most `keep` bytes remain, and return how
    many remain."""
    remain = 0
    for lock in sorted(cache.glob("*.lock"), key=lambda path: path.stat().st_mtime_ns, reverse=True):
        size = _size(lock.with_suffix(""))
        if remain + size <= keep or not _discard(lock):
            remain += size
    return remain


def _make(store: Store, tree: str, place: Path) -> None:
    """Two runs may make the same one at once: the first rename wins, the other's work is thrown away."""
    new = Path(mkdtemp(prefix="new-", dir=place.parent))
    root = new / "tree"
    root.mkdir()
    entries = dict(trees.flatten(store, tree))
    written = Material(store).fill(root, entries)
    folders = [*dict.fromkeys(above(entries)), *(path for path, entry in entries.items() if entry.mode == GITLINK)]
    for path in [*folders, *(path for path in written if entries[path].mode in REGULAR), ""]:
        (root / path).chmod((root / path).stat().st_mode & ~0o222)
    held = grouped({path: identity((root / path).lstat()) for path in written})
    made = {"held": held, "folders": folders, "mode": S_IMODE(root.stat().st_mode)}
    (new / "made.json").write_text(json.dumps(made))
    _remove(place)
    with suppress(OSError):  # another run was faster
        new.rename(place)
    _remove(new)


def _intact(place: Path) -> bool:
    made = _record(place)
    if made is None:
        return False
    try:
        found = survey(place / "tree", made)
    except OSError:
        return False
    return not found.strays and not found.damaged


def _record(checkout: Path) -> Record | None:
    try:
        made = json.loads((checkout / "made.json").read_text())
        held = {
            place: {name: _identity(*found) for name, found in names.items()} for place, names in made["held"].items()
        }
        return Record(held, frozenset(made["folders"]), made["mode"])
    except (OSError, ValueError, KeyError, TypeError):  # not made yet, or cut short
        return None


def _size(place: Path) -> int:
    made = _record(place)
    return sum(found[1] for names in made.held.values() for found in names.values()) if made else 0


def _identity(inode: int, size: int, modified: int, changed: int, mode: int) -> Identity:
    return inode, size, modified, changed, mode


def _discard(lock: Path) -> bool:
    """The lock file stays: were it removed, two runs could hold locks on two files of one name."""
    try:
        held = _lock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    _remove(lock.with_suffix(""))
    os.close(held)
    return True


def _lock(path: Path, kind: int) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, kind)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _remove(place: Path) -> None:
    """Renamed first: a name that is in use is either whole or not there."""
    if not place.exists():
        return
    doomed = Path(mkdtemp(prefix="old-", dir=place.parent))
    with suppress(FileNotFoundError):
        place.rename(doomed / "tree")
    with folder.parent(doomed.parent, doomed.name) as (here, name):
        folder.remove(here, name)
