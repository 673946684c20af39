"""Arithmetic: another operator, operands in the wrong order, an operand or a term too many or too few."""

import ast
import re
from collections.abc import Iterator, Mapping

from pareback.adapters.repair.kinds import Kinds
from pareback.adapters.repair.operator import Draft, Example, Operator, Site

SYMBOLS: Mapping[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>", ast.MatMult: "@",
}  # fmt: skip  # a table reads better in rows
NEAR: Mapping[str, Mapping[str, float]] = {
    "+": {"-": 1.0, "*": 0.4},
    "-": {"+": 1.0, "*": 0.2, "//": 0.1, "%": 0.1},
    "*": {"+": 0.5, "**": 0.5, "/": 0.3, "//": 0.4, "-": 0.2},
    "/": {"//": 1.0, "*": 0.7, "%": 0.3, "-": 0.1},
    "//": {"/": 0.8, "%": 0.8, "*": 0.5, "-": 0.1},
    "%": {"//": 1.0, "/": 0.3, "*": 0.2},
    "**": {"*": 1.0},
    "&": {"|": 1.0, "^": 0.7},
    "|": {"&": 1.0, "^": 0.7},
    "^": {"&": 1.0, "|": 1.0, "**": 0.7},
    "<<": {">>": 1.0},
    ">>": {"<<": 1.0},
}
"""How likely another operator was meant."""
_ORDERED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
_TEXT_LIKE = {"str", "list", "tuple"}
_NUMBERS = {"int", "float"}
_NEVER_NUMBERS = {*_TEXT_LIKE, "dict", "set", "object", "iterable"}


def _operator(node: ast.AST, site: Site) -> Iterator[Draft]:
    if isinstance(node, ast.BinOp):
        start, end, stop = site.module.span(node.left)[1], site.module.span(node.right)[0], ""
        texts = (site.kind(node.left) | site.kind(node.right)) & _TEXT_LIKE
    else:
        assert isinstance(node, ast.AugAssign)
        start, end, stop = site.module.span(node.target)[1], site.module.span(node.value)[0], "="
        texts = site.kind(node.value) & _TEXT_LIKE
    symbol = SYMBOLS[type(node.op)]
    at = site.module.text.find(symbol + stop, start, end)
    if at < 0 or (isinstance(node.op, ast.Mod) and "str" in texts):
        return
    for other, weight in NEAR.get(symbol, {}).items():
        fits = 1.0 if not texts else 2.0 if other == "+" else 0.1
        yield site.splice(at, at + len(symbol), other, weight * fits)


def _assignment(node: ast.AST, site: Site) -> Iterator[Draft]:
    """`x = y` for `x += y` and back."""
    if isinstance(node, ast.AugAssign):
        start, end = site.module.span(node.target)[1], site.module.span(node.value)[0]
        symbol = SYMBOLS[type(node.op)] + "="
        at = site.module.text.find(symbol, start, end)
        yield site.splice(at, at + len(symbol), "=", 0.6)
    elif isinstance(node, ast.Assign) and len(node.targets) == 1 and not isinstance(node.targets[0], ast.Tuple):
        target = node.targets[0]
        at = site.module.text.find("=", site.module.span(target)[1])
        inside = site.text(target) in site.text(node.value)
        for symbol, weight in (("+=", 1.0), ("-=", 0.3)):
            yield site.splice(at, at + 1, symbol, weight * (0.2 if inside else 1.0))


def _drop(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.BinOp)
    for kept, gone in ((node.left, node.right), (node.right, node.left)):
        small = isinstance(gone, ast.Constant)
        yield site.replace(node, site.text(kept), 1.0 if small else 0.5)


def _drop_sign(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.UnaryOp)
    if isinstance(node.op, ast.USub | ast.Invert):
        yield site.replace(node, site.text(node.operand))


def _swap(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.BinOp)
    kinds = site.kind(node.left) | site.kind(node.right)
    joined = isinstance(node.op, ast.Add) and not kinds & _NUMBERS
    if joined or (isinstance(node.op, _ORDERED) and "str" not in site.kind(node.left)):
        weight = 1.0 if not joined or kinds & _TEXT_LIKE else 0.5
        symbol = SYMBOLS[type(node.op)]
        yield site.replace(node, f"{site.operand(node.right)} {symbol} {site.operand(node.left)}", weight)


def _regroup(node: ast.AST, site: Site) -> Iterator[Draft]:
    """`a + b * c` that should be `(a + b) * c`."""
    assert isinstance(node, ast.BinOp)
    symbol = SYMBOLS[type(node.op)]
    for inner, first in ((node.left, True), (node.right, False)):
        if not isinstance(inner, ast.BinOp) or re.match(r"\(", site.text(inner)):
            continue
        low = SYMBOLS[type(inner.op)]
        a, b = site.operand(inner.left), site.operand(inner.right)
        other = site.operand(node.right if first else node.left)
        yield site.replace(node, f"{a} {low} ({b} {symbol} {other})" if first else f"({other} {symbol} {a}) {low} {b}")


def _term(node: ast.AST, site: Site) -> Iterator[Draft]:
    """A missing term: a name of the same kind is added or taken away."""
    assert isinstance(node, ast.expr)
    place = _place(node, site)
    kinds = site.kind(node)
    if not place or "bool" in kinds or (isinstance(node, ast.Constant) and not isinstance(node.value, int)):
        return
    names = {name: known for name, known in site.scope.names.items() if "callable" not in known and name != "self"}
    if kinds & _TEXT_LIKE:
        beside = [name for name, known in names.items() if known & kinds & _TEXT_LIKE or not known & _NUMBERS]
        yield from _joined(node, site, names=beside, weight=place * 0.6)
    else:
        yield from _counted(node, site, names=names, weight=place)


def _joined(node: ast.expr, site: Site, *, names: list[str], weight: float) -> Iterator[Draft]:
    """Each name is put at the end and at the start of a sequence."""
    text = site.operand(node)
    for name in names:
        yield site.replace(node, f"{text} + {name}", weight)
        yield site.replace(node, f"{name} + {text}", weight)


def _counted(node: ast.expr, site: Site, *, names: Mapping[str, Kinds], weight: float) -> Iterator[Draft]:
    """Each name that may be a number and is not mentioned yet is subtracted, added, multiplied with."""
    text = site.operand(node)
    mentioned = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    for name, known in names.items():
        if name not in mentioned and not known & _NEVER_NUMBERS:
            certain = weight * (1.0 if known & _NUMBERS else 0.4)
            yield site.replace(node, f"{text} - {name}", certain)
            yield site.replace(node, f"{text} + {name}", certain * 0.8)
            yield site.replace(node, f"{text} * {name}", certain * 0.2)


def _place(node: ast.expr, site: Site) -> float:
    """How likely a term is missing at this place of the tree; 0 where it makes no sense."""
    above = site.parent(node)
    if isinstance(above, ast.Call) and node in above.args:
        function = site.function()
        called = above.func.id if isinstance(above.func, ast.Name) else ""
        recursive = function is not None and called == function.name
        return 1.0 if recursive else 0.3 if called in {"range", "max", "min", "abs"} else 0.1
    if isinstance(above, ast.Return | ast.Assign) and node is above.value:
        return 0.5 if isinstance(above, ast.Return) else 0.3
    return 0.2 if isinstance(above, ast.Compare | ast.BinOp) else 0.0


def _power(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.Name)
    above = site.parent(node)
    if isinstance(node.ctx, ast.Load) and isinstance(above, ast.BinOp) and not site.kind(node) & _TEXT_LIKE:
        yield site.replace(node, f"{node.id} ** 2", 1.0)
        yield site.replace(node, f"{node.id} * 2", 0.5)
        yield site.replace(node, f"-{node.id}", 0.5)


_NONE = "def f(a):\n    return a\n"
OPERATORS = (
    Operator(
        "another arithmetic operator",
        2.2,
        (ast.BinOp, ast.AugAssign),
        _operator,
        Example("def f(a, b):\n    return a + b\n", "def f(a, b):\n    return a - b\n", _NONE),
        frozenset({"number", "off_by_one", "endless", "division"}),
    ),
    Operator(
        "assignment for update",
        0.7,
        (ast.Assign, ast.AugAssign),
        _assignment,
        Example("def f(a, b):\n    a = b\n", "def f(a, b):\n    a += b\n", _NONE),
        frozenset({"number", "short"}),
    ),
    Operator(
        "a term too many",
        1.0,
        (ast.BinOp,),
        _drop,
        Example("def f(a):\n    return 1 + a\n", "def f(a):\n    return a\n", _NONE),
        frozenset({"number", "off_by_one", "long"}),
    ),
    Operator(
        "a sign too many",
        1.0,
        (ast.UnaryOp,),
        _drop_sign,
        Example("def f(a):\n    return -a\n", _NONE, "def f(a):\n    return not a\n"),
        frozenset({"number", "order"}),
    ),
    Operator(
        "operands swapped",
        1.2,
        (ast.BinOp,),
        _swap,
        Example(
            "def f(a, b):\n    return a - b\n", "def f(a, b):\n    return b - a\n", "def f(a):\n    return a + 1\n"
        ),
        frozenset({"number", "order"}),
    ),
    Operator(
        "terms grouped otherwise",
        0.4,
        (ast.BinOp,),
        _regroup,
        Example("def f(a, b, c):\n    return a + b * c\n", "def f(a, b, c):\n    return (a + b) * c\n", _NONE),
        frozenset({"number"}),
    ),
    Operator(
        "a missing term",
        1.2,
        (ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.ListComp, ast.Constant, ast.BinOp),
        _term,
        Example("def f(a, b):\n    return f(a, b)\n", "def f(a, b):\n    return f(a - b, b)\n", _NONE),
        frozenset({"number", "short", "index"}),
    ),
    Operator(
        "a missing power, factor or sign",
        0.4,
        (ast.Name,),
        _power,
        Example("def f(a, b):\n    return a - b\n", "def f(a, b):\n    return a - b ** 2\n", _NONE),
        frozenset({"number", "endless"}),
    ),
)
