"""The money of a whole batch: a call holds its worst case until its price is known, so children cannot overspend.

US dollars throughout. What a dead child held stays spent: its call may have been answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Says = Literal["go", "wait", "stop"]


@dataclass(frozen=True, slots=True)
class Purse:
    """`cap` None is no cap. `held` has the worst case of every call under way, by the call's name."""

    cap: float | None = None
    spent: float = 0.0
    held: Mapping[str, float] = field(default_factory=dict)

    def may(self, cost: float) -> Says:
        """Whether a call that costs so much at worst may go out: later, while calls under way may still give back."""
        if self.cap is None or self.spent + sum(self.held.values()) + cost <= self.cap:
            return "go"
        return "wait" if self.held and self.spent + cost <= self.cap else "stop"

    def hold(self, call: str, cost: float) -> "Purse":
        """The purse with a call's worst case set aside."""
        return replace(self, held={**self.held, call: cost})

    def settle(self, call: str, cost: float | None) -> "Purse":
        """A call came to its end; None where nobody knows what it cost: then its worst case is spent."""
        worst = self.held.get(call, 0.0)
        rest = {name: held for name, held in self.held.items() if name != call}
        return replace(self, spent=self.spent + (worst if cost is None else cost), held=rest)
