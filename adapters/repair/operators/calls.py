"""Calls: arguments in the wrong order, a wrapper too many or too few, a close relative of the function."""

import ast
from collections.abc import Iterator, Mapping

from pareback.adapters.repair.operator import Draft, Example, Operator, Site

RELATIVES: Mapping[str, Mapping[str, float]] = {
    "any": {"all": 1.0}, "all": {"any": 1.0}, "min": {"max": 1.0}, "max": {"min": 1.0, "sum": 0.3},
    "sum": {"max": 0.5, "len": 0.4}, "len": {"sum": 0.5}, "sorted": {"list": 0.5, "reversed": 0.3, "set": 0.2},
    "list": {"sorted": 0.7, "set": 0.4, "tuple": 0.4}, "set": {"list": 0.5, "sorted": 0.4},
    "int": {"float": 0.7, "round": 0.7, "str": 0.4}, "float": {"int": 0.7}, "round": {"int": 0.7},
    "str": {"repr": 0.5, "int": 0.4}, "zip": {"map": 0.1}, "enumerate": {"range": 0.1}, "abs": {"int": 0.1},
    "isinstance": {"issubclass": 0.3}, "floor": {"ceil": 1.0}, "ceil": {"floor": 1.0}, "dict": {"list": 0.2},
    "tuple": {"list": 0.6}, "range": {"reversed": 0.1}, "append": {"extend": 1.0, "insert": 0.2, "remove": 0.2},
    "extend": {"append": 1.0}, "pop": {"popleft": 0.6, "remove": 0.4}, "popleft": {"pop": 1.0},
    "add": {"update": 0.5, "remove": 0.4, "append": 0.4}, "remove": {"discard": 0.6, "add": 0.3, "pop": 0.3},
    "update": {"add": 0.5}, "keys": {"values": 1.0, "items": 0.8}, "values": {"keys": 1.0, "items": 0.8},
    "items": {"values": 0.7, "keys": 0.7}, "lower": {"upper": 1.0}, "upper": {"lower": 1.0},
    "startswith": {"endswith": 1.0}, "endswith": {"startswith": 1.0}, "strip": {"rstrip": 0.7, "lstrip": 0.7},
    "lstrip": {"rstrip": 1.0, "strip": 0.8}, "rstrip": {"lstrip": 1.0, "strip": 0.8},
    "find": {"rfind": 1.0, "index": 0.5}, "rfind": {"find": 1.0}, "index": {"find": 0.6, "rindex": 0.8, "count": 0.3},
    "split": {"rsplit": 1.0, "splitlines": 0.3}, "rsplit": {"split": 1.0}, "partition": {"rpartition": 1.0},
    "rpartition": {"partition": 1.0}, "union": {"intersection": 1.0},
    "intersection": {"union": 1.0, "difference": 0.6},
    "difference": {"symmetric_difference": 0.7, "intersection": 0.7}, "issubset": {"issuperset": 1.0},
    "issuperset": {"issubset": 1.0}, "isdigit": {"isalpha": 0.5, "isalnum": 0.5},
    "isalpha": {"isdigit": 0.5, "isalnum": 0.7}, "isupper": {"islower": 1.0}, "islower": {"isupper": 1.0},
    "bisect_left": {"bisect_right": 1.0}, "bisect_right": {"bisect_left": 1.0}, "bisect": {"bisect_left": 1.0},
    "ljust": {"rjust": 1.0}, "rjust": {"ljust": 1.0}, "title": {"capitalize": 1.0}, "capitalize": {"title": 1.0},
    "heappush": {"heappop": 0.1}, "setdefault": {"get": 0.6}, "get": {"setdefault": 0.5, "pop": 0.4},
}  # fmt: skip  # a table reads better in rows
"""Functions and methods that are taken for one another."""
_WRAPPERS = {
    "list": ("sorted", "set", "list", "reversed", "len"), "iterable": ("sorted", "list", "set", "reversed"),
    "int": ("abs", "str", "int"), "float": ("int", "round", "abs"), "str": ("int", "list", "len"),
    "dict": ("list", "sorted", "len"), "set": ("sorted", "list", "len"),
}  # fmt: skip  # as above


def _relative(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.Call)
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    end = site.module.span(node.func)[1]
    for other, weight in RELATIVES.get(name, {}).items():
        yield site.splice(end - len(name), end, other, weight)


def _swap(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.Call)
    args = node.args
    if any(isinstance(arg, ast.Starred | ast.GeneratorExp) for arg in args):
        return
    for at, first in enumerate(args):
        for gap, second in enumerate(args[at + 1 :]):
            texts = [site.text(arg) for arg in args]
            texts[at], texts[at + 1 + gap] = texts[at + 1 + gap], texts[at]
            alike = site.kind(first) & site.kind(second) or not (site.kind(first) and site.kind(second))
            start, end = site.module.span(args[0])[0], site.module.span(args[-1])[1]
            yield site.splice(start, end, ", ".join(texts), (1.0 if alike else 0.4) / (1 + gap))


def _unwrap(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.Call)
    for arg in node.args:
        if not isinstance(arg, ast.Starred):
            yield site.replace(node, site.text(arg), 1.0 if len(node.args) == 1 else 0.5)
    if isinstance(node.func, ast.Attribute) and not isinstance(site.parent(node), ast.Expr):
        yield site.replace(node, site.text(node.func.value), 0.4)


def _wrap(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.expr)
    above = site.parent(node)
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load) or not _wrappable(node, above):
        return
    place = 1.0 if isinstance(above, ast.Return) else 0.4
    offered: dict[str, None] = {}
    for kind in sorted(site.kind(node)):
        offered.update(dict.fromkeys(_WRAPPERS.get(kind, ())))
    for name in offered or {"sorted": None, "list": None, "abs": None, "len": None}:
        yield site.replace(node, f"{name}({site.text(node)})", place * (1.0 if offered else 0.2))


def _wrappable(node: ast.expr, above: ast.AST | None) -> bool:
    if isinstance(above, ast.Return | ast.Assign | ast.For | ast.comprehension):
        return node is getattr(above, "value", getattr(above, "iter", None))
    return isinstance(above, ast.Call) and node in above.args


def _limit(node: ast.AST, site: Site) -> Iterator[Draft]:
    """A value that should never fall back: `x = max(x, …)`, `x = max(0, …)`."""
    assert isinstance(node, ast.Assign | ast.Return)
    value = node.value
    if value is None or not isinstance(value, ast.Name | ast.BinOp | ast.Call | ast.Subscript):
        return
    if site.kind(value) & {"str", "list", "dict", "set", "tuple", "bool"}:
        return
    target = site.text(node.targets[0]) if isinstance(node, ast.Assign) else ""
    updates = target in site.text(value) if target else False
    for name in ("max", "min"):
        if target and "," not in target:
            yield site.replace(value, f"{name}({target}, {site.text(value)})", 0.5 if updates else 1.0)
        yield site.replace(value, f"{name}(0, {site.text(value)})", 0.8 if updates and name == "max" else 0.2)


_ALONE = "def f(a):\n    return a.b\n"
OPERATORS = (
    Operator(
        "a relative of the function",
        3.0,
        (ast.Call,),
        _relative,
        Example("def f(a):\n    return any(a)\n", "def f(a):\n    return all(a)\n", "def f(a):\n    return g(a)\n"),
        frozenset({"attribute", "type", "boolean"}),
    ),
    Operator(
        "arguments swapped",
        2.0,
        (ast.Call,),
        _swap,
        Example(
            "def f(a, b):\n    return f(a, b)\n", "def f(a, b):\n    return f(b, a)\n", "def f(a):\n    return f(a)\n"
        ),
        frozenset({"recursion", "type", "number", "arity"}),
    ),
    Operator(
        "a wrapper too many",
        1.0,
        (ast.Call,),
        _unwrap,
        Example("def f(a):\n    return list(a)\n", "def f(a):\n    return a\n", _ALONE),
        frozenset({"generator", "type", "recursion"}),
    ),
    Operator(
        "a missing wrapper",
        0.9,
        (ast.Name, ast.Call, ast.Attribute, ast.BinOp, ast.Subscript, ast.ListComp),
        _wrap,
        Example("def f(a):\n    return a\n", "def f(a):\n    return sorted(a)\n", "def f(a):\n    return a < 1\n"),
        frozenset({"order", "generator", "type"}),
    ),
    Operator(
        "a value without its limit",
        0.9,
        (ast.Assign, ast.Return),
        _limit,
        Example("def f(a, b):\n    a = b\n", "def f(a, b):\n    a = max(a, b)\n", "def f(a):\n    return 'x'\n"),
        frozenset({"number"}),
    ),
)
