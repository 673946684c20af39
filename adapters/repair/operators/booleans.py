"""Conditions: and for or, an operand too many or too few, a `not` missing or misplaced."""

import ast
import re
from collections.abc import Iterator

from pareback.adapters.repair.kinds import CONTAINERS
from pareback.adapters.repair.operator import Draft, Example, Operator, Site

_TESTED = (ast.If, ast.While, ast.IfExp, ast.comprehension, ast.Assert)


def _connective(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.BoolOp)
    old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    for left, right in zip(node.values, node.values[1:], strict=False):
        start, end = site.module.span(left)[1], site.module.span(right)[0]
        match = re.search(rf"\b{old}\b", site.module.text[start:end])
        if match:
            yield site.splice(start + match.start(), start + match.end(), new)


def _drop(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.BoolOp)
    word = " and " if isinstance(node.op, ast.And) else " or "
    for gone in node.values:
        yield site.replace(node, word.join(site.operand(value) for value in node.values if value is not gone))


def _drop_not(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.UnaryOp)
    if isinstance(node.op, ast.Not):
        yield site.replace(node, site.text(node.operand))


def _negate(node: ast.AST, site: Site) -> Iterator[Draft]:
    for test in _conditions(node):
        if isinstance(test, ast.Compare | ast.Constant) or (
            isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
        ):
            continue  # another operator of the comparison says it more simply
        yield site.replace(test, f"not {site.operand(test)}")
        if isinstance(test, ast.BoolOp):
            for value in test.values:
                yield site.replace(value, f"not {site.operand(value)}", 0.7)


def _conditions(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.comprehension):
        yield from node.ifs
    elif isinstance(node, ast.If | ast.While | ast.IfExp | ast.Assert):
        yield node.test
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Call | ast.BoolOp | ast.Name):
        yield node.value


def _guard(node: ast.AST, site: Site) -> Iterator[Draft]:
    """The condition also asks whether what it is about is there at all."""
    for test in _conditions(node):
        if isinstance(node, ast.Return) or isinstance(test, ast.Constant):
            continue
        text = site.operand(test) if isinstance(test, ast.BoolOp | ast.IfExp | ast.Lambda) else site.text(test)
        for owner in dict.fromkeys(_owners(test, site)):
            yield site.replace(test, f"{owner} is None or {text}", 1.0)
            yield site.replace(test, f"{owner} is not None and {text}", 1.0)
            yield site.replace(test, f"{owner} and {text}", 0.5)
        for name, weight in _emptiable(site):
            if name not in {part.id for part in ast.walk(test) if isinstance(part, ast.Name)}:
                yield site.replace(test, f"{text} or not {name}", weight)
                yield site.replace(test, f"{text} and {name}", weight * 0.8)
                yield site.replace(test, f"{text} or {name}", weight * 0.3)
                yield site.replace(test, f"{text} and not {name}", weight * 0.4)


def _owners(test: ast.expr, site: Site) -> Iterator[str]:
    """What the condition takes an attribute or an item of."""
    for part in ast.walk(test):
        if isinstance(part, ast.Attribute | ast.Subscript) and isinstance(part.value, ast.Name | ast.Attribute):
            owner = site.text(part.value)
            if isinstance(part.value, ast.Attribute) or owner in site.scope.names.keys() - {"self"}:
                yield owner


def _emptiable(site: Site) -> Iterator[tuple[str, float]]:
    for name, kinds in site.scope.names.items():
        if name not in {"self", "cls"}:
            weight = 0.5 if "param" in kinds else 0.3
            yield name, weight * (1.0 if kinds & CONTAINERS or "bool" in kinds else 0.4)


def _borrow(node: ast.AST, site: Site) -> Iterator[Draft]:
    """The condition is another condition of the function, alone or joined to this one."""
    donors = site.scope.texts.get(ast.Compare, ())
    for test in _conditions(node):
        text = site.operand(test) if isinstance(test, ast.BoolOp) else site.text(test)
        for donor in donors:
            if donor not in text and not isinstance(node, ast.Return):
                yield site.replace(test, donor, 0.5)
                yield site.replace(test, f"{text} and {donor}", 0.5)
                yield site.replace(test, f"{text} or {donor}", 0.5)


def _always(node: ast.AST, site: Site) -> Iterator[Draft]:
    """`while True` that should end when something is used up."""
    assert isinstance(node, ast.While)
    if not isinstance(node.test, ast.Constant):
        return
    for name, kinds in site.scope.names.items():
        weight = 1.0 if kinds & CONTAINERS else 0.3
        yield site.replace(node.test, name, weight * (1.2 if name in site.text(node) else 0.5))
        if "int" in kinds:
            yield site.replace(node.test, f"{name} > 0", weight)


OPERATORS = (
    Operator(
        "and for or",
        2.0,
        (ast.BoolOp,),
        _connective,
        Example(
            "def f(a, b):\n    return a and b\n",
            "def f(a, b):\n    return a or b\n",
            "def f(a, b):\n    return a + b\n",
        ),
        frozenset({"boolean"}),
    ),
    Operator(
        "an operand too many",
        0.8,
        (ast.BoolOp,),
        _drop,
        Example("def f(a, b):\n    return a and b\n", "def f(a, b):\n    return b\n", "def f(a, b):\n    return a\n"),
        frozenset({"boolean"}),
    ),
    Operator(
        "a `not` too many",
        2.0,
        (ast.UnaryOp,),
        _drop_not,
        Example("def f(a):\n    return not a\n", "def f(a):\n    return a\n", "def f(a):\n    return -a\n"),
        frozenset({"boolean"}),
    ),
    Operator(
        "a missing `not`",
        1.6,
        (*_TESTED, ast.Return),
        _negate,
        Example(
            "def f(a):\n    if a:\n        return 1\n",
            "def f(a):\n    if not a:\n        return 1\n",
            "def f(a, b):\n    return a < b\n",
        ),
        frozenset({"boolean"}),
    ),
    Operator(
        "a condition that forgets the empty case",
        1.0,
        (ast.If, ast.While, ast.IfExp),
        _guard,
        Example(
            "def f(n):\n    if n.next == 1:\n        return n\n",
            "def f(n):\n    if n is None or n.next == 1:\n        return n\n",
            "def f(n):\n    return n.next == 1\n",
        ),
        frozenset({"none", "index", "key", "recursion", "attribute", "empty"}),
    ),
    Operator(
        "a condition borrowed from beside it",
        0.4,
        (ast.If, ast.While, ast.IfExp),
        _borrow,
        Example(
            "def f(a, b):\n    while a:\n        a = b > a\n",
            "def f(a, b):\n    while b > a:\n        a = b > a\n",
            "def f(a, b):\n    return a + b\n",
        ),
        frozenset({"endless"}),
    ),
    Operator(
        "a loop that never asks",
        2.0,
        (ast.While,),
        _always,
        Example(
            "def f(q):\n    while True:\n        q.pop()\n",
            "def f(q):\n    while q:\n        q.pop()\n",
            "def f(q):\n    while q:\n        q.pop()\n",
        ),
        frozenset({"index", "empty", "endless"}),
    ),
)
