"""Two functions read side by side: what differs between them, as holes that a parameter could fill."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from pareback.workspaces.codemods.places import Function, Text, bound

_TYPES = ((bool, "flag"), (int | float, "number"), (str, "text"), (bytes, "data"))


class _Different(Exception):
    """The two are no copies of each other."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A value that differs: where it stands in the first function, its text in both, and what it could be called."""

    nodes: tuple[ast.expr, ...]
    texts: tuple[str, str]
    name: str


def holes(
    one: Function, other: Function, bodies: tuple[Sequence[ast.stmt], ...], text: Text
) -> tuple[Hole, ...] | None:
    """The values in which the two bodies differ, each distinct pair once; None where they differ in more than values
    and names of locals. Values are literals on one line, and names that neither function binds."""
    comparing = _Comparing((one, other), text)
    try:
        for mine, theirs in zip(one.args.args, other.args.args, strict=True):
            comparing.rename(mine.arg, theirs.arg)
        comparing.compare(list(bodies[0]), list(bodies[1]), "")
    except (_Different, ValueError):  # ValueError: one has more statements, or parameters
        return None
    return tuple(comparing.holes.values())


class _Comparing:
    """Walks both at once, and collects where they differ. Raises _Different, and ValueError for different lengths."""

    def __init__(self, pair: tuple[Function, Function], text: Text) -> None:
        self.text = text
        self.own = bound(pair[0]), bound(pair[1])
        self.defined = {pair[0].name, pair[1].name}
        self.there: dict[str, str] = {}
        self.back: dict[str, str] = {}
        self.holes: dict[tuple[str, str], Hole] = {}

    def compare(self, mine: object, theirs: object, name: str) -> None:
        """Two parts of the trees; `name` is what their value is given to."""
        if isinstance(mine, ast.Name) and isinstance(theirs, ast.Name):
            self.names(mine, theirs, name)
        elif isinstance(mine, ast.Constant) and isinstance(theirs, ast.Constant):
            self.literals(mine, theirs, name)
        elif isinstance(mine, list) and isinstance(theirs, list):
            for first, second in zip(mine, theirs, strict=True):
                self.compare(first, second, "")
        elif isinstance(mine, ast.AST) and type(mine) is type(theirs):
            for field in mine._fields:
                self.compare(getattr(mine, field, None), getattr(theirs, field, None), _given(mine))
        elif mine != theirs:
            raise _Different

    def names(self, mine: ast.Name, theirs: ast.Name, name: str) -> None:
        """Locals stand for one another, other names are holes where they differ; what a function calls itself cannot be
        handed in."""
        own = mine.id in self.own[0], theirs.id in self.own[1]
        if own == (True, True):
            self.rename(mine.id, theirs.id)
        elif any(own) or {mine.id, theirs.id} & self.defined:
            raise _Different
        elif mine.id != theirs.id:
            self.hole(mine, theirs, name)

    def literals(self, mine: ast.Constant, theirs: ast.Constant, name: str) -> None:
        """Literals are holes where they differ; True is not 1."""
        if (type(mine.value), mine.value) != (type(theirs.value), theirs.value):
            self.hole(mine, theirs, name)

    def rename(self, mine: str, theirs: str) -> None:
        """One local stands for one other, both ways."""
        if self.there.setdefault(mine, theirs) != theirs or self.back.setdefault(theirs, mine) != mine:
            raise _Different

    def hole(self, mine: ast.expr, theirs: ast.expr, name: str) -> None:
        """Note a difference."""
        texts = self.text.of(mine), self.text.of(theirs)
        if any("\n" in each for each in texts):
            raise _Different
        known = self.holes.get(texts)
        self.holes[texts] = Hole(
            (*known.nodes, mine) if known else (mine,), texts, known.name if known else name or _called(mine)
        )


def _given(node: ast.AST) -> str:
    """The keyword or the one name that a node gives its value to."""
    if isinstance(node, ast.keyword):
        return node.arg or ""
    targets = node.targets if isinstance(node, ast.Assign) else []
    return targets[0].id if len(targets) == 1 and isinstance(targets[0], ast.Name) else ""


def _called(node: ast.expr) -> str:
    value = node.value if isinstance(node, ast.Constant) else None
    return next((name for kind, name in _TYPES if isinstance(value, kind)), "item")
