"""What can never run or has no effect goes: after a return, in an empty branch, in a name that nobody reads."""

from collections.abc import Iterator, Sequence

import libcst

from pareback.workspaces.codemods.blocks import Block, blocks, find, leaves, names, small, statements, within
from pareback.workspaces.codemods.conditions import is_pure

_WATCHING = {"locals", "vars", "exec", "eval", "dir"}
"""Functions that see every name; where they are called no name is unused."""
_PLAIN = (
    *(libcst.Integer, libcst.Float, libcst.SimpleString, libcst.ConcatenatedString),
    *(libcst.List, libcst.Tuple, libcst.Dict, libcst.Element, libcst.DictElement),
    *(libcst.BaseParenthesizableWhitespace, libcst.TrailingWhitespace, libcst.EmptyLine, libcst.Newline),
    *(libcst.Comma, libcst.Colon, libcst.LeftParen, libcst.RightParen, libcst.LeftSquareBracket),
    *(libcst.RightSquareBracket, libcst.LeftCurlyBrace, libcst.RightCurlyBrace),
)
"""What a value may be made of whose making nobody can notice. A name may be unknown, an operator may raise."""


def propose(function: libcst.FunctionDef) -> Iterator[libcst.FunctionDef]:
    """The function without one thing that does nothing, for every such thing."""
    yield from _without_code(function)
    used = names(function)
    for block in () if _is_open(function, used) else blocks(function):
        for body in _unread(block, used):
            yield block.replaced(function, body)


def effectless(function: libcst.FunctionDef) -> Iterator[libcst.FunctionDef]:
    """The function without one thing that provably does nothing: what `propose` offers, less what only is improbable to
    do something, such as looking an attribute up."""
    yield from _without_code(function)
    used = names(function)
    for block in () if _is_open(function, used) else blocks(function):
        for at, statement in enumerate(block.body):
            value = None if len(block.body) == 1 else _unread_value(statement, used)
            if value is not None and all(isinstance(each, _PLAIN) for each in within(value)):
                yield block.replaced(function, [*block.body[:at], *block.body[at + 1 :]])


def _without_code(function: libcst.FunctionDef) -> Iterator[libcst.FunctionDef]:
    """Without what is never reached, or does nothing where it stands."""
    empty = _is_empty_handed(function)
    for block in blocks(function):
        for body in (*_unreached(block), *_idle(block, empty=empty)):
            yield block.replaced(function, body)


def _unreached(block: Block) -> Iterator[Sequence[libcst.BaseStatement]]:
    """Without what stands behind a statement that leaves. A `yield` there makes the function what it is."""
    body = block.body
    for at in range(1, len(body)):
        if leaves(body[:at]):
            if not any(find(statement, libcst.Yield) for statement in body[at:]):
                yield body[:at]
            return


def _idle(block: Block, *, empty: bool) -> Iterator[Sequence[libcst.BaseStatement]]:
    """Without a `pass` among others, an empty other branch, or a last statement that says what happens anyway."""
    body = block.body
    for at, statement in enumerate(body):
        rest = [*body[:at], *body[at + 1 :]]
        last = at == len(body) - 1
        if rest and (
            isinstance(small(statement), libcst.Pass) or (last and _says_nothing(block, statement, empty=empty))
        ):
            yield rest
        if isinstance(statement, libcst.If) and _is_empty(statement.orelse):
            yield [*body[:at], statement.with_changes(orelse=None), *body[at + 1 :]]


def _says_nothing(block: Block, statement: libcst.BaseStatement, *, empty: bool) -> bool:
    found = small(statement)
    if _is_nothing(found):
        return empty and block.end == "return"
    return isinstance(found, libcst.Continue) and block.end == "continue"


def _is_nothing(found: libcst.CSTNode | None) -> bool:
    """Whether it returns None, in words or without."""
    if not isinstance(found, libcst.Return):
        return False
    return found.value is None or (isinstance(found.value, libcst.Name) and found.value.value == "None")


def _is_empty(orelse: libcst.If | libcst.Else | None) -> bool:
    body = statements(orelse.body) if isinstance(orelse, libcst.Else) else ()
    return len(body) == 1 and isinstance(small(body[0]), libcst.Pass)


def _unread(block: Block, used: Sequence[str]) -> Iterator[Sequence[libcst.BaseStatement]]:
    """Without a name that is given a value and never read; what its value does is still done. What a call gives stays:
    the name may be all that keeps it alive."""
    for at, statement in enumerate(block.body):
        value = _unread_value(statement, used)
        if value is None or find(value, libcst.Call, libcst.Await):
            continue
        rest = [*block.body[:at], *block.body[at + 1 :]]
        if not is_pure(value):
            yield [*block.body[:at], statement.with_changes(body=[libcst.Expr(value)]), *block.body[at + 1 :]]
        elif rest:
            yield rest


def _unread_value(statement: libcst.BaseStatement, used: Sequence[str]) -> libcst.BaseExpression | None:
    """What a statement gives to a name that nobody reads, if it does that."""
    found = small(statement)
    target = found.targets[0].target if isinstance(found, libcst.Assign) and len(found.targets) == 1 else None
    unread = isinstance(target, libcst.Name) and used.count(target.value) == 1
    return found.value if isinstance(found, libcst.Assign) and unread else None


def _is_open(function: libcst.FunctionDef, used: Sequence[str]) -> bool:
    """Whether somebody else may read its names."""
    return bool(_WATCHING & {*used}) or bool(find(function, libcst.Global, libcst.Nonlocal))


def _is_empty_handed(function: libcst.FunctionDef) -> bool:
    """Whether it never returns anything."""
    return all(_is_nothing(each) for each in find(function, libcst.Return))
