"""The index of a repository: what its files file under which key, kept by content, so that nothing is read twice.

What a blob files depends on its bytes alone and is kept in immutable segments; which blobs a tree has, the caller says.
So there is no counter to go wrong: a posting counts in a tree exactly if its blob is in that tree. A patch is laid over
in memory. A damaged or missing segment only makes the next start slower.
"""

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pareback.gates.index import segment
from pareback.gates.index.segment import Filed, Segment
from pareback.gates.wide import Entry

FILING = "4"
"""Raised whenever some file would file something else: segments of another version are never read."""

_MOST = 8
"""Segments; more are merged into one, which forgets the blobs that the tree no longer has."""
_REMEMBERED = 1 << 15
"""Keys whose entries are kept as objects."""

Rows = Sequence[tuple[str, tuple[Entry, ...]]]
"""Blobs with what they file under one key."""

File = Callable[[Collection[str]], Iterable[Filed]]
"""Reads blobs and says what they file."""


@dataclass(slots=True)
class _Shelf:
    """The segments in use. `loose` are blobs that no file on disk covers."""

    segments: list[Segment]
    loose: dict[int, list[tuple[str, str]]]
    covered: set[str]


class Index:
    """What blobs file. Safe to share between threads; never raises for what the disk does."""

    def __init__(self, folder: Path | None = None) -> None:
        """In a folder of its own; without one nothing outlives the process."""
        self._folder = None if folder is None else folder / FILING
        self._lock = threading.RLock()
        self._shelf: _Shelf | None = None
        self._recent: OrderedDict[str, Rows] = OrderedDict()

    def cover(self, blobs: Collection[str], file: File) -> None:
        """Make sure that every one of these blobs is filed; `file` is asked for those that are not."""
        with self._lock:
            shelf = self._open()
            missing = [oid for oid in blobs if oid not in shelf.covered]
            if missing:
                self._recent.clear()
                self._add(shelf, list(file(missing)), frozenset(blobs))

    def find(self, keys: Iterable[str]) -> dict[str, Rows]:
        """Under each key, the blobs that file something there and what it is."""
        wanted = list(dict.fromkeys(keys))
        with self._lock:
            unknown = {segment.hashed(key): key for key in wanted if key not in self._recent}
            if unknown:
                self._remember(unknown)
            found = {key: self._recent[key] for key in wanted}
            while len(self._recent) > _REMEMBERED:
                self._recent.popitem(last=False)
            return found

    def _remember(self, unknown: Mapping[int, str]) -> None:
        shelf = self._open()
        rows: dict[int, dict[str, str]] = {number: dict(shelf.loose.get(number, ())) for number in unknown}
        for part in shelf.segments:
            for number, oid, body in part.find(list(unknown)):
                rows[number][oid] = body
        for number, key in unknown.items():
            self._recent[key] = [(oid, segment.read(body, key)) for oid, body in sorted(rows[number].items())]

    def _open(self) -> _Shelf:
        if self._shelf is None:
            paths = [] if self._folder is None else sorted(self._folder.glob(f"*{segment.SUFFIX}"))
            opened = {path: segment.open_segment(path) for path in paths}
            for path in (path for path, found in opened.items() if found is None):
                with suppress(OSError):
                    path.unlink()
            parts = [found for found in opened.values() if found is not None]
            self._shelf = _Shelf(parts, {}, {oid for part in parts for oid in part.blobs})
        return self._shelf

    def _add(self, shelf: _Shelf, filed: list[Filed], blobs: frozenset[str]) -> None:
        """Keep what was filed: on disk, and where the disk refuses in memory."""
        shelf.covered.update(blob.oid for blob in filed)
        if self._folder is not None and _kept(self._folder, shelf, filed, blobs):
            return
        for blob in filed:
            for number, body in blob.entries.items():
                shelf.loose.setdefault(number, []).append((blob.oid, body))


def _kept(folder: Path, shelf: _Shelf, filed: list[Filed], blobs: frozenset[str]) -> bool:
    """Write a segment of what was filed, merged with all others where there are many, and take it into use."""
    old = shelf.segments if len(shelf.segments) >= _MOST else []
    try:
        made = segment.write(folder, [*filed, *(blob for part in old for blob in part.everything(blobs))])
    except (OSError, sqlite3.Error):
        return False
    opened = segment.open_segment(made)
    if opened is None:
        return False
    shelf.segments = [*(shelf.segments if not old else ()), opened]
    for part in old:
        with suppress(OSError):
            part.path.unlink()
    return True
