"""The finished rows of a bench's folder, each with a digest of the way it was made: what makes a bench resumable."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from threading import Lock

from pareback.orchestrator.benches.task import How, Row


class Book:
    """`rows.jsonl` of a folder. Rows made in another way (other models, seconds or words) are not seen."""

    def __init__(self, folder: Path, how: How) -> None:
        self.mark = hashlib.sha256(repr((how.models, how.seconds, how.words)).encode()).hexdigest()[:12]
        self._path = folder / "rows.jsonl"
        self._lock = Lock()

    def rows(self) -> Iterator[Row]:
        """The rows that are kept."""
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
        for line in lines:
            kept = json.loads(line)
            if kept.pop("how") == self.mark:
                yield Row(**kept | {name: tuple(kept[name]) for name in ("prompts", "broken") if name in kept})

    def add(self, row: Row) -> None:
        """Keep a row, unless it is not an answer yet."""
        if row.retry:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock, self._path.open("a", encoding="utf-8") as book:
            book.write(json.dumps({"how": self.mark} | asdict(row)) + "\n")
