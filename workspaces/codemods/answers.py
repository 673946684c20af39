"""Conditions that only say whether they hold are answers themselves; a name used once is not needed."""

from collections.abc import Iterator, Sequence

import libcst

from pareback.workspaces.codemods.blocks import Block, below, blocks, line, names, small, statements
from pareback.workspaces.codemods.conditions import bracketed, is_boolean, negated

_TWO = 2


def propose(function: libcst.FunctionDef) -> Iterator[libcst.FunctionDef]:
    """The function with one such condition or name less, for every one."""
    used = names(function)
    for block in blocks(function):
        for at in range(len(block.body)):
            for changed, count in (*_answered(block, at), *_returned(block, at, used)):
                yield block.replaced(function, [*block.body[:at], *changed, *block.body[at + count :]])


def _answered(block: Block, at: int) -> Iterator[tuple[Sequence[libcst.BaseStatement], int]]:
    """`if c: return True`, then False, in either order; the same with a name in place of `return`."""
    found = block.body[at]
    if not isinstance(found, libcst.If):
        return
    other, count = _otherwise(block, at, found)
    one = _only(found.body)
    if one is None or other is None or type(one) is not type(other):
        return
    truth = (_truth(one), _truth(other))
    if truth not in {("True", "False"), ("False", "True")} or not _alike(one, other):
        return
    test = found.test if truth[0] == "True" else negated(found.test)
    if is_boolean(test):
        yield [below(line(one.with_changes(value=test)), found.leading_lines)], count


def _otherwise(block: Block, at: int, found: libcst.If) -> tuple[libcst.BaseSmallStatement | None, int]:
    """What is done where the condition does not hold, and over how many statements of the block that stretches."""
    if isinstance(found.orelse, libcst.Else):
        return _only(found.orelse.body), 1
    if found.orelse is None and at + 1 < len(block.body):
        after = small(block.body[at + 1])
        return (after if isinstance(after, libcst.Return) else None), _TWO
    return None, 1


def _only(suite: libcst.BaseSuite) -> libcst.BaseSmallStatement | None:
    body = statements(suite)
    return small(body[0]) if len(body) == 1 else None


def _truth(statement: libcst.BaseSmallStatement) -> str:
    value = statement.value if isinstance(statement, libcst.Return | libcst.Assign) else None
    return value.value if isinstance(value, libcst.Name) else ""


def _alike(one: libcst.BaseSmallStatement, other: libcst.BaseSmallStatement) -> bool:
    """Whether both return, or both give the same names a value."""
    if isinstance(one, libcst.Assign) and isinstance(other, libcst.Assign):
        return len(one.targets) == 1 and all(
            a.target.deep_equals(b.target) and isinstance(a.target, libcst.Name)
            for a, b in zip(one.targets, other.targets, strict=True)
        )
    return isinstance(one, libcst.Return)


def _returned(block: Block, at: int, used: Sequence[str]) -> Iterator[tuple[Sequence[libcst.BaseStatement], int]]:
    """`x = value` and `return x`, where nothing else speaks of x."""
    first = small(block.body[at])
    second = small(block.body[at + 1]) if at + 1 < len(block.body) else None
    if not isinstance(first, libcst.Assign) or not isinstance(second, libcst.Return) or len(first.targets) != 1:
        return
    target, value = first.targets[0].target, second.value
    if not isinstance(target, libcst.Name) or not isinstance(value, libcst.Name) or target.value != value.value:
        return
    if used.count(target.value) == _TWO:
        said = bracketed(first.value) if isinstance(first.value, libcst.Yield) else first.value
        yield [block.body[at].with_changes(body=[second.with_changes(value=said)])], _TWO
