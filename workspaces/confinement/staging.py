"""Root gives up being root and keeps its files: places are mounted where an ordinary user reaches them, as its own.

A user namespace that maps root's id is no way out: for the kernel it would still be root, whom no limit on processes
holds. So the mounts translate owners (mount_setattr(2), Linux 5.12), and the process takes an id that owns nothing.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pareback.workspaces.confinement.namespaces import (
    NEW_MOUNTS,
    NEW_USER,
    NO_NEW_RIGHTS,
    PRIVATE,
    RECURSIVE,
    kernel,
    mount,
    prctl,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NOBODY = 65534
_PLACE = Path("/tmp")  # noqa: S108  any folder will do: the mount over it is this process's own
_OPEN_TREE, _MOVE_MOUNT, _MOUNT_SETATTR = 428, 429, 442
_HERE, _CLONE, _ALL_BELOW, _EMPTY_PATH = -100, 1, 0x8000, 0x1000
_FROM_DESCRIPTOR = 4
_TRANSLATE = 0x100000


def staged(number: int) -> Path:
    """Where the place with this number lies once it is staged."""
    return _PLACE / str(number)


def stage(places: Sequence[str]) -> None:
    """Mount every place at its staged path, in a mount namespace of this process, its owners translated from root to
    nobody; then become nobody. Raises OSError where kernel or file system cannot."""
    kernel("unshare", NEW_MOUNTS)
    mount("none", "/", "", RECURSIVE | PRIVATE)
    with _translation() as translation:
        trees = [_tree(place, translation) for place in places]
    mount("tmpfs", str(_PLACE), "tmpfs", 0, "mode=755")
    for number, tree in enumerate(trees):
        _put(tree, staged(number))
        os.close(tree)
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    prctl(NO_NEW_RIGHTS, 1)


def _tree(place: str, translation: int) -> int:
    """A copy of the mount at the place, not attached anywhere, with owners translated."""
    tree = _call(_OPEN_TREE, _HERE, os.fsencode(place), _CLONE | _ALL_BELOW | os.O_CLOEXEC)
    attributes = struct.pack("QQQQ", _TRANSLATE, 0, 0, translation)
    _call(_MOUNT_SETATTR, tree, b"", _EMPTY_PATH, attributes, len(attributes))
    return tree


def _put(tree: int, target: Path) -> None:
    if stat.S_ISDIR(os.fstat(tree).st_mode):
        target.mkdir()
    else:
        target.touch()
    _call(_MOVE_MOUNT, tree, b"", _HERE, os.fsencode(target), _FROM_DESCRIPTOR)


@contextmanager
def _translation() -> Iterator[int]:
    """A user namespace in which root is nobody, made by a child that waits in it."""
    reads, writes = os.pipe()
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(writes)
        kernel("unshare", NEW_USER)
        os.write(told, b"r")
        os.read(reads, 1)
        os._exit(0)
    os.close(told)
    os.read(ready, 1)
    for name in ("uid_map", "gid_map"):
        Path(f"/proc/{child}/{name}").write_text(f"0 {NOBODY} 1")
    translation = os.open(f"/proc/{child}/ns/user", os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield translation
    finally:
        for descriptor in (writes, reads, ready, translation):
            os.close(descriptor)
        os.waitpid(child, 0)


def _call(number: int, *arguments: int | bytes) -> int:
    plain = [each if isinstance(each, bytes) else ctypes.c_long(each) for each in arguments]
    result = int(ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *plain))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"system call {number}: {os.strerror(error)}")
    return result
