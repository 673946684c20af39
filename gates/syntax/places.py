"""Places that a unit writes, collected while it is read: attributes of what a name holds, items under constant keys."""

import ast

_GROWS = frozenset(("append", "add", "insert", "extend", "update", "appendleft", "setdefault"))
"""Methods that put something into what an attribute holds."""

Place = tuple[str, str, int]
"""The name of the receiver, what of it is written, and the line."""


class Places:
    """Places that were written, by the name they were reached through."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: list[Place] = []

    def attribute(self, node: ast.Attribute) -> None:
        """`x.a = …`, `del x.a`."""
        if type(node.value) is ast.Name:
            self.found.append((node.value.id, node.attr, node.lineno))

    def item(self, node: ast.Subscript) -> None:
        """`x["k"] = …` and `x.a["k"] = …`; with a computed key only the second, which writes `a`."""
        value, key = node.value, node.slice
        named = f"[{key.value}]" if isinstance(key, ast.Constant) and type(key.value) is str else ""
        if type(value) is ast.Attribute and type(value.value) is ast.Name:
            self.found.append((value.value.id, value.attr + named, node.lineno))
        elif type(value) is ast.Name and named:
            self.found.append((value.id, named, node.lineno))

    def grown(self, func: ast.Attribute) -> None:
        """`x.a.append(…)`."""
        value = func.value
        if func.attr in _GROWS and type(value) is ast.Attribute and type(value.value) is ast.Name:
            self.found.append((value.value.id, value.attr, func.lineno))
