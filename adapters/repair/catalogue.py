"""All operators, and which of them look at which node."""

import ast
from collections.abc import Iterator

from pareback.adapters.repair.operator import Operator
from pareback.adapters.repair.operators import (
    arithmetic,
    booleans,
    calls,
    comparisons,
    constants,
    indexes,
    insertions,
    names,
    statements,
    templates,
)

OPERATORS: tuple[Operator, ...] = (
    *templates.OPERATORS,
    *comparisons.OPERATORS,
    *booleans.OPERATORS,
    *names.OPERATORS,
    *calls.OPERATORS,
    *arithmetic.OPERATORS,
    *indexes.OPERATORS,
    *constants.OPERATORS,
    *statements.OPERATORS,
    *insertions.OPERATORS,
)


def fitting(node: ast.AST) -> Iterator[Operator]:
    """The operators that look at a node."""
    return (operator for operator in OPERATORS if isinstance(node, operator.nodes))
