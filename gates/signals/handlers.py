"""S14, exception slop: handlers that catch everything, worse when they drop it or guard a long stretch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pareback.gates.facts import FileFacts, Handler, Unit
from pareback.gates.points import BROAD, BROAD_BODY, BROAD_LINES, SWALLOWED, step_points
from pareback.gates.signal import Advice, Charge, Example, Signal, dearest

_NARROW = "def f(p):\n    try:\n        return load(p)\n    except FileNotFoundError:\n        return None\n"
_BROAD = _NARROW.replace("FileNotFoundError", "Exception")
_RAISES = "def f(p):\n    try:\n        return load(p)\n    except Exception:\n        close(p)\n        raise\n"


@dataclass(frozen=True, slots=True)
class _Handlers:
    id = "S14"
    name = "exception slop"
    advice = "catch the one exception you expect around the one call that raises it, or let it raise"
    examples = (
        Example(_NARROW, _BROAD, 3.0),
        Example(_NARROW, _NARROW.replace("None", "p"), 0.0),
        Example(_NARROW, _RAISES, 0.0),
        Example(_NARROW, _BROAD.replace("return None", "report(p)"), 1.5),
        Example("", "from contextlib import suppress\nwith suppress(Exception):\n    go()\n", 3.0),
    )

    def price(self, facts: FileFacts) -> tuple[Charge, ...]:
        return tuple(charge for unit in facts.units for found in unit.handlers for charge in _charges(unit, found))

    def explain(self, unit: Unit, charges: Sequence[Charge], /) -> Advice:
        worst = dearest(charges)
        drops = any(charge.kind == "swallowed" for charge in charges)
        hides = "hides every error, also those nobody thought of" if drops else "catches what it cannot know"
        flow = sum(
            step_points(step.kind, step.nesting)
            for step in unit.flow
            if step.kind == "except" and step.line == worst.line
        )
        saves = flow + sum(charge.points for charge in charges if charge.line == worst.line)
        do = "delete the handler and let it raise; if one error is expected, catch only that one, around its call"
        return Advice(worst.line, f"`{worst.subject}` {hides}", do, saves)


def _charges(unit: Unit, found: Handler) -> Iterator[Charge]:
    if not found.broad or found.passes:
        return
    yield Charge(unit.qualname, found.line, BROAD, "broad", found.caught)
    if found.swallows:
        yield Charge(unit.qualname, found.line, SWALLOWED, "swallowed", found.caught)
    if found.body > BROAD_LINES:
        yield Charge(unit.qualname, found.line, BROAD_BODY, "long", found.caught)


def build() -> Signal:
    return _Handlers()
