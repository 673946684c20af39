"""The run's log for machines: one JSON line per event, in the run's folder. The door to structlog."""

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from pareback.orchestrator.events import Event

UNLOGGED = frozenset({"piece", "enter", "leave"})
"""Events that come by the hundred and say nothing afterwards."""

SECRET = re.compile(
    r"(?<![A-Za-z0-9])(?:AIza|(?:sk|gsk|key|ghp|gho|ghs|github_pat|nvapi|xai|hf)[-_])[A-Za-z0-9_\-]{12,}"
)
"""What looks like a key: masked wherever it stands."""


def to_file(path: Path, **bound: str) -> Callable[[Event], None]:
    """A listener that appends each event worth keeping; opens and closes the file per line, so that a
    kill loses nothing."""
    logger = structlog.wrap_logger(
        _File(path),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
            _redact,
        ],
        wrapper_class=structlog.BoundLogger,
        cache_logger_on_first_use=True,
    ).bind(**bound)

    def listen(event: Event) -> None:
        if event.kind not in UNLOGGED:
            logger.info(event.kind, round=event.round, candidate=event.candidate, **event.data)

    return listen


def _redact(_: Any, __: str, line: Any) -> str:
    """The whole line: no key holds a character that JSON escapes."""
    return SECRET.sub("***", line)


class _File:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def info(self, line: str) -> None:
        with self._lock, self._path.open("a", encoding="utf-8") as out:
            out.write(line + "\n")
