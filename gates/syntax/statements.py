"""Visitors of simple statements: assignments, returns, names declared global. Imports, `pass` and bare annotations are
free, so that moving code to another file, or typing it, costs nothing."""

import ast

from pareback.gates.facts import Declared, Hidden, Shared
from pareback.gates.syntax import casts, commands, hidden, uses
from pareback.gates.syntax.access import asked
from pareback.gates.syntax.draft import Draft, Visitors
from pareback.gates.syntax.imports import imports

_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def nothing(draft: Draft, node: ast.stmt, nesting: int) -> None:
    """A statement without weight."""


def jump(draft: Draft, node: ast.Break | ast.Continue, _nesting: int) -> None:
    draft.tokens.append(type(node).__name__)


def keyword(draft: Draft, node: ast.Return | ast.Raise | ast.Delete, nesting: int) -> None:
    """A word and its expressions."""
    draft.tokens.append(type(node).__name__)
    before = len(draft.casts)
    for child in ast.iter_child_nodes(node):
        draft.visit(child, nesting)
    if type(node) is ast.Raise:
        casts.silence(draft, before)
    elif type(node) is ast.Return:
        uses.drop(draft.sheet.used, node.value)


def check(draft: Draft, node: ast.Assert, nesting: int) -> None:
    draft.tokens.append("Assert")
    draft.asked.append(("assert", node.test, None))
    draft.test(node.test, nesting)
    if node.msg:
        before = len(draft.casts)
        draft.visit(node.msg, nesting)
        casts.silence(draft, before)


def expression(draft: Draft, node: ast.Expr, nesting: int) -> None:
    """Strings and `...` are documentation. A condition or a comprehension run for its effects is hidden flow."""
    value = node.value
    if type(value) is ast.Constant:
        return
    if type(value) is ast.Call and hidden.only_compiles(value):
        asked(draft, value, nesting)
        return
    uses.drop(draft.sheet.used, value)
    if isinstance(value, _COMPREHENSIONS):
        draft.hidden.append(Hidden("statement", node.lineno, 1, "comprehension"))
    elif isinstance(value, ast.BoolOp | ast.IfExp):
        draft.step("value", node.lineno, nesting)
    draft.visitors[type(value)](draft, value, nesting)
    casts.unkept(draft, value)


def assign(draft: Draft, node: ast.Assign, nesting: int) -> None:
    if draft.heading.kind != "function" and _public(draft, node.targets[0]):
        draft.mentions.aside.append(node.value)
        return
    draft.tokens.append("=")
    for target in node.targets:
        draft.visit(target, nesting)
    draft.visit(node.value, nesting)
    _kept(draft, node.targets[0], node.value)


def annotated(draft: Draft, node: ast.AnnAssign, nesting: int) -> None:
    """The same as an assignment: annotations are free. Without a value it is nothing but an annotation."""
    draft.mentions.aside.append(node.annotation)
    if node.value is None or (draft.heading.kind != "function" and _public(draft, node.target)):
        return
    draft.tokens.append("=")
    if type(node.target) is ast.Name:
        draft.names.hinted(node.target.id, node.annotation)
    draft.visit(node.target, nesting)
    draft.visit(node.value, nesting)
    _kept(draft, node.target, node.value)


def _public(draft: Draft, target: ast.expr) -> bool:
    """Declare a public name of a class or module where it is first bound; true for `__all__`, which is free."""
    if type(target) is not ast.Name:
        return False
    fresh = target.id not in draft.locals and not target.id.startswith("_")
    if fresh and not draft.fields:
        draft.interface.append(Declared("name", target.id, target.lineno))
    return target.id == "__all__"


def _kept(draft: Draft, target: ast.expr, value: ast.expr) -> None:
    draft.names.copied(target, value)
    draft.mentions.assign(target, value)
    if commands.kept(value):
        draft.hidden.append(Hidden("code", value.lineno, 1, "python -c"))
    _clock(draft, target, value)


def _clock(draft: Draft, target: ast.expr, value: ast.expr) -> None:
    """Remember a local that holds a reading of the clock and the like: a condition on it is volatile too."""
    if type(target) is ast.Name and type(value) is ast.Call:
        found = hidden.volatile(value)
        if found and found[0] not in draft.locals:
            draft.volatile.add(target.id)


def augmented(draft: Draft, node: ast.AugAssign, nesting: int) -> None:
    draft.tokens.append(f"{type(node.op).__name__}=")
    if type(node.target) is ast.Name:
        draft.tokens.append("n:" + node.target.id)
        draft.bind(node.target.id, node.lineno, accumulates=True)
    else:
        draft.visit(node.target, nesting)
    draft.visit(node.value, nesting)


def declare(draft: Draft, node: ast.Global | ast.Nonlocal, _nesting: int) -> None:
    kind = type(node).__name__.lower()
    for name in node.names:
        if name not in draft.declared:
            draft.declared.add(name)
            draft.shared.append(Shared(kind, name, node.lineno))


def imported(draft: Draft, node: ast.Import | ast.ImportFrom, _nesting: int) -> None:
    names = [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
    draft.locals.update(names)
    draft.names.imports.update(names)
    draft.mentions.importing(node)
    if not draft.sheet.resting:
        found = draft.sheet.late if draft.heading.kind == "function" else draft.sheet.imports
        found += imports(node)


STATEMENTS: Visitors = {
    ast.Pass: nothing,
    ast.Import: imported,
    ast.ImportFrom: imported,
    ast.Break: jump,
    ast.Continue: jump,
    ast.Return: keyword,
    ast.Raise: keyword,
    ast.Delete: keyword,
    ast.Assert: check,
    ast.Expr: expression,
    ast.Assign: assign,
    ast.AnnAssign: annotated,
    ast.AugAssign: augmented,
    ast.Global: declare,
    ast.Nonlocal: declare,
}
