"""Features: tickets of one feature run in order, each on what the last accepted one reached, and share one budget.

The feature's budget is the one that its first run was given or learned. What a member is charged is taken from it; a
member that is not accepted takes nothing, and the next one runs on the last good tree. Points are complexity points,
money is US dollars.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pareback.adapters.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature so far: its members in order of the file, `onto` the patches that were accepted, `failed` those that
    were not. `budget` and `cost_usd` are None while they are not known."""

    members: tuple[str, ...] = ()
    done: frozenset[str] = frozenset()
    onto: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    budget: float | None = None
    charged: float = 0.0
    cost_usd: float | None = 0.0

    @property
    def left(self) -> float | None:
        """Points that the next member may add: never below 0, nor above 0 where the feature has points to pay down."""
        if self.budget is None:
            return None
        rest = round(self.budget - self.charged, 6)
        return max(0.0, rest) if self.budget >= 0 else min(0.0, rest)

    def turn_of(self, ticket: str) -> bool:
        """Whether every member before this one has ended."""
        return all(member in self.done for member in self.members[: self.members.index(ticket)])

    def joined(self, ticket: str) -> "Feature":
        """The feature with this member, last unless it is known."""
        return self if ticket in self.members else replace(self, members=(*self.members, ticket))

    def ended(self, result: Mapping[str, Any]) -> "Feature":
        """A member ended for good with this result document. Raises OSError where its patch cannot be read."""
        accepted, ticket = bool(result["accepted"]), str(result["ticket"])
        patch = Path(str(result["patch"])).read_text(encoding="utf-8", errors="surrogateescape") if accepted else ""
        cost = result["cost_usd"]
        return replace(
            self.joined(ticket),
            done=self.done | {ticket},
            onto=(*self.onto, patch) if patch else self.onto,
            failed=self.failed if accepted or result["ending"] == "no_change" else (*self.failed, ticket),
            budget=result["budget"] if self.budget is None else self.budget,
            charged=self.charged + (result["charged"] or 0.0 if accepted else 0.0),
            cost_usd=None if self.cost_usd is None or cost is None else self.cost_usd + cost,
        )


@dataclass(frozen=True, slots=True)
class Features:
    """Every feature of the batch by its name; a ticket without one is its own."""

    known: Mapping[str, Feature] = field(default_factory=dict)

    def joined(self, ticket: Ticket) -> "Features":
        """The features with this ticket in its place: tickets are first asked about in the order of the file."""
        if ticket.feature is None:
            return self
        return Features({**self.known, ticket.feature: self._of(ticket.feature).joined(ticket.id)})

    def turn_of(self, ticket: Ticket) -> bool:
        """Whether the ticket may start, as far as its feature goes."""
        return ticket.feature is None or self._of(ticket.feature).turn_of(ticket.id)

    def terms(self, ticket: Ticket) -> dict[str, Any]:
        """What is different for a ticket because of those before it: fields of the ticket."""
        feature = self._of(ticket.feature or "")
        budget = {} if feature.left is None else {"budget": f"{feature.left:g}"}
        return budget | ({"onto": feature.onto} if feature.onto else {})

    def flags(self, ticket: Ticket, max_cost_usd: float) -> dict[str, float]:
        """What is different for a ticket because of those before it: settings."""
        spent = self._of(ticket.feature or "").cost_usd
        return {"max_cost_usd": max(0.0, max_cost_usd - spent)} if spent else {}

    def ended(self, result: Mapping[str, Any]) -> "Features":
        """A ticket ended for good with this result document."""
        name = result["feature"]
        if name is None:
            return self
        return Features({**self.known, name: self._of(name).ended(result)})

    def spoken(self, ticket: Ticket) -> str:
        """What the ticket's start has to be told to people, or nothing."""
        feature = self._of(ticket.feature or "")
        if not feature.done:
            return ""
        last = f"; not accepted before it: {', '.join(feature.failed)}" if feature.failed else ""
        left = "" if feature.left is None else f", {feature.left:g} of {feature.budget:g} CP left"
        return f"feature {ticket.feature!r}: {ticket.id!r} on {len(feature.onto)} accepted patches{left}{last}"

    def _of(self, name: str) -> Feature:
        return self.known.get(name, Feature())
