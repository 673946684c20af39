"""The protocol of a hard rule, and what rules share: what counts as new, and how a broken rule becomes a finding.

What was there at the base, moved or not, breaks no rule.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pareback.gates.delta import Delta
from pareback.gates.facts import Unit
from pareback.gates.match import Key, Origins, units
from pareback.gates.points import DECIMALS
from pareback.gates.scores import signals
from pareback.gates.sides import Sides
from pareback.gates.signal import Advice, Charge
from pareback.gates.verdict import Finding

Trees = tuple[Mapping[str, str], Mapping[str, str]]
"""Blob ids by path, of the base and of the head."""


@dataclass(frozen=True, slots=True)
class Patch:
    """What rules judge: both sides, what they cost, where units come from; and both whole trees, with what reads
    a blob of them."""

    sides: Sides
    delta: Delta
    origins: Origins
    trees: Trees
    read: Callable[[str], bytes]

    @property
    def base(self) -> dict[Key, Unit]:
        """Units before."""
        return units(self.sides.base)

    @property
    def head(self) -> dict[Key, Unit]:
        """Units after."""
        return units(self.sides.head)


class Rule(Protocol):
    """One hard rule."""

    @property
    def id(self) -> str:
        """H1, H2, …: how its findings begin."""
        ...

    def broken(self, patch: Patch, /) -> Iterable[Finding]:
        """A finding, not yet waived, for everything in the head that breaks the rule and did not at the base. One that
        is not hard is a hint."""
        ...


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a rule forbids. Items of one `key` are the same thing, wherever they stand; within a unit, items
    of one `family` may replace each other."""

    where: Key
    line: int
    key: str
    family: str = ""


def new(base: Sequence[Item], head: Sequence[Item], origins: Origins) -> list[Item]:
    """Items of the head that the base did not have: not the same in the unit it comes from, not the same elsewhere, not
    another of its family in the unit it comes from."""
    there = Counter((item.where, item.key) for item in base)
    strange = [item for item in head if not any(_take(there, (place, item.key)) for place in _places(item, origins))]
    left = Counter[str]()
    for (_, key), count in there.items():
        left[key] += count
    added = [item for item in strange if not _take(left, item.key)]
    replaced = Counter[tuple[Key, str]]()
    for item in base:
        if there[item.where, item.key] and _take(left, item.key):
            there[item.where, item.key] -= 1
            replaced[item.where, item.family] += 1
    return [
        item for item in added if not any(_take(replaced, (place, item.family)) for place in _places(item, origins))
    ]


def _places(item: Item, origins: Origins) -> tuple[Key, ...]:
    """The units of the base that an item of the head may have been in."""
    return origins.of.get(item.where) or (item.where,)


def _take(pool: Counter[Any], key: Hashable) -> bool:
    if pool[key] <= 0:
        return False
    pool[key] -= 1
    return True


def charges(patch: Patch, key: Key, signal: str) -> list[Charge]:
    """What a signal charges for a unit of the head."""
    path, unit = key
    return [charge for charge in patch.delta.head[path].charges[signal] if charge.unit == unit]


def explained(signal: str, unit: Unit, found: Sequence[Charge]) -> Advice:
    """What that signal has to say of these charges."""
    return next(part for part in signals() if part.id == signal).explain(unit, found)


def finding(named: str, signal: str, key: Key, advice: Advice, found: Iterable[Charge] = ()) -> Finding:
    """A broken rule at a unit. `named` is the rule, and after a colon what sets the thing apart within the unit."""
    path, unit = key
    rule, _, thing = named.partition(":")
    return Finding(
        id=":".join(filter(None, (rule, path, unit, thing))),
        signal=signal,
        path=path,
        line=advice.line,
        unit=unit,
        points=round(sum(charge.points for charge in found), DECIMALS),
        message=advice.message,
        do=advice.do,
        hard=True,
        saves=None if advice.saves is None else round(advice.saves, DECIMALS),
    )
