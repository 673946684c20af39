"""Visitor of `try`: what its handlers catch, and whether they drop it."""

import ast

from pareback.gates.facts import Handler, Hidden
from pareback.gates.syntax.atoms import MEMBER
from pareback.gates.syntax.draft import Draft, Visitors
from pareback.gates.syntax.tokens import digest, shape

_BROAD = {"Exception", "BaseException"}
_LOOKUPS = {"KeyError", "IndexError", "LookupError", "StopIteration", "ValueError", "AttributeError", "TypeError"}
_MISSING = {"ImportError", "ModuleNotFoundError"}
_CLEANUP = {"__del__", "__exit__", "__aexit__"}
_TALKERS = {"print", "log", "logger", "logging", "warnings", "LOG", "LOGGER", "_logger", "_log"}
_EMPTY = (ast.List, ast.Dict, ast.Tuple, ast.Set)
SHORT = 2
"""Statements of a `try` that stands in for a condition."""


def attempt(draft: Draft, node: ast.Try, nesting: int) -> None:
    """`try`, `else` and `finally` are free, a handler costs 1 + nesting; imports with a fallback are free."""
    optional = _optional_import(node)
    start, lines = len(draft.tokens), len(draft.mark_lines)
    draft.tokens.append("try")
    draft.block(node.body, nesting)
    guarded = draft.tokens[start:]
    for handler in node.handlers:
        if optional:
            draft.block(handler.body, nesting)
            continue
        draft.mark(handler.lineno)
        first = len(draft.tokens)
        _caught(draft, handler, nesting)
        key = digest(shape(guarded + draft.tokens[first:]))
        if MEMBER in names(handler.type) and len(node.body) <= SHORT:
            draft.asked += (("handler", statement, None) for statement in node.body)
        draft.handlers.append(_fact(draft, handler, node, key, body=len(draft.mark_lines) - lines))
    draft.block(node.orelse, nesting)
    draft.block(node.finalbody, nesting)


def _optional_import(node: ast.Try) -> bool:
    imports = all(isinstance(statement, ast.Import | ast.ImportFrom) for statement in node.body)
    return imports and all(_MISSING.issuperset(names(handler.type)) and handler.type for handler in node.handlers)


def _caught(draft: Draft, handler: ast.ExceptHandler, nesting: int) -> None:
    step = draft.open("except", handler.lineno, nesting)
    draft.tokens.append("except")
    if handler.type:
        draft.visit(handler.type, nesting)
    if handler.name:
        draft.tokens.append("n:" + handler.name)
        draft.bind(handler.name, handler.lineno)
        draft.caught.add(handler.name)
    draft.body(step, handler.body)


def _fact(draft: Draft, handler: ast.ExceptHandler, node: ast.Try, key: str, *, body: int) -> Handler:
    caught = names(handler.type)
    broad = handler.type is None or bool(_BROAD & caught)
    branch = bool(caught) and caught <= _LOOKUPS and len(node.body) <= SHORT and _computes(handler.body)
    if branch:
        draft.hidden.append(Hidden("branch", handler.lineno, 1, key))
    raises = broad and any(isinstance(part, ast.Raise) for part in ast.walk(handler))
    return Handler(
        line=handler.lineno,
        caught="except " + ", ".join(sorted(caught)) if caught else "except",
        body=body,
        key=key,
        broad=broad,
        swallows=broad and all(_drops(statement) for statement in handler.body),
        passes=raises or draft.name in _CLEANUP,
        branch=branch,
    )


def names(node: ast.expr | None) -> set[str]:
    """The last names of the exceptions that a handler catches."""
    if isinstance(node, ast.Tuple):
        return {name for item in node.elts for name in names(item)}
    if isinstance(node, ast.Attribute):
        return {node.attr}
    return {node.id} if isinstance(node, ast.Name) else set()


def _computes(body: list[ast.stmt]) -> bool:
    last = body[-1]
    return isinstance(last, ast.Assign | ast.AnnAssign) or (isinstance(last, ast.Return) and last.value is not None)


def _drops(statement: ast.stmt) -> bool:
    """Whether nothing of the exception survives this statement: pass, continue, only talking, an empty answer."""
    if isinstance(statement, ast.Pass | ast.Continue):
        return True
    if isinstance(statement, ast.Return):
        return _empty(statement.value)
    if not isinstance(statement, ast.Expr):
        return False
    return isinstance(statement.value, ast.Constant) or _talks(statement.value)


def _empty(value: ast.expr | None) -> bool:
    if value is None or (isinstance(value, ast.Constant) and not value.value):
        return True
    return isinstance(value, _EMPTY) and not ast.unparse(value).strip("[](){},")


def _talks(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    func = node.func
    while isinstance(func, ast.Attribute):
        if func.attr in _TALKERS:
            return True
        func = func.value
    return isinstance(func, ast.Name) and func.id in _TALKERS


HANDLERS: Visitors = {ast.Try: attempt, ast.TryStar: attempt}
