"""Visitors of compound statements: conditions, loops and `with`."""

import ast

from pareback.gates.facts import Handler, Increment
from pareback.gates.syntax.atoms import MEMBER
from pareback.gates.syntax.casts import unkept
from pareback.gates.syntax.draft import Draft, Visitors
from pareback.gates.syntax.tokens import shape

_LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_BROAD = {"Exception", "BaseException"}
_FULL = 2
"""Ifs in a row that cost what an if costs."""


def branch(draft: Draft, node: ast.If, nesting: int) -> None:
    """A chain of if, elif and else, read in a loop: a chain of hundreds is not a deep tree."""
    tail = draft.tail
    if _unpriced(node.test):
        draft.sheet.resting += 1
        draft.block(node.body, nesting)
        draft.sheet.resting -= 1
        draft.block(node.orelse, nesting)
        return
    arms, otherwise = _chain(node)
    before: list[str] = []
    first, begun = len(draft.flow), len(draft.tokens)
    for count, arm in enumerate(arms):
        if count:
            draft.mark(arm.lineno)
        start = len(draft.tokens)
        step = draft.open("elif" if count else "if", arm.lineno, nesting)
        draft.tokens.append("if")
        draft.asked.append(("if", arm.test, None))
        draft.test(arm.test, nesting)
        guard = count == 0 and len(arms) == 1 and _turns(otherwise, tail=tail)
        draft.lazy, outer = _lazy(arm.test) or draft.lazy, draft.lazy
        draft.body(step, arm.body, tail=tail, guard=guard)
        draft.lazy = outer
        if type(arm.test) is ast.Constant:
            draft.mentions.constant(arm, start, len(draft.tokens))
        before = regular(draft, step, start, before) if count else []
    if len(arms) == 1 and not otherwise:
        _in_a_row(draft, first, begun)
    _otherwise(draft, otherwise, nesting, tail=tail)


def regular(draft: Draft, step: int, start: int, before: list[str]) -> list[str]:
    """Later arms of one shape read as a table: the third and further ones cost less. Returns this arm's shape."""
    now, opened = shape(draft.tokens[start:]), draft.flow[step]
    if now == before:
        draft.flow[step] = Increment("arm", opened.line, opened.nesting, opened.inside)
    return now


def _in_a_row(draft: Draft, step: int, start: int) -> None:
    """A condition that is spelled out: of ifs that follow one another and have one shape the third and further ones
    cost less."""
    opened, now = draft.flow[step], shape(draft.tokens[start:])
    count = draft.row[3] + 1 if draft.row[:3] == (start, opened.nesting, now) else 1
    if count > _FULL:
        draft.flow[step] = Increment("again", opened.line, opened.nesting, opened.inside)
    draft.row = (len(draft.tokens), opened.nesting, now, count)


def _chain(node: ast.If) -> tuple[list[ast.If], list[ast.stmt]]:
    arms = [node]
    while len(arms[-1].orelse) == 1 and type(arms[-1].orelse[0]) is ast.If:
        arms.append(arms[-1].orelse[0])
    return arms, arms[-1].orelse


def _unpriced(test: ast.expr) -> bool:
    """`if TYPE_CHECKING` and `if __name__ == "__main__"` decide nothing at run time."""
    if type(test) is ast.Compare:
        return type(test.left) is ast.Name and test.left.id == "__name__"
    name = test.attr if type(test) is ast.Attribute else test.id if type(test) is ast.Name else ""
    return name == "TYPE_CHECKING"


def _turns(otherwise: list[ast.stmt], *, tail: bool) -> bool:
    """Whether the condition can be turned around into a guard: nothing follows, or the other branch leaves."""
    return isinstance(otherwise[-1], _LEAVES) if otherwise else tail


def _lazy(test: ast.expr) -> str:
    """The attribute that `if self.x is None` asks for."""
    if type(test) is ast.Compare and type(test.ops[0]) is ast.Is and type(test.left) is ast.Attribute:
        return test.left.attr
    return ""


def _otherwise(draft: Draft, body: list[ast.stmt], nesting: int, *, tail: bool = False) -> None:
    if body:
        draft.mark(body[0].lineno)
        draft.tokens.append("else")
        draft.step("else", body[0].lineno, nesting)
        draft.block(body, nesting + 1, tail=tail)


def loop(draft: Draft, node: ast.For | ast.AsyncFor | ast.While, nesting: int) -> None:
    step = draft.open("while" if isinstance(node, ast.While) else "for", node.lineno, nesting)
    draft.loops += 1
    if isinstance(node, ast.While):
        draft.tokens.append("while")
        draft.asked.append(("while", node.test, None))
        draft.test(node.test, nesting)
    else:
        draft.tokens.append("for")
        draft.visit(node.target, nesting)
        draft.visit(node.iter, nesting)
        unkept(draft, node.iter)
    draft.body(step, node.body, tail=True)
    draft.loops -= 1
    _otherwise(draft, node.orelse, nesting)


def context(draft: Draft, node: ast.With | ast.AsyncWith, nesting: int) -> None:
    tail = draft.tail
    draft.tokens.append("with")
    for item in node.items:
        draft.visit(item.context_expr, nesting)
        if item.optional_vars:
            draft.visit(item.optional_vars, nesting)
    before = len(draft.mark_lines)
    start = len(draft.tokens)
    draft.block(node.body, nesting, tail=tail)
    if any(_suppresses(item.context_expr, {MEMBER}) for item in node.items):
        draft.asked += (("handler", statement, None) for statement in node.body)
    if any(_suppresses(item.context_expr, _BROAD) for item in node.items):
        lines = len(draft.mark_lines) - before
        caught = Handler(node.lineno, "suppress(Exception)", lines, draft.key(start), broad=True, swallows=True)
        draft.handlers.append(caught)


def _suppresses(node: ast.expr, caught: set[str]) -> bool:
    if type(node) is not ast.Call:
        return False
    func = node.func
    name = func.attr if type(func) is ast.Attribute else func.id if type(func) is ast.Name else ""
    return name == "suppress" and any(type(arg) is ast.Name and arg.id in caught for arg in node.args)


BRANCHES: Visitors = {
    ast.If: branch,
    ast.For: loop,
    ast.AsyncFor: loop,
    ast.While: loop,
    ast.With: context,
    ast.AsyncWith: context,
}
