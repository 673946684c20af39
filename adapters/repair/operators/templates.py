"""Repairs that the message itself asks for: an unknown name, a misspelt attribute, an argument too few."""

import ast
import builtins
import re
import sys
from collections.abc import Iterator

from pareback.adapters.repair.operator import Draft, Example, Operator, Site, likeness

_UNKNOWN = re.compile(r"name '(\w+)' is not defined|cannot access local variable '(\w+)'|local variable '(\w+)'")
_WANTED = re.compile(r"cannot import name '(\w+)'|has no attribute '(\w+)'")
_MEANT = re.compile(r"Did you mean: '(\w+)'|did you mean '(\w+)'", re.IGNORECASE)
_LACKING = re.compile(r"(\w+)\(\) missing \d+ required (?:positional|keyword-only) arguments?: '(\w+)'")
_DEFAULTS = {"None": 1.0, "0": 0.5, "False": 0.4, "''": 0.3, "1": 0.3, "True": 0.3}
_HOMES = {
    "defaultdict": "collections", "Counter": "collections", "deque": "collections", "OrderedDict": "collections",
    "namedtuple": "collections", "partial": "functools", "reduce": "functools", "wraps": "functools",
    "lru_cache": "functools", "cache": "functools", "chain": "itertools", "product": "itertools",
    "permutations": "itertools", "combinations": "itertools", "accumulate": "itertools", "groupby": "itertools",
    "islice": "itertools", "zip_longest": "itertools", "sqrt": "math", "ceil": "math", "floor": "math", "gcd": "math",
    "inf": "math", "pi": "math", "Path": "pathlib", "dataclass": "dataclasses", "field": "dataclasses",
    "datetime": "datetime", "timedelta": "datetime", "date": "datetime", "deepcopy": "copy", "Decimal": "decimal",
    "Fraction": "fractions", "Enum": "enum", "contextmanager": "contextlib", "suppress": "contextlib",
    "bisect_left": "bisect", "heappush": "heapq", "heappop": "heapq", "mean": "statistics", "median": "statistics",
    "StringIO": "io", "BytesIO": "io", "Any": "typing", "Iterable": "collections.abc", "Mapping": "collections.abc",
}  # fmt: skip  # a table reads better in rows


def _named(pattern: re.Pattern[str], site: Site) -> Iterator[str]:
    for message in site.clues.messages:
        for match in pattern.finditer(message):
            yield next(group for group in match.groups() if group)


def _unknown_name(node: ast.AST, site: Site) -> Iterator[Draft]:
    """Another spelling of it that is known here, or `self.` before it."""
    assert isinstance(node, ast.Name)
    if node.id not in set(_named(_UNKNOWN, site)) or not isinstance(node.ctx, ast.Load):
        return
    for other in {**site.scope.names, **site.scope.outer, **dict.fromkeys(dir(builtins))}:
        if other != node.id and likeness(node.id, other) > 0.6:
            yield site.replace(node, other, likeness(node.id, other) ** 2)
    if "self" in site.scope.params:
        yield site.replace(node, f"self.{node.id}", 1.0 if node.id in site.scope.attributes else 0.4)


def _import(node: ast.AST, site: Site) -> Iterator[Draft]:
    """The import that the unknown name needs, at the head of the file."""
    first = site.module.tree.body[0]
    if node is not first:
        return
    docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    line = (first.end_lineno or 1) if docstring else _line(first) - 1
    at = min(site.module.starts[line], len(site.module.text))
    for name in dict.fromkeys(_named(_UNKNOWN, site)):
        if name in sys.stdlib_module_names:
            yield site.splice(at, at, f"import {name}\n")
        if name in _HOMES:
            yield site.splice(at, at, f"from {_HOMES[name]} import {name}\n")


def _line(statement: ast.stmt) -> int:
    """The line a statement begins on, its decorators counted."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(item.lineno for item in decorators)])


def _misspelt(node: ast.AST, site: Site) -> Iterator[Draft]:
    """An attribute that does not exist, or exists under another spelling in the file."""
    assert isinstance(node, ast.Attribute)
    if node.attr not in set(_named(_WANTED, site)):
        return
    end = site.module.span(node)[1]
    for other in dict.fromkeys([*_named(_MEANT, site), *site.scope.attributes, *_builtin_methods()]):
        if other != node.attr and likeness(node.attr, other) > 0.6:
            yield site.splice(end - len(node.attr), end, other, likeness(node.attr, other) ** 2)


def _builtin_methods() -> Iterator[str]:
    for owner in (str, list, dict, set):
        yield from (name for name in dir(owner) if not name.startswith("_"))


def _renamed(node: ast.AST, site: Site) -> Iterator[Draft]:
    """A definition whose name the caller spells otherwise."""
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    at = site.module.text.find(node.name, site.module.span(node)[0])
    for wanted in dict.fromkeys(_named(_WANTED, site)):
        if wanted != node.name and likeness(wanted, node.name) > 0.75:
            yield site.splice(at, at + len(node.name), wanted, likeness(wanted, node.name))


def _parameter(node: ast.AST, site: Site) -> Iterator[Draft]:
    """A parameter that callers leave out gets a default."""
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    if node.args.defaults or not node.args.args:
        return
    last = node.args.args[-1]
    end, equals = site.module.span(last)[1], " = " if last.annotation else "="
    for called, lacking in _lacking(site):
        if (called, lacking) == (node.name, last.arg):
            yield from (site.splice(end, end, equals + value, weight) for value, weight in _DEFAULTS.items())


def _lacking(site: Site) -> Iterator[tuple[str, str]]:
    """(function, parameter) of each complaint about a missing argument."""
    for message in site.clues.messages:
        yield from ((match[1].split(".")[-1], match[2]) for match in _LACKING.finditer(message))


def _fresh_default(node: ast.AST, site: Site) -> Iterator[Draft]:
    """A default value that calls share: made anew in the body."""
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    positional = [*node.args.posonlyargs, *node.args.args]
    defaults = node.args.defaults
    for arg, default in zip(positional[len(positional) - len(defaults) :], defaults, strict=True):
        if isinstance(default, ast.List | ast.Dict | ast.Set | ast.Call):
            first = node.body[1 if ast.get_docstring(node) and len(node.body) > 1 else 0]
            indent = site.module.indent(first)
            start, end = site.module.span(default)[0], site.module.starts[first.lineno - 1]
            value = site.text(default)
            rest = site.module.text[start + len(value) : end]
            text = f"None{rest}{indent}if {arg.arg} is None:\n{indent}    {arg.arg} = {value}\n"
            yield site.splice(start, end, text)


_ALONE = "def f(a):\n    return a\n"
_NAME = "NameError: name 'totl' is not defined"
OPERATORS = (
    Operator(
        "an unknown name",
        20.0,
        (ast.Name,),
        _unknown_name,
        Example("def f(total):\n    return totl\n", "def f(total):\n    return total\n", _ALONE, _NAME),
        needs=frozenset({"name"}),
    ),
    Operator(
        "a missing import",
        20.0,
        (ast.stmt,),
        _import,
        Example("x = math.pi\n", "import math\nx = math.pi\n", "", "NameError: name 'math' is not defined"),
        needs=frozenset({"name"}),
    ),
    Operator(
        "a misspelt attribute",
        20.0,
        (ast.Attribute,),
        _misspelt,
        Example(
            "def f(a):\n    return a.uper()\n",
            "def f(a):\n    return a.upper()\n",
            _ALONE,
            "AttributeError: 'str' object has no attribute 'uper'. Did you mean: 'upper'?",
        ),
        needs=frozenset({"attribute"}),
    ),
    Operator(
        "a definition under another name",
        10.0,
        (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
        _renamed,
        Example(
            "def totals(a):\n    return a\n",
            "def total(a):\n    return a\n",
            _ALONE,
            "ImportError: cannot import name 'total' from 'shop'",
        ),
        needs=frozenset({"name", "attribute"}),
    ),
    Operator(
        "a parameter without a default",
        10.0,
        (ast.FunctionDef, ast.AsyncFunctionDef),
        _parameter,
        Example(
            "def f(a):\n    return a\n",
            "def f(a=None):\n    return a\n",
            "def g(b):\n    return b\n",
            "TypeError: f() missing 1 required positional argument: 'a'",
        ),
        needs=frozenset({"arity", "type"}),
    ),
    Operator(
        "a default shared between calls",
        3.0,
        (ast.FunctionDef, ast.AsyncFunctionDef),
        _fresh_default,
        Example(
            "def f(a=[]):\n    return a\n",
            "def f(a=None):\n    if a is None:\n        a = []\n    return a\n",
            _ALONE,
        ),
    ),
)
