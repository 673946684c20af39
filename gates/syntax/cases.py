"""Visitors of `match` and its patterns, priced like the chain of ifs it replaces.

The first case costs what `if` costs, a further case what `elif`, the wildcard what `else`, a `when` what `and`. A
pattern that tests a part of what it takes apart is a conjunction and costs what `and` costs.
"""

import ast

from pareback.gates.syntax.branches import regular
from pareback.gates.syntax.draft import Draft, Visitors
from pareback.gates.syntax.expressions import unknown

_REFUTABLE = (ast.MatchValue, ast.MatchSingleton, ast.MatchClass, ast.MatchSequence, ast.MatchMapping)
_COMPOUND = (ast.MatchClass, ast.MatchMapping, ast.MatchSequence)


def match(draft: Draft, node: ast.Match, nesting: int) -> None:
    tail = draft.tail
    draft.tokens.append("match")
    draft.test(node.subject, nesting)
    before: list[str] = []
    for count, case in enumerate(node.cases):
        draft.asked.append(("case", case.pattern, node.subject))
        before = _case(draft, case, nesting, before if count else None, tail=tail)


def _case(draft: Draft, case: ast.match_case, nesting: int, before: list[str] | None, *, tail: bool) -> list[str]:
    """Read one case; `before` is the shape of the case before it, None for the first. Returns its own, if it counts."""
    line, start = case.pattern.lineno, len(draft.tokens)
    draft.mark(line)
    step = draft.open(_kind(case, first=before is None), line, nesting)
    draft.tokens.append("case")
    draft.visit(case.pattern, nesting)
    if any(isinstance(part, _COMPOUND) and _tests_part(part) for part in ast.walk(case.pattern)):
        draft.step("bool", line, nesting)
    if case.guard:
        draft.step("when", line, nesting)
        draft.asked.append(("if", case.guard, None))
        draft.test(case.guard, nesting)
    draft.body(step, case.body, tail=tail)
    return [] if before is None else regular(draft, step, start, before)


def _kind(case: ast.match_case, *, first: bool) -> str:
    wildcard = isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None and case.guard is None
    return "match" if first else "else" if wildcard else "case"


def _tests_part(pattern: ast.pattern) -> bool:
    return any(isinstance(part, _REFUTABLE) for part in ast.iter_child_nodes(pattern))


def pattern(draft: Draft, node: ast.pattern, nesting: int) -> None:
    """A pattern is an operator; the names that it captures are bound."""
    draft.tokens.append(type(node).__name__)
    captured = getattr(node, "name", None) or getattr(node, "rest", None)
    if captured:
        draft.tokens.append("n:" + captured)
        draft.bind(captured, node.lineno)
    unknown(draft, node, nesting)


def literal(draft: Draft, node: ast.MatchValue | ast.MatchSingleton, nesting: int) -> None:
    """A value to compare with."""
    if isinstance(node, ast.MatchSingleton):
        draft.tokens.append(f"k:{node.value!r}")
    else:
        draft.visit(node.value, nesting)


CASES: Visitors = {
    ast.Match: match,
    ast.MatchValue: literal,
    ast.MatchSingleton: literal,
    ast.MatchSequence: pattern,
    ast.MatchMapping: pattern,
    ast.MatchClass: pattern,
    ast.MatchStar: pattern,
    ast.MatchAs: pattern,
    ast.MatchOr: pattern,
}
