"""What the statements of a function return and assign: one walk over statements, no expressions, so that it adds but a
few percent to the whole pass. What stands in a function or class within the function is not its own."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pareback.gates.syntax.falls import blocks


@dataclass(slots=True)
class Body:
    """`kept` holds what is given to attributes, `bound` what names are bound to; a value is None where it is no plain
    expression. `tests` are the conditions of `if` statements."""

    returns: list[ast.Return] = field(default_factory=list)
    kept: list[tuple[ast.Attribute, ast.expr | None]] = field(default_factory=list)
    bound: dict[str, list[ast.expr | None]] = field(default_factory=dict)
    tests: list[ast.expr] = field(default_factory=list)


def read(statements: list[ast.stmt]) -> Body:
    """What the statements of a function say."""
    body = Body()
    _read(body, statements)
    return body


def _read(body: Body, statements: list[ast.stmt]) -> None:
    for statement in statements:
        reader = _READERS.get(type(statement))
        if reader is not None:
            reader(body, statement)


def _compound(body: Body, node: ast.stmt) -> None:
    for block in blocks(node):
        _read(body, block)


def _branch(body: Body, node: ast.If) -> None:
    """A chain of elifs is read in a loop: one of hundreds is not a deep tree."""
    arms = [node]
    while len(arms[-1].orelse) == 1 and isinstance(arms[-1].orelse[0], ast.If):
        arms.append(arms[-1].orelse[0])
    for arm in arms:
        body.tests.append(arm.test)
        _read(body, arm.body)
    _read(body, arms[-1].orelse)


def _returned(body: Body, node: ast.Return) -> None:
    body.returns.append(node)


def _assigned(body: Body, node: ast.Assign) -> None:
    for target in node.targets:
        _bind(body, target, node.value)


def _annotated(body: Body, node: ast.AnnAssign) -> None:
    _bind(body, node.target, node.value)


def _updated(body: Body, node: ast.AugAssign) -> None:
    _bind(body, node.target, None)


def _loop(body: Body, node: ast.For | ast.AsyncFor) -> None:
    _bind(body, node.target, None)
    _compound(body, node)


def _context(body: Body, node: ast.With | ast.AsyncWith) -> None:
    for item in node.items:
        _bind(body, item.optional_vars, None)
    _compound(body, node)


_READERS: Mapping[type[ast.stmt], Callable[[Body, Any], None]] = {
    ast.Return: _returned,
    ast.Assign: _assigned,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _updated,
    ast.For: _loop,
    ast.AsyncFor: _loop,
    ast.With: _context,
    ast.AsyncWith: _context,
    ast.If: _branch,
    **dict.fromkeys((ast.While, ast.Try, ast.TryStar, ast.Match), _compound),
}


def _bind(body: Body, target: ast.expr | None, value: ast.expr | None) -> None:
    if type(target) is ast.Name:
        body.bound.setdefault(target.id, []).append(value)
    elif type(target) is ast.Attribute:
        body.kept.append((target, value))
    elif isinstance(target, ast.Tuple | ast.List):
        values = value.elts if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts) else None
        for count, part in enumerate(target.elts):
            _bind(body, part, values[count] if values else None)
