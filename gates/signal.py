"""The protocol of a signal: one thing measured, priced from facts and explained in words that say one way out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pareback.gates.facts import FileFacts, Unit


@dataclass(frozen=True, slots=True)
class Charge:
    """Points that a place costs. `unit` is a qualname, `kind` an entry of the price table or what the points are for,
    `subject` the name or construct charged, if it has one."""

    unit: str
    line: int
    points: float
    kind: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """What is said about the charges of a unit. `saves` is computed by re-pricing, None where it was not computed."""

    line: int
    message: str
    do: str
    saves: float | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """Source before and after, of one file or of several by path, and what the signal says of the difference, in
    points."""

    before: str | Mapping[str, str]
    after: str | Mapping[str, str]
    delta: float


class Signal(Protocol):
    """One signal. Prices are sums over the facts of one file: they depend on no path, name or position."""

    @property
    def id(self) -> str:
        """S1, S2, …: how findings and documents call it."""
        ...

    @property
    def name(self) -> str: ...

    @property
    def advice(self) -> str:
        """In one sentence, what usually helps."""
        ...

    @property
    def examples(self) -> Sequence[Example]:
        """Changes that cost, changes that save and at least one that must change nothing."""
        ...

    def price(self, facts: FileFacts) -> tuple[Charge, ...]:
        """Everything in the file that costs points, in the order of its units."""
        ...

    def explain(self, unit: Unit, charges: Sequence[Charge], /) -> Advice:
        """What to say about these charges of a unit; there is at least one."""
        ...


def dearest(charges: Sequence[Charge]) -> Charge:
    """The charge that costs most; of equals the first in the file."""
    return min(charges, key=lambda charge: (-charge.points, charge.line, charge.subject))


def counted(number: int, noun: str) -> str:
    """The number with its noun: 1 parameter, 2 parameters."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
