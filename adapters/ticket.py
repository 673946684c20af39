"""The ticket: one request for change, and the protocol of the sources it comes from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


class BadTicket(ValueError):
    """The record cannot be used: says which field, what was found and what was expected."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One request for change. Permissions, budgets and waivers come from these fields only, never from `text`.

    `files` are globs the model may edit, `read` globs it may see, `tests` node ids or paths that must turn green,
    `onto` unified diffs that the base gets first, such as earlier patches of its `feature`,
    `test_patch` a unified diff of tests that come with the ticket, `held_out` paths of tests the model never sees,
    `conditions` lines that must be true of the change, such as `decorated shop/cart.py:Cart.total staticmethod`.
    """

    id: str
    text: str
    title: str = ""
    repo: str = "."
    base: str | None = None
    onto: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    test_cmd: str | None = None
    test_patch: str | None = None
    conditions: tuple[str, ...] = ()
    held_out: tuple[str, ...] = ()
    size: str | None = None
    budget: str | None = None
    feature: str | None = None
    allow: tuple[str, ...] = ()
    waive: tuple[str, ...] = ()
    environment: str | None = None


class Tickets(Protocol):
    """A source of tickets."""

    def tickets(self) -> Iterator[Ticket]:
        """Every ticket in order. Raises BadTicket, and OSError where the source cannot be read."""
        ...
