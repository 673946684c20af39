"""What an expression is about: a pair of owner and name that means the same thing in every file, where there is one.

| expression | owner | name |
|---|---|---|
| `self.a`, `cls.a` in a method of class C; `o.a` where o is annotated with class T | C, T | `a` |
| `o.a` of anything else | `*` | `a` |
| a name of the module, imported or built in, and what is reached from it: `settings.DEBUG` | empty | the dotted path |
| a parameter or another local | `$` | its own name: no identity beyond the unit |
| anything that cannot be named | `…` | empty |

A call is the name of what is called with what its arguments are about: `self.find(self.key)` is (C, `find(C.key)`). A
subscript with a constant key keeps the key: `d.get("k")` and `d["k"]` are (owner of d, `d['k']`). A local that is bound
exactly once, to an attribute, a call or a subscript, is replaced by that, twice at most. Whether `*.a` is `C.a`, only
the whole tree can say: that is left to whoever asks its index.
"""

import ast
import builtins
from collections.abc import Callable, Mapping
from typing import Any

from pareback.gates.syntax.draft import Draft

LOCAL, FREE, UNKNOWN, OPAQUE = "$", "", "*", "…"
"""Owners that are no classes."""

_DEPTH = 4
"""Levels of an expression that are spelled out; what is deeper is opaque, so that no expression is too deep."""
_COPIES = 2
_NAMED = 2
_NO_CLASS = {*dir(builtins), "Any", "Callable", "ClassVar", "Final", "Literal", "Self", "TypeVar", "Union", "Optional"}
_OPERATORS = {ast.BitAnd: "&", ast.BitOr: "|", ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%"}
_SIGNS = {ast.USub: "-", ast.UAdd: "+", ast.Not: "not ", ast.Invert: "~"}


def subject(draft: Draft, node: ast.expr, *, depth: int = _DEPTH) -> tuple[str, str]:
    """Owner and name of what the expression is about, once the unit is read."""
    node = resolved(draft, node)
    kind = type(node)
    if isinstance(node, ast.Attribute):
        return _attribute(draft, node)
    if isinstance(node, ast.Name):
        return (LOCAL if local(draft, node.id) else FREE), node.id
    if isinstance(node, ast.Call) and depth:
        return _call(draft, node, depth - 1)
    if isinstance(node, ast.Subscript) and depth and type(node.slice) is ast.Constant:
        return _keyed(draft, node.value, node.slice, depth - 1)
    return (OPAQUE, "") if kind is not ast.Constant else (FREE, _literal(node))


def resolved(draft: Draft, node: ast.expr) -> ast.expr:
    """The expression without walrus and await; for a local that holds a copy, what it is a copy of."""
    for _ in range(_COPIES):
        node = bare(node)
        if type(node) is not ast.Name:
            return node
        value = draft.names.copy(node.id)
        if value is None or not local(draft, node.id):
            return node
        node = value
    return bare(node)


def bare(node: ast.expr) -> ast.expr:
    """The expression without walrus and await around it."""
    while isinstance(node, ast.NamedExpr | ast.Await):
        node = node.value
    return node


def local(draft: Draft, name: str) -> bool:
    """Whether the name means something else in every unit."""
    if draft.heading.kind != "function":
        return name in draft.names.inner
    return name in draft.locals and name not in draft.names.imports and name not in draft.declared


def spelled(draft: Draft, node: ast.expr, *, depth: int = _DEPTH) -> str:
    """What the expression is about, in one word: `Cart.coupon`, `$name`, a constant, or `…`."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set) and depth:
        return f"({', '.join(spelled(draft, item, depth=depth - 1) for item in node.elts)})"
    return joined(*subject(draft, node, depth=depth))


def joined(owner: str, name: str) -> str:
    """Owner and name as they are written."""
    return f"{owner}{name}" if owner in {LOCAL, FREE, OPAQUE} else f"{owner}.{name}"


def text(draft: Draft, node: ast.expr, *, depth: int = _DEPTH) -> str:
    """The expression as it stands, locals marked by `$`; what is too deep or too odd becomes `…`."""
    node = bare(node)
    writer = _WRITERS.get(type(node)) if depth else None
    return writer(draft, node, depth - 1) if writer else OPAQUE


def _attribute(draft: Draft, node: ast.Attribute) -> tuple[str, str]:
    value = resolved(draft, node.value)
    if isinstance(value, ast.Name):
        return _member(draft, value.id, node.attr)
    path = [node.attr]
    while isinstance(value, ast.Attribute):
        path.append(value.attr)
        value = value.value
    if isinstance(value, ast.Name) and not local(draft, value.id):
        return FREE, ".".join([value.id, *reversed(path)])
    return UNKNOWN, node.attr


def _member(draft: Draft, receiver: str, name: str) -> tuple[str, str]:
    if receiver in draft.selves:
        return owner(draft), name
    if local(draft, receiver):
        return class_name(draft.names.hints.get(receiver)) or UNKNOWN, name
    return FREE, f"{receiver}.{name}"


def owner(draft: Draft) -> str:
    """The class around a method, by its own name."""
    return draft.heading.owner.rpartition(".")[2].partition("#")[0]


def class_name(node: ast.expr | None) -> str:
    """The one class that an annotation names, optional or not; empty for builtins, several classes and none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        name = node.value.strip("'\" ").removesuffix("| None").strip().rpartition(".")[2]
        return name if name.isidentifier() and name not in _NO_CLASS else ""
    if isinstance(node, ast.BinOp) and type(node.op) is ast.BitOr:
        sides = [side for side in (node.left, node.right) if not none(side)]
        return class_name(sides[0]) if len(sides) == 1 else ""
    if isinstance(node, ast.Subscript):
        return class_name(node.slice) if last(node.value) == "Optional" else ""
    name = last(node)
    return "" if name in _NO_CLASS else name


def last(node: ast.expr | None) -> str:
    """The last name of a dotted path, empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def is_class(name: str) -> bool:
    """Whether a name is spelled as classes are."""
    bare_name = name.lstrip("_")
    return bare_name[:1].isupper() and not bare_name.isupper()


def none(node: ast.expr | None) -> bool:
    """Whether this is the constant None."""
    return isinstance(node, ast.Constant) and node.value is None


def _call(draft: Draft, node: ast.Call, depth: int) -> tuple[str, str]:
    func, arguments = node.func, node.args
    if isinstance(func, ast.Attribute):
        if func.attr == "get" and looks_up(node):
            return _keyed(draft, func.value, arguments[0], depth)
        holder, name = _attribute(draft, func)
    elif isinstance(func, ast.Name):
        member = defaulted(node)
        if member:
            return _attribute(draft, ast.Attribute(arguments[0], member))
        holder, name = (LOCAL if local(draft, func.id) else FREE), func.id
    else:
        return OPAQUE, ""
    given = [spelled(draft, argument, depth=depth) for argument in arguments]
    given += [f"{keyword.arg or '**'}={spelled(draft, keyword.value, depth=depth)}" for keyword in node.keywords]
    return holder, f"{name}({', '.join(given)})"


def looks_up(node: ast.Call) -> bool:
    """A look-up that answers None where the constant key is missing."""
    defaults = node.args[1:]
    return bool(node.args) and type(node.args[0]) is ast.Constant and not node.keywords and all(map(none, defaults))


def defaulted(node: ast.expr) -> str:
    """The `a` of `getattr(o, "a", None)`, empty for anything else."""
    if not isinstance(node, ast.Call) or last(node.func) != "getattr" or len(node.args) <= _NAMED:
        return ""
    name = node.args[1]
    return name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else ""


def _keyed(draft: Draft, container: ast.expr, key: ast.expr, depth: int) -> tuple[str, str]:
    holder, name = subject(draft, container, depth=depth)
    return (holder, f"{name}[{_literal(key)}]") if holder != OPAQUE else (OPAQUE, "")


def _literal(node: ast.expr) -> str:
    return repr(node.value) if isinstance(node, ast.Constant) else OPAQUE


def _named(draft: Draft, node: ast.Name, _depth: int) -> str:
    return f"${node.id}" if local(draft, node.id) else node.id


def _dotted(draft: Draft, node: ast.Attribute, depth: int) -> str:
    return f"{text(draft, node.value, depth=depth)}.{node.attr}"


def _called(draft: Draft, node: ast.Call, depth: int) -> str:
    given = [text(draft, argument, depth=depth) for argument in node.args]
    given += [f"{keyword.arg or '**'}={text(draft, keyword.value, depth=depth)}" for keyword in node.keywords]
    return f"{text(draft, node.func, depth=depth)}({', '.join(given)})"


def _indexed(draft: Draft, node: ast.Subscript, depth: int) -> str:
    return f"{text(draft, node.value, depth=depth)}[{text(draft, node.slice, depth=depth)}]"


def _listed(draft: Draft, node: ast.Tuple | ast.List | ast.Set, depth: int) -> str:
    return f"({', '.join(text(draft, item, depth=depth) for item in node.elts)})"


def _computed(draft: Draft, node: ast.BinOp, depth: int) -> str:
    sides = [text(draft, side, depth=depth) for side in (node.left, node.right)]
    return f" {_OPERATORS.get(type(node.op), OPAQUE)} ".join(sides)


def _signed(draft: Draft, node: ast.UnaryOp, depth: int) -> str:
    return _SIGNS[type(node.op)] + text(draft, node.operand, depth=depth)


_WRITERS: Mapping[type[ast.expr], Callable[[Draft, Any, int], str]] = {
    ast.Name: _named,
    ast.Attribute: _dotted,
    ast.Call: _called,
    ast.Subscript: _indexed,
    ast.Constant: lambda _draft, node, _depth: _literal(node),
    ast.Tuple: _listed,
    ast.List: _listed,
    ast.Set: _listed,
    ast.BinOp: _computed,
    ast.UnaryOp: _signed,
}
