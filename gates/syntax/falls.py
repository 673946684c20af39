"""Whether control can run off the end of a block: a small control-flow analysis over statements alone.

A caller gets None where it can. In doubt a block is taken not to fall through, so that no None is claimed that nobody
ever sees: cases without a wildcard count as complete, and a call that never returns is known by its name or by its
annotation in the same file.
"""

import ast
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

NEVER = frozenset(("NoReturn", "Never"))
"""Annotations of functions that do not return."""

_QUITS = frozenset(("exit", "_exit", "abort", "quit", "assert_never", "execv", "execve", "execvp", "execvpe"))
_SWALLOWING = frozenset(("suppress", "ignored", "raises", "assertRaises", "assertRaisesRegex"))
"""Context managers that drop what is raised in them: control goes on behind them."""

Leaves = Callable[[Any, Collection[str]], bool]


def falls(body: Sequence[ast.stmt], quits: Collection[str] = ()) -> bool:
    """Whether the end of the block can be reached. `quits` are names of functions of the file that never return."""
    for statement in reversed(body):
        leaves = _LEAVES.get(type(statement))
        if leaves is not None and leaves(statement, quits):
            return False
    return True


def _always(_node: ast.stmt, _quits: Collection[str]) -> bool:
    return True


def _branch(node: ast.If, quits: Collection[str]) -> bool:
    """A chain of elifs is read in a loop: one of hundreds is not a deep tree."""
    while not falls(node.body, quits):
        if _holds(node.test):
            return True
        if len(node.orelse) != 1 or type(node.orelse[0]) is not ast.If:
            return not falls(node.orelse, quits)
        node = node.orelse[0]
    return False


def _holds(test: ast.expr) -> bool:
    return type(test) is ast.Constant and bool(test.value)


def _loop(node: ast.For | ast.AsyncFor | ast.While, quits: Collection[str]) -> bool:
    """A loop leaves where nothing breaks it and it is endless, or its `else` leaves."""
    endless = type(node) is ast.While and _holds(node.test)
    return (endless or not falls(node.orelse, quits)) and not _breaks(node.body)


def _breaks(body: Sequence[ast.stmt]) -> bool:
    """Whether a `break` of this loop stands in its body: not one of an inner loop, but one of that loop's `else`."""
    waiting = list(body)
    while waiting:
        statement = waiting.pop()
        if type(statement) is ast.Break:
            return True
        waiting += [inner for block in _blocks(statement) for inner in block]
    return False


def _blocks(node: ast.stmt) -> list[list[ast.stmt]]:
    """The blocks of a statement that run as part of the loop around it."""
    if isinstance(node, ast.For | ast.AsyncFor | ast.While):
        return [node.orelse]
    return blocks(node)


def blocks(node: ast.stmt) -> list[list[ast.stmt]]:
    """The blocks of statements directly in a statement; none of a function or class, which are worlds of their own."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return []
    found = [block for name in ("body", "orelse", "finalbody") if (block := getattr(node, name, None))]
    return [*found, *(part.body for name in ("handlers", "cases") for part in getattr(node, name, ()))]


def _attempt(node: ast.Try, quits: Collection[str]) -> bool:
    if node.finalbody and not falls(node.finalbody, quits):
        return True
    done = not falls(node.body, quits) or (bool(node.orelse) and not falls(node.orelse, quits))
    return done and not any(falls(handler.body, quits) for handler in node.handlers)


def _context(node: ast.With | ast.AsyncWith, quits: Collection[str]) -> bool:
    return not falls(node.body, quits) and not any(called(item.context_expr) in _SWALLOWING for item in node.items)


def _match(node: ast.Match, quits: Collection[str]) -> bool:
    return not any(falls(case.body, quits) for case in node.cases)


def _expression(node: ast.Expr, quits: Collection[str]) -> bool:
    name = called(node.value.value if type(node.value) is ast.Await else node.value)
    return name in _QUITS or name in quits


def called(node: ast.expr) -> str:
    """The last name of what a call calls, empty where the node is no call of a name."""
    func = node.func if type(node) is ast.Call else None
    return func.id if type(func) is ast.Name else func.attr if type(func) is ast.Attribute else ""


def _check(node: ast.Assert, _quits: Collection[str]) -> bool:
    return type(node.test) is ast.Constant and not node.test.value


_LEAVES: Mapping[type[ast.stmt], Leaves] = {
    ast.Return: _always,
    ast.Raise: _always,
    ast.Continue: _always,
    ast.Break: _always,
    ast.If: _branch,
    ast.For: _loop,
    ast.AsyncFor: _loop,
    ast.While: _loop,
    ast.Try: _attempt,
    ast.TryStar: _attempt,
    ast.With: _context,
    ast.AsyncWith: _context,
    ast.Match: _match,
    ast.Expr: _expression,
    ast.Assert: _check,
}
