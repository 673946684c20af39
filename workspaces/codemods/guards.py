"""Guard clauses: what ends early is said first, and what follows stands one level further out."""

from collections.abc import Iterator, Sequence

import libcst

from pareback.workspaces.codemods.blocks import Block, below, blocks, leaves, line, statements
from pareback.workspaces.codemods.conditions import negated, tested

_LEAVING = {"return": libcst.Return(), "continue": libcst.Continue()}
_WORTH = 2
"""Statements that a block must hold for a guard in front of it to be worth a line."""


def propose(function: libcst.FunctionDef) -> Iterator[libcst.FunctionDef]:
    """The function with one condition turned into a guard, for every one that can be."""
    for block in blocks(function):
        for at, statement in enumerate(block.body):
            if isinstance(statement, libcst.If):
                changed = _guarded(block, at, statement)
                if changed is not None:
                    yield block.replaced(function, changed)


def _guarded(block: Block, at: int, found: libcst.If) -> Sequence[libcst.BaseStatement] | None:
    before, after = block.body[:at], block.body[at + 1 :]
    body = statements(found.body)
    if found.orelse is None:
        return None if after else _turned(block, before, found, body)
    if leaves(body) and isinstance(found.orelse.body, libcst.IndentedBlock):
        return [*before, found.with_changes(orelse=None), *_out(found.orelse), *after]
    return _swapped(before, found, body, after)


def _turned(
    block: Block, before: Sequence[libcst.BaseStatement], found: libcst.If, body: Sequence[libcst.BaseStatement]
) -> Sequence[libcst.BaseStatement] | None:
    """The last condition of a block whose end leaves anyway: leave where it does not hold."""
    if len(body) < _WORTH or not block.end:
        return None
    leaving = libcst.IndentedBlock([line(_LEAVING[block.end])])
    return [*before, tested(found, negated(found.test)).with_changes(body=leaving), *body]


def _swapped(
    before: Sequence[libcst.BaseStatement],
    found: libcst.If,
    body: Sequence[libcst.BaseStatement],
    after: Sequence[libcst.BaseStatement],
) -> Sequence[libcst.BaseStatement] | None:
    """A branch that leaves goes first, where the other is the longer one."""
    orelse = found.orelse
    if not isinstance(orelse, libcst.Else) or not leaves(statements(orelse.body)) or not body:
        return None
    guard = tested(found, negated(found.test)).with_changes(body=orelse.body, orelse=None)
    return [*before, below(guard, ()), *body, *after]


def _out(orelse: libcst.If | libcst.Else) -> Sequence[libcst.BaseStatement]:
    """What the other branch does, without the branch; its comments stay above it."""
    if isinstance(orelse, libcst.If):
        return [orelse]
    body = statements(orelse.body)
    return [below(body[0], orelse.leading_lines), *body[1:]]
