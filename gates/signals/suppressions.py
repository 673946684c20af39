"""S18, suppressions: every comment that silences a tool leaves a decision that no tool looks at any more."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pareback.gates.facts import FileFacts, Unit
from pareback.gates.reading import silence
from pareback.gates.signal import Advice, Charge, Example, Signal, counted, dearest

_PLAIN = "def f(a):\n    return g(a)\n"
_TYPED = "def f(a):\n    return g(a)  # type: ignore[arg-type]\n"


@dataclass(frozen=True, slots=True)
class _Suppressions:
    id = "S18"
    name = "suppressions"
    advice = "mend what the tool reports instead of silencing it"
    examples = (
        Example(_PLAIN, _TYPED, 1.0),
        Example(_PLAIN, _PLAIN.replace("g(a)\n", "g(a)  # noqa: PLW0603, PLR0913\n"), 1.0),
        Example(_PLAIN, _PLAIN.replace("def f(a):\n", "def f(a):  # pragma: no cover\n"), 0.5),
        Example(_TYPED, _PLAIN, -1.0),
        Example(_PLAIN, _PLAIN.replace("g(a)\n", "g(a)  # checked by the caller\n"), 0.0),
        Example(_TYPED, "X = 1\n\n\n" + _TYPED.replace("f(", "h("), 0.0),
        Example({"a.py": _TYPED}, {"b.py": _TYPED}, 0.0),
    )

    def price(self, facts: FileFacts) -> tuple[Charge, ...]:
        return tuple(
            Charge(found.unit, found.line, silence.points(found), "silence", silence.name(found))
            for found in facts.suppressions
        )

    def explain(self, unit: Unit, charges: Sequence[Charge], /) -> Advice:
        first = dearest(charges)
        kinds = Counter(charge.subject for charge in charges)
        told = ", ".join(
            f"`{name}`" + (f" {count} times" if count > 1 else "") for name, count in sorted(kinds.items())
        )
        message = f"{counted(len(charges), 'suppression')} hide what tools found: {told}"
        do = f"remove the comment on line {first.line} and change the code until the tool has nothing to report"
        return Advice(first.line, message, do, sum(charge.points for charge in charges))


def build() -> Signal:
    return _Suppressions()
