"""What a single condition asks, in one form for all the ways to write it.

`not a >= b` is `a < b`, `5 > x` is `x < 5`, `len(x) == 0` is `not x`, `type(x) is T` is `isinstance(x, T)`. What is
asked about comes first, constants come last.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pareback.gates.syntax.draft import Draft
from pareback.gates.syntax.subjects import FREE, OPAQUE, bare, defaulted, last, looks_up, none, subject

_DENIED = (ast.IsNot, ast.NotEq, ast.NotIn, ast.GtE, ast.LtE)
_CONTAINERS = (ast.Tuple, ast.List, ast.Set)
_TESTS = {"isinstance", "issubclass"}
_EDGES = {"startswith", "endswith"}
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Leaf:
    """A condition on `node`. `operator` and `against` say what it is compared with; of a type test `operator` is the
    tested set, of an `in` the only operand is what is looked for."""

    kind: str
    node: ast.expr
    positive: bool = True
    operator: str = ""
    against: tuple[ast.expr, ...] = ()


Reader = Callable[[Draft, Any], Iterator[Leaf]]


def leaves(draft: Draft, node: ast.expr) -> Iterator[Leaf]:
    """The questions of one condition that is no `and`, `or` or `not`. Most ask one."""
    node = bare(node)
    reader = _READERS.get(type(node))
    return reader(draft, node) if reader else iter(())


def pairs(node: ast.Compare) -> list[ast.expr]:
    """`a < b < c` as what it means: `a < b`, `b < c`."""
    sides = [node.left, *node.comparators]
    links = zip(sides, node.ops, sides[1:], strict=False)
    return [ast.copy_location(ast.Compare(left, [operator], [right]), node) for left, operator, right in links]


def fixed(draft: Draft, node: ast.expr) -> bool:
    """Whether the expression is the same wherever it stands: a constant, or a name of the module and what it holds."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.operand, ast.Constant)
    return isinstance(node, ast.Name | ast.Attribute) and subject(draft, node)[0] == FREE


def _compare(draft: Draft, node: ast.Compare) -> Iterator[Leaf]:
    operator, left, right = node.ops[0], bare(node.left), bare(node.comparators[0])
    found, denied = _related(draft, operator, left, right), isinstance(operator, _DENIED)
    return (replace(leaf, positive=not leaf.positive) for leaf in found) if denied else found


def _related(draft: Draft, operator: ast.cmpop, left: ast.expr, right: ast.expr) -> Iterator[Leaf]:
    """What the operator asks where it is positive: `is`, `==`, `in` or `<`."""
    if isinstance(operator, ast.In | ast.NotIn):
        return _contained(draft, left, right)
    if isinstance(operator, ast.Lt | ast.GtE):
        return _ordered(draft, left, right)
    if isinstance(operator, ast.Gt | ast.LtE):
        return _ordered(draft, right, left)
    return _equal(draft, right, left) if fixed(draft, left) and not fixed(draft, right) else _equal(draft, left, right)


def _equal(draft: Draft, left: ast.expr, right: ast.expr) -> Iterator[Leaf]:
    typed, measured = _typed(left), _measured(left)
    if none(right):
        yield Leaf("nil", left)
        yield from _had(left, there=False)
    elif typed is not None:
        yield _type_test(draft, typed, right)
    elif measured is not None and _is(right, 0):
        yield Leaf("truthy", measured, positive=False)
    elif _empty(right):
        yield Leaf("truthy", left, positive=False)
    else:
        yield Leaf("eq" if fixed(draft, right) else "cmp", left, operator="==", against=(right,))


def _contained(draft: Draft, left: ast.expr, right: ast.expr) -> Iterator[Leaf]:
    typed = _typed(left)
    if typed is not None:
        yield _type_test(draft, typed, right)
    elif isinstance(right, _CONTAINERS) and right.elts and all(fixed(draft, item) for item in right.elts):
        yield Leaf("eq", left, operator="==", against=tuple(right.elts))
    elif fixed(draft, right):
        yield Leaf("eq", left, operator="in", against=(right,))
    else:
        yield Leaf("in", right, against=(left,))


def _ordered(draft: Draft, low: ast.expr, high: ast.expr) -> Iterator[Leaf]:
    """`low < high`."""
    above, below = _measured(high), _measured(low)
    if above is not None and _is(low, 0):
        yield Leaf("truthy", above)
    elif below is not None and _is(high, 1):
        yield Leaf("truthy", below, positive=False)
    elif fixed(draft, low):
        yield Leaf("ord", high, operator=">", against=(low,))
    else:
        yield Leaf("ord", low, operator="<", against=(high,))


def _typed(node: ast.expr) -> ast.expr | None:
    """The x of `type(x)` and `x.__class__`."""
    if isinstance(node, ast.Attribute):
        return node.value if node.attr == "__class__" else None
    return _argument(node, "type")


def _measured(node: ast.expr) -> ast.expr | None:
    """The x of `len(x)`."""
    return _argument(node, "len")


def _argument(node: ast.expr, name: str) -> ast.expr | None:
    """The only argument of a call of that name."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != name:
        return None
    return node.args[0] if len(node.args) == 1 else None


def _is(node: ast.expr, value: int) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and node.value == value


def _empty(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str | bytes) and not node.value
    return (isinstance(node, _CONTAINERS) and not node.elts) or (isinstance(node, ast.Dict) and not node.keys)


def _call(draft: Draft, node: ast.Call) -> Iterator[Leaf]:
    if isinstance(node.func, ast.Name):
        return _function(draft, node, node.func.id)
    return _method(draft, node, node.func) if isinstance(node.func, ast.Attribute) else iter(())


def _function(draft: Draft, node: ast.Call, name: str) -> Iterator[Leaf]:
    first, second = (*node.args[:_PAIR], None, None)[:_PAIR]
    if first is None:
        yield Leaf("call", node)
    elif name in _TESTS and second is not None:
        yield _type_test(draft, first, second)
    elif name == "callable":
        yield Leaf("type", first, operator="callable:")
    elif name == "hasattr" and isinstance(second, ast.Constant) and isinstance(second.value, str):
        yield Leaf("type", first, operator=f"hasattr:{second.value}")
    elif name == "bool":
        yield from leaves(draft, first)
    elif name == "len":
        yield Leaf("truthy", first)
    else:
        yield Leaf("truthy" if defaulted(node) else "call", node)
        yield from _had(node, there=True)


def _had(node: ast.expr, *, there: bool) -> Iterator[Leaf]:
    """`getattr(o, "a", None) is None` also asks whether o has an `a`."""
    name = defaulted(node)
    if name and isinstance(node, ast.Call):
        yield Leaf("type", node.args[0], there, f"hasattr:{name}")


def _method(draft: Draft, node: ast.Call, func: ast.Attribute) -> Iterator[Leaf]:
    arguments, name = node.args, func.attr
    if name in _EDGES and len(arguments) == 1 and fixed(draft, arguments[0]):
        yield Leaf("eq", func.value, operator=name, against=(arguments[0],))
    elif name == "get" and looks_up(node):
        yield Leaf("nil", node, positive=False)
    elif name.startswith("is") and arguments and isinstance(func.value, ast.Name) and func.value.id == "inspect":
        yield Leaf("type", arguments[0], operator=f"{name}:")
    else:
        yield Leaf("call", node)


def _type_test(draft: Draft, node: ast.expr, types: ast.expr) -> Leaf:
    """A test for None among other types is a test for these."""
    found = set(_types(draft, types))
    named = sorted(found - {"NoneType"})
    return Leaf("type", node, operator=" | ".join(named)) if named else Leaf("nil", node)


def _types(draft: Draft, node: ast.expr) -> Iterator[str]:
    if isinstance(node, _CONTAINERS):
        yield from (name for item in node.elts for name in _types(draft, item))
    elif isinstance(node, ast.BinOp):
        yield from (name for side in (node.left, node.right) for name in _types(draft, side))
    elif none(node) or none(_argument(node, "type")):
        yield "NoneType"
    else:
        yield last(node) if fixed(draft, node) else OPAQUE


def _flag(draft: Draft, node: ast.BinOp) -> Iterator[Leaf]:
    if type(node.op) is ast.BitAnd and fixed(draft, node.right):
        yield Leaf("eq", node.left, operator="&", against=(node.right,))


def _truthy(_draft: Draft, node: ast.expr) -> Iterator[Leaf]:
    yield Leaf("truthy", node)


_READERS: Mapping[type[ast.expr], Reader] = {
    ast.Compare: _compare,
    ast.Call: _call,
    ast.BinOp: _flag,
    ast.Name: _truthy,
    ast.Attribute: _truthy,
    ast.Subscript: _truthy,
}
