"""What was put into a folder, and whether it is still the same: told by identity, without reading a byte.

Inode, size, modification and change time and mode together change whenever a file is written, replaced or touched;
the change time cannot be set back by the tests that ran there.
"""

import os
import stat
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pareback.workspaces import folder

Identity = tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Survey:
    """`strays` are paths that should not be there, or not so; `damaged` are recorded files that are gone or changed."""

    strays: tuple[str, ...]
    damaged: tuple[str, ...]


def identity(found: os.stat_result) -> Identity:
    """Inode, bytes, modification and change time in nanoseconds, mode."""
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_mode


def survey(root: Path, held: Mapping[str, Identity], folders: Container[str], *, mode: int) -> Survey:
    """Compare the folder with the record; `mode` are the permission bits that it and every known folder below must
    have. Never follows a symlink. Raises OSError where the root is no such folder."""
    strays: list[str] = []
    intact: set[str] = set()
    with folder.parent(root, "") as (here, _):
        if stat.S_IMODE(os.fstat(here).st_mode) != mode:
            raise NotADirectoryError(f"{str(root)!r} has other permissions than it was made with")
        for path, found in _walk(here, "", (folders, mode)):
            if held.get(path) == identity(found):
                intact.add(path)
            else:
                strays.append(path)
    damaged = () if len(intact) == len(held) else tuple(path for path in held if path not in intact)
    return Survey(tuple(strays), damaged)


def _walk(here: int, prefix: str, known: tuple[Container[str], int]) -> Iterator[tuple[str, os.stat_result]]:
    """Everything but the known folders; a folder that is unknown or has lost its permissions is named, not entered."""
    folders, mode = known
    with os.scandir(here) as entries:
        listed = [(entry.name, entry.stat(follow_symlinks=False)) for entry in entries]
    for name, found in listed:
        path = prefix + name
        if stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == mode and path in folders:
            with folder.opened(here, name) as inner:
                yield from _walk(inner, f"{path}/", known)
        else:
            yield path, found
