"""Wrong names: another variable, another attribute or method, a key or an expression borrowed from beside it."""

import ast
import builtins
import re
from collections.abc import Iterator

from pareback.adapters.repair.kinds import Kinds
from pareback.adapters.repair.operator import Draft, Example, Operator, Site, likeness

_NEUTRAL = {"param", "local", "loop", "global"}
_GROUP = {
    "list": "many", "set": "many", "dict": "many", "tuple": "many", "str": "many", "sized": "many",
    "iterable": "many", "sequence": "many", "subscripted": "many", "float": "int",
}  # fmt: skip  # a table reads better in rows
_BUILTINS = frozenset(dir(builtins))


def _variable(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.Name)
    above = site.parent(node)
    if isinstance(above, ast.Call) and node is above.func:
        return
    known = site.kind(node)
    for name, other in _reachable(site, stored=isinstance(node.ctx, ast.Store)):
        if name != node.id:
            weight = _fits(known, other) * (0.7 + 0.6 * likeness(node.id, name)) * _at_hand(name, site)
            yield site.replace(node, name, weight * (0.4 if isinstance(node.ctx, ast.Store) else 1.0))


def _reachable(site: Site, *, stored: bool) -> Iterator[tuple[str, Kinds]]:
    for name, known in site.scope.names.items():
        if "callable" not in known or "param" in known:
            yield name, known
    if not stored:
        yield from ((name, known) for name, known in site.scope.outer.items() if "callable" not in known)


def _at_hand(name: str, site: Site) -> float:
    """A name that nothing reads was forgotten somewhere; one that has no value yet cannot be meant."""
    if site.scope.first.get(name, 0) >= site.statement.lineno and not site.in_loop():
        return 0.1
    return 2.0 if name in site.scope.unread else 1.0


def _fits(known: Kinds, other: Kinds) -> float:
    """How well one name can stand where another stood, by what they seem to hold."""
    mine, theirs = _groups(known), _groups(other)
    if mine and theirs and not mine & theirs:
        return 0.2
    return (0.8 if not (mine and theirs) else 1.0) * (0.4 if "global" in other else 1.0)


def _groups(known: Kinds) -> set[str]:
    """The kinds, those merged that are used alike."""
    return {_GROUP.get(kind, kind) for kind in known - _NEUTRAL}


def _function(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.Call)
    if not isinstance(node.func, ast.Name) or node.func.id in _BUILTINS:
        return
    for name, known in {**site.scope.outer, **site.scope.names}.items():
        if name != node.func.id and "callable" in known:
            yield site.replace(node.func, name, 0.3 + likeness(node.func.id, name))


def _attribute(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.Attribute)
    above = site.parent(node)
    called = isinstance(above, ast.Call) and node is above.func
    start, end = site.module.span(node)[1] - len(node.attr), site.module.span(node)[1]
    for name in site.scope.attributes:
        if name != node.attr:
            weight = likeness(node.attr, name) ** 2 * (0.5 if called else 1.0)
            if weight > 0.1:
                yield site.splice(start, end, name, weight)


def _borrow(node: ast.AST, site: Site) -> Iterator[Draft]:
    """Another expression of the function, of the same shape or of the same look."""
    assert isinstance(node, ast.expr)
    mine = site.text(node)
    above = site.parent(node)
    if isinstance(above, ast.Call) and node is above.func:
        return
    stored = isinstance(getattr(node, "ctx", None), ast.Store)
    for text in site.scope.texts.get(type(node), ()):
        alike = likeness(mine, text)
        if mine not in text and alike > 0.15:
            yield site.replace(node, text, alike * (0.6 if stored else 1.0))


def _simpler(node: ast.AST, site: Site) -> Iterator[Draft]:
    """A plain name where something was computed."""
    assert isinstance(node, ast.Call | ast.Subscript | ast.Attribute)
    above = site.parent(node)
    if isinstance(above, ast.Expr | ast.Attribute) or not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        return
    if isinstance(above, ast.Call) and node is above.func:
        return
    inside = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    kinds = site.kind(node)
    for name, known in site.scope.names.items():
        if "callable" not in known and name != "self":
            weight = _fits(kinds, known) * (0.5 if name in inside else 1.0)
            yield site.replace(node, name, weight)


def _looked_up(node: ast.AST, site: Site) -> Iterator[Draft]:
    """An item where the name alone was written: `a` for `a[i]`."""
    assert isinstance(node, ast.Name)
    above = site.parent(node)
    if not isinstance(node.ctx, ast.Load) or isinstance(above, ast.Subscript | ast.Attribute | ast.Call):
        return
    word = re.compile(rf"\b{re.escape(node.id)}\b")
    for text in (*site.scope.texts.get(ast.Subscript, ()), *site.scope.texts.get(ast.Attribute, ())):
        if word.search(text):
            yield site.replace(node, text, 0.5)


_ALONE = "def f():\n    return 1\n"
OPERATORS = (
    Operator(
        "another name",
        3.0,
        (ast.Name,),
        _variable,
        Example(
            "def f(start, end, helper):\n    return start, helper\n",
            "def f(start, end, helper):\n    return start, end\n",
            _ALONE,
        ),
        frozenset({"name"}),
    ),
    Operator(
        "another function",
        1.0,
        (ast.Call,),
        _function,
        Example(
            "def lower(a):\n    return a\n\n\ndef upper(a):\n    return lower(a)\n\n\ndef f(a):\n    return lower(a)\n",
            "def lower(a):\n    return a\n\n\ndef upper(a):\n    return lower(a)\n\n\ndef f(a):\n    return upper(a)\n",
            "def f(a):\n    return len(a)\n",
        ),
        frozenset({"name"}),
    ),
    Operator(
        "another attribute",
        1.6,
        (ast.Attribute,),
        _attribute,
        Example(
            "def f(a):\n    return a.first_item + a.last_item\n",
            "def f(a):\n    return a.first_item + a.first_item\n",
            _ALONE,
        ),
        frozenset({"attribute"}),
    ),
    Operator(
        "another expression from beside it",
        1.2,
        (ast.Subscript, ast.Call, ast.Attribute, ast.BinOp),
        _borrow,
        Example("def f(a, i, j):\n    return a[i] + a[j]\n", "def f(a, i, j):\n    return a[j] + a[j]\n", _ALONE),
    ),
    Operator(
        "a plain name for a computed value",
        0.7,
        (ast.Call, ast.Subscript, ast.Attribute),
        _simpler,
        Example("def f(a, b):\n    return a[0] + b\n", "def f(a, b):\n    return b + b\n", _ALONE),
    ),
    Operator(
        "an item for the whole",
        0.4,
        (ast.Name,),
        _looked_up,
        Example(
            "def f(a, i):\n    print(a[i])\n    return a\n", "def f(a, i):\n    print(a[i])\n    return a[i]\n", _ALONE
        ),
    ),
)
