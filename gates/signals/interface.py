"""S5, interface: what others must know to use the code: functions, classes, public names, parameters beyond three.

A method that restates one of a base class in the tree is nothing new to know: over the tree it is paid back what it
cost, at most what the base's own costs. Constructors and others that the language calls are not.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any, overload

from pareback.gates.facts import Declared, FileFacts, Unit
from pareback.gates.points import FLAG, FREE_PARAMETERS, INTERFACE, PARAMETER
from pareback.gates.reading.families import entries, inherited
from pareback.gates.signal import Advice, Charge, Example, Signal, counted, dearest
from pareback.gates.wide import Entry, Load, Told, View

_WRITTEN = "class P:\n    def __init__(self, x, y):\n        self.x = x\n        self.y = y\n"
_RECORD = "@dataclass\nclass P:\n    x: int\n    y: int = 0\n"


_SHAPE = "class Shape:\n    def area(self, a, b, c, d):\n        return a\n"
_ROUND = "class Round(Shape):\n    pass\n"
_RING = "class Ring(Round):\n    def area(self, a, b, c, d):\n        return b\n"
_BOX = "class Box(Shape):\n    def size(self, a, b, c, d):\n        return b\n"


@dataclass(frozen=True, slots=True)
class _Interface:
    id = "S5"
    name = "interface"
    reads_code = False
    advice = "fewer things to know: one parameter object for many parameters, two functions for a flag"
    examples = (
        Example("", "def f(a, b, c, d, e, flag=False):\n    return a\n", 1.75),
        Example("def f(a):\n    return a\n", "def g(b: int, /, c=1) -> int:\n    return b\n", 0.0),
        Example("", _WRITTEN, 1.25),
        Example(_WRITTEN, _RECORD, -0.25),
        Example("", "LIMIT = 3\n_HIDDEN = 4\n__all__ = ['LIMIT']\n", 0.25),
        Example("def f(a):\n    return a\n", "def f(a):\n    def g():\n        return a\n    return g\n", 0.5),
        Example(_SHAPE + _ROUND, {"a.py": _SHAPE + _ROUND, "b.py": _RING}, 1.0),
        Example(_SHAPE, _SHAPE + _BOX, 1.75),
        Example(_ROUND, _ROUND + _RING, 1.75),
    )

    def price(self, facts: FileFacts) -> tuple[Charge, ...]:
        return tuple(charge for unit in facts.units for found in unit.interface for charge in _charges(unit, found))

    def entries(self, facts: FileFacts, /) -> Iterator[Entry]:
        return entries(facts, _points)

    def loads(self, keys: Collection[str], view: View, /) -> list[Load]:
        found = {f"{back.at.path}:{back.at.unit}": back for back in inherited(keys, view)}
        return [Load(subject, -back.points, (back.at,)) for subject, back in sorted(found.items())]

    @overload
    def explain(self, unit: Unit, charges: Sequence[Charge], /) -> Advice: ...
    @overload
    def explain(self, load: Load, before: Load | None, view: View, /) -> Told | None: ...
    def explain(self, what: Unit | Load, *known: Any) -> Advice | Told | None:
        """As a `Signal` of a unit and its charges. Of what is paid back over the tree nothing has to be said."""
        return _advice(what, known[0]) if isinstance(what, Unit) else None


def _advice(unit: Unit, charges: Sequence[Charge]) -> Advice:
    worst = dearest(charges)
    wide = [found for found in unit.interface if found.parameters > FREE_PARAMETERS]
    if worst.kind == "parameter" and wide:
        what = f"{worst.subject}() takes {counted(wide[0].parameters, 'parameter')}"
        return Advice(worst.line, what, "pass one object that already holds them, or drop those with one value")
    if worst.kind == "flag":
        do = "make two functions of it, each named for what it does, or drop the flag if all callers agree"
        return Advice(worst.line, f"a boolean default makes {worst.subject}() two functions in one", do)
    names = ", ".join(sorted({charge.subject for charge in charges})[:5])
    do = "inline what is used once and adds no name worth having; keep the rest private"
    return Advice(worst.line, f"new names to know: {names}", do)


def _charges(unit: Unit, found: Declared) -> Iterator[Charge]:
    for points, kind in _prices(found):
        yield Charge(unit.qualname, found.line, points, kind, found.name)


def _prices(found: Declared) -> Iterator[tuple[float, str]]:
    if INTERFACE[found.kind]:
        yield INTERFACE[found.kind], found.kind
    if found.parameters > FREE_PARAMETERS:
        yield (found.parameters - FREE_PARAMETERS) * PARAMETER, "parameter"
    if found.flags:
        yield found.flags * FLAG, "flag"


def _points(found: Declared) -> float:
    """What a declaration costs by itself."""
    return fsum(points for points, _ in _prices(found))


def build() -> Signal:
    return _Interface()
