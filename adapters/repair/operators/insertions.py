"""Missing statements: a value never collected, a variable never advanced, a case that should end at once."""

import ast
from collections.abc import Iterator

from pareback.adapters.repair.kinds import CONTAINERS
from pareback.adapters.repair.module import Scoped, blocks
from pareback.adapters.repair.operator import Draft, Example, Operator, Site, likeness

_COLLECTS = {"list": "append", "set": "add"}
_BLOCKS = (ast.For, ast.While, ast.If, ast.FunctionDef, ast.AsyncFunctionDef)


def _places(node: ast.AST, site: Site) -> Iterator[tuple[int, str, float]]:
    """Where a statement could be missing in the blocks of a node: (offset, indentation, weight). Most often at
    the start, at the end, or before a last `return`."""
    for block in blocks(node):
        body = [item for item in block if not (isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant))]
        chained = block is getattr(node, "orelse", None) and isinstance(block[0], ast.If)
        if body and not chained:
            indent = site.module.indent(body[0])
            yield from ((at, indent, weight) for at, weight in _gaps(body, site))


def _gaps(body: list[ast.stmt], site: Site) -> Iterator[tuple[int, float]]:
    """(offset, weight) before each statement of a block, and after the last one where that can be reached."""
    first, *inner = (site.module.starts[_first_line(item) - 1] for item in body)
    leaves = isinstance(body[-1], ast.Return | ast.Break | ast.Continue | ast.Raise)
    yield first, 1.0
    yield from ((at, 1.0 if at == first else 0.5) for at in inner[:-1])
    if inner:
        yield inner[-1], 1.0 if leaves else 0.5
    if not leaves:
        yield _after(body[-1], site), 1.0


def _first_line(statement: ast.stmt) -> int:
    """The line a statement begins on, its decorators counted."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(item.lineno for item in decorators)])


def _after(statement: ast.stmt, site: Site) -> int:
    return min(site.module.starts[statement.end_lineno or 0], len(site.module.text))


def _insert(site: Site, place: tuple[int, str, float], text: str, weight: float) -> Draft:
    at, indent, likely = place
    before = "" if at == 0 or site.module.text[at - 1 : at] == "\n" else "\n"
    return site.splice(at, at, f"{before}{indent}{text}\n", weight * likely)


def _collect(node: ast.AST, site: Site) -> Iterator[Draft]:
    """`seen.add(node)`, `out.append(item)`: a container that is made or asked, and a value at hand."""
    calls = [call for container in site.scope.of_kind("list", "set") for call in _collecting(container, node, site)]
    for place in _places(node, site):
        yield from (_insert(site, place, call, weight) for call, weight in calls)


def _collecting(container: str, node: ast.AST, site: Site) -> Iterator[tuple[str, float]]:
    """The calls, not made anywhere yet, that put a value into the container, each with its weight."""
    known = site.scope.names[container]
    method = _COLLECTS["set" if "set" in known and "list" not in known else "list"]
    asked = 1.0 if _needs_more(container, method, site) else 0.5
    for value in _values(site):
        call = f"{container}.{method}({value})"
        if value != container and call not in site.module.text:
            yield call, asked * _collectable(value, node, site)


def _values(site: Site) -> list[str]:
    """The names at hand that hold values."""
    return [name for name, known in site.scope.names.items() if "callable" not in known and name != "self"]


def _needs_more(container: str, method: str, site: Site) -> bool:
    """The container is looked into, but nothing is ever put there by its usual method."""
    text = site.module.segment(site.function() or site.module.tree)
    return f"{container}.{method}(" not in text


def _collectable(value: str, node: ast.AST, site: Site) -> float:
    """Loop variables and parameters of the nearest block are what is usually collected."""
    known = site.scope.names[value]
    if isinstance(node, ast.For) and value in {part.id for part in ast.walk(node.target) if isinstance(part, ast.Name)}:
        return 1.0
    if isinstance(node, Scoped) and value in {arg.arg for arg in node.args.args}:
        return 1.0
    return 0.5 if known & {"loop", "param"} or "str" in known else 0.35


def _advance(node: ast.AST, site: Site) -> Iterator[Draft]:
    """`previous = current`, `i += 1`: a variable of a loop that never moves on."""
    assert isinstance(node, ast.For | ast.While)
    stored = {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    moves = [
        (text, weight * (0.6 if name in stored else 1.0))
        for name in _values(site)
        for text, weight in _moves(name, site)
    ]
    for place in _places(node, site):
        yield from (_insert(site, place, text, weight) for text, weight in moves)


def _moves(name: str, site: Site) -> Iterator[tuple[str, float]]:
    """The statements that move a variable on, each with its weight: a count by one, a local to another name's value."""
    known = site.scope.names[name]
    if "int" in known:
        yield f"{name} += 1", 0.7
        yield f"{name} -= 1", 0.3
    if "param" not in known:
        others = (other for other, also in site.scope.names.items() if other != name and "callable" not in also)
        yield from ((f"{name} = {other}", 0.3 + 0.5 * likeness(name, other)) for other in others)


def _base_case(node: ast.AST, site: Site) -> Iterator[Draft]:
    """A function that does not ask for the empty, the zero, the missing argument first."""
    assert isinstance(node, Scoped)
    place = next(_places(node, site), None)
    params = [name for name in site.scope.params if name not in {"self", "cls"}]
    if place is None or node is not site.function():
        return
    for name in params:
        known = site.scope.names.get(name, frozenset())
        tests = [f"not {name}", *([] if known & CONTAINERS else [f"{name} is None", f"{name} <= 0"])]
        for test in tests:
            for value, weight in _results(site, name):
                yield _insert(site, place, f"if {test}:\n{place[1]}    return {value}", weight)


def _results(site: Site, name: str) -> Iterator[tuple[str, float]]:
    """What such a case could return: what the function returns elsewhere, and the empty values."""
    expected = [repr(value) for _, value in site.clues.values if not value or value in (1, True)]
    offered = dict.fromkeys([*expected, "[]", "0", "None", "False", "True", "''", "1"])
    yield from ((value, 1.0 if value in expected else 0.25) for value in offered)
    yield name, 0.3


def _return(node: ast.AST, site: Site) -> Iterator[Draft]:
    """A function that falls off its end: its result is at hand."""
    assert isinstance(node, Scoped)
    last = node.body[-1]
    if node is not site.function() or isinstance(last, ast.Return | ast.Raise):
        return
    at = _after(last, site)
    for name, known in site.scope.names.items():
        if name != "self" and "callable" not in known:
            weight = 1.0 if "param" not in known else 0.4
            yield _insert(site, (at, site.module.indent(last), 1.0), f"return {name}", weight)
    for value in ("True", "False", "[]", "0"):
        yield _insert(site, (at, site.module.indent(last), 1.0), f"return {value}", 0.4)


OPERATORS = (
    Operator(
        "a value never collected",
        1.6,
        _BLOCKS,
        _collect,
        Example(
            "def f(a):\n    out = []\n    for b in a:\n        print(b)\n    return out\n",
            "def f(a):\n    out = []\n    for b in a:\n        print(b)\n        out.append(b)\n    return out\n",
            "def f(a):\n    return a + 1\n",
        ),
        frozenset({"short", "recursion", "sequence"}),
    ),
    Operator(
        "a variable never advanced",
        1.0,
        (ast.For, ast.While),
        _advance,
        Example(
            "def f(a):\n    last = None\n    while a:\n        a = last\n",
            "def f(a):\n    last = None\n    while a:\n        last = a\n        a = last\n",
            "def f(a):\n    return a\n",
        ),
        frozenset({"endless", "none", "short"}),
    ),
    Operator(
        "a missing first case",
        0.9,
        (ast.FunctionDef, ast.AsyncFunctionDef),
        _base_case,
        Example(
            "def f(a):\n    return a[0]\n", "def f(a):\n    if not a:\n        return []\n    return a[0]\n", "a = 1\n"
        ),
        frozenset({"index", "recursion", "empty", "division", "none", "type"}),
    ),
    Operator(
        "a missing return",
        4.0,
        (ast.FunctionDef, ast.AsyncFunctionDef),
        _return,
        Example(
            "def f(a):\n    b = a\n",
            "def f(a):\n    b = a\n    return b\n",
            "def f(a):\n    return a\n",
            "assert None == 1",
        ),
        frozenset({"none"}),
        frozenset({"none"}),
    ),
)
