"""The clerk: says which ticket may start and answers what running tickets ask, by the batch's rules.

The rules are values of their own: features, waves, and for calls rates, money and weather. Here they meet the
supervisor's questions, in its one thread.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pareback.adapters.ticket import Ticket
from pareback.orchestrator.batch.book import settled
from pareback.orchestrator.batch.calls import NEVER_MIND, Calls
from pareback.orchestrator.batch.features import Features
from pareback.orchestrator.batch.waves import PARKED, Waves


@dataclass(slots=True)
class Clerk:
    """Implements `Policies`. `max_cost_usd` is what one feature may cost; `closed` is why nothing more is started, once
    something has closed the batch."""

    calls: Calls
    waves: Waves = field(default_factory=Waves)
    features: Features = field(default_factory=Features)
    max_cost_usd: float | None = None
    closed: str = ""

    def recall(self, results: Iterable[Mapping[str, Any]]) -> None:
        """Take over what tickets reached in earlier lives of the batch."""
        for result in results:
            self.features = self.features.ended(result)

    def may_start(self, ticket: Ticket, running: Collection[str]) -> bool:
        """By its feature's order, its wave, the weather, and as long as nothing has closed the batch. In a storm only a
        ticket by itself may start: its call looks out."""
        self.features = self.features.joined(ticket)
        if self.closed or self.calls.broke or not self.features.turn_of(ticket):
            return False
        storm = self.calls.storm()
        if storm is not None and (running or storm > 0):
            return False
        rung = self.waves.admits(ticket.id, running)
        if rung is None:
            return False
        self.waves = self.waves.started(ticket.id, rung)
        return True

    def terms(self, ticket: Ticket) -> Mapping[str, Any]:
        """Base and budget as the ticket's feature has left them."""
        said = self.features.spoken(ticket)
        if said:
            self.calls.say(said)
        return self.features.terms(ticket)

    def flags(self, ticket: Ticket) -> Mapping[str, Any]:
        """The money that the ticket's feature has left."""
        return {} if self.max_cost_usd is None else self.features.flags(ticket, self.max_cost_usd)

    def answer(self, key: str, question: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """What a running ticket wants to know; reports are answered too, with nothing."""
        found = self._answer(key, question)
        return None if found is None else {"id": question.get("id", 0), **found}

    def ended(self, key: str, result: Mapping[str, Any]) -> None:
        """What it held open is settled; an ending that would be everybody's closes the batch."""
        self.calls.ended(key)
        again = not settled(result)
        self.waves = self.waves.ended(key, again=again)
        if not again:
            self.features = self.features.ended(result)
        hopeless = result["reason"] == "model_unavailable" and self.calls.hopeless()
        if not self.closed and (result["reason"] == "model_refused" or hopeless):
            self.closed = str(result["message"])
            self.calls.say(f"nothing more is started: {self.closed}")

    def wake(self) -> float | None:
        """Seconds until an answer may have become different by itself."""
        return self.calls.wake()

    def _answer(self, key: str, question: Mapping[str, Any]) -> Mapping[str, Any] | None:
        match question:
            case {"may": asked}:
                return self.calls.may(_name(key, asked), asked)
            case {"failed": facts}:
                return self.calls.failed(_name(key, facts), facts)
            case {"climb": int(rung)}:
                return self._climb(key, rung)
            case {"used": facts}:
                self.calls.used(_name(key, facts), facts)
            case {"refused": facts}:
                self.calls.refused(_name(key, facts), facts)
            case {"cut": facts}:
                self.calls.cut(_name(key, facts))
            case {"withdrawn": facts}:
                self.calls.withdrawn(_name(key, facts))
        return NEVER_MIND

    def _climb(self, key: str, rung: int) -> Mapping[str, Any]:
        self.waves = self.waves.climb(key, rung)
        return {"objection": PARKED if key in self.waves.parked else ""}


def _name(key: str, facts: Mapping[str, Any]) -> str:
    """A call's name in the whole batch."""
    return f"{key}/{facts['call']}"
