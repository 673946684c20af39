"""Which folders of a slot changed, as the kernel saw it, so that a reset need not look at every file.

Linux only (inotify); elsewhere, and where the kernel has no watches left, every reset looks at everything. What the
kernel cannot tell exactly (too many events, a known folder moved or removed) is answered with "I do not know". A write
through a hard link made outside the slot is not seen: a sandbox mounts the slot on its own, where no such link can be
made, and without a sandbox tests can write anywhere anyway.
"""

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Container, Iterable, Iterator
from pathlib import Path
from typing import Self

_MODIFY, _ATTRIB, _CLOSE_WRITE, _MOVED, _CREATE, _DELETE, _SELF = 0x2, 0x4, 0x8, 0xC0, 0x100, 0x200, 0xC00
_ONLY_FOLDERS, _NO_LINKS = 0x0100_0000, 0x0200_0000
_EVENTS = _MODIFY | _ATTRIB | _CLOSE_WRITE | _MOVED | _CREATE | _DELETE | _SELF | _ONLY_FOLDERS | _NO_LINKS
_IS_FOLDER = 0x4000_0000
_HEAD = struct.Struct("iIII")  # inotify(7): watch, mask, cookie, length of the name that follows
_BUFFER = 1 << 18


class Watch:
    """Watches the folders below a root. Used by one thread at a time."""

    def __init__(self, root: Path, descriptor: int) -> None:
        self._root = root
        self._descriptor = descriptor
        self._folders: dict[int, str] = {}
        self._libc = ctypes.CDLL(None, use_errno=True)

    @classmethod
    def open(cls, root: Path) -> Self | None:
        """None where there is no inotify or the user has as many as they may."""
        if not sys.platform.startswith("linux"):
            return None
        descriptor = ctypes.CDLL(None, use_errno=True).inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        return cls(root, descriptor) if descriptor >= 0 else None

    def add(self, folders: Iterable[str]) -> bool:
        """Watch these too ("" is the root). False where the kernel refuses: then nothing is sure any more."""
        for folder in folders:
            place = os.fsencode(self._root / folder)
            number = self._libc.inotify_add_watch(self._descriptor, ctypes.c_char_p(place), ctypes.c_uint32(_EVENTS))
            if number < 0:
                return False
            self._folders[number] = folder
        return True

    def changed(self, known: Container[str]) -> frozenset[str] | None:
        """The folders in which something happened since the last question, or None: look at everything. `known` are the
        folders that belong there."""
        touched: set[str] = set()
        sure = True
        for number, mask, name in self._events():
            above = self._folders.get(number)
            path = f"{above}/{name}" if above else name
            if above is None or not name or (mask & _IS_FOLDER and path in known):
                sure = False
            else:
                touched.add(above)
        return frozenset(touched) if sure else None

    def forget(self) -> None:
        """What has happened up to now was our own doing."""
        for _ in self._events():
            pass

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _events(self) -> Iterator[tuple[int, int, str]]:
        while block := self._block():
            at = 0
            while at < len(block):
                number, mask, _, length = _HEAD.unpack_from(block, at)
                at += _HEAD.size + length
                yield number, mask, os.fsdecode(block[at - length : at].rstrip(b"\0"))

    def _block(self) -> bytes:
        try:
            return os.read(self._descriptor, _BUFFER)
        except OSError as nothing:
            if nothing.errno == errno.EAGAIN:
                return b""
            raise
