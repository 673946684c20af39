"""Statements: one too many, two in the wrong order, one at the wrong depth, another way out of a block."""

import ast
from collections.abc import Iterator, Mapping

from pareback.adapters.repair.module import Scoped, blocks
from pareback.adapters.repair.operator import Draft, Example, Operator, Site

_WAYS_OUT: Mapping[type[ast.stmt], tuple[str, ...]] = {
    ast.Break: ("continue", "return"),
    ast.Continue: ("break",),
    ast.Pass: ("continue", "break", "return"),
}
_SIMPLE = (
    ast.Assign,
    ast.AugAssign,
    ast.AnnAssign,
    ast.Expr,
    ast.Return,
    ast.Break,
    ast.Continue,
    ast.Delete,
    ast.Raise,
)


def _whole_lines(site: Site, first: ast.stmt, last: ast.stmt) -> tuple[int, int]:
    start = site.module.starts[first.lineno - 1]
    end = site.module.starts[(last.end_lineno or last.lineno)]
    return start, min(end, len(site.module.text))


def _delete(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.stmt)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    text = "pass" if any(len(block) == 1 and block[0] is node for block in _around(node, site)) else ""
    start, end = (site.module.span(node)) if text else _whole_lines(site, node, node)
    yield site.splice(start, end, text, 0.5 if isinstance(node, ast.Return) else 1.0)
    if isinstance(node, ast.If) and not node.orelse:
        yield site.splice(start, end, _dedented(node.body, node, site), 0.8)


def _dedented(body: list[ast.stmt], node: ast.stmt, site: Site) -> str:
    depth = len(site.module.indent(body[0])) - len(site.module.indent(node))
    start, end = _whole_lines(site, body[0], body[-1])
    return "".join(line[depth:] for line in site.module.text[start:end].splitlines(keepends=True))


def _around(node: ast.stmt, site: Site) -> Iterator[list[ast.stmt]]:
    """The statement list the node stands in."""
    above = site.parent(node)
    yield from (block for block in blocks(above) if node in block) if above else ()


def _swap(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.stmt)
    for block in _around(node, site):
        for other in block[block.index(node) + 1 :][:1]:
            if isinstance(other, Scoped) or isinstance(node, ast.Return):
                continue
            (start, middle), (_, end) = _whole_lines(site, node, node), _whole_lines(site, other, other)
            first, second = site.module.text[start:middle], site.module.text[middle:end]
            second = second if second.endswith("\n") else second + "\n"
            yield site.splice(start, end, second + first, 1.0 if isinstance(other, _SIMPLE) else 0.5)


def _out(node: ast.AST, site: Site) -> Iterator[Draft]:
    """The last statement of a block belongs after it; the first statement after a block belongs into it."""
    assert isinstance(node, ast.stmt)
    above = site.parent(node)
    if not isinstance(above, ast.For | ast.While | ast.If | ast.With):
        return
    block = next(_around(node, site))
    if block[-1] is node and len(block) > 1:
        start, end = _whole_lines(site, node, node)
        yield site.splice(start, end, _dedented([node], above, site))


def _in(node: ast.AST, site: Site) -> Iterator[Draft]:
    assert isinstance(node, ast.stmt)
    for block in _around(node, site):
        before = block[: block.index(node)][-1:]
        if before and isinstance(before[0], ast.For | ast.While | ast.If | ast.With) and isinstance(node, _SIMPLE):
            inner = (before[0].orelse if isinstance(before[0], ast.If) and before[0].orelse else before[0].body)[-1]
            deeper = site.module.indent(inner)[len(site.module.indent(node)) :]
            start, end = _whole_lines(site, node, node)
            moved = "".join(deeper + line for line in site.module.text[start:end].splitlines(keepends=True))
            yield site.splice(start, end, moved, 0.4 if isinstance(node, ast.Return) else 1.0)


def _way_out(node: ast.AST, site: Site) -> Iterator[Draft]:
    for other in _WAYS_OUT.get(type(node), ()) if isinstance(node, ast.stmt) else ():
        yield site.splice(*site.module.span(node), other)


def _generator(node: ast.AST, site: Site) -> Iterator[Draft]:
    """`yield` for `yield from` and back, and a value that was computed and dropped for one that is returned."""
    start, end = site.module.span(node)
    text = site.module.text
    if isinstance(node, ast.YieldFrom):
        yield site.splice(start, end, "yield " + text[start:end].split("from", 1)[1].lstrip())
    elif isinstance(node, ast.Yield) and node.value is not None:
        yield site.splice(start, end, "yield from " + site.text(node.value))
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield site.splice(start, end, "return " + text[start:end], 0.5)


def _stored(node: ast.AST, site: Site) -> Iterator[Draft]:
    """`a.update(b)` for `a = b`: the shared value is changed where another was to be put in its place, or back."""
    assert isinstance(node, ast.Expr | ast.Assign)
    if isinstance(node, ast.Assign):
        if not isinstance(node.value, ast.Constant) and isinstance(node.targets[0], ast.Subscript | ast.Name):
            for method, weight in (("append", 0.5), ("update", 0.4), ("extend", 0.4), ("add", 0.3)):
                text = f"{site.text(node.targets[0])}.{method}({site.text(node.value)})"
                yield site.splice(*site.module.span(node), text, weight)
        return
    call = node.value
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and len(call.args) == 1:
        weight = 1.0 if call.func.attr in {"update", "extend", "append", "add"} else 0.1
        yield site.splice(*site.module.span(node), f"{site.text(call.func.value)} = {site.text(call.args[0])}", weight)
    elif isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute | ast.Name) and call.args:
        yield site.splice(*site.module.span(node), f"{site.text(call.args[0])} = {site.text(call)}", 0.5)


_TWO = "def f(a):\n    a.x()\n    a.y()\n"
_ALONE = '"""Nothing to do."""\n'
OPERATORS = (
    Operator(
        "a statement too many",
        0.8,
        (*_SIMPLE, ast.If),
        _delete,
        Example(_TWO, "def f(a):\n    a.y()\n", _ALONE),
        frozenset({"long"}),
    ),
    Operator(
        "two statements in the wrong order",
        0.9,
        (*_SIMPLE, ast.If, ast.For, ast.While),
        _swap,
        Example(_TWO, "def f(a):\n    a.y()\n    a.x()\n", "def f(a):\n    return a\n"),
        frozenset({"name", "order"}),
    ),
    Operator(
        "a statement too deep",
        1.0,
        _SIMPLE,
        _out,
        Example(
            "def f(a):\n    for b in a:\n        a += b\n        return a\n",
            "def f(a):\n    for b in a:\n        a += b\n    return a\n",
            "def f(a):\n    return a\n",
        ),
        frozenset({"short"}),
    ),
    Operator(
        "a statement not deep enough",
        0.6,
        _SIMPLE,
        _in,
        Example(
            "def f(a):\n    for b in a:\n        a += b\n    a += 1\n",
            "def f(a):\n    for b in a:\n        a += b\n        a += 1\n",
            "def f(a):\n    return a\n",
        ),
    ),
    Operator(
        "another way out",
        0.9,
        (ast.Break, ast.Continue, ast.Pass),
        _way_out,
        Example("def f(a):\n    for b in a:\n        break\n", "def f(a):\n    for b in a:\n        continue\n", _TWO),
    ),
    Operator(
        "a value yielded or dropped",
        1.0,
        (ast.Yield, ast.YieldFrom, ast.Expr),
        _generator,
        Example("def f(a):\n    yield f(a)\n", "def f(a):\n    yield from f(a)\n", "def f(a):\n    return a\n"),
        frozenset({"generator", "none"}),
    ),
    Operator(
        "changed in place for replaced",
        0.5,
        (ast.Expr, ast.Assign),
        _stored,
        Example("def f(a, b):\n    a[0].update(b)\n", "def f(a, b):\n    a[0] = b\n", "def f(a):\n    return a\n"),
    ),
)
