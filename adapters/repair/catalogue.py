"""All operators, and which of them look at which node."""

import ast
from functools import cache

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


@cache
def fitting(node: type[ast.AST]) -> tuple[Operator, ...]:
    """The operators for one type of node."""
    return tuple(operator for operator in OPERATORS if issubclass(node, operator.nodes))
