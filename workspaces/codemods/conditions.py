"""Conditions turned around, joined and compared, as source that reads well."""

from collections.abc import Callable

import libcst

from pareback.workspaces.codemods.blocks import find

_OPPOSITE: dict[type[libcst.BaseCompOp], type[libcst.BaseCompOp]] = {
    libcst.Equal: libcst.NotEqual,
    libcst.NotEqual: libcst.Equal,
    libcst.Is: libcst.IsNot,
    libcst.IsNot: libcst.Is,
    libcst.In: libcst.NotIn,
    libcst.NotIn: libcst.In,
}
"""Comparisons that are each other's negation whatever is compared; `<` and `>=` are not, for sets and for NaN."""
_BOOLEAN_CALLS = frozenset({"isinstance", "issubclass", "hasattr", "callable", "bool", "any", "all"})
_LOOSE = (libcst.IfExp, libcst.Lambda, libcst.NamedExpr)
_ACTS = (
    *(libcst.Call, libcst.Await, libcst.Yield, libcst.NamedExpr, libcst.Subscript, libcst.FormattedString),
    *(libcst.CompFor, libcst.StarredElement, libcst.StarredDictElement),
)


def negated(test: libcst.BaseExpression) -> libcst.BaseExpression:
    """What is true where the test is false."""
    if isinstance(test, libcst.UnaryOperation) and isinstance(test.operator, libcst.Not):
        return test.expression
    if isinstance(test, libcst.Comparison) and len(test.comparisons) == 1:
        target = test.comparisons[0]
        opposite = _OPPOSITE.get(type(target.operator))
        if opposite is not None:
            return test.with_changes(comparisons=[target.with_changes(operator=opposite())])
    if isinstance(test, libcst.BooleanOperation) and all(_turns(part) for part in (test.left, test.right)):
        either = isinstance(test.operator, libcst.And)  # De Morgan; the parts are asked in the same order as before
        turned = joined(negated(test.left), negated(test.right), either=either)
        return turned.with_changes(lpar=test.lpar, rpar=test.rpar)  # they may hold a line break
    binding = isinstance(test, (libcst.BooleanOperation, *_LOOSE))
    return libcst.UnaryOperation(libcst.Not(), bracketed(test) if binding else test)


def _turns(test: libcst.BaseExpression) -> bool:
    """Whether its opposite can be said without a `not` in front of it."""
    return _throughout(test, _has_opposite)


def _has_opposite(test: libcst.BaseExpression) -> bool:
    return (
        isinstance(test, libcst.Comparison)
        and len(test.comparisons) == 1
        and type(test.comparisons[0].operator) in _OPPOSITE
    )


def joined(one: libcst.BaseExpression, other: libcst.BaseExpression, *, either: bool) -> libcst.BaseExpression:
    """`one or other`, or `one and other`."""
    operator = libcst.Or() if either else libcst.And()
    left, right = (_operand(part, either=either) for part in (one, other))
    return libcst.BooleanOperation(left, operator, right)


def is_boolean(test: libcst.BaseExpression) -> bool:
    """Whether the test gives True or False and nothing else, for values that compare as most do."""
    return _throughout(test, _answers)


def _answers(test: libcst.BaseExpression) -> bool:
    if isinstance(test, libcst.Call):
        return isinstance(test.func, libcst.Name) and test.func.value in _BOOLEAN_CALLS
    return isinstance(test, libcst.Comparison)


def _throughout(test: libcst.BaseExpression, holds: Callable[[libcst.BaseExpression], bool]) -> bool:
    """Whether something holds for every condition that the test joins; a `not` gives a boolean whatever it denies."""
    if isinstance(test, libcst.BooleanOperation):
        return _throughout(test.left, holds) and _throughout(test.right, holds)
    if isinstance(test, libcst.UnaryOperation):
        return isinstance(test.operator, libcst.Not)
    return holds(test)


def is_pure(node: libcst.CSTNode) -> bool:
    """Whether evaluating it does nothing but look: no call, no await, no binding, no item that could be made on the
    way, no iterator that is used up. Attributes count as looks."""
    return not find(node, *_ACTS)


def bracketed(node: libcst.BaseExpression) -> libcst.BaseExpression:
    """In parentheses, unless it is already."""
    return node if node.lpar else node.with_changes(lpar=[libcst.LeftParen()], rpar=[libcst.RightParen()])


def tested(found: libcst.If, test: libcst.BaseExpression) -> libcst.If:
    """The condition with another test. `if(a)` has no blank behind its keyword, and needs one where the brackets go."""
    return found.with_changes(test=test if found.whitespace_before_test.value else bracketed(test))


def _operand(part: libcst.BaseExpression, *, either: bool) -> libcst.BaseExpression:
    mixed = isinstance(part, libcst.BooleanOperation) and isinstance(part.operator, libcst.Or) and not either
    return bracketed(part) if mixed or isinstance(part, _LOOSE) else part
