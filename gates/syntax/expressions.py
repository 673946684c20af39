"""Visitors of expressions: tokens for every node, flow for ternaries, boolean runs and comprehensions.

The order of tokens is the order of the source as far as shapes need it. `await` is free: a coroutine and its twin
have the same shape. Nodes that a later Python brings are read by `unknown`: their parts count, they do not.
"""

import ast
from typing import Any

from pareback.gates.facts import Hidden
from pareback.gates.syntax import casts, commands, embedded, hidden
from pareback.gates.syntax.draft import Draft, Visitors


def unknown(draft: Draft, node: ast.AST, nesting: int) -> None:
    """A node without a visitor of its own."""
    for child in ast.iter_child_nodes(node):
        draft.visit(child, nesting)


def name(draft: Draft, node: ast.Name, _nesting: int) -> None:
    draft.tokens.append("n:" + node.id)
    kind = type(node.ctx)
    if kind is not ast.Store:
        draft.mentions.used.add(node.id)
    if kind is not ast.Load:
        draft.bind(node.id, node.lineno)
    elif draft.atom:
        draft.reads.append((draft.atom, node.id, node.lineno))


def constant(draft: Draft, node: ast.Constant, _nesting: int) -> None:
    value = node.value
    if type(value) is str:
        draft.tokens.append("s:" + value)
        if len(value) > embedded.LONG and (found := embedded.branches(value)):
            draft.hidden.append(Hidden("embedded", node.lineno, found, "text"))
    else:
        draft.tokens.append(_other_constant(value))


def _other_constant(value: Any) -> str:
    sort = "i" if type(value) in (int, float, complex) else "b" if type(value) is bytes else "k"
    return f"{sort}:{value!r}"


def binary(draft: Draft, node: ast.BinOp, nesting: int) -> None:
    """Left-leaning chains are read in a loop: a sum of a thousand strings is not a deep tree."""
    links = [node]
    while type(links[-1].left) is ast.BinOp:
        links.append(links[-1].left)
    before = len(draft.casts)
    draft.visit(links[-1].left, nesting)
    for link in reversed(links):
        draft.tokens.append(type(link.op).__name__)
        draft.visit(link.right, nesting)
        casts.joined(draft, link, before)
        if hidden.arithmetic(link):
            draft.hidden.append(Hidden("arithmetic", link.lineno, 1, "arithmetic"))


def boolean(draft: Draft, node: ast.BoolOp, nesting: int) -> None:
    draft.step("bool", node.lineno, nesting)
    if not draft.atom:
        draft.asked.append(("value", node, None))
    first = node.values[0]
    if not draft.atom and type(node.op) is ast.Or and type(first) is ast.BoolOp and type(first.op) is ast.And:
        draft.step("value", node.lineno, nesting)
    draft.tokens.append(type(node.op).__name__)
    for value in node.values:
        if draft.atom:
            draft.test(value, nesting)
        else:
            draft.visit(value, nesting)


def unary(draft: Draft, node: ast.UnaryOp, nesting: int) -> None:
    draft.tokens.append(type(node.op).__name__)
    draft.visit(node.operand, nesting)


def compare(draft: Draft, node: ast.Compare, nesting: int) -> None:
    visitors = draft.visitors
    visitors[type(node.left)](draft, node.left, nesting)
    for operator, right in zip(node.ops, node.comparators, strict=True):
        draft.tokens.append(type(operator).__name__)
        visitors[type(right)](draft, right, nesting)


def ternary(draft: Draft, node: ast.IfExp, nesting: int) -> None:
    draft.step("ternary", node.lineno, nesting)
    draft.tokens.append("ternary")
    draft.asked.append(("if", node.test, None))
    draft.test(node.test, nesting)
    draft.visit(node.body, nesting + 1)
    draft.visit(node.orelse, nesting + 1)


def function_literal(draft: Draft, node: ast.Lambda, nesting: int) -> None:
    draft.tokens.append("lambda")
    parameters(draft, node.args, nesting)
    draft.visit(node.body, nesting + 1)


def parameters(draft: Draft, node: ast.arguments, nesting: int) -> None:
    """Parameters are operands; their defaults are code, their annotations are not."""
    optional = [extra for extra in (node.vararg, node.kwarg) if extra]
    for argument in [*node.posonlyargs, *node.args, *node.kwonlyargs, *optional]:
        draft.tokens.append("n:" + argument.arg)
        draft.locals.add(argument.arg)
        draft.names.given(argument)
    for default in [*node.defaults, *filter(None, node.kw_defaults)]:
        draft.visit(default, nesting)


def display(draft: Draft, node: ast.List | ast.Tuple | ast.Set, nesting: int) -> None:
    draft.tokens.append(type(node).__name__)
    _entries(draft, node.elts, nesting)
    if type(node) is not ast.Set and commands.listed(node.elts):
        draft.hidden.append(Hidden("code", node.lineno, 1, "python -c"))


def mapping(draft: Draft, node: ast.Dict, nesting: int) -> None:
    draft.tokens.append("Dict")
    _entries(draft, [item for pair in zip(node.keys, node.values, strict=True) for item in pair if item], nesting)


def _entries(draft: Draft, items: list[ast.expr], nesting: int) -> None:
    """Constants in a display are data; a function in one is a branch."""
    for item in items:
        if type(item) is ast.Constant:
            draft.tokens.append(f"d:{item.value!r}")
            continue
        if type(item) is ast.Lambda:
            draft.hidden.append(Hidden("lambda", item.lineno, 1, "lambda"))
        draft.visitors[type(item)](draft, item, nesting)


def binding(draft: Draft, node: ast.NamedExpr, nesting: int) -> None:
    draft.tokens.append(":=")
    if draft.atom and draft.comprehensions:
        draft.hidden.append(Hidden("walrus", node.lineno, 1, "walrus"))
    draft.visit(node.value, nesting)
    draft.visit(node.target, nesting)
    draft.names.copied(node.target, node.value)


def transparent(draft: Draft, node: ast.Await | ast.FormattedValue, nesting: int) -> None:
    """Nothing of its own: what it holds counts."""
    draft.visit(node.value, nesting)
    if type(node) is ast.FormattedValue and node.format_spec:
        draft.visit(node.format_spec, nesting)


def wrapping(draft: Draft, node: ast.AST, nesting: int) -> None:
    """One operator around its parts: yield, starred, slice, formatted string."""
    draft.tokens.append(type(node).__name__)
    before = len(draft.casts)
    unknown(draft, node, nesting)
    if type(node) is ast.JoinedStr:
        casts.silence(draft, before)


EXPRESSIONS: Visitors = {
    ast.Name: name,
    ast.Constant: constant,
    ast.BinOp: binary,
    ast.BoolOp: boolean,
    ast.UnaryOp: unary,
    ast.Compare: compare,
    ast.IfExp: ternary,
    ast.Lambda: function_literal,
    ast.List: display,
    ast.Tuple: display,
    ast.Set: display,
    ast.Dict: mapping,
    ast.NamedExpr: binding,
    ast.Await: transparent,
    ast.FormattedValue: transparent,
    ast.Yield: wrapping,
    ast.YieldFrom: wrapping,
    ast.Starred: wrapping,
    ast.Slice: wrapping,
    ast.JoinedStr: wrapping,
}
