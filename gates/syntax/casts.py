"""Which calls turn a value into one of another type, where no new value is meant.

Not counted: what is said to people (formatted and joined strings, prints, logs, warnings, what is raised or asserted,
`__str__` and its kind), the text of a caught exception, numbers that are rounded, constants, the object itself, a copy
that a loop runs over, and containers that are filled from a call or a comprehension: they are made, not converted.
"""

import ast
from collections.abc import Iterator

from pareback.gates.facts import Cast
from pareback.gates.reading.conversions import PRICED, TEXTUAL
from pareback.gates.syntax.draft import Draft
from pareback.gates.syntax.subjects import FREE, LOCAL, OPAQUE, is_class, subject
from pareback.gates.syntax.uses import BUILT_IN

_CONTAINERS = {"tuple", "frozenset"}
"""`list`, `set` and `dict` are not among them: of those that were read, nearly all make a copy to be changed, or
something to look things up in. Nor is `bool`, which asks whether something is there."""
_NAMELESS = {LOCAL, OPAQUE}
_CALLS = {*("str", "int", "float", "bytes", "ord", "chr", "Decimal", "Path", "UUID"), *_CONTAINERS}
_METHODS = {*("isoformat", "tolist", "to_dict", "as_posix"), *TEXTUAL}
_CODECS = {"encode", "decode"}
_JSON = {"loads", "dumps"}
_TELLERS = {"print", "warn"}
_WRITERS = {"format", "join"}
_SPEAKERS = {
    *_WRITERS,
    *("warn", "debug", "info", "warning", "error", "exception", "critical"),
    *("log", "fail", "echo", "write"),
}
_MEASURES = {"timestamp", "total_seconds", "time", "monotonic"}
"""Methods whose answer is a number with a fraction: made whole, it is rounded."""
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


def formed(draft: Draft, node: ast.Attribute) -> None:
    """Note what is read of a value that may be a member of an Enum."""
    if type(node.value) is not ast.Name or node.value.id not in draft.selves:
        draft.casts.append((node.attr, node.value, node.lineno))


def silence(draft: Draft, before: int) -> None:
    """Forget the casts noted since: they only make text for people."""
    del draft.casts[before:]


def unkept(draft: Draft, node: ast.expr) -> None:
    """Forget the cast that the node is, for nobody keeps what it makes: a loop runs over a copy, so that the original
    may change, and a statement only tries whether it can be done."""
    if type(node) is ast.Call and draft.casts:
        made_of = draft.casts[-1][1]
        if made_of in node.args or (type(node.func) is ast.Attribute and made_of is node.func.value):
            draft.casts.pop()


def joined(draft: Draft, node: ast.BinOp, before: int) -> None:
    """A sum or `%` with a string in it makes text."""
    if _is_text(node.left) or _is_text(node.right):
        silence(draft, before)


def _is_text(node: ast.expr) -> bool:
    if type(node) is ast.Call:
        return type(node.func) is ast.Attribute and node.func.attr in _WRITERS
    return type(node) is ast.JoinedStr or (type(node) is ast.Constant and isinstance(node.value, str))


def _by_function(node: ast.Call, name: str) -> ast.expr | None:
    known = name in _CALLS or is_class(name)
    return node.args[0] if known and len(node.args) == 1 and not node.keywords else None


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
    return all(type(part) is ast.Constant and isinstance(part.value, str) for part in given)


def _exempt(draft: Draft, name: str, value: ast.expr) -> bool:
    if draft.name in _SPOKEN or isinstance(value, _ARITHMETIC):
        return True
    if type(value) is ast.Name:
        return value.id in draft.selves or value.id in draft.caught or value.id.startswith("__")
    if type(value) is ast.Call and type(value.func) is ast.Attribute:
        return value.func.attr in _MEASURES or {name, value.func.attr} == _CODECS or name in _CONTAINERS
    return name in _CONTAINERS and isinstance(value, (*_MADE, ast.Starred))


def casts(draft: Draft) -> Iterator[Cast]:
    """The casts of a unit that was read, each with what it is about. What a built-in function answers is about
    nothing that lasts. What costs nothing by itself only counts where it is about something that does."""
    for name, value, line in draft.casts:
        owner, about = subject(draft, value)
        passing = owner == FREE and about.partition("(")[0] in BUILT_IN
        if name in PRICED:
            yield Cast(name, *((OPAQUE, "") if passing else (owner, about)), line)
        elif owner not in _NAMELESS and not passing:
            yield Cast(name, owner, about, line)
