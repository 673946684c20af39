"""What earlier runs know of a tree, kept in the cache: a second run on the same tree, with the same interpreter and the
same installed packages, starts without running the suite. What was flaky once stays known as flaky.
"""

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pareback.workspaces.impact import Impact

KEEP_SECONDS = 30 * 24 * 3600
"""Knowledge that nobody used for longer is removed."""

FORMAT = 1
"""Counts up when an older file would be misread."""


@dataclass(frozen=True, slots=True)
class Known:
    """One tree's place in the cache; nothing may be there."""

    place: Path

    def reports(self) -> Any | None:
        """The reports of a baseline, as they were kept."""
        return _read(self.place / "reports.json")

    def keep(self, reports: Any) -> None:
        """Keep the reports of a sound baseline."""
        _write(self.place / "reports.json", reports)

    def impact(self) -> Impact:
        """What the tests touched; nothing where nobody looked."""
        found = _read(self.place / "impact.json") or {}
        return Impact(*({name: tuple(those) for name, those in found.get(kind, {}).items()} for kind in _KINDS))

    def learn(self, touched: Mapping[str, Sequence[str]], importers: Mapping[str, Sequence[str]]) -> None:
        """Keep what a run on the tree has shown."""
        _write(self.place / "impact.json", dict(zip(_KINDS, (touched, importers), strict=True)))


_KINDS = ("touched", "importers")


def known(cache: Path, inputs: Sequence[Any]) -> Known:
    """The place for everything that depends on `inputs`, plain JSON values. The least recently used go."""
    folder = cache / "baselines"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for place in folder.iterdir():
        if time.time() - place.stat().st_mtime > KEEP_SECONDS:
            _remove(place)
    text = json.dumps([FORMAT, *inputs], sort_keys=True)
    return Known(folder / hashlib.sha256(text.encode()).hexdigest()[:32])


def _read(path: Path) -> Any | None:
    """What a file holds; one that is not there or was damaged is as good as none."""
    try:
        found = json.loads(path.read_bytes())
        os.utime(path.parent)
    except (OSError, ValueError):
        return None
    return found


def _write(path: Path, value: Any) -> None:
    """All or nothing; two runs may write the same."""
    path.parent.mkdir(exist_ok=True, mode=0o700)
    new = path.with_name(f"{path.name}.{os.getpid()}")
    new.write_text(json.dumps(value), encoding="utf-8")
    new.replace(path)


def _remove(place: Path) -> None:
    """Another run may be faster."""
    with suppress(OSError):
        for path in place.iterdir():
            path.unlink(missing_ok=True)
        place.rmdir()
