"""What was put into a folder, and whether it is still the same: told by identity, without reading a byte.

Inode, size, modification and change time and mode together change whenever a file is written, replaced or touched;
the change time cannot be set back by the tests that ran there.
"""

import os
import stat
from collections import defaultdict
from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pareback.workspaces import folder

Identity = tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Record:
    """Identities by folder ("" is the root) and name; all folders that belong there; the permission bits of each."""

    held: Mapping[str, Mapping[str, Identity]]
    folders: Container[str]
    mode: int


@dataclass(frozen=True, slots=True)
class Survey:
    """`strays` are paths that should not be there, or not so; `damaged` are recorded files that are gone or changed."""

    strays: tuple[str, ...]
    damaged: tuple[str, ...]


def identity(found: os.stat_result) -> Identity:
    """Inode, bytes, modification and change time in nanoseconds, mode."""
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_mode


def grouped(identities: Mapping[str, Identity]) -> dict[str, dict[str, Identity]]:
    """The same by folder and name."""
    held: defaultdict[str, dict[str, Identity]] = defaultdict(dict)
    for path, found in identities.items():
        above, _, name = path.rpartition("/")
        held[above][name] = found
    return held


def survey(root: Path, record: Record, *, only: Collection[str] | None = None) -> Survey:
    """Compare a folder with its record: all of it, or the folders in `only`, where the others are known to be as they
    were. Never follows a symlink. Raises OSError where the root is no such folder."""
    strays: list[str] = []
    damaged: list[str] = []
    unseen = set(record.held if only is None else only)
    for prefix, found in _everything(root, record) if only is None else _some(root, record, only):
        unseen.discard(prefix)
        expected = record.held.get(prefix, {})
        if found != expected:
            strays += [_join(prefix, name) for name, seen in found.items() if expected.get(name) != seen]
            damaged += [_join(prefix, name) for name, seen in expected.items() if found.get(name) != seen]
    damaged += [_join(prefix, name) for prefix in unseen for name in record.held.get(prefix, {})]
    return Survey(tuple(strays), tuple(damaged))


def _everything(root: Path, record: Record) -> Iterator[tuple[str, dict[str, Identity]]]:
    with folder.parent(root, "") as (here, _):
        if stat.S_IMODE(os.fstat(here).st_mode) != record.mode:
            raise NotADirectoryError(f"{str(root)!r} has other permissions than it was made with")
        yield from _below(here, "", record)


def _below(here: int, prefix: str, record: Record) -> Iterator[tuple[str, dict[str, Identity]]]:
    found, folders = _list(here, prefix, record)
    yield prefix, found
    for name in folders:
        with folder.opened(here, name) as inner:
            yield from _below(inner, _join(prefix, name), record)


def _some(root: Path, record: Record, only: Collection[str]) -> Iterator[tuple[str, dict[str, Identity]]]:
    for prefix in only:
        with folder.parent(root, _join(prefix, "")) as (here, _):
            yield prefix, _list(here, prefix, record)[0]


def _list(here: int, prefix: str, record: Record) -> tuple[dict[str, Identity], list[str]]:
    """What the folder holds besides the folders that belong there, and those. One that has lost its permissions does
    not belong there any more."""
    found: dict[str, Identity] = {}
    folders: list[str] = []
    with os.scandir(here) as entries:
        for entry in entries:
            seen = identity(entry.stat(follow_symlinks=False))
            mode = seen[-1]
            if stat.S_ISDIR(mode) and stat.S_IMODE(mode) == record.mode and _join(prefix, entry.name) in record.folders:
                folders.append(entry.name)
            else:
                found[entry.name] = seen
    return found, folders


def _join(prefix: str, name: str) -> str:
    return f"{prefix}/{name}" if prefix else name
