"""The batch's folder: a record per ticket, which is the truth, and `results.jsonl`, one line per outcome, made from it.

A line is appended when a ticket has ended for good, and flushed to the disk before anything else happens. What a killed
supervisor left half done is mended when the folder is opened again: the lines are checked against the records.
"""

import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from pareback.orchestrator import home

LINES = "results.jsonl"
_PLAIN = re.compile(r"[a-z0-9][a-z0-9_.-]{0,79}")
_PATIENCE = 5.0
"""Seconds until another supervisor's lock is believed: the children of a killed one hold it until they are gone too."""


def settled(result: Mapping[str, Any]) -> bool:
    """Whether the document is an outcome: not interrupted, and not a crash that may go well when it is tried again."""
    return result["ending"] != "interrupted" and not result["retry"]


class Book:
    """One batch's folder. `ended` are the ids of the tickets that have a line."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.ended: set[str] = set()

    def folder(self, ticket: str) -> Path:
        """The ticket's record. Ids that make no plain file name get one with a digest of the id."""
        slug = re.sub(r"[^a-z0-9_.-]+", "-", ticket.lower()).strip("-.")[:60]
        name = ticket if _PLAIN.fullmatch(ticket) else f"{slug}-{sha256(ticket.encode()).hexdigest()[:8]}".lstrip("-")
        return self.out / "tickets" / name

    def result(self, ticket: str) -> dict[str, Any] | None:
        """The result document in the ticket's record, or None where no process of it has come to an end yet."""
        try:
            found: dict[str, Any] = json.loads((self.folder(ticket) / "result.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return found

    def close(self, result: Mapping[str, Any]) -> bool:
        """Append the outcome's line; False where the ticket has one already, which stays."""
        if result["ticket"] in self.ended:
            return False
        with (self.out / LINES).open("ab") as lines:
            lines.write(json.dumps(result).encode("ascii") + b"\n")
            lines.flush()
            os.fsync(lines.fileno())
        self.ended.add(result["ticket"])
        return True

    def results(self) -> Iterator[dict[str, Any]]:
        """Every outcome, in the order in which they came; a line that was cut off by a kill is passed over."""
        path = self.out / LINES
        if path.exists():
            with path.open("rb") as lines:
                yield from (json.loads(line) for line in lines if line.endswith(b"\n"))

    def begin(self, ticket: str) -> Path:
        """The ticket's record, ready for another process: an earlier one's word about an interruption is gone."""
        folder = self.folder(ticket)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / "result.json").unlink(missing_ok=True)
        return folder

    def open_folders(self) -> Iterator[Path]:
        """Records of tickets that were begun and have no outcome."""
        done = {self.folder(ticket).name for ticket in self.ended}
        return (folder for folder in sorted((self.out / "tickets").iterdir()) if folder.name not in done)

    def earlier(self) -> Iterator[Path]:
        """Records that were put aside."""
        return iter(sorted((self.out / "earlier").glob("*")))

    def mend(self, *, redo: bool) -> None:
        """Keep the lines whose record is there and stands. Crashes that may go well are begun again where they
        stopped; with `redo` whatever was not accepted is begun anew, and its record is put aside in `earlier`."""
        part = self.out / f"{LINES}.part"
        with part.open("wb") as lines:
            for result in self.results():
                if self._stands(result, redo=redo):
                    self.ended.add(result["ticket"])
                    lines.write(json.dumps(result).encode("ascii") + b"\n")
            lines.flush()
            os.fsync(lines.fileno())
        part.replace(self.out / LINES)

    def _stands(self, result: Mapping[str, Any], *, redo: bool) -> bool:
        folder = self.folder(result["ticket"])
        if result["ticket"] in self.ended or not (folder / "result.json").exists():
            return False
        if redo and result["ending"] not in {"accepted", "no_change"}:
            self._put_aside(folder)
            return False
        return settled(result)

    def _put_aside(self, folder: Path) -> None:
        earlier = self.out / "earlier"
        earlier.mkdir(exist_ok=True)
        number = 1 + sum(1 for _ in earlier.glob(f"{folder.name}-*"))
        folder.rename(earlier / f"{folder.name}-{number}")


@contextmanager
def opened(out: Path, *, redo: bool = False) -> Iterator[Book]:
    """The batch's folder, held alone and mended. Raises AlreadyRunning where another supervisor works on it."""
    (out / "tickets").mkdir(parents=True, exist_ok=True, mode=0o700)
    with _held(out):
        book = Book(out)
        book.mend(redo=redo)
        yield book


@contextmanager
def _held(out: Path) -> Iterator[None]:
    until = time.monotonic() + _PATIENCE
    while True:
        lease = home.lease(out)
        try:
            lease.__enter__()
            break
        except home.AlreadyRunning as error:
            if time.monotonic() > until:
                raise home.AlreadyRunning(
                    f"another batch works in {str(out)!r}: wait until it has ended, or name another --out"
                ) from error
            time.sleep(0.1)
    try:
        yield
    finally:
        lease.__exit__(None, None, None)
