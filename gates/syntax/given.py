"""What sort of value attributes are given and functions answer with: where a thing gets the form that others must cast.

The value decides, then the annotation of what it was taken from; a claim without a value is believed only where there
is nothing else. None is no sort: where it is made is another fact.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

from pareback.gates.syntax.bodies import Body
from pareback.gates.syntax.nils import Function
from pareback.gates.syntax.subjects import UNKNOWN, bare, is_class, last, none
from pareback.gates.syntax.uses import BUILT_IN
from pareback.gates.ties import TEXTS, Given

_DEPTH = 4
"""Expressions within expressions that are read."""
_ANSWERS = {
    **{name: name for name in ("str", "int", "float", "bool", "bytes", "list", "tuple", "dict", "set", "frozenset")},
    **dict.fromkeys(("len", "ord", "hash", "id", "round"), "int"),
    **dict.fromkeys(("isinstance", "issubclass", "hasattr", "callable", "any", "all"), "bool"),
    **dict.fromkeys(("repr", "chr", "ascii", "hex"), "str"),
    "sorted": "list",
}
"""What built-in functions answer with."""
_METHODS = {
    **{name: name for name in ("lower", "upper", "casefold", "strip")},
    **dict.fromkeys(
        ("format", "join", "replace", "decode", "title", "lstrip", "rstrip", "isoformat", "as_posix"), "str"
    ),
    **dict.fromkeys(("startswith", "endswith", "isdigit", "exists", "is_file", "is_dir"), "bool"),
    **dict.fromkeys(("split", "splitlines", "rsplit", "tolist"), "list"),
    "encode": "bytes",
}
"""What methods of built-in types answer with, as far as no other class is likely to have them."""

Hints = Mapping[str, ast.expr | None]


def in_function(node: Function, body: Body, receiver: str, *, generator: bool) -> Iterator[Given]:
    """What a function gives attributes of its own object, called `receiver`, and of others, and what it answers with;
    each sort once, at its first line."""
    sorts = _Sorts(body, _hints(node.args))
    found: dict[tuple[str, str, str], Given] = {}
    for target, value in body.kept:
        own = bool(receiver) and last(target.value) == receiver
        for sort in sorts.of(value):
            given = Given("" if own else UNKNOWN, target.attr, sort, target.lineno)
            found.setdefault((given.owner, given.name, sort), given)
    answers = () if generator else [given for given in body.returns if given.value is not None]
    for answer in answers:
        for sort in sorts.of(answer.value):
            sort_or_claim = sort or annotated(node.returns)
            found.setdefault(("", "", sort_or_claim), Given("", "", sort_or_claim, answer.lineno))
    return iter(found.values())


def in_class(node: ast.ClassDef) -> Iterator[Given]:
    """What the names in a class body are given there; a field without a value is what its annotation says."""
    nothing = _Sorts(Body(), {})
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield from (Given("", target.id, sort, target.lineno) for sort in nothing.of(statement.value))
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            sort = annotated(statement.annotation) or next(nothing.of(statement.value), "")
            yield Given("", statement.target.id, sort, statement.lineno)


def annotated(node: ast.expr | None) -> str:
    """The one type that an annotation names, optional or not; empty for several."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value.removesuffix("| None").strip().rpartition(".")[2]
        return text if text.isidentifier() else ""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        sides = [side for side in (node.left, node.right) if not none(side)]
        return annotated(sides[0]) if len(sides) == 1 else ""
    if isinstance(node, ast.Subscript):
        return annotated(node.slice if last(node.value) == "Optional" else node.value)
    name = last(node)
    return "" if name in {"Any", "object", "Optional", "Union", "Literal", "Self", "ClassVar", "Final"} else name


def _hints(arguments: ast.arguments) -> Hints:
    given = chain(arguments.posonlyargs, arguments.args, arguments.kwonlyargs)
    return {argument.arg: argument.annotation for argument in given}


class _Sorts:
    """The sorts of values in one function."""

    def __init__(self, body: Body, hints: Hints) -> None:
        self._bound, self._hints = body.bound, hints

    def of(self, node: ast.expr | None, depth: int = _DEPTH) -> Iterator[str]:
        """Every sort that the value may be of; empty for one that cannot be told, none for None."""
        if node is None or not depth:
            yield ""
            return
        node = bare(node)
        if not none(node):
            reader = _READERS.get(type(node))
            yield from (reader(self, node, depth - 1) if reader else ("",))

    def chosen(self, node: ast.IfExp, depth: int) -> Iterator[str]:
        """Both arms."""
        return chain(self.of(node.body, depth), self.of(node.orelse, depth))

    def either(self, node: ast.BoolOp, depth: int) -> Iterator[str]:
        """Each of them."""
        return chain.from_iterable(self.of(value, depth) for value in node.values)

    def named(self, node: ast.Name, depth: int) -> Iterator[str]:
        """What a local was bound to once, or a parameter is said to be."""
        bound = self._bound.get(node.id, ())
        if len(bound) == 1 and node.id not in self._hints:
            return self.of(bound[0], depth)
        return iter((annotated(self._hints.get(node.id)) if not bound else "",))

    def computed(self, node: ast.BinOp, depth: int) -> Iterator[str]:
        """A sum or format of texts is one."""
        sides = (node.left,) if isinstance(node.op, ast.Mod) else (node.left, node.right)
        made = isinstance(node.op, ast.Add | ast.Mod)
        text = made and any(sort in TEXTS for side in sides for sort in self.of(side, depth))
        return iter(("str" if text else "",))


def _constant(_sorts: _Sorts, node: ast.Constant, _depth: int) -> Iterator[str]:
    return iter(("literal" if isinstance(node.value, str) else type(node.value).__name__,))


def _member(_sorts: _Sorts, node: ast.Attribute, _depth: int) -> Iterator[str]:
    holder = last(node.value)
    return iter((f"{holder}." if is_class(holder) and node.attr.isupper() else "",))


def _called(_sorts: _Sorts, node: ast.Call, _depth: int) -> Iterator[str]:
    name = last(node.func)
    if isinstance(node.func, ast.Attribute) and name in _METHODS:
        return iter((_METHODS[name],))
    if isinstance(node.func, ast.Name) and name in _ANSWERS:
        return iter((_ANSWERS[name],))
    known = bool(name) and name not in BUILT_IN  # nobody can tell which `get` a call means
    return iter((name if is_class(name) else f"{name}()" if known else "",))


def _always(sort: str) -> Callable[[_Sorts, Any, int], Iterator[str]]:
    return lambda _sorts, _node, _depth: iter((sort,))


_READERS: Mapping[type[ast.expr], Callable[[_Sorts, Any, int], Iterator[str]]] = {
    ast.Constant: _constant,
    ast.Attribute: _member,
    ast.Call: _called,
    ast.Name: _Sorts.named,
    ast.IfExp: _Sorts.chosen,
    ast.BoolOp: _Sorts.either,
    ast.BinOp: _Sorts.computed,
    ast.JoinedStr: _always("str"),
    ast.Compare: _always("bool"),
    **dict.fromkeys((ast.List, ast.ListComp), _always("list")),
    **dict.fromkeys((ast.Dict, ast.DictComp), _always("dict")),
    **dict.fromkeys((ast.Set, ast.SetComp), _always("set")),
    ast.Tuple: _always("tuple"),
}
