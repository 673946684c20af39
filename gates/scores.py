"""The signals in force and what they say of one file. The one place that loads the parts of this room by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from math import fsum
from typing import Any

from pareback.gates.facts import FileFacts
from pareback.gates.format import Format
from pareback.gates.index.view import Filing
from pareback.gates.language import Language
from pareback.gates.points import TABLE
from pareback.gates.reading import producers
from pareback.gates.reading.owners import declarations
from pareback.gates.signal import Charge, Signal
from pareback.gates.wide import WideSignal

IN_FORCE = (
    "flow",
    "size",
    "state",
    "clones",
    "interface",
    "conditions",
    "nils",
    "types",
    "casts",
    "drift",
    "conjunctions",
    "coupling",
    "clumps",
    "handlers",
    "dead",
    "reuse",
    "hidden",
    "suppressions",
)
"""Files under `signals/`, in the order of their ids."""

LANGUAGES = ("python", "ruby")
"""Files under `languages/`."""

FORMATS = ("text", "json", "markdown", "sarif", "github")
"""Files under `formats/`."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What every signal charges for one file."""

    charges: Mapping[str, tuple[Charge, ...]]

    def total(self, signal: str) -> float:
        """Points of one signal, the same in whatever order its charges come."""
        return fsum(charge.points for charge in self.charges[signal])


@cache
def signals() -> tuple[Signal, ...]:
    """The signals in force that price a file by itself."""
    return tuple(part for part in _parts() if hasattr(part, "price"))


@cache
def wide() -> tuple[WideSignal, ...]:
    """The signals in force that price a tree through its index; one may be of both kinds."""
    return tuple(part for part in _parts() if hasattr(part, "loads"))


@cache
def ids() -> tuple[str, ...]:
    """The ids of all signals in force, in order."""
    return tuple(part.id for part in _parts())


@cache
def titles() -> Mapping[str, str]:
    """The names of the signals in force, by id."""
    return {part.id: part.name for part in _parts()}


@cache
def filings() -> tuple[Filing, ...]:
    """What every file says to the index: which classes declare what, and what each signal wants to find there."""
    return (declarations, producers.entries, *(part.entries for part in wide()))


@cache
def readers() -> frozenset[Filing]:
    """Those of them whose loads depend on the code of the units that file."""
    return frozenset(part.entries for part in wide() if part.reads_code)


@cache
def endings() -> tuple[str, ...]:
    """The endings of the files that this process can price by itself."""
    return tuple(suffix for front in fronts() if not front.command for suffix in front.suffixes)


@cache
def edition() -> str:
    """What prices depend on beside the code: the table, the signals in force, the front ends."""
    return "/".join((TABLE, "+".join(ids()), *(f"{front.version}-{front.grammar}" for front in fronts())))


@cache
def language(suffix: str) -> Language | None:
    """The front end for files with that ending that needs no program, None if there is none."""
    return next((front for front in fronts() if suffix in front.suffixes and not front.command), None)


@cache
def fronts() -> tuple[Language, ...]:
    """All front ends of this house, with those that need a program."""
    return tuple(_part("languages", name) for name in LANGUAGES)


def score(facts: FileFacts) -> Scores:
    """Price one file."""
    return Scores({signal.id: signal.price(facts) for signal in signals()})


@cache
def _parts() -> tuple[Any, ...]:
    return tuple(_part("signals", name) for name in IN_FORCE)


def telling(name: str) -> Format:
    """The format of that name. Raises ValueError that lists what there is."""
    if name not in FORMATS:
        raise ValueError(f"format {name!r} is not known; expected one of {', '.join(FORMATS)}")
    found: Format = _part("formats", name)
    return found


def _part(folder: str, name: str) -> Any:
    return import_module(f"pareback.gates.{folder}.{name}").build()
