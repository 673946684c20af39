"""Comparisons: another operator, a bound that is off by one, an operator and its bound together."""

import ast
import re
from collections.abc import Iterator, Mapping

from pareback.adapters.repair.operator import Draft, Example, Operator, Site

SYMBOLS: Mapping[type[ast.cmpop], str] = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip  # a table reads better in rows
NEAR: Mapping[str, Mapping[str, float]] = {
    "<": {"<=": 1.0, ">": 0.6, ">=": 0.4, "!=": 0.1},
    "<=": {"<": 1.0, ">=": 0.6, ">": 0.4, "==": 0.15},
    ">": {">=": 1.0, "<": 0.6, "<=": 0.4, "!=": 0.1},
    ">=": {">": 1.0, "<=": 0.6, "<": 0.4, "==": 0.15},
    "==": {"!=": 0.8, "<=": 0.4, ">=": 0.4, "<": 0.2, ">": 0.2, "is": 0.05},
    "!=": {"==": 1.0, "<": 0.4, ">": 0.4, "<=": 0.1, ">=": 0.1},
    "is": {"is not": 1.0, "==": 0.5},
    "is not": {"is": 1.0, "!=": 0.5},
    "in": {"not in": 1.0},
    "not in": {"in": 1.0},
}
"""How likely another operator was meant."""
_TOGETHER = {"==": (("<=", 1), ("<", 1), (">=", -1), (">", -1)), "<": (("<=", -1), (">=", 1)), ">": (("<=", 1),)}


def _operator(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.Compare)
    left = node.left
    for op, right in zip(node.ops, node.comparators, strict=True):
        found = _symbol(left, right, SYMBOLS[type(op)], site)
        if found is not None:
            for other, weight in NEAR[SYMBOLS[type(op)]].items():
                yield site.splice(*found, other, weight)
        left = right


def _symbol(left: ast.expr, right: ast.expr, symbol: str, site: Site) -> tuple[int, int] | None:
    """Where the operator stands between its operands."""
    start, end = site.module.span(left)[1], site.module.span(right)[0]
    match = re.search(re.escape(symbol).replace(r"\ ", r"\s+"), site.module.text[start:end])
    return None if match is None else (start + match.start(), start + match.end())


def _with_bound(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.Compare)
    right = node.comparators[0]
    symbol = SYMBOLS[type(node.ops[0])]
    if len(node.ops) > 1 or not isinstance(right, ast.Constant) or type(right.value) is not int:
        return
    for other, shift in _TOGETHER.get(symbol, ()):
        yield site.replace(node, f"{site.text(node.left)} {other} {right.value + shift}", 1.0 if shift > 0 else 0.3)


def _chain(node: ast.AST, site: Site) -> Iterator[Draft]:
    """`a < x and x < b` with a slip: the middle operand of a chain is compared on one side only."""
    assert isinstance(node, ast.Compare)
    if len(node.ops) < 2:
        return
    first = f"{site.text(node.left)} {SYMBOLS[type(node.ops[0])]} {site.text(node.comparators[0])}"
    second = f"{site.text(node.comparators[0])} {SYMBOLS[type(node.ops[1])]} {site.text(node.comparators[1])}"
    yield site.replace(node, first, 0.6)
    yield site.replace(node, second, 0.6)
    yield site.replace(node, f"{first} or {second}", 0.3)


def _swapped(node: ast.AST, site: Site) -> Iterator[Draft]:
    """Only for membership: for the others another operator says the same."""
    assert isinstance(node, ast.Compare)
    if isinstance(node.ops[0], ast.In | ast.NotIn) and len(node.ops) == 1:
        symbol = SYMBOLS[type(node.ops[0])]
        yield site.replace(node, f"{site.operand(node.comparators[0])} {symbol} {site.operand(node.left)}")


OPERATORS = (
    Operator(
        "another comparison",
        3.0,
        (ast.Compare,),
        _operator,
        Example(
            "def f(a, b):\n    return a < b\n", "def f(a, b):\n    return a <= b\n", "def f(a, b):\n    return a + b\n"
        ),
        frozenset({"boolean", "endless", "off_by_one", "order", "recursion", "short", "long"}),
    ),
    Operator(
        "another comparison with its bound",
        0.7,
        (ast.Compare,),
        _with_bound,
        Example(
            "def f(a):\n    return len(a) == 0\n",
            "def f(a):\n    return len(a) <= 1\n",
            "def f(a, b):\n    return a == b\n",
        ),
        frozenset({"recursion", "index"}),
    ),
    Operator(
        "half a chain",
        0.4,
        (ast.Compare,),
        _chain,
        Example(
            "def f(a, b, c):\n    return a < b < c\n",
            "def f(a, b, c):\n    return b < c\n",
            "def f(a, b):\n    return a < b\n",
        ),
    ),
    Operator(
        "membership turned round",
        0.3,
        (ast.Compare,),
        _swapped,
        Example(
            "def f(a, b):\n    return a in b\n", "def f(a, b):\n    return b in a\n", "def f(a, b):\n    return a < b\n"
        ),
    ),
)
