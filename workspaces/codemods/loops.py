"""Loops that only collect, or only look for something, as the expression that says so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst

from pareback.workspaces.codemods.blocks import Block, below, blocks, find, line, names, small, statements
from pareback.workspaces.codemods.conditions import bracketed, joined, negated

_TWO = 2
_ADDING = {"append": libcst.ListComp, "add": libcst.SetComp}
_OPENING = {"append": ("[]", "list()"), "add": ("set()",)}
_NO_ENTRIES = ("{}", "dict()")
_SCOPED = frozenset({"super", "__class__", "locals", "vars", "eval", "exec", "dir", "next"})
"""Names that mean something else in an expression's own scope; `next` may end a generator that asks for it."""
_KEEPING = (libcst.Try, libcst.TryStar, libcst.With)
"""Blocks that may swallow an exception: behind them a loop's result is read, as far as it came."""
_SHARING = (libcst.Global, libcst.Nonlocal, libcst.FunctionDef, libcst.Lambda)
"""Where a name is spoken of by others, while the loop is still at it."""


@dataclass(frozen=True, slots=True)
class _Loop:
    """A `for` without `else`: its clause as in a comprehension, and the one statement that it comes down to; `once`:
    it ends after that."""

    clause: libcst.CompFor
    only: libcst.BaseStatement
    leading: Sequence[libcst.EmptyLine]
    once: bool


def propose(function: libcst.FunctionDef) -> Iterator[libcst.FunctionDef]:
    """The function with one loop as an expression, for every loop that can be one."""
    for block in blocks(function):
        for at, statement in enumerate(block.body):
            if isinstance(statement, libcst.For) and _stays_inside(statement, function):
                for changed, first, after in _expressed(block, at, statement):
                    if first == at or _is_whole(_bound(block.body[first])[0], statement, function):
                        yield block.replaced(function, [*block.body[:first], *changed, *block.body[after:]])


def _stays_inside(loop: libcst.For, function: libcst.FunctionDef) -> bool:
    """Whether nobody outside speaks of the loop's names, and nothing in it waits, yields or binds."""
    bound = set(names(loop.target))
    everywhere, here = names(function), names(loop)
    acting = find(loop, libcst.Await, libcst.Yield, libcst.NamedExpr, libcst.Del)
    plain = find(loop.target, libcst.Attribute, libcst.Subscript)
    return not (
        loop.asynchronous
        or loop.orelse
        or plain
        or acting
        or not _SCOPED.isdisjoint(here)
        or any(everywhere.count(name) != here.count(name) for name in bound)
    )


def _is_whole(name: str, loop: libcst.For, function: libcst.FunctionDef) -> bool:
    """Whether nobody can see a half of what the loop puts under the name."""
    inner = (each for each in find(function, *_SHARING) if each is not function)
    around = (each for each in find(function, *_KEEPING) if any(found is loop for found in find(each, libcst.For)))
    everywhere = names(function).count(name)
    return all(name not in names(each) for each in inner) and all(
        names(each.body).count(name) == everywhere for each in around
    )


def _expressed(block: Block, at: int, loop: libcst.For) -> Iterator[tuple[Sequence[libcst.BaseStatement], int, int]]:
    """New statements for those from the second number on, up to the third."""
    found = _read(loop)
    if found is None:
        return
    if at and found.once:
        yield from _flagged(block, at, found)
    elif at:
        yield from _collected(block, at, found)
        yield from _mapped(block, at, found)
    if at + 1 < len(block.body) and not found.once:
        yield from _sought(block, at, found)


def _read(loop: libcst.For) -> _Loop | None:
    """The clause of the loop; conditions one inside the other are joined."""
    body, test = statements(loop.body), None
    while len(body) == 1 and isinstance(body[0], libcst.If) and body[0].orelse is None:
        test = body[0].test if test is None else joined(test, body[0].test, either=False)
        body = statements(body[0].body)
    once = len(body) == _TWO and isinstance(small(body[1]), libcst.Break)
    if len(body) != 1 and not once:
        return None
    conditions = [] if test is None else [libcst.CompIf(_plain(test))]
    clause = libcst.CompFor(loop.target, _plain(loop.iter), conditions)
    return _Loop(clause, body[0], loop.leading_lines, once)


def _collected(block: Block, at: int, loop: _Loop) -> Iterator[tuple[Sequence[libcst.BaseStatement], int, int]]:
    """`xs = []`, then `xs.append(x)` for each."""
    name, opened = _bound(block.body[at - 1])
    found = small(loop.only)
    call = found.value if isinstance(found, libcst.Expr) else None
    if not isinstance(call, libcst.Call) or not isinstance(call.func, libcst.Attribute) or len(call.args) != 1:
        return
    method, argument = call.func.attr.value, call.args[0]
    wanted = isinstance(call.func.value, libcst.Name) and call.func.value.value == name and not argument.star
    if not wanted or opened not in _OPENING.get(method, ()) or name in names([loop.clause, argument.value]):
        return
    value = _ADDING[method](elt=_plain(argument.value), for_in=loop.clause)
    yield [_given(block.body[at - 1], value, loop)], at - 1, at + 1


def _mapped(block: Block, at: int, loop: _Loop) -> Iterator[tuple[Sequence[libcst.BaseStatement], int, int]]:
    """`table = {}`, then `table[key] = value` for each."""
    name, opened = _bound(block.body[at - 1])
    found = small(loop.only)
    match found:
        case libcst.Assign(
            targets=[
                libcst.AssignTarget(
                    target=libcst.Subscript(
                        value=libcst.Name(value=table),
                        slice=[libcst.SubscriptElement(slice=libcst.Index(value=key, star=None))],
                    )
                )
            ],
            value=value,
        ) if table == name and opened in _NO_ENTRIES and name not in names([loop.clause, key, value]):
            if find(key, libcst.Call) and find(value, libcst.Call):
                return  # an assignment makes the value first, a comprehension the key
            made = libcst.DictComp(key=_plain(key), value=_plain(value), for_in=loop.clause)
            yield [_given(block.body[at - 1], made, loop)], at - 1, at + 1


def _flagged(block: Block, at: int, loop: _Loop) -> Iterator[tuple[Sequence[libcst.BaseStatement], int, int]]:
    """`found = False`, then True and out of the loop."""
    name, opened = _bound(block.body[at - 1])
    set_, value = _bound(loop.only)
    turned = (opened, value) in {("False", "True"), ("True", "False")}
    if not name or set_ != name or not turned or not loop.clause.ifs or name in names(loop.clause):
        return
    sought = _any(loop.clause.ifs[0].test, loop, positive=value == "True")
    yield [_given(block.body[at - 1], sought, loop)], at - 1, at + 1


def _sought(block: Block, at: int, loop: _Loop) -> Iterator[tuple[Sequence[libcst.BaseStatement], int, int]]:
    """`return True` where one is found, and False after the loop."""
    inside, after = small(loop.only), small(block.body[at + 1])
    if not isinstance(inside, libcst.Return) or not isinstance(after, libcst.Return) or not loop.clause.ifs:
        return
    said = (_word(inside.value), _word(after.value))
    if said in {("True", "False"), ("False", "True")}:
        value = _any(loop.clause.ifs[0].test, loop, positive=said[0] == "True")
        yield [below(line(libcst.Return(value)), loop.leading)], at, at + _TWO


def _any(test: libcst.BaseExpression, loop: _Loop, *, positive: bool) -> libcst.BaseExpression:
    """Whether the test holds for any, or for none: `all` of its opposite."""
    clause = loop.clause.with_changes(ifs=[])
    element = test if positive else negated(test)
    call = libcst.GeneratorExp(elt=_plain(element), for_in=clause, lpar=[], rpar=[])
    return libcst.Call(libcst.Name("any" if positive else "all"), [libcst.Arg(call)])


def _bound(statement: libcst.BaseStatement) -> tuple[str, str]:
    """The one name that a statement gives a value, and that value's text where it is an empty one or a truth."""
    found = small(statement)
    if isinstance(found, libcst.AnnAssign) and found.value is not None:
        target, value = found.target, found.value
    elif isinstance(found, libcst.Assign) and len(found.targets) == 1:
        target, value = found.targets[0].target, found.value
    else:
        return "", ""
    text = libcst.Module([]).code_for_node(value)
    return (target.value if isinstance(target, libcst.Name) else ""), text


def _given(statement: libcst.BaseStatement, value: libcst.BaseExpression, loop: _Loop) -> libcst.BaseStatement:
    """The statement that opened the name, with what the loop would have put there."""
    found = small(statement)
    assert isinstance(found, libcst.Assign | libcst.AnnAssign)
    changed = statement.with_changes(body=[found.with_changes(value=value)])
    return below(changed, loop.leading)


def _word(value: libcst.BaseExpression | None) -> str:
    return value.value if isinstance(value, libcst.Name) else ""


def _plain(node: libcst.BaseExpression) -> libcst.BaseExpression:
    """In brackets where a clause would read it otherwise."""
    loose = isinstance(node, libcst.IfExp | libcst.Lambda | libcst.Tuple | libcst.NamedExpr)
    return bracketed(node) if loose else node
