"""What only a type checker is told: values claimed to be of a type, and annotations that give up with `Any`."""

import ast
from collections.abc import Iterable, Iterator, Sequence

from pareback.gates.facts import Suppression, Typed, Unit
from pareback.gates.syntax.comments import unit_at
from pareback.gates.syntax.draft import Draft

RETURNS = "return"
"""The name under which what a function answers is annotated: a keyword, so nothing else is called that."""

_ANY = "Any"


def claimed(draft: Draft, node: ast.Call) -> None:
    """Note `cast(T, x)`, however it was imported."""
    func = node.func
    name = func.id if type(func) is ast.Name else func.attr if type(func) is ast.Attribute else ""
    if name == "cast" and len(node.args) == 2 and not node.keywords:
        draft.sheet.claims.append(node.lineno)


def silenced(lines: Iterable[int], units: Sequence[Unit]) -> Iterator[Suppression]:
    """Casts that were noted, as suppressions: each silences a type checker on one value."""
    for line in lines:
        yield Suppression("cast", "", line, unit_at(units, line))


def typed(draft: Draft) -> Iterator[Typed]:
    """The annotated names of a unit; one that is annotated more than once says nothing."""
    for name, annotation in draft.names.hints.items():
        if annotation is not None:
            yield Typed(name, _gives_up(annotation))


def _gives_up(annotation: ast.expr) -> bool:
    """Whether `Any` stands anywhere in it, also within quotes."""
    if type(annotation) is ast.Name:
        return annotation.id == _ANY
    return any(
        getattr(node, "id", "") == _ANY
        or getattr(node, "attr", "") == _ANY
        or (type(node) is ast.Constant and isinstance(node.value, str) and _ANY in node.value)
        for node in ast.walk(annotation)
    )
