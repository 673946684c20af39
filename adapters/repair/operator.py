"""The nouns of the search: what an operator sees, what it proposes, and the operator itself with its examples."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from pareback.adapters.repair.evidence import NO_CLUES, Clues
from pareback.adapters.repair.kinds import Kinds
from pareback.adapters.repair.module import Function, Module
from pareback.adapters.repair.scope import Scope, kind


@dataclass(frozen=True, slots=True)
class Draft:
    """Characters `start` to `end` of the file become `text`. `whole` is the expression that is replaced, if it is one:
    then parentheses are added where precedence asks for them. `weight` compares the drafts of one operator."""

    start: int
    end: int
    text: str
    weight: float = 1.0
    whole: ast.expr | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """One node with all an operator may look at."""

    module: Module
    scope: Scope
    statement: ast.stmt
    clues: Clues = NO_CLUES
    constants: tuple[object, ...] = ()
    """Numbers and short strings of the tests."""

    def text(self, node: ast.AST) -> str:
        return self.module.segment(node)

    def parent(self, node: ast.AST) -> ast.AST | None:
        return self.module.parents.get(node)

    def kind(self, node: ast.expr) -> Kinds:
        return kind(node, self.scope)

    def function(self) -> Function | None:
        return self.scope.function

    def in_loop(self) -> bool:
        above = self.module.ancestors(self.statement)
        return any(isinstance(node, ast.For | ast.While | ast.AsyncFor) for node in above)

    def replace(self, node: ast.expr, text: str, weight: float = 1.0) -> Draft:
        """The expression becomes `text`."""
        return Draft(*self.module.span(node), text, weight, node)

    def splice(self, start: int, end: int, text: str, weight: float = 1.0) -> Draft:
        return Draft(start, end, text, weight)

    def operand(self, node: ast.expr) -> str:
        """The expression's text, in parentheses where it is itself an operation."""
        text = self.text(node)
        loose = (ast.BinOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Lambda, ast.UnaryOp, ast.Tuple, ast.NamedExpr)
        return f"({text})" if isinstance(node, loose) and not text.startswith("(") else text


@dataclass(frozen=True, slots=True)
class Example:
    """`before` becomes `after` by one of the drafts; in `alone` the operator finds nothing to do."""

    before: str
    after: str
    alone: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Operator:
    """One kind of mistake. `prior` says how common it is among real bugs, relative to the others."""

    name: str
    prior: float
    nodes: tuple[type[ast.AST], ...]
    propose: Callable[[ast.AST, Site], Iterator[Draft]]
    example: Example
    clues: frozenset[str] = field(default_factory=frozenset)
    """Clues in the failures that make this mistake more likely."""
    needs: frozenset[str] = field(default_factory=frozenset)
    """Without one of these clues the operator is silent."""


def likeness(one: str, other: str) -> float:
    """How alike two texts look, 0 to 1: Dice's coefficient of their pairs of neighbouring characters, ends included."""
    first, second = _pairs(one), _pairs(other)
    return 2 * len(first & second) / (len(first) + len(second))


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[str]:
    edged = f"^{text}$"
    return frozenset(edged[at : at + 2] for at in range(len(edged) - 1))
