"""Visitors of what reaches outside an expression: calls, attributes and subscripts. Here state is read and written."""

import ast

from pareback.gates.facts import Decision, Hidden, Shared
from pareback.gates.reading.conversions import MEMBERS
from pareback.gates.syntax import casts, claims, commands, hidden, uses
from pareback.gates.syntax.draft import Draft, Visitors

_CONSTRUCTORS = {"__init__", "__new__", "__post_init__", "__set_name__", "__setstate__"}
"""Methods in which writing an attribute is making the object, not changing it."""

_MUTATORS = {
    *("append", "add", "update", "extend", "insert", "remove", "discard", "pop", "popitem"),
    *("clear", "setdefault", "sort", "reverse", "appendleft", "popleft"),
}
_CAST = 2
"""Arguments of `typing.cast`."""
_MAPPINGS = {"get", "pop", "setdefault"}


def attribute(draft: Draft, node: ast.Attribute, nesting: int) -> None:
    value = node.value
    draft.tokens += (".", "a:" + node.attr)
    draft.visitors[type(value)](draft, value, nesting)
    if type(node.ctx) is not ast.Load:
        _written(draft, node)
        return
    if node.attr in MEMBERS:
        casts.formed(draft, node)
    if draft.atom:
        _decided(draft, node)


def _written(draft: Draft, node: ast.Attribute) -> None:
    draft.mentions.places.attribute(node)
    if type(node.value) is not ast.Name:
        return
    if node.value.id not in draft.selves:
        draft.mutations.append((node.value.id, node.lineno, False))
        return
    draft.members.setdefault(node.attr, node.lineno)
    if draft.name not in _CONSTRUCTORS:
        kind = "lazy" if draft.lazy == node.attr else "attribute"
        draft.shared.append(Shared(kind, f"{draft.heading.owner}.{node.attr}", node.lineno))


def _decided(draft: Draft, node: ast.Attribute) -> None:
    if type(node.value) is ast.Name and node.value.id in draft.selves:
        subject = f"{draft.heading.owner}.{node.attr}"
        draft.decisions.append((draft.atom, Decision("attribute", subject, node.lineno)))
    elif node.attr == "environ":
        _volatile(draft, node)


def _volatile(draft: Draft, node: ast.expr) -> None:
    found = hidden.volatile(node)
    if found and found[0] not in draft.locals:
        draft.decisions.append((draft.atom, Decision("volatile", found[1], node.lineno)))


def call(draft: Draft, node: ast.Call, nesting: int) -> None:
    before = len(draft.casts)
    asked(draft, node, nesting)
    casts.called(draft, node, before)
    claims.claimed(draft, node)
    uses.use(draft.sheet.used, node)
    if draft.atom:
        _volatile(draft, node)
    _called(draft, node, node.func)


def asked(draft: Draft, node: ast.Call, nesting: int) -> None:
    """What is called and what it is given, without a question about what the call does."""
    visitors, func = draft.visitors, node.func
    draft.mentions.call(node)
    draft.tokens.append("call")
    visitors[type(func)](draft, func, nesting)
    for argument in node.args:
        visitors[type(argument)](draft, argument, nesting)
    for keyword in node.keywords:
        draft.tokens.append(f"w:{keyword.arg or '**'}")
        visitors[type(keyword.value)](draft, keyword.value, nesting)


def _called(draft: Draft, node: ast.Call, func: ast.expr) -> None:
    if type(func) is ast.Name:
        if func.id == draft.name and not draft.heading.owner:
            draft.recursive = draft.recursive or node.lineno
        if func.id == "cast" and len(node.args) == _CAST:
            draft.asked.append(("cast", node.args[1], None))
    elif type(func) is ast.Attribute:
        _method_called(draft, node, func)
    elif hidden.looked_up(node):
        draft.hidden.append(Hidden("dispatch", node.lineno, 1, "dispatch"))
    suspect = hidden.suspect_call(node)
    if suspect:
        draft.hidden.append(suspect)
    if commands.run(node):
        draft.hidden.append(Hidden("code", node.lineno, 1, "python -c"))


def _method_called(draft: Draft, node: ast.Call, func: ast.Attribute) -> None:
    value = func.value
    draft.mentions.places.grown(func)
    if type(value) is ast.Name:
        if func.attr in _MUTATORS:
            draft.mutations.append((value.id, node.lineno, True))
        if func.attr == draft.name and value.id in draft.selves:
            draft.recursive = draft.recursive or node.lineno
    elif type(value) is ast.Dict and func.attr in _MAPPINGS and node.args:
        _table(draft, node, hidden.inline_table(value, node.args[0]))


def _table(draft: Draft, node: ast.expr, entries: int) -> None:
    if entries > 0:
        draft.hidden.append(Hidden("table", node.lineno, entries, "table"))


def subscript(draft: Draft, node: ast.Subscript, nesting: int) -> None:
    draft.tokens.append("[]")
    draft.visit(node.value, nesting)
    draft.visit(node.slice, nesting)
    if type(node.ctx) is not ast.Load:
        draft.mentions.places.item(node)
    if type(node.ctx) is not ast.Load and type(node.value) is ast.Name:
        draft.mutations.append((node.value.id, node.lineno, False))
    _table(draft, node, hidden.inline_table(node.value, node.slice))
    if hidden.computed_name(node):
        draft.hidden.append(Hidden("dynamic", node.lineno, 1, "namespace"))


ACCESS: Visitors = {
    ast.Attribute: attribute,
    ast.Call: call,
    ast.Subscript: subscript,
}
