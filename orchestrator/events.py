"""What happens in a run, told as it happens: to displays, to the log, to tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, for progress displays, logs and tests. `data` holds plain values."""

    kind: str
    round: int = 0
    candidate: int = -1
    data: Mapping[str, object] = field(default_factory=dict)
