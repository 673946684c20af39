"""S1, control flow: every branch costs one point, and one more for every level it is nested in."""

from collections.abc import Sequence
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
        turned = [step for step in unit.flow if step.guard and step.inside]
        if turned:
            return Advice(turned[0].line, message, _turn(turned), _saved_by_guards(unit.flow, turned))
        saves, step = max(
            ((_saved_by_helper(unit.flow, at), step) for at, step in enumerate(unit.flow) if step.inside),
            key=lambda option: option[0],
            default=(0.0, deepest),
        )
        if saves > 0:
            do = f"make the body of the `{step.kind}` on line {step.line} a function of its own, named for what it does"
            return Advice(step.line, message, do, saves)
        do = "merge branches that do the same; drop cases that cannot occur or that the ticket does not ask for"
        return Advice(deepest.line, message, do)


def _priced_steps(unit: Unit) -> list[Charge]:
    charges = [Charge(unit.qualname, step.line, step_points(step.kind, step.nesting), step.kind) for step in unit.flow]
    extra = overflow_points(_flow(unit.flow))
    return [*charges, Charge(unit.qualname, unit.line, extra, "overflow")] if extra else charges


def _flow(steps: Sequence[Increment]) -> float:
    return sum(step_points(step.kind, step.nesting) for step in steps)


def _priced(steps: Sequence[Increment]) -> float:
    flow = _flow(steps)
    return flow + overflow_points(flow)


def _deepest(steps: Sequence[Increment]) -> Increment:
    return max(steps, key=lambda step: (step.nesting, -step.line))


def _chain(steps: Sequence[Increment], deepest: Increment) -> list[Increment]:
    """The steps around the deepest one, outermost first: the last of each level before it."""
    before = steps[: steps.index(deepest)]
    open_at = {step.nesting: step for step in before if step.kind not in _INLINE and step.nesting < deepest.nesting}
    return [*(open_at[level] for level in sorted(open_at)), deepest]


def _evidence(steps: Sequence[Increment], deepest: Increment) -> str:
    if not deepest.nesting:
        flow = _flow(steps)
        return f" in one unit; a reader holds about {UNIT_FLOW:g}" if flow > UNIT_FLOW else ""
    chain = _chain(steps, deepest)
    lines = ", ".join(str(step.line) for step in chain)
    return f"; deepest: {' > '.join(step.kind for step in chain)} on lines {lines}"


def _turn(steps: Sequence[Increment]) -> str:
    lines = ", ".join(str(line) for line in sorted({step.line for step in steps})[:4])
    return f"turn the condition on line {lines} around and leave early (return, or continue in a loop); dedent the rest"


def _saved_by_guards(steps: Sequence[Increment], turned: Sequence[Increment]) -> float:
    """Every step inside is one level cheaper for each condition turned around."""
    flow = _flow(steps)
    after = flow - sum(step.inside * FLOW[step.kind].nested for step in turned)
    return flow + overflow_points(flow) - after - overflow_points(after)


def _saved_by_helper(steps: Sequence[Increment], at: int) -> float:
    """The body of a step moves into a function that starts flat."""
    levels = steps[at].nesting + 1
    body = _body(steps, at)
    rest = [step for step in steps if step not in body]
    moved = [replace(step, nesting=step.nesting - levels) for step in body]
    return _priced(steps) - _priced(rest) - _priced(moved) - HELPER


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
