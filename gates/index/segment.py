"""A segment: what a set of blobs files in the index, in one SQLite file that is written once and never changed.

Its name is the hash of its bytes, so a damaged file is recognised before anything is read from it and counts as absent.
Being immutable it needs no lock: it is made under another name and renamed into place.
"""

import json
import sqlite3
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from pareback.gates.wide import Entry

SUFFIX = ".postings"

Hashes = Mapping[int, str]
"""For every key, hashed, the entries of one blob as JSON rows of unit, line and detail."""

_SCHEMA = """
CREATE TABLE blob (id INTEGER PRIMARY KEY, oid TEXT NOT NULL);
CREATE TABLE posting (key INTEGER, blob INTEGER, body TEXT NOT NULL, PRIMARY KEY (key, blob)) WITHOUT ROWID;
"""
_AT_ONCE = 500
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Filed:
    """What one blob files."""

    oid: str
    entries: Hashes


@dataclass(frozen=True, slots=True)
class Segment:
    """An open segment; `blobs` are those it covers. One thread at a time."""

    path: Path
    blobs: frozenset[str]
    connection: sqlite3.Connection

    def find(self, keys: Sequence[int]) -> Iterator[tuple[int, str, str]]:
        """Key, blob and rows of everything filed under the keys. Raises sqlite3.Error where the file is gone bad."""
        for start in range(0, len(keys), _AT_ONCE):
            asked = keys[start : start + _AT_ONCE]
            marks = ",".join("?" * len(asked))
            query = f"SELECT key, oid, body FROM posting JOIN blob ON blob.id = blob WHERE key IN ({marks})"  # noqa: S608  only question marks go in
            yield from self.connection.execute(query, asked)

    def everything(self, wanted: Collection[str]) -> Iterator[Filed]:
        """What these blobs file, one after the other."""
        query = "SELECT key, body FROM posting WHERE blob = ?"
        for number, oid in self.connection.execute("SELECT id, oid FROM blob").fetchall():
            if oid in wanted:
                yield Filed(oid, dict(self.connection.execute(query, (number,))))


def hashed(key: str) -> int:
    """A key as a signed number of 64 bits: a thousand million keys collide with a chance of a few per cent."""
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)


def by_key(entries: Iterable[Entry]) -> Hashes:
    """Entries as a segment holds them."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.key, []).append(entry)
    return {hashed(key): json.dumps([[e.unit, e.line, *e.detail] for e in of]) for key, of in found.items()}


def read(body: str, key: str) -> tuple[Entry, ...]:
    """The entries that `by_key` wrote."""
    return tuple(Entry(key, unit, line, tuple(detail)) for unit, line, *detail in json.loads(body))


def write(folder: Path, filed: Iterable[Filed]) -> Path:
    """Make a segment of these blobs and return its place. Raises OSError or sqlite3.Error where the disk refuses;
    nothing half-made stays."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as made:
        path = Path(made) / "segment"
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {_SCHEMA}")
            with connection:
                _fill(connection, filed)
        return path.replace(folder / f"{_sum(path)}{SUFFIX}")


def _fill(connection: sqlite3.Connection, filed: Iterable[Filed]) -> None:
    rows: list[tuple[int, int, str]] = []
    oids: dict[str, int] = {}
    for blob in filed:
        if blob.oid not in oids:
            number = oids[blob.oid] = len(oids)
            rows += ((key, number, body) for key, body in blob.entries.items())
    connection.executemany("INSERT INTO blob VALUES (?, ?)", ((number, oid) for oid, number in oids.items()))
    connection.executemany("INSERT INTO posting VALUES (?, ?, ?)", sorted(rows))


def open_segment(path: Path) -> Segment | None:
    """The segment in a file, None where its bytes are not those it was named after."""
    try:
        if path.name != f"{_sum(path)}{SUFFIX}":
            return None
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        return Segment(path, frozenset(oid for (oid,) in connection.execute("SELECT oid FROM blob")), connection)
    except (OSError, sqlite3.Error):
        return None


def _sum(path: Path) -> str:
    found = blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()
