"""Where a patch goes: the delivery that leaves the house, and the protocol of the sinks that take it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class DeliveryFailed(ConnectionError):
    """The patch could not be handed over; it is still in the run's folder, named in the message."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a sink may use. `patch` is the unified diff; `publish(name)` makes one commit on the user's HEAD under
    `refs/heads/<name>` and returns its id, or None where the patch does not apply to HEAD."""

    run: str
    title: str
    patch: bytes
    publish: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Delivered:
    """Where it went: the fields of the result document that this sink knows."""

    branch: str | None = None
    patch: str | None = None


class Sink(Protocol):
    """A place for patches."""

    def deliver(self, delivery: Delivery) -> Delivered:
        """Hand the patch over, all or nothing. Raises DeliveryFailed."""
        ...
