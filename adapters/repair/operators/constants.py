"""Constants: a number off by one, a wrong start value, a constant returned where something computed was due."""

import ast
from collections.abc import Iterator, Mapping

from pareback.adapters.repair.kinds import CONTAINERS, Kinds
from pareback.adapters.repair.operator import Draft, Example, Operator, Site, likeness

_EMPTY: Mapping[str, tuple[str, ...]] = {
    "[]": ("[[]]", "None", "[0]", "''", "{}"),
    "{}": ("[]", "None"),
    "()": ("[]", "None"),
    "''": ("' '", "None"),
    "None": ("[]", "0", "''", "False", "True", "{}"),
    "0": ("None", "float('-inf')", "float('inf')"),
}
"""What an empty value is taken for."""


def _number(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.Constant)
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    shifts: dict[int | float, float] = {value // 10: 0.1, value * 10: 0.1, value * 2: 0.1, 2: 0.15, 1: 0.5, 0: 0.5}
    if value % 1 == 0:
        shifts |= {value - 1: 0.8, value + 1: 1.0}
    for other, weight in shifts.items():
        if other != value:
            yield site.replace(node, repr(other), weight)
    for mined in site.constants:
        if isinstance(mined, int | float) and mined != value and mined not in shifts:
            yield site.replace(node, repr(mined), 0.1)


def _flag(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.Constant)
    if isinstance(node.value, bool) and not isinstance(site.parent(node), ast.While):
        yield site.replace(node, repr(not node.value))


def _word(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.Constant)
    value = node.value
    if not isinstance(value, str) or isinstance(site.parent(node), ast.Expr):
        return
    beside = [item.value for item in site.scope.expressions if isinstance(item, ast.Constant)]
    for other in dict.fromkeys([*beside, *site.constants]):
        if isinstance(other, str) and other != value and len(other) < 40:
            yield site.replace(node, repr(other), 0.2 + likeness(value, other))
    if value:
        yield site.replace(node, repr(value.strip()), 0.3)


def _empty(node: ast.AST, site: Site) -> Iterator[Draft]:
    """Another empty value, or one with something in it."""
    assert isinstance(node, ast.expr)
    if isinstance(getattr(node, "ctx", None), ast.Store):
        return
    text = site.text(node)
    for other in _EMPTY.get(text, ()):
        yield site.replace(node, other, 0.5)
    if text == "[]" and not isinstance(site.parent(node), ast.Compare):
        for name, known in site.scope.names.items():
            if "callable" not in known and name != "self":
                yield site.replace(node, f"[{name}]", 0.6 if "param" in known else 0.4)


def _computed(node: ast.AST, site: Site) -> Iterator[Draft]:
    """A constant is returned where a name or a test of one was due."""
    assert isinstance(node, ast.Return)
    value = node.value
    if not isinstance(value, ast.Constant | ast.List) or (isinstance(value, ast.List) and value.elts):
        return
    flag = isinstance(value, ast.Constant) and isinstance(value.value, bool)
    for name, known in site.scope.names.items():
        if "callable" not in known and name != "self":
            yield site.replace(value, name, 0.3 if flag else 0.8)
            yield from (site.replace(value, test, weight) for test, weight in _tests(name, known) if flag)


def _tests(name: str, known: Kinds) -> Iterator[tuple[str, float]]:
    """What is asked of a name, each with its weight."""
    if known & CONTAINERS:
        yield f"not {name}", 0.7
    if "int" in known:
        yield f"{name} == 0", 1.0
        yield f"{name} > 0", 0.5


def _returned(node: ast.AST, site: Site) -> Iterator[Draft]:
    """Another value is returned: a constant, or one that another return of the function gives."""
    assert isinstance(node, ast.Return)
    if node.value is None or isinstance(node.value, ast.Constant):
        return
    beside = [item.value for item in ast.walk(site.function() or node) if isinstance(item, ast.Return) and item.value]
    for other in dict.fromkeys(site.text(item) for item in beside):
        if other != site.text(node.value) and "\n" not in other:
            yield site.replace(node.value, other, 0.6)
    for other in ("None", "0", "True", "False"):
        yield site.replace(node.value, other, 0.1)


_ALONE = "def f(a):\n    return a\n"
_EMPTY_NODES = (ast.Constant, ast.List, ast.Dict, ast.Tuple)
OPERATORS = (
    Operator(
        "another number",
        1.8,
        (ast.Constant,),
        _number,
        Example("def f(a):\n    return a + 1\n", "def f(a):\n    return a + 2\n", _ALONE),
        frozenset({"off_by_one", "number", "index"}),
    ),
    Operator(
        "True for False",
        2.0,
        (ast.Constant,),
        _flag,
        Example("def f():\n    return True\n", "def f():\n    return False\n", _ALONE),
        frozenset({"boolean"}),
    ),
    Operator(
        "another text",
        0.8,
        (ast.Constant,),
        _word,
        Example("def f(a):\n    return a == 'x' or a == 'y'\n", "def f(a):\n    return a == 'y' or a == 'y'\n", _ALONE),
        frozenset({"sequence", "key"}),
    ),
    Operator(
        "another empty value",
        1.2,
        _EMPTY_NODES,
        _empty,
        Example("def f(a):\n    return []\n", "def f(a):\n    return [[]]\n", _ALONE),
        frozenset({"none", "sequence", "short"}),
    ),
    Operator(
        "a constant for a computed value",
        1.2,
        (ast.Return,),
        _computed,
        Example("def f(n):\n    n += 1\n    return True\n", "def f(n):\n    n += 1\n    return n == 0\n", _ALONE),
        frozenset({"boolean"}),
    ),
    Operator(
        "another value returned",
        0.5,
        (ast.Return,),
        _returned,
        Example(
            "def f(a, b):\n    if a:\n        return a\n    return b\n",
            "def f(a, b):\n    if a:\n        return b\n    return b\n",
            _ALONE.replace("a\n", "1\n"),
        ),
    ),
)
