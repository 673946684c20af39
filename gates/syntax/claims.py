"""What only a type checker is told: values claimed to be of a type, and annotations that give up with `Any`."""

import ast
from collections.abc import Iterable, Iterator, Sequence

from pareback.gates.reading.silence import Suppression, Typed
from pareback.gates.syntax.comments import unit_at
from pareback.gates.syntax.draft import Draft
from pareback.gates.wire.transcript import Transcript

RETURNS = "return"
"""The name under which what a function answers is annotated: a keyword, so nothing else is called that."""

_ANY = "Any"


def claimed(draft: Draft, node: ast.Call) -> None:
    """Note `cast(T, x)`, however it was imported."""
    func = node.func
    name = func.id if type(func) is ast.Name else func.attr if type(func) is ast.Attribute else ""
    if name == "cast" and len(node.args) == 2 and not node.keywords:
        draft.sheet.claims.append(node.lineno)


def silenced(lines: Iterable[int], units: Sequence[Transcript]) -> Iterator[Suppression]:
    """Casts that were noted, as suppressions: each silences a type checker on one value."""
    for line in lines:
        yield Suppression("cast", "", line, unit_at(units, line))


def typed(draft: Draft) -> Iterator[Typed]:
    """The annotated names of a unit; one that is annotated more than once says nothing."""
    for name, annotation in draft.names.hints.items():
        if annotation is not None:
            yield Typed(name, _gives_up(annotation))


def _gives_up(annotation: ast.expr) -> bool:
    """Whether it says nothing but `Any`; `list[Any]` and `Any` in place of an unnamed rest do say something."""
    text = getattr(annotation, "id", None) or getattr(annotation, "attr", None) or getattr(annotation, "value", None)
    return text == _ANY
