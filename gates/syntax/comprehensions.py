"""Visitors of comprehensions: loops and conditions inside an expression, priced as what they are."""

import ast

from pareback.gates.syntax.casts import unkept
from pareback.gates.syntax.draft import Draft, Visitors

Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


def comprehension(draft: Draft, node: Comprehension, nesting: int) -> None:
    """The first `for` and its first `if` are cheap; all further ones, and a comprehension inside one, are not."""
    draft.tokens.append(type(node).__name__)
    draft.step("inner" if draft.comprehensions else "comprehension", node.lineno, nesting)
    before = draft.atom
    draft.atom = 0
    draft.visit(node.generators[0].iter, nesting)
    unkept(draft, node.generators[0].iter)
    draft.comprehensions += 1
    for count, generator in enumerate(node.generators):
        _generator(draft, generator, nesting, count=count)
    for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
        draft.visit(part, nesting + 1)
    draft.comprehensions -= 1
    draft.atom = before


def _generator(draft: Draft, node: ast.comprehension, nesting: int, *, count: int) -> None:
    draft.tokens.append("for")
    if count:
        draft.step("inner", node.target.lineno, nesting)
        draft.visit(node.iter, nesting)
    draft.visit(node.target, nesting)
    for number, condition in enumerate(node.ifs):
        draft.step("inner" if count or number else "filter", condition.lineno, nesting)
        draft.tokens.append("if")
        draft.asked.append(("if", condition, None))
        draft.test(condition, nesting)


COMPREHENSIONS: Visitors = {
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.DictComp: comprehension,
}
