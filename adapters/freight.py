"""Freight: how a work is made to travel to another machine, and how what comes back is brought in."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from pareback.adapters.engine import Work
from pareback.adapters.errand import Returned


class Unportable(ValueError):
    """The work names something that is on this machine only: says what, and what to do."""


@dataclass(frozen=True, slots=True)
class Load:
    """A work ready to travel. `bundle` is a git bundle made of `commit`; neither where the repository is one that can
    be reached from everywhere."""

    spec: Mapping[str, Any]
    commit: str = ""
    bundle: Path | None = None


@runtime_checkable
class Freight(Protocol):
    """What an engine that sends works away is given."""

    def pack(self, work: Work) -> Load:
        """The work for another machine. Made once per repository and base, so calling it again is cheap. Raises
        Unportable."""
        ...

    def unpack(self, work: Work, returned: Returned) -> None:
        """Write what came back into the work's folder, `result.json` last and at once, and deliver the patch."""
        ...
