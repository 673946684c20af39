"""Waves: where the rungs of a ladder share one local server, all tickets go up together, so that it loads a model as
seldom as possible.

A ticket that would climb above the present wave is parked: its run ends resumable, and is gone on with in its wave.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

PARKED = "parked"
"""The reason code of a run that waits for its wave."""


@dataclass(frozen=True, slots=True)
class Waves:
    """`rung` is the present wave; `levels` has the rung at which each ticket that came back goes on, `parked` the rung
    that a running ticket asked for in vain. `on` is False where models are all at hand at once."""

    on: bool = False
    rung: int = 0
    levels: Mapping[str, int] = field(default_factory=dict)
    parked: Mapping[str, int] = field(default_factory=dict)

    def admits(self, key: str, running: Collection[str]) -> int | None:
        """The wave in which the ticket may start now, or None. The next wave begins when nothing runs and no ticket
        that came back belongs to this one."""
        level = self.levels.get(key, 0)
        if not self.on or level == self.rung:
            return self.rung
        return None if running or self.rung in self.levels.values() else level

    def started(self, key: str, rung: int) -> "Waves":
        """The ticket runs, in this wave."""
        return replace(self, rung=rung, levels=_without(self.levels, key))

    def climb(self, key: str, rung: int) -> "Waves":
        """The ticket asks for a rung. It is parked where `parked` holds it afterwards."""
        return replace(self, parked={**self.parked, key: rung}) if self.on and rung > self.rung else self

    def ended(self, key: str, *, again: bool) -> "Waves":
        """The ticket's process ended; `again`: it is to be gone on with, where it was unless it is parked."""
        levels = {**self.levels, key: self.parked.get(key, self.rung)} if again else self.levels
        return replace(self, levels=levels, parked=_without(self.parked, key))


def share_one_server(addresses: Collection[tuple[str, str, bool]]) -> bool:
    """Whether two rungs want different models of one server on this machine. Each rung is the server's address, the
    model's name there, and whether the address is this machine."""
    local = {(url, model) for url, model, here in addresses if here}
    return len({url for url, _ in local}) < len(local)


def _without(mapping: Mapping[str, int], key: str) -> Mapping[str, int]:
    return {name: value for name, value in mapping.items() if name != key}
