"""Off by one, and indexes: bounds, slices, ranges, keys in the wrong order, a default for a missing key."""

import ast
from collections.abc import Iterator

from pareback.adapters.repair.operator import Draft, Example, Operator, Site

_NOT_NUMBERS = {"str", "list", "dict", "set", "tuple", "bool", "object", "iterable", "sized", "callable", "sequence",
                "subscripted", "NoneType", "float", "range", "iterator", "ellipsis"}  # fmt: skip  # one set, two rows


def _by_one(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.expr)
    place = _place(node, site)
    if not place or site.kind(node) & _NOT_NUMBERS or isinstance(getattr(node, "ctx", None), ast.Store):
        return
    sure = place if "int" in site.kind(node) else place * 0.5
    text = site.operand(node)
    yield site.replace(node, f"{text} + 1", sure)
    yield site.replace(node, f"{text} - 1", sure)


def _place(node: ast.expr, site: Site) -> float:
    """How often an off-by-one sits at this place of the tree; 0 where a number makes no sense or stands already."""
    above = site.parent(node)
    if isinstance(above, ast.Slice):
        return 1.0
    if isinstance(above, ast.Subscript):
        return 0.8 if node is above.slice else 0.0
    if isinstance(above, ast.Tuple):
        return 0.8 if isinstance(site.parent(above), ast.Subscript) else 0.1
    if isinstance(above, ast.Call):
        return _in_call(node, above, site)
    if isinstance(above, ast.BinOp):
        return 0.0 if any(isinstance(side, ast.Constant) for side in (above.left, above.right)) else 0.3
    return {ast.Compare: 0.6, ast.Return: 0.5, ast.Assign: 0.3}.get(type(above), 0.0) if above else 0.0


def _in_call(node: ast.expr, call: ast.Call, site: Site) -> float:
    if node not in call.args:
        return 0.0
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    function = site.function()
    recursive = function is not None and name == function.name
    return 1.2 if name == "range" else 1.0 if recursive else 0.3


def _slice(node: ast.AST, site: Site) -> Iterator[Draft]:
    """The whole where a part was meant."""
    assert isinstance(node, ast.Name)
    if not isinstance(node.ctx, ast.Load) or not _sliceable(node, site):
        return
    above = site.parent(node)
    function = site.function()
    name = above.func.id if isinstance(above, ast.Call) and isinstance(above.func, ast.Name) else ""
    if isinstance(above, ast.Attribute | ast.Subscript) or name in {"len", "range"}:
        return
    recursive = function is not None and name == function.name
    place = 1.0 if recursive or isinstance(above, ast.For | ast.comprehension) else 0.3
    for part in ("[1:]", "[:-1]", "[::-1]"):
        yield site.replace(node, node.id + part, place)
    for other in site.scope.of_kind("int"):
        if other != node.id:
            yield site.replace(node, f"{node.id}[{other}:]", place * 0.6)
            yield site.replace(node, f"{node.id}[:{other}]", place * 0.6)


def _sliceable(node: ast.Name, site: Site) -> bool:
    known = site.kind(node)
    return not known & {"int", "float", "dict", "set", "bool", "callable", "loop", "object"} and bool(
        known & {"list", "str", "tuple", "sequence", "subscripted", "iterable", "sized"}
    )


def _drop_slice(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.Subscript)
    if isinstance(node.slice, ast.Slice):
        yield site.replace(node, site.text(node.value), 0.7)
        low, high, step = (
            site.text(part) if part else "" for part in (node.slice.lower, node.slice.upper, node.slice.step)
        )
        if not step:
            yield site.replace(node, f"{site.text(node.value)}[{high}:{low}]", 1.0)
        if step.startswith("-"):
            yield site.replace(node, f"{site.text(node.value)}[{low}:{high}]", 0.5)


def _swap_keys(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.Tuple)
    if len(node.elts) != 2 or isinstance(node.ctx, ast.Store):
        return
    first, second = (site.text(item) for item in node.elts)
    (start, _), (_, end) = (site.module.span(item) for item in node.elts)
    yield site.splice(start, end, f"{second}, {first}", 1.0 if isinstance(site.parent(node), ast.Subscript) else 0.6)


def _swap_indexes(node: ast.AST, site: Site) -> Iterator[Draft]:
    """`a[i][j]` for `a[j][i]`."""
    assert isinstance(node, ast.Subscript)
    if isinstance(node.value, ast.Subscript) and not isinstance(node.slice, ast.Slice | ast.Tuple):
        inner, outer = site.text(node.value.slice), site.text(node.slice)
        yield site.replace(node, f"{site.text(node.value.value)}[{outer}][{inner}]")


def _default(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.Subscript)
    if not isinstance(node.ctx, ast.Load) or isinstance(node.slice, ast.Slice):
        return
    if site.kind(node.value) & {"list", "str", "tuple", "sequence"}:
        return
    for default, weight in (("0", 1.0), ("None", 0.7), ("[]", 0.6), ("''", 0.4), ("{}", 0.3), ("1", 0.2)):
        yield site.replace(node, f"{site.text(node.value)}.get({site.text(node.slice)}, {default})", weight)


_ALONE = "def f(a):\n    return a.b\n"
OPERATORS = (
    Operator(
        "off by one",
        1.8,
        (ast.Name, ast.Call, ast.Attribute, ast.BinOp, ast.Subscript),
        _by_one,
        Example(
            "def f(r):\n    return range(0, r)\n",
            "def f(r):\n    return range(0, r + 1)\n",
            "def f():\n    return 'x'\n",
        ),
        frozenset({"off_by_one", "index", "short", "long", "recursion", "endless", "number", "sequence"}),
    ),
    Operator(
        "the whole for a part",
        0.8,
        (ast.Name,),
        _slice,
        Example(
            "def f(a):\n    return [x for x in a if len(a)]\n",
            "def f(a):\n    return [x for x in a[1:] if len(a)]\n",
            _ALONE,
        ),
        frozenset({"sequence", "recursion", "long", "number", "order"}),
    ),
    Operator(
        "a part for the whole",
        0.8,
        (ast.Subscript,),
        _drop_slice,
        Example("def f(a):\n    return a[1:]\n", "def f(a):\n    return a[:1]\n", "def f(a):\n    return a[1]\n"),
        frozenset({"sequence", "short", "order"}),
    ),
    Operator(
        "a pair turned round",
        0.9,
        (ast.Tuple,),
        _swap_keys,
        Example("def f(a, b):\n    return a, b\n", "def f(a, b):\n    return b, a\n", "def f(a):\n    return (a,)\n"),
        frozenset({"key", "order"}),
    ),
    Operator(
        "indexes in the wrong order",
        0.9,
        (ast.Subscript,),
        _swap_indexes,
        Example(
            "def f(a, i, j):\n    return a[i][j]\n",
            "def f(a, i, j):\n    return a[j][i]\n",
            "def f(a, i):\n    return a[i]\n",
        ),
        frozenset({"index"}),
    ),
    Operator(
        "a missing key without a default",
        2.5,
        (ast.Subscript,),
        _default,
        Example(
            "def f(a, k):\n    return a[k]\n",
            "def f(a, k):\n    return a.get(k, 0)\n",
            "def f(a):\n    return a[1:]\n",
            "KeyError: 'x'",
        ),
        frozenset({"key"}),
        frozenset({"key"}),
    ),
)
