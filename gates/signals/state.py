"""S3, state: what outlives a call, names bound again, and conditions that depend on either or on the outside world."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pareback.gates.facts import FileFacts, Unit
from pareback.gates.points import DECISION, REBINDING, STATE
from pareback.gates.signal import Advice, Charge, Example, Signal, counted, dearest

_CLASS = "class Job:\n    def __init__(self):\n        self.on = False\n"
_WRITER = _CLASS + "    def start(self):\n        self.on = True\n"
_READER = _WRITER + "    def go(self):\n        if self.on:\n            run()\n"
_LAZY = "class A:\n    def get(self):\n        if self.x is None:\n            self.x = 1\n        return self.x\n"

_DO = {
    "attribute": "hand {subject} in or return it, so that it is set once, in the constructor",
    "lazy": "compute {subject} in the constructor, or with functools.cached_property",
    "global": "take {subject} as a parameter and return its new value; drop the global statement",
    "nonlocal": "return the new value of {subject} instead of writing it from inside",
    "mutation": "make a new value and return it instead of changing {subject}, which belongs to the module",
    "default": "make the default immutable, () or None: a mutable one of {subject} is shared by all calls",
    "shared": "hand {subject} in as a parameter and decide on that",
    "volatile": "take what {subject} says as a parameter; read it once, where the program starts",
    "rebinding": "give the second meaning of {subject} a name of its own",
}
_SAVES = {"attribute", "lazy", "global", "nonlocal", "mutation", "default", "volatile", "shared"}


@dataclass(frozen=True, slots=True)
class _State:
    id = "S3"
    name = "state"
    advice = "hand values in and return new ones instead of changing what others see"
    examples = (
        Example(_CLASS, _WRITER, 1.0),
        Example(_WRITER, _READER, 0.5),
        Example(_CLASS, _CLASS + "    def go(self):\n        if self.on:\n            run()\n", 0.0),
        Example("", _LAZY, 1.0),
        Example("def f():\n    return 1\n", "def f():\n    global n\n    n = 1\n", 2.0),
        Example("def f(a=()):\n    return a\n", "def f(a=[]):\n    return a\n", 2.0),
        Example("def f(a):\n    b = a\n    return b\n", "def f(a):\n    b = a\n    b = b + 1\n    return b\n", 0.2),
        Example("def f():\n    return 1\n", "def f():\n    SEEN.append(1)\n    SEEN.append(2)\n", 1.0),
        Example("def f(now):\n    return now > 3\n", "import time\ndef f():\n    return time.time() > 3\n", 0.0),
        Example("def f(now):\n    assert now > 3\n", "import time\ndef f():\n    assert time.time() > 3\n", 1.0),
    )

    def price(self, facts: FileFacts) -> tuple[Charge, ...]:
        mutable = _mutable(facts)
        charges: list[Charge] = []
        seen: set[str] = set()
        for unit in facts.units:
            charges += _written(unit, mutable, seen)
            charges += (
                Charge(unit.qualname, again.line, REBINDING * again.times, "rebinding", again.name)
                for again in unit.rebindings
            )
            charges += (
                Charge(unit.qualname, found.line, DECISION[found.kind], _named(found.kind), found.subject)
                for found in unit.decisions
                if found.kind != "attribute" or found.subject in mutable
            )
        return tuple(charges)

    def explain(self, _unit: Unit, charges: Sequence[Charge], /) -> Advice:
        worst = dearest(charges)
        kind = "attribute" if worst.kind == "stateful" else worst.kind
        same = [charge for charge in charges if charge.subject == worst.subject]
        others = len({charge.subject for charge in charges}) - 1
        lines = ", ".join(str(line) for line in sorted({charge.line for charge in same})[:5])
        message = f"{_what(worst)} on line {lines}" + (f", and {counted(others, 'other name')}" if others else "")
        saves = sum(charge.points for charge in same) if kind in _SAVES else None
        return Advice(worst.line, message, _DO[kind].format(subject=worst.subject), saves)


def _mutable(facts: FileFacts) -> dict[str, float]:
    """Attributes written after construction, with their price: lazy only if every write is."""
    prices: dict[str, float] = {}
    for unit in facts.units:
        for found in unit.shared:
            if found.kind in {"attribute", "lazy"}:
                prices[found.subject] = max(prices.get(found.subject, 0.0), STATE[found.kind])
    return prices


def _written(unit: Unit, mutable: dict[str, float], seen: set[str]) -> Iterator[Charge]:
    """One charge per attribute of a class, at its first writer; everything else is charged where it stands."""
    for found in unit.shared:
        if found.subject not in mutable or found.kind not in {"attribute", "lazy"}:
            yield Charge(unit.qualname, found.line, STATE[found.kind], found.kind, found.subject)
        elif found.subject not in seen:
            seen.add(found.subject)
            yield Charge(unit.qualname, found.line, mutable[found.subject], found.kind, found.subject)


def _named(kind: str) -> str:
    return "stateful" if kind == "attribute" else kind


def _what(charge: Charge) -> str:
    words = {
        "attribute": f"{charge.subject} is written after construction",
        "lazy": f"{charge.subject} is filled in later",
        "global": f"{charge.subject} is a global that this writes",
        "nonlocal": f"{charge.subject} is written from an inner function",
        "mutation": f"{charge.subject} belongs to the module and is changed",
        "default": f"a default of {charge.subject}() is mutable",
        "stateful": f"a condition depends on {charge.subject}, which changes",
        "shared": f"a condition depends on {charge.subject}, which others change",
        "volatile": f"a condition depends on {charge.subject}",
        "rebinding": f"{charge.subject} is bound again",
    }
    return words[charge.kind]


def build() -> Signal:
    return _State()
