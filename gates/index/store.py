"""The cache of facts: keyed by content, extractor and grammar, in one SQLite file that many processes share.

It may be lost, damaged, locked or of another version: then facts are extracted again. A row is believed only if its
checksum fits its key and its bytes, so a damaged cache is slow and never wrong.
"""

import json
import os
import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

from pareback.gates.rows import rows

_SCHEMA = "CREATE TABLE IF NOT EXISTS facts (key TEXT PRIMARY KEY, sum BLOB NOT NULL, body BLOB NOT NULL) WITHOUT ROWID"
Fact = TypeVar("Fact")

_IN_MEMORY = 4096
"""Facts that are kept as objects: the base of a run is asked for with every candidate."""
_UNWRITTEN = 64
"""Facts that are written together: a candidate's must not wait for the disk."""
_PATIENCE = 2.0
"""Seconds to wait for another process that writes."""


class Store:
    """Facts by key. Safe to share between threads and across a fork; never raises for what the disk does."""

    def __init__(self, path: Path | None = None) -> None:
        """At `path`, whose folder is made if need be; without one nothing outlives the process."""
        self._path = path
        self._recent: OrderedDict[str, Any] = OrderedDict()
        self._lock = threading.RLock()
        self._unwritten: dict[str, object] = {}
        self._connection: sqlite3.Connection | None = None
        self._owner = 0

    def find(self, key: str, build: Callable[[Any], Fact]) -> Fact | None:
        """What is kept under a key, made by `build` from its row; None if there is nothing that can be believed.

        A key is only ever asked for with one `build`, which raises TypeError or ValueError for a row of another form.
        """
        with self._lock:
            if key in self._recent:
                self._recent.move_to_end(key)
                known: Fact = self._recent[key]
                return known
            found = _read(key, self._row(key), build)
            if found is not None:
                self._remember(key, found)
            return found

    def glance(self, key: str, build: Callable[[Any], Fact]) -> Fact | None:
        """A part of what is kept under a key on disk, made by `build` from its row and not remembered; None if the key
        is in memory whole, or there is nothing that can be believed."""
        with self._lock:
            return None if key in self._recent else _read(key, self._row(key), build)

    def keep(self, key: str, fact: object) -> None:
        """Keep a fact under a key: in memory at once, on disk a little later, where the disk does not refuse."""
        with self._lock:
            self._remember(key, fact)
            self._unwritten[key] = fact
            if len(self._unwritten) >= _UNWRITTEN:
                self.flush()

    def flush(self) -> None:
        """Write what is not on disk yet."""
        with self._lock:
            unwritten, self._unwritten = self._unwritten, {}
            if unwritten:
                self.keep_many((key, packed(fact)) for key, fact in unwritten.items())

    def keep_many(self, bodies: Iterable[tuple[str, bytes]]) -> None:
        """Keep facts that were packed elsewhere, in one transaction. Where the disk refuses, they are not kept."""
        with self._lock:
            try:
                connection = self._open()
                if connection is not None:
                    with connection:
                        summed = ((key, _sum(key, body), body) for key, body in bodies)
                        connection.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", summed)
            except sqlite3.Error as error:
                self._give_up(error)

    def close(self) -> None:
        """Write what is not on disk yet and close the file; what is in memory stays."""
        with self._lock:
            self.flush()
            if self._connection is not None and self._owner == os.getpid():
                self._connection.close()
            self._connection = None

    def _remember(self, key: str, fact: object) -> None:
        self._recent[key] = fact
        if len(self._recent) > _IN_MEMORY:
            self._recent.popitem(last=False)

    def _row(self, key: str) -> tuple[bytes, bytes] | None:
        try:
            connection = self._open()
            if connection is None:
                return None
            row: tuple[bytes, bytes] | None = connection.execute(
                "SELECT sum, body FROM facts WHERE key = ?", (key,)
            ).fetchone()
        except sqlite3.Error as error:
            self._give_up(error)
            return None
        return row

    def _open(self) -> sqlite3.Connection | None:
        """The connection of this process: one from before a fork belongs to the parent and is left alone."""
        if self._path is None:
            return None
        if self._connection is None or self._owner != os.getpid():
            self._connection, self._owner = _connect(self._path), os.getpid()
        return self._connection

    def _give_up(self, error: sqlite3.Error) -> None:
        """A disk that failed once is not asked again: memory serves for the rest of this process. A damaged file is
        taken away, so that the next process begins a new one."""
        self._unwritten = {}
        self.close()
        if self._path is not None and _damaged(error):
            with suppress(OSError):
                self._path.unlink()
        self._path = None


def packed(fact: object) -> bytes:
    """A fact as the bytes of its row."""
    return json.dumps(rows(fact), separators=(",", ":")).encode()


def _connect(path: Path) -> sqlite3.Connection:
    """Open the file, replacing one that is no database. Raises sqlite3.Error where that does not help."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _prepared(path)
    except sqlite3.Error as error:
        if not _damaged(error):
            raise
        path.unlink(missing_ok=True)
        return _prepared(path)
    except OSError as error:
        raise sqlite3.OperationalError(str(error)) from error


def _damaged(error: sqlite3.Error) -> bool:
    """Whether the file is no database or a broken one, rather than locked or out of reach."""
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)


def _prepared(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_PATIENCE, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _sum(key: str, body: bytes) -> bytes:
    return blake2b(key.encode("utf-8", "surrogatepass") + b"\0" + body, digest_size=16).digest()


def _read(key: str, row: tuple[bytes, bytes] | None, build: Callable[[Any], Fact]) -> Fact | None:
    if row is None or not isinstance(row[1], bytes) or row[0] != _sum(key, row[1]):
        return None
    try:
        return build(json.loads(row[1]))
    except (ValueError, TypeError):
        return None
