"""The blocks of a function: lists of statements, and what falling off the end of each of them does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import libcst

End = Literal["return", "continue", ""]
"""What happens after the last statement: the function returns None, the loop goes on, or something else."""

Node = TypeVar("Node", bound=libcst.CSTNode)

_LEAVING = (libcst.Return, libcst.Raise, libcst.Continue, libcst.Break)


@dataclass(frozen=True, slots=True)
class Block:
    """Statements in a row. `owner` is the node that holds them."""

    owner: libcst.IndentedBlock
    end: End

    @property
    def body(self) -> tuple[libcst.BaseStatement, ...]:
        """The statements."""
        return tuple(self.owner.body)

    def replaced(self, function: libcst.FunctionDef, body: Sequence[libcst.BaseStatement]) -> libcst.FunctionDef:
        """The function with these statements in place of the block's."""
        changed = function.deep_replace(self.owner, self.owner.with_changes(body=tuple(body)))
        return libcst.ensure_type(changed, libcst.FunctionDef)


def blocks(function: libcst.FunctionDef) -> Iterator[Block]:
    """Every block of the function and of what is defined in it, outer ones first."""
    yield from _below(function.body, "return")


def _below(suite: libcst.BaseSuite, end: End) -> Iterator[Block]:
    if not isinstance(suite, libcst.IndentedBlock):
        return
    yield Block(suite, end)
    last = len(suite.body) - 1
    for number, statement in enumerate(suite.body):
        yield from _inside(statement, end if number == last else "")


def _inside(statement: libcst.CSTNode, end: End) -> Iterator[Block]:
    match statement:
        case libcst.FunctionDef():
            yield from _below(statement.body, "return")
        case libcst.For() | libcst.While():
            yield from _below(statement.body, "continue")
            yield from _after(statement.orelse, end)
        case libcst.If():
            yield from _below(statement.body, end)
            yield from _after(statement.orelse, end)
        case libcst.With():
            yield from _below(statement.body, end)
        case libcst.Try():
            yield from _below(statement.body, "")
            for handler in statement.handlers:
                yield from _below(handler.body, "" if statement.finalbody else end)


def _after(branch: libcst.If | libcst.Else | None, end: End) -> Iterator[Block]:
    if isinstance(branch, libcst.Else):
        yield from _below(branch.body, end)
    elif branch is not None:
        yield from _inside(branch, end)


def statements(suite: libcst.BaseSuite) -> tuple[libcst.BaseStatement, ...]:
    """The statements of an indented block; none of what stands on the line of its heading."""
    return tuple(suite.body) if isinstance(suite, libcst.IndentedBlock) else ()


def small(statement: libcst.BaseStatement) -> libcst.BaseSmallStatement | None:
    """The only small statement of a line."""
    if isinstance(statement, libcst.SimpleStatementLine) and len(statement.body) == 1:
        return statement.body[0]
    return None


def leaves(body: Sequence[libcst.BaseStatement]) -> bool:
    """Whether control never falls off the end of these statements."""
    if not body:
        return False
    last = body[-1]
    if isinstance(last, libcst.SimpleStatementLine):
        return isinstance(last.body[-1], _LEAVING)
    if isinstance(last, libcst.If) and isinstance(last.orelse, libcst.Else):
        return leaves(statements(last.body)) and leaves(statements(last.orelse.body))
    return False


def line(statement: libcst.BaseSmallStatement) -> libcst.SimpleStatementLine:
    """A statement on a line of its own."""
    return libcst.SimpleStatementLine([statement])


def same(one: Sequence[libcst.CSTNode], other: Sequence[libcst.CSTNode]) -> bool:
    """Whether two runs of statements read the same, comments included."""
    return len(one) == len(other) and all(a.deep_equals(b) for a, b in zip(one, other, strict=True))


def within(node: libcst.CSTNode) -> Iterator[libcst.CSTNode]:
    """The node and everything in it. libcst's own visitors and matchers make a copy of the tree to look at it: measured
    on a file of 1,500 lines they took nine tenths of the time of all simplifications."""
    waiting: list[libcst.CSTNode] = [node]
    while waiting:
        found = waiting.pop()
        yield found
        for name in found.__dataclass_fields__:
            value = getattr(found, name)
            if isinstance(value, libcst.CSTNode):
                waiting.append(value)
            elif isinstance(value, Sequence) and not isinstance(value, str):
                waiting += [each for each in value if isinstance(each, libcst.CSTNode)]


def find(node: libcst.CSTNode, *kinds: type[Node]) -> list[Node]:
    """Every node of these kinds in it, itself included."""
    return [each for each in within(node) if isinstance(each, kinds)]


def names(node: libcst.CSTNode | Sequence[libcst.CSTNode]) -> list[str]:
    """Every name that is read, written or deleted in it, as often as it stands there."""
    nodes = (node,) if isinstance(node, libcst.CSTNode) else node
    return [name.value for each in nodes for name in find(each, libcst.Name)]


def below(statement: libcst.BaseStatement, lines: Sequence[libcst.EmptyLine]) -> libcst.BaseStatement:
    """The statement with more comments and blank lines above it."""
    if isinstance(statement, libcst.SimpleStatementLine | libcst.BaseCompoundStatement):
        return statement.with_changes(leading_lines=[*lines, *statement.leading_lines])
    return statement


def comments(node: libcst.CSTNode) -> list[str]:
    """Every comment in it, in alphabetical order: a rewrite may move them, but not lose them."""
    return sorted(comment.value for comment in find(node, libcst.Comment))
