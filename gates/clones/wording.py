"""What is said of a copy: both ranges, the holes as parameters, and the one function that could stand for both."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from keyword import iskeyword

from pareback.gates.clones.holes import Hole
from pareback.gates.clones.likeness import Run
from pareback.gates.facts import Unit

_SHOWN = 4
"""Holes and single lines that are named; the others are counted."""
_WIDTH = 32
"""Characters of a value that is quoted."""
_WORD = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]{2,}")
_NAMES = {"s": "text", "i": "number", "k": "flag", "b": "data", "d": "value", "l": "item", "n": "item", "a": "item"}
"""What a parameter is called whose values have no word in common."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A hole with the name that the parameter could have."""

    name: str
    hole: Hole


def parameters(holes: Sequence[Hole], taken: Sequence[str]) -> tuple[Parameter, ...]:
    """Names for holes, none of them twice or taken."""
    used, found = set(taken), []
    for hole in holes:
        name = _unused(_named(hole), used)
        used.add(name)
        found.append(Parameter(name, hole))
    return tuple(found)


def differences(found: Sequence[Parameter]) -> str:
    """The hole table in one line: `sep (',' | ';')`."""
    shown = [f"{each.name} ({_quoted(each.hole.one)} | {_quoted(each.hole.other)})" for each in found[:_SHOWN]]
    more = len(found) - _SHOWN
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def extent(unit: Unit, runs: Sequence[Run]) -> tuple[int, int]:
    """First and last line in the file of what is copied; `runs` are seen from the unit's side."""
    first = min(run.first for run in runs)
    last = max(run.first + run.length for run in runs)
    end = unit.lines[last] - 1 if last < len(unit.lines) else unit.end
    return unit.lines[first], max(end, unit.lines[last - 1])


def only_here(unit: Unit, runs: Sequence[Run]) -> str:
    """The lines between those copied that the other side has not: `12, 15 and 2 more`."""
    copied = {line for run in runs for line in range(run.first, run.first + run.length)}
    own = [unit.lines[line] for line in range(min(copied), max(copied)) if line not in copied]
    more = f" and {len(own) - _SHOWN} more" if len(own) > _SHOWN else ""
    return ", ".join(map(str, dict.fromkeys(own[:_SHOWN]))) + more


def counted(number: int, one: str, many: str = "") -> str:
    """The number with its noun: 1 stretch, 2 stretches."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _named(hole: Hole) -> str:
    """What it is given to, the words that two names have in common, or what values of that sort are called."""
    theirs = _words(hole.other)
    common = [word for word in _words(hole.one) if word in theirs and hole.one[0] in "lna"]
    name = hole.name.rpartition(".")[2] or "_".join(common)
    return name if name.isidentifier() and not iskeyword(name) else _NAMES.get(hole.one[0], "name")


def _words(value: str) -> list[str]:
    last = value.partition(":")[2].rpartition(".")[2]
    return [word.lower() for word in _WORD.findall(last)]


def _unused(name: str, used: set[str]) -> str:
    return next(each for each in _numbered(name) if each not in used)


def _numbered(name: str) -> Iterator[str]:
    yield name
    count = 2
    while True:
        yield f"{name}_{count}"
        count += 1


def _quoted(leaf: str) -> str:
    sort, _, value = leaf.partition(":")
    text = repr(value) if sort == "s" else value
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}\N{HORIZONTAL ELLIPSIS}"
