"""S5, interface: what others must know to use the code: functions, classes, public names, parameters beyond three."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pareback.gates.facts import Declared, FileFacts, Unit
from pareback.gates.points import FLAG, FREE_PARAMETERS, INTERFACE, PARAMETER
from pareback.gates.signal import Advice, Charge, Example, Signal, counted, dearest

_WRITTEN = "class P:\n    def __init__(self, x, y):\n        self.x = x\n        self.y = y\n"
_RECORD = "@dataclass\nclass P:\n    x: int\n    y: int = 0\n"


@dataclass(frozen=True, slots=True)
class _Interface:
    id = "S5"
    name = "interface"
    advice = "fewer things to know: one parameter object for many parameters, two functions for a flag"
    examples = (
        Example("", "def f(a, b, c, d, e, flag=False):\n    return a\n", 1.75),
        Example("def f(a):\n    return a\n", "def g(b: int, /, c=1) -> int:\n    return b\n", 0.0),
        Example("", _WRITTEN, 1.25),
        Example(_WRITTEN, _RECORD, -0.25),
        Example("", "LIMIT = 3\n_HIDDEN = 4\n__all__ = ['LIMIT']\n", 0.25),
        Example("def f(a):\n    return a\n", "def f(a):\n    def g():\n        return a\n    return g\n", 0.5),
    )

    def price(self, facts: FileFacts) -> tuple[Charge, ...]:
        return tuple(charge for unit in facts.units for found in unit.interface for charge in _charges(unit, found))

    def explain(self, unit: Unit, charges: Sequence[Charge], /) -> Advice:
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
    def charge(points: float, kind: str) -> Charge:
        return Charge(unit.qualname, found.line, points, kind, found.name)

    if INTERFACE[found.kind]:
        yield charge(INTERFACE[found.kind], found.kind)
    if found.parameters > FREE_PARAMETERS:
        yield charge((found.parameters - FREE_PARAMETERS) * PARAMETER, "parameter")
    if found.flags:
        yield charge(found.flags * FLAG, "flag")


def build() -> Signal:
    return _Interface()
