"""What points at code: the words of the ticket, the failures, and the names that the failing tests use."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pareback.adapters.model import Failure
from pareback.gates.facts import Unit
from pareback.orchestrator.shown.names import mentions, short, words
from pareback.orchestrator.shown.shelf import Shelf

_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?:\(\))?")
_PLAIN = re.compile(r"[A-Z]?[a-z]+")
_QUOTED = re.compile(r"'(\w+)'")


@dataclass(frozen=True, slots=True)
class Clues:
    """`text` is the ticket, `tests` are the files of the failing tests. `words` are those of the ticket, `names` those
    that can be nothing but names, `used` what the failing tests speak of."""

    text: str
    failures: Sequence[Failure]
    tests: Sequence[str]
    words: frozenset[str]
    names: frozenset[str]
    used: frozenset[str]

    @property
    def query(self) -> str:
        """Everything in words, for likeness."""
        return " ".join([self.text, *(failure.test for failure in self.failures)])


def clues(shelf: Shelf, text: str, failures: Sequence[Failure], tests: Sequence[str]) -> Clues:
    """Everything that points somewhere; without failures what the ticket says."""
    units = (unit for path in tests for unit in failing(shelf, path, failures))
    used = frozenset(name for unit in units for name in mentions(unit))
    return Clues(text, failures, tests, words(text), names_in(text), used)


def names_in(text: str) -> frozenset[str]:
    """Words of a text that can be nothing but names of code, of a dotted one each part: they have a dot, an underscore,
    an inner capital or a digit, or they are called."""
    sure = (match for match in _NAME.findall(text) if not _PLAIN.fullmatch(match))
    return frozenset(part for match in sure for part in match.removesuffix("()").split("."))


def failing(shelf: Shelf, path: str, failures: Iterable[Failure]) -> list[Unit]:
    """The failing tests in a file: the functions of that name, or, where the file cannot be collected, those that speak
    of what it could not import; all where that leads to none."""
    facts = shelf.facts(path) if path in shelf.files else None
    units = () if facts is None else facts.units
    own = [
        (failure, failure.test.partition("::")[2]) for failure in failures if failure.test.partition("::")[0] == path
    ]
    names = {inner.partition("[")[0].rpartition("::")[2] for _, inner in own if inner}
    missing = {name for failure, inner in own if not inner for name in _QUOTED.findall(failure.message)}
    found = [unit for unit in units if short(unit) in names]
    return found or [unit for unit in units if not missing.isdisjoint(mentions(unit))] or list(units)
