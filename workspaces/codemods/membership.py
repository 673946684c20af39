"""One thing compared with several values, one after the other, as one question."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import libcst

from pareback.workspaces.codemods.blocks import find
from pareback.workspaces.codemods.conditions import is_pure

_LITERAL = libcst.SimpleString | libcst.Integer
_GATHERING = {"isinstance", "issubclass"}
_ENDS = {"startswith", "endswith"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question with one answer that would do: its form without the answer, as text, and the answer."""

    form: str
    answer: libcst.BaseExpression


def propose(function: libcst.FunctionDef) -> Iterator[libcst.FunctionDef]:
    """The function with one such chain as one question, for every chain."""
    for found in find(function, libcst.BooleanOperation):
        changed = _gathered(found)
        if changed is not None:
            yield libcst.ensure_type(function.deep_replace(found, changed), libcst.FunctionDef)


def _gathered(found: libcst.BooleanOperation) -> libcst.BaseExpression | None:
    """The chain's whole length; None where its parts do not ask the same, or it is part of a longer one of its kind."""
    either = isinstance(found.operator, libcst.Or)
    parts = _parts(found, type(found.operator))
    asked = [_asked(part, either=either) for part in parts]
    known = [each for each in asked if each is not None]
    if len(known) != len(parts) or len({each.form for each in known}) != 1:
        return None
    return _one(parts[0], [each.answer for each in known]).with_changes(lpar=found.lpar, rpar=found.rpar)


def _parts(found: libcst.BaseExpression, operator: type[libcst.BaseBooleanOp]) -> list[libcst.BaseExpression]:
    if isinstance(found, libcst.BooleanOperation) and isinstance(found.operator, operator):
        return [*_parts(found.left, operator), *_parts(found.right, operator)]
    return [found]


def _asked(part: libcst.BaseExpression, *, either: bool) -> _Asked | None:
    text = libcst.Module([]).code_for_node
    wanted = libcst.Equal if either else libcst.NotEqual
    if isinstance(part, libcst.Comparison) and len(part.comparisons) == 1:
        target = part.comparisons[0]
        fits = isinstance(target.operator, wanted) and isinstance(target.comparator, _LITERAL) and is_pure(part.left)
        return _Asked(text(part.left), target.comparator) if fits else None
    if either and isinstance(part, libcst.Call):
        return _called(part)
    return None


def _called(part: libcst.Call) -> _Asked | None:
    text, args = libcst.Module([]).code_for_node, [arg.value for arg in part.args if not (arg.star or arg.keyword)]
    if len(args) != len(part.args) or not all(is_pure(arg) for arg in args):
        return None
    match part.func, args:
        case libcst.Name(value=name), [subject, answer] if name in _GATHERING and not isinstance(answer, libcst.Tuple):
            return _Asked(f"{name} {text(subject)}", answer)
        case libcst.Attribute(value=subject, attr=libcst.Name(value=name)), [answer] if name in _ENDS:
            told = isinstance(answer, libcst.SimpleString) and is_pure(subject)
            return _Asked(f"{text(subject)}.{name}", answer) if told else None
    return None


def _one(part: libcst.BaseExpression, answers: Sequence[libcst.BaseExpression]) -> libcst.BaseExpression:
    """The first question, with every answer in it."""
    elements = [libcst.Element(answer.with_changes(lpar=[], rpar=[])) for answer in answers]
    several = libcst.Tuple(elements)
    if isinstance(part, libcst.Comparison):
        target = part.comparisons[0]
        operator = libcst.In() if isinstance(target.operator, libcst.Equal) else libcst.NotIn()
        return part.with_changes(comparisons=[libcst.ComparisonTarget(operator, several)])
    assert isinstance(part, libcst.Call)
    return part.with_changes(args=[*part.args[:-1], part.args[-1].with_changes(value=several)])
