"""Attempts: who may publish the result of a work that is done elsewhere. A journal beside the work's record.

A machine that was given up may come back with a result. So every attempt gets a token, written down before anybody
else hears of the work, and only the token of the last attempt publishes, once: the others are fenced off, also across
two callers that work in one folder.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

NAME = "attempts.jsonl"


def begin(folder: Path) -> str:
    """The token of a new attempt, which is on the disk when this returns. Earlier ones may no longer publish."""
    folder.mkdir(parents=True, exist_ok=True)
    token = secrets.token_hex(8)
    with _journal(folder) as journal:
        _append(journal, {"token": token, "state": "open"})
    return token


def publish(folder: Path, token: str, write: Callable[[], None]) -> bool:
    """Have `write` done if the token is that of the last attempt and was not used; whether it was done."""
    with _journal(folder) as journal:
        last = _last(journal)
        if last != {"token": token, "state": "open"}:
            return False
        write()
        _append(journal, {"token": token, "state": "published"})
        return True


def count(folder: Path) -> int:
    """How many attempts were begun."""
    with _journal(folder) as journal:
        return sum(line["state"] == "open" for line in _lines(journal))


@contextmanager
def _journal(folder: Path) -> Iterator[BinaryIO]:
    """The file, for one process at a time; the kernel lets go of it when that one dies."""
    with (folder / NAME).open("a+b") as journal:
        fcntl.flock(journal, fcntl.LOCK_EX)
        yield journal


def _append(journal: BinaryIO, line: dict[str, str]) -> None:
    """A whole line on the disk; the line break comes first, to end what a crash has cut off."""
    journal.write(b"\n" + json.dumps(line).encode("ascii") + b"\n")
    journal.flush()
    os.fsync(journal.fileno())


def _lines(journal: BinaryIO) -> Iterator[dict[str, str]]:
    journal.seek(0)
    for text in journal:
        if text.startswith(b"{") and text.endswith(b"}\n"):
            yield json.loads(text)


def _last(journal: BinaryIO) -> dict[str, str] | None:
    return next(reversed(list(_lines(journal))), None)
