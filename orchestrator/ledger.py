"""The one durable thing of a run: every paid or slow effect, written before it is used and never made twice.

Resuming replays the run from its start with the effects taken from here. Rows carry a checksum: a damaged ledger is an
error that names itself, never a wrong number. Money and tokens are reserved in the same transaction that checks their
limits, so parallel calls cannot overspend; a reservation that never got its reply stays spent.
"""

import hashlib
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pareback.orchestrator.limits import NO_CAPS, NOTHING, Caps, LimitReached, Reserve, Spent

CRASHES = 5
"""Process lives that may die at one key before the run gives up on it."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL, sha TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS effect (key TEXT PRIMARY KEY, value TEXT NOT NULL, sha TEXT NOT NULL,
    tokens INTEGER, cost REAL, seq INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS intent (seq INTEGER PRIMARY KEY, key TEXT NOT NULL, life INTEGER NOT NULL,
    tokens INTEGER NOT NULL, cost REAL);
CREATE TABLE IF NOT EXISTS outcome (round INTEGER PRIMARY KEY, value TEXT NOT NULL, sha TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS life (id INTEGER PRIMARY KEY, seconds REAL NOT NULL, ended INTEGER NOT NULL);
"""


class LedgerError(OSError):
    """The ledger cannot be read or written: names the file and what to do."""


@dataclass(frozen=True, slots=True)
class Booking:
    """One effect, or one reservation that has no reply (value None), with what it counts against the caps."""

    key: str
    counts: Reserve
    value: Any | None = None


def effect_key(node: str, *, round: int, candidate: int, inputs: object) -> str:
    """The name of one effect: its node, its place in the run, and the hash of everything it depends on."""
    text = json.dumps(inputs, sort_keys=True)
    return f"{node}/{round}/{candidate}/{_sha(text)[:24]}"


class Ledger:
    """SQLite in WAL mode, `synchronous=FULL`; one connection shared by the run's threads under a lock."""

    def __init__(self, path: Path, *, caps: Caps = NO_CAPS, clock: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self.caps = caps
        self.clock = clock
        self._born = clock()
        self._lock = threading.RLock()
        self._turns: dict[str, threading.Lock] = {}
        with self._failing():
            self._db = sqlite3.connect(path, timeout=30, check_same_thread=False, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(SCHEMA)
            self._life = self._begin_life()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write down this life's seconds and that it ended in good order, and let go of the file."""
        with self._transaction() as db:
            self._note_seconds(db)
            db.execute("UPDATE life SET ended = 1 WHERE id = ?", (self._life,))
        self._db.close()

    @property
    def seconds(self) -> float:
        """Seconds over all lives of the run, this one included."""
        with self._failing():
            row = self._db.execute("SELECT COALESCE(SUM(seconds), 0) FROM life WHERE id <> ?", (self._life,)).fetchone()
        return float(row[0]) + self.clock() - self._born

    def find(self, key: str) -> Any | None:
        """The stored value of an effect, or None. Raises LedgerError where the row is damaged."""
        return self._read("SELECT value, sha FROM effect WHERE key = ?", key)

    def effect(
        self,
        key: str,
        make: Callable[[], Any],
        *,
        reserve: Reserve = NOTHING,
        spent: Callable[[Any], Reserve] | None = None,
    ) -> Any:
        """The effect's value: found, or made once after its worst case is reserved, stored, and then returned.

        `spent` tells what a made value cost. Two threads that want the same effect at once wait for one another.
        Raises LimitReached before anything is made.
        """
        with self._turn(key):
            found = self.find(key)
            if found is not None:
                return found
            self.intend(key, reserve)
            value = make()
            self.keep(key, value, NOTHING if spent is None else spent(value))
            return value

    def intend(self, key: str, reserve: Reserve) -> None:
        """Reserve the worst case of an effect. Raises LimitReached where it would pass a cap or has died too often."""
        with self._transaction() as db:
            self._check_crashes(db, key)
            self.caps.check(_spent(db), reserve)
            db.execute(
                "INSERT INTO intent (key, life, tokens, cost) VALUES (?, ?, ?, ?)",
                (key, self._life, reserve.tokens, reserve.cost_usd),
            )

    def keep(self, key: str, value: Any, spent: Reserve = NOTHING) -> None:
        """Store an effect's value and what it really cost in place of this life's reservation."""
        text = json.dumps(value, sort_keys=True)
        with self._transaction() as db:
            db.execute("DELETE FROM intent WHERE key = ? AND life = ?", (key, self._life))
            db.execute(
                "INSERT OR IGNORE INTO effect SELECT ?, ?, ?, ?, ?, COALESCE(MAX(seq), 0) + 1 FROM effect",
                (key, text, _sha(text), spent.tokens, spent.cost_usd),
            )
            self._note_seconds(db)

    def release(self, key: str) -> None:
        """Take this life's reservation back: nothing was spent on it."""
        with self._transaction() as db:
            db.execute("DELETE FROM intent WHERE key = ? AND life = ?", (key, self._life))

    def outcome(self, round: int) -> Any | None:
        """The recorded race of a round, or None where the round has not ended."""
        return self._read("SELECT value, sha FROM outcome WHERE round = ?", round)

    def end_round(self, round: int, value: Any) -> None:
        """Record a round's race: order of finishing, winner, and what became of each candidate."""
        text = json.dumps(value, sort_keys=True)
        with self._transaction() as db:
            db.execute("INSERT OR IGNORE INTO outcome VALUES (?, ?, ?)", (round, text, _sha(text)))
            self._note_seconds(db)

    def note(self, name: str) -> Any | None:
        """A fact about the run, such as its ticket or its base; None where it was never said."""
        return self._read("SELECT value, sha FROM meta WHERE name = ?", name)

    def say(self, name: str, value: Any) -> None:
        """Store a fact about the run, in place of an earlier one of the same name."""
        text = json.dumps(value, sort_keys=True)
        with self._transaction() as db:
            db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", (name, text, _sha(text)))

    def spent(self) -> Spent:
        """What counts against the caps now."""
        with self._failing():
            return _spent(self._db)

    def effects(self) -> Iterator[tuple[str, Any]]:
        """Every stored effect in the order it was written."""
        with self._failing():
            rows = self._db.execute("SELECT key, value, sha FROM effect ORDER BY seq").fetchall()
        return ((key, self._checked(value, sha)) for key, value, sha in rows)

    def bookings(self) -> Iterator[Booking]:
        """What `spent` sums: every stored effect in the order it was written, then every reservation left."""
        with self._failing():
            stored = self._db.execute("SELECT key, tokens, cost, value, sha FROM effect ORDER BY seq").fetchall()
            left = self._db.execute("SELECT key, tokens, cost FROM intent ORDER BY seq").fetchall()
        for key, tokens, cost, value, sha in stored:
            yield Booking(key, Reserve(tokens, cost), self._checked(value, sha))
        yield from (Booking(key, Reserve(tokens, cost)) for key, tokens, cost in left)

    def _turn(self, key: str) -> threading.Lock:
        with self._lock:
            return self._turns.setdefault(key, threading.Lock())

    def _begin_life(self) -> int:
        cursor = self._db.execute("INSERT INTO life (seconds, ended) VALUES (0, 0)")
        return int(cursor.lastrowid or 0)

    def _note_seconds(self, db: sqlite3.Connection) -> None:
        db.execute("UPDATE life SET seconds = ? WHERE id = ?", (self.clock() - self._born, self._life))

    def _check_crashes(self, db: sqlite3.Connection, key: str) -> None:
        died = db.execute(
            "SELECT COUNT(DISTINCT life) FROM intent JOIN life ON life.id = life "
            "WHERE key = ? AND life <> ? AND ended = 0",
            (key, self._life),
        )
        if died.fetchone()[0] >= CRASHES:
            raise LimitReached(
                "crashes", f"the process died {CRASHES} times at {key.partition('/')[0]!r}; see the run's log"
            )

    def _read(self, query: str, name: str | int) -> Any | None:
        with self._lock, self._failing():
            row = self._db.execute(query, (name,)).fetchone()
        return None if row is None else self._checked(*row)

    def _checked(self, text: str, sha: str) -> Any:
        if _sha(text) != sha:
            raise LedgerError(
                f"{self.path} is damaged: a row does not match its checksum. Start the ticket as a new run."
            )
        return json.loads(text)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._failing():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """SQLite's errors as ours: what is full, locked or broken is the machine's business."""
        try:
            yield
        except sqlite3.Error as error:
            raise LedgerError(
                f"cannot use {self.path}: {error}. Free the disk or start the ticket as a new run."
            ) from error


def _spent(db: sqlite3.Connection) -> Spent:
    rows = "SELECT tokens, cost FROM effect UNION ALL SELECT tokens, cost FROM intent"
    query = f"SELECT COALESCE(SUM(tokens), 0), COALESCE(SUM(cost), 0), SUM(cost IS NULL) FROM ({rows})"  # noqa: S608
    tokens, cost, unknown = db.execute(query).fetchone()
    return Spent(tokens=int(tokens), cost_usd=float(cost), unknown=int(unknown or 0))


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()
