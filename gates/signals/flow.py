"""S1, control flow: every branch costs one point, and one more for every level it is nested in."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pareback.gates.facts import FileFacts, Increment, Unit
from pareback.gates.points import FLOW, HELPER, UNIT_FLOW, overflow_points, step_points
from pareback.gates.signal import Advice, Charge, Example, Signal

_INLINE = {"bool", "value", "ternary", "comprehension", "filter", "inner", "when"}
"""Steps within an expression: they may stand on the line of a condition."""

_NESTED = """
def ship(order):
    if order.paid:
        for item in order.items:
            send(item)
"""
_GUARDED = """
def ship(order):
    if not order.paid:
        return
    for item in order.items:
        send(item)
"""
_CHAIN = """
def area(shape, size):
    if shape == "square":
        return size * size
    elif shape == "circle":
        return 3 * size * size
    elif shape == "line":
        raise ValueError(size)
    else:
        return 0
"""
_MATCH = """
def area(shape, size):
    match shape:
        case "square":
            return size * size
        case "circle":
            return 3 * size * size
        case "line":
            raise ValueError(size)
        case _:
            return 0
"""
_COMPREHENSION = """
def names(users):
    return [user.name for user in users if user.active]
"""
_LOOP = """
def names(users):
    found = []
    for user in users:
        if user.active:
            found.append(user.name)
    return found
"""


@dataclass(frozen=True, slots=True)
class _Way:
    """One way out, with what it saves."""

    line: int
    do: str
    saves: float


@dataclass(frozen=True, slots=True)
class _Flow:
    id = "S1"
    name = "control flow"
    advice = "return early instead of nesting, and merge branches that do the same"
    examples = (
        Example("def f(x):\n    return x\n", "def f(x):\n    if x:\n        return x\n", 1.0),
        Example(_NESTED, _GUARDED, -1.0),
        Example(_CHAIN, _MATCH, 0.0),
        Example(_LOOP, _COMPREHENSION, -2.0),
        Example(_LOOP, _LOOP.replace("found", "kept").replace("names", "labels"), 0.0),
        Example("def f(a, b):\n    return a\n", "def f(a, b):\n    return a and b or 0\n", 3.0),
        Example("def f(n):\n    return n\n", "def f(n):\n    return f(n - 1)\n", 1.0),
        Example("def f(a):\n    return a\n", "async def f(a):\n    async with a:\n        return await a\n", 0.0),
    )

    def price(self, facts: FileFacts) -> tuple[Charge, ...]:
        return tuple(charge for unit in facts.units for charge in _priced_steps(unit))

    def explain(self, unit: Unit, _charges: Sequence[Charge], /) -> Advice:
        deepest = _deepest(unit.flow)
        message = f"{_flow(unit.flow):g} points of control flow" + _evidence(unit.flow, deepest)
        ways = [way for way in (*_guards(unit.flow), *_helpers(unit.flow)) if way.saves > 0]
        if not ways:
            do = "merge branches that do the same; drop cases that cannot occur or that the ticket does not ask for"
            return Advice(deepest.line, message, do)
        best = max(ways, key=lambda way: way.saves)
        return Advice(best.line, message, best.do, best.saves)


def _priced_steps(unit: Unit) -> list[Charge]:
    charges = [Charge(unit.qualname, step.line, step_points(step.kind, step.nesting), step.kind) for step in unit.flow]
    extra = _overflow(unit.flow)
    return [*charges, Charge(unit.qualname, unit.line, extra, "overflow")] if extra else charges


def _flow(steps: Sequence[Increment]) -> float:
    return sum(step_points(step.kind, step.nesting) for step in steps)


def _overflow(steps: Sequence[Increment]) -> float:
    return overflow_points(step.kind for step in steps)


def _priced(steps: Sequence[Increment]) -> float:
    return _flow(steps) + _overflow(steps)


def _deepest(steps: Sequence[Increment]) -> Increment:
    return max(steps, key=lambda step: (step.nesting, -step.line))


def _chain(steps: Sequence[Increment], deepest: Increment) -> list[Increment]:
    """The steps around the deepest one, outermost first: the last of each level before it that holds it."""
    before = steps[: steps.index(deepest)]
    open_at = {
        step.nesting: step
        for at, step in enumerate(before)
        if step.kind not in _INLINE and step.nesting < deepest.nesting and _holds(step, steps[at + 1 : len(before) + 1])
    }
    return [*(open_at[level] for level in sorted(open_at)), deepest]


def _holds(step: Increment, after: Sequence[Increment]) -> bool:
    """Whether all the steps after it lie in its body; one that is over before a function begins in it does not."""
    return sum(FLOW[each.kind].nested > 0 for each in after) <= step.inside


def _evidence(steps: Sequence[Increment], deepest: Increment) -> str:
    if not deepest.nesting:
        flow = _flow(steps)
        return f" in one unit; a reader holds about {UNIT_FLOW:g}" if flow > UNIT_FLOW else ""
    chain = _chain(steps, deepest)
    lines = ", ".join(str(step.line) for step in chain)
    return f"; deepest: {' > '.join(step.kind for step in chain)} on lines {lines}"


def _guards(steps: Sequence[Increment]) -> Iterator[_Way]:
    """Turn every condition around that can be: each step inside is one level cheaper."""
    turned = [step for step in steps if step.guard and step.inside]
    if turned:
        saves = sum(step.inside * FLOW[step.kind].nested for step in turned)
        lines = ", ".join(str(line) for line in sorted({step.line for step in turned})[:4])
        do = f"turn the condition on line {lines} around and return early (continue in a loop); dedent the rest"
        yield _Way(turned[0].line, do, saves)


def _helpers(steps: Sequence[Increment]) -> Iterator[_Way]:
    """Make the body of one step a function, which starts flat."""
    for at, step in enumerate(steps):
        body = _body(steps, at) if step.inside else []
        rest = [other for other in steps if other not in body]
        moved = [replace(other, nesting=other.nesting - step.nesting - 1) for other in body]
        saves = _priced(steps) - _priced(rest) - _priced(moved) - HELPER
        do = f"make the body of the `{step.kind}` on line {step.line} a function of its own, named for what it does"
        yield _Way(step.line, do, saves)


def _body(steps: Sequence[Increment], at: int) -> list[Increment]:
    body: list[Increment] = []
    for step in steps[at + 1 :]:
        if step.nesting > steps[at].nesting:
            body.append(step)
        elif step.kind not in _INLINE:
            break
    return body


def build() -> Signal:
    return _Flow()
