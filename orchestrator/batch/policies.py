"""What the supervisor asks before it starts a ticket and what it answers its children: rates, money, order, waves."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from pareback.adapters.ticket import Ticket


class Policies(Protocol):
    """Called from the supervisor's one thread. It decides nothing about places: the supervisor counts those itself."""

    def may_start(self, ticket: Ticket, running: Collection[str]) -> bool:
        """Whether the ticket may start now. `running` are the ids of those that do. A ticket that may not is asked
        about again after every happening and when `wake` says so."""
        ...

    def terms(self, ticket: Ticket) -> Mapping[str, Any]:
        """Fields of the ticket that are different for this start, such as the base its feature has reached."""
        ...

    def flags(self, ticket: Ticket) -> Mapping[str, Any]:
        """Settings that are different for this start, such as the money its feature has left."""
        ...

    def answer(self, key: str, question: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The answer to a running ticket's question; None: not yet, the same question is put again later."""
        ...

    def ended(self, key: str, result: Mapping[str, Any]) -> None:
        """A ticket ended with this result document; `interrupted` ones may be started again."""
        ...

    def wake(self) -> float | None:
        """Seconds until an answer may have become different by itself; None: only a happening can change one."""
        ...


class Free:
    """No limits but the number of places: everything may start, every question is answered with go."""

    def may_start(self, ticket: Ticket, running: Collection[str]) -> bool:
        """Always."""
        return True

    def terms(self, ticket: Ticket) -> Mapping[str, Any]:
        """The ticket as it is."""
        return {}

    def flags(self, ticket: Ticket) -> Mapping[str, Any]:
        """The settings as they are."""
        return {}

    def answer(self, key: str, question: Mapping[str, Any]) -> Mapping[str, Any]:
        """Go."""
        return {"id": question.get("id", 0), "go": True}

    def ended(self, key: str, result: Mapping[str, Any]) -> None:
        """Nothing to remember."""

    def wake(self) -> None:
        """Nothing changes by itself."""
