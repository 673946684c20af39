"""Conditions inside conditions, and branches that do the same, become one; what only an `else` holds is an `elif`."""

from collections.abc import Iterator, Sequence

import libcst

from pareback.workspaces.codemods.blocks import Block, below, blocks, leaves, same, statements
from pareback.workspaces.codemods.conditions import is_pure, joined, negated, tested


def propose(function: libcst.FunctionDef) -> Iterator[libcst.FunctionDef]:
    """The function with one pair of conditions or branches merged, for every pair."""
    for block in blocks(function):
        for at, statement in enumerate(block.body):
            if isinstance(statement, libcst.If):
                for changed in _merged(statement):
                    yield block.replaced(function, [*block.body[:at], *changed, *block.body[at + 1 :]])
                for chained in _chained(statement):
                    yield block.replaced(function, [*block.body[:at], chained, *block.body[at + 1 :]])
                for one in _repeated(block, at, statement):
                    yield block.replaced(function, [*block.body[:at], one, *block.body[at + 2 :]])


def _merged(found: libcst.If) -> Iterator[Sequence[libcst.BaseStatement]]:
    body, orelse = statements(found.body), found.orelse
    if orelse is None and len(body) == 1 and isinstance(body[0], libcst.If) and body[0].orelse is None:
        inner = body[0]
        lines = [*found.leading_lines, *inner.leading_lines]
        both = tested(found, joined(found.test, inner.test, either=False))
        yield [both.with_changes(leading_lines=lines, body=inner.body)]
    if isinstance(orelse, libcst.If) and same(body, statements(orelse.body)) and body:
        any_ = tested(found, joined(found.test, orelse.test, either=True))
        yield [any_.with_changes(orelse=orelse.orelse)]
    if isinstance(orelse, libcst.Else) and body:
        yield from _ends(found, body, statements(orelse.body))


def _repeated(block: Block, at: int, found: libcst.If) -> Iterator[libcst.If]:
    """Two conditions in a row that leave in the same way: the second is only asked where the first does not hold."""
    after = block.body[at + 1] if at + 1 < len(block.body) else None
    if not isinstance(after, libcst.If) or found.orelse or after.orelse:
        return
    body = statements(found.body)
    if leaves(body) and same(body, statements(after.body)):
        lines = [*found.leading_lines, *after.leading_lines]
        yield tested(found, joined(found.test, after.test, either=True)).with_changes(leading_lines=lines)


def _chained(found: libcst.If) -> Iterator[libcst.If]:
    """An `else` that holds a condition and nothing else, anywhere down the chain."""
    orelse = found.orelse
    if isinstance(orelse, libcst.If):
        yield from (found.with_changes(orelse=chained) for chained in _chained(orelse))
    elif orelse is not None:
        body = statements(orelse.body)
        if len(body) == 1 and isinstance(body[0], libcst.If):
            lines = [*orelse.leading_lines, *body[0].leading_lines]
            yield found.with_changes(orelse=body[0].with_changes(leading_lines=lines))


def _ends(
    found: libcst.If, one: Sequence[libcst.BaseStatement], other: Sequence[libcst.BaseStatement]
) -> Iterator[Sequence[libcst.BaseStatement]]:
    """Two branches that end alike share their end; where nothing else is left of either, its condition goes."""
    shared = _shared(one, other)
    if not shared:
        return
    first, second, end = one[:-shared], other[:-shared], one[-shared:]
    if first and second:
        assert isinstance(found.orelse, libcst.Else)
        branch = found.orelse.with_changes(body=_with(found.orelse.body, second))
        yield [found.with_changes(body=_with(found.body, first), orelse=branch), *end]
    elif first or second:
        left = found if first else tested(found, negated(found.test))
        yield [left.with_changes(body=_with(found.body, first or second), orelse=None), *end]
    elif is_pure(found.test):
        yield [below(end[0], found.leading_lines), *end[1:]]


def _shared(one: Sequence[libcst.BaseStatement], other: Sequence[libcst.BaseStatement]) -> int:
    count = 0
    while count < min(len(one), len(other)) and one[-count - 1].deep_equals(other[-count - 1]):
        count += 1
    return count


def _with(suite: libcst.BaseSuite, body: Sequence[libcst.BaseStatement]) -> libcst.BaseSuite:
    return suite.with_changes(body=list(body))
