"""A part of a file: the functions that are wanted in full, the heads of those around them, and what of the module and
its classes belongs to them. Read from the facts, so of any language that has them.

What is left out is marked, so that nobody takes the part for the whole.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from pareback.gates.facts import FileFacts, Unit
from pareback.orchestrator.shown.names import mentions, short, words

LONG = 12
"""Lines of a statement outside functions beyond which only those are shown that have a wanted name."""

FEW = 2
"""Lines for which a mark is not worth its place."""

MARK = "⋮"
"""Opens a mark. No language has it, so that nobody takes a mark for a line of the file."""

_BOUND = re.compile(r"(\w+)\s*(?::[^=]+)?=(?!=)")
_OPEN, _CLOSE = "([{", ")]}"
_TEXT = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|#.*")


Heads = Literal["all", "near", "none"]
"""Of which functions that are not shown in full the first lines stay."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of a file: `bodies` are qualified names of functions to show in full, `names` what else is looked
    for. `heads`: near are those that the bodies speak of."""

    bodies: Collection[str]
    names: frozenset[str] = frozenset()
    heads: Heads = "near"


def excerpt(text: str, facts: FileFacts, wish: Wish) -> str:
    """The file's text with marks in place of what is not wanted."""
    lines = text.split("\n")  # the lines as the parser counts them
    kept = [unit for unit in facts.units if unit.qualname in wish.bodies]
    spoken = wish.names.union(*(mentions(unit) for unit in kept), (short(unit) for unit in kept))
    sight = _Sight(lines, wish, spoken, frozenset(unit.owner for unit in kept), len(facts.units) == 1)
    shown = {line for unit in facts.units for line in sight.of(unit)}
    shown.update(line for found in facts.imports for line in sight.capped(found.line))
    return "\n".join(_marked(lines, shown))


@dataclass(frozen=True, slots=True)
class _Sight:
    """What is seen of a file's `lines`: `spoken` are the names that matter, `owners` the classes of wanted methods;
    `plain` is a file without functions and classes."""

    lines: Sequence[str]
    wish: Wish
    spoken: frozenset[str]
    owners: frozenset[str]
    plain: bool

    def of(self, unit: Unit) -> Iterable[int]:
        """The lines of a unit that are shown: of a module what binds a name that matters, of a class its head and what
        it declares, of a function all or its head."""
        match unit.kind:
            case "function" if unit.qualname in self.wish.bodies:
                return self._body(unit)
            case "function":
                return self._head(unit) if self._near(unit) else ()
            case "class" if unit.qualname in {*self.wish.bodies, *self.owners}:
                return chain.from_iterable(map(self.capped, unit.lines))
            case "class":
                return self.capped(unit.lines[0]) if self._near(unit) and unit.lines else ()
            case _:
                bound = (number for number in range(1, len(self.lines) + 1) if self._binds(number))
                return chain.from_iterable(map(self.capped, (*bound, *(unit.lines if self.plain else ()))))

    def capped(self, first: int) -> Iterable[int]:
        """The lines of a statement; of a long one its ends, and those around the names that matter."""
        span = range(first, _last(self.lines, first) + 1)
        if len(span) <= LONG:
            return span
        ends = {*span[:2], *span[-2:]}
        hits = {line for line in span if not self.spoken.isdisjoint(words(self.lines[line - 1]))}
        return [line for line in span if line in ends or hits & {line - 1, line, line + 1}]

    def _body(self, unit: Unit) -> Iterable[int]:
        """Everything; without a long text for people, unless the ticket names the function."""
        head = self._head(unit)
        first = next((number for number in unit.lines if number not in head), unit.end + 1)
        if first - head.stop <= LONG or short(unit) in self.wish.names:
            return range(unit.line, unit.end + 1)
        return chain(head, (head.stop,), range(first, unit.end + 1))

    def _head(self, unit: Unit) -> range:
        """Decorators and signature."""
        return range(unit.line, _last(self.lines, unit.lines[0] if unit.lines else unit.line) + 1)

    def _near(self, unit: Unit) -> bool:
        return self.wish.heads == "all" or (self.wish.heads == "near" and short(unit) in self.spoken)

    def _binds(self, number: int) -> bool:
        """Whether a line of the module gives a name that matters its value; a list of exports always matters."""
        found = _BOUND.match(self.lines[number - 1])
        return found is not None and found[1] in {*self.spoken, "__all__"}


def _last(lines: Sequence[str], first: int) -> int:
    """The line on which a statement's brackets are closed, from its first line on."""
    depth = 0
    for number in range(first, len(lines) + 1):
        code = _TEXT.sub("", lines[number - 1])
        depth += sum(map(code.count, _OPEN)) - sum(map(code.count, _CLOSE))
        if depth <= 0 and not code.rstrip().endswith("\\"):
            return number
    return first


def _marked(lines: Sequence[str], shown: Collection[int]) -> Iterator[str]:
    """The lines that are shown, with a mark in place of each run of others; blank ones beside a run belong to it."""
    run: list[str] = []
    for number, line in enumerate([*lines, ""], 1):
        last = number > len(lines)
        if not last and number not in shown and (run or line.strip()):
            run.append(line)
            continue
        if run:
            yield from run if sum(map(bool, run)) <= FEW else (f"{_indent(run)}{MARK} {len(run)} lines not shown",)
            run = []
        if not last:
            yield line


def _indent(run: Sequence[str]) -> str:
    first = next(line for line in run if line.strip())
    return first[: len(first) - len(first.lstrip())]
