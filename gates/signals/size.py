"""S2, size: Halstead's volume in bits, because lines can be packed and volume cannot."""

from collections.abc import Sequence
from dataclasses import dataclass

from pareback.gates.facts import FileFacts, Unit
from pareback.gates.reading.lines import volume_points
from pareback.gates.signal import Advice, Charge, Example, Signal

_PLAIN = "def f(a, b):\n    x = load(a)\n    y = join(x, b)\n    save(y)\n    return y\n"
_PACKED = "def f(a, b):\n    x = load(a); y = join(x, b); save(y); return y\n"
_TYPED = (
    'def f(a: int, b: str) -> str:\n    """Join."""\n    x: int = load(a)\n    y: str = join(x, b)\n    save(y)\n'
    "    return y\n"
)


@dataclass(frozen=True, slots=True)
class _Size:
    id = "S2"
    name = "size"
    advice = "say it with less: what the project or the standard library already has, nothing the ticket does not ask"
    examples = (
        Example(_PLAIN, _PACKED, 0.0),
        Example(_PLAIN, _TYPED, 0.0),
        Example("", _PLAIN, 0.329),
        Example("", "import os\nfrom sys import path\n", 0.0),
        Example("", "X = {1: 2, 3: 4, 5: 6, 7: 8}\n", 0.095),
    )

    def price(self, facts: FileFacts) -> tuple[Charge, ...]:
        return tuple(
            Charge(unit.qualname, unit.line, volume_points(size), "table" if size.literal else "volume")
            for unit in facts.units
            for size in unit.sizes
        )

    def explain(self, unit: Unit, charges: Sequence[Charge], /) -> Advice:
        tokens = sum(size.operators + size.operands for size in unit.sizes)
        points = sum(charge.points for charge in charges)
        message = f"{tokens} operators and operands on {len(unit.lines)} logical lines, {points:.1f} points of size"
        return Advice(unit.line, message, self.advice)


def build() -> Signal:
    return _Size()
