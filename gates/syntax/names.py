"""What the names of a unit stand for, collected while the unit is read: copies, annotations, imports, inner names."""

import ast

_COPIED = (ast.Attribute, ast.Call, ast.Subscript, ast.NamedExpr, ast.Await)


class Names:
    """How often a name is bound, what it was last bound to, what its annotation says, and whether it was imported.
    `inner` are names that belong to a comprehension or a parameter list: local even in a module or class body."""

    __slots__ = ("hints", "imports", "inner", "times", "values")

    def __init__(self) -> None:
        self.times: dict[str, int] = {}
        self.values: dict[str, ast.expr] = {}
        self.hints: dict[str, ast.expr | None] = {}
        self.imports: set[str] = set()
        self.inner: set[str] = set()

    def given(self, argument: ast.arg) -> None:
        """A parameter."""
        name = argument.arg
        self.inner.add(name)
        self.times[name] = self.times.get(name, 0) + 1
        self.hinted(name, argument.annotation)

    def hinted(self, name: str, annotation: ast.expr | None) -> None:
        """An annotation counts where the unit has no other of that name."""
        self.hints[name] = None if name in self.hints else annotation

    def copied(self, target: ast.expr, value: ast.expr) -> None:
        """What a name is bound to, where that may have a name itself."""
        if type(target) is ast.Name and isinstance(value, _COPIED):
            self.values[target.id] = value

    def copy(self, name: str) -> ast.expr | None:
        """What a name is a copy of: it is bound once, to that."""
        return self.values.get(name) if self.times.get(name) == 1 else None
