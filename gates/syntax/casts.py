"""Which calls turn a value into one of another type, where no new value is meant.

Not counted: what is said to people (formatted and joined strings, prints, logs, warnings, what is raised, `__str__` and
its kind), the text of a caught exception, arithmetic that is rounded, constants, the object itself, and containers that
are filled from a call or a comprehension, because there the container is made, not converted.
"""

import ast
from collections.abc import Iterator

from pareback.gates.facts import Cast
from pareback.gates.syntax.draft import Draft
from pareback.gates.syntax.subjects import subject

_CONTAINERS = {"list", "tuple", "set", "dict", "frozenset"}
_CALLS = {*("str", "int", "float", "bool", "bytes", "repr", "ord", "chr", "Decimal", "Path", "UUID"), *_CONTAINERS}
_METHODS = {"isoformat", "tolist", "to_dict", "as_posix"}
_CODECS = {"encode", "decode"}
_JSON = {"loads", "dumps"}
_TELLERS = {"print", "warn"}
_SPEAKERS = {
    *("format", "warn", "debug", "info", "warning", "error", "exception", "critical"),
    *("log", "fail", "echo", "write"),
}
_ARITHMETIC = (ast.BinOp, ast.Compare, ast.Constant, ast.Lambda)
_MADE = (ast.Call, ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp, ast.List, ast.Tuple, ast.Set, ast.Dict)
_SPOKEN = {"__str__", "__repr__", "__format__", "__bytes__", "__int__", "__float__", "__bool__", "__hash__"}
"""Methods that are conversions, or text for people."""


def called(draft: Draft, node: ast.Call, before: int) -> None:
    """Note a call that was read: a cast, or the end of something said, whose casts since `before` do not count."""
    func = node.func
    name = func.id if type(func) is ast.Name else func.attr if type(func) is ast.Attribute else ""
    if name in (_TELLERS if type(func) is ast.Name else _SPEAKERS):
        silence(draft, before)
        return
    value = _by_function(node, name) if type(func) is ast.Name else _by_method(node, func, name)
    if value is not None and not _exempt(draft, name, value):
        draft.casts.append((name, value, node.lineno))


def silence(draft: Draft, before: int) -> None:
    """Forget the casts noted since: they only make text for people."""
    del draft.casts[before:]


def joined(draft: Draft, node: ast.BinOp, before: int) -> None:
    """A sum or `%` with a string in it makes text."""
    if _is_text(node.left) or _is_text(node.right):
        silence(draft, before)


def _is_text(node: ast.expr) -> bool:
    return type(node) is ast.JoinedStr or (type(node) is ast.Constant and isinstance(node.value, str))


def _by_function(node: ast.Call, name: str) -> ast.expr | None:
    if name in _CALLS and len(node.args) == 1 and not node.keywords:
        return node.args[0]
    return None


def _by_method(node: ast.Call, func: ast.expr, name: str) -> ast.expr | None:
    if type(func) is not ast.Attribute:
        return None
    if name in _METHODS and not node.args:
        return func.value
    if name in _CODECS and _is_codec(node):
        return func.value
    of_json = name in _JSON and type(func.value) is ast.Name and func.value.id == "json"
    return node.args[0] if of_json and len(node.args) == 1 else None


def _is_codec(node: ast.Call) -> bool:
    """`.encode()` of a string and not of some encoder: nothing is given, or the name of a codec."""
    given = [*node.args, *(keyword.value for keyword in node.keywords)]
    return all(map(_is_text, given))


def _exempt(draft: Draft, name: str, value: ast.expr) -> bool:
    if draft.name in _SPOKEN or isinstance(value, _ARITHMETIC):
        return True
    if type(value) is ast.Name and (value.id in draft.selves or value.id in draft.caught):
        return True
    return name in _CONTAINERS and isinstance(value, (*_MADE, ast.Starred))


def casts(draft: Draft) -> Iterator[Cast]:
    """The casts of a unit that was read, each with what it is about."""
    for name, value, line in draft.casts:
        yield Cast(name, *subject(draft, value), line)
