"""One file of the target with its syntax tree, and where each node lies in the text.

Edits are splices of the text at a node's place, so that everything else in the file stays byte-identical.
"""

import ast
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

Function = ast.FunctionDef | ast.AsyncFunctionDef
Scoped = (ast.FunctionDef, ast.AsyncFunctionDef)
_FILTERS = Lock()
_DEEPEST = 150
"""Levels of a syntax tree; generated files go beyond, and a search in them would not end well."""
_OPAQUE = (ast.JoinedStr,)
"""Nodes whose children have no reliable place in the text."""


@dataclass(frozen=True, slots=True)
class Module:
    """A parsed file. `starts` holds the offset of each line in characters, `parents` the node above each node."""

    path: str
    text: str
    tree: ast.Module
    lines: tuple[str, ...]
    starts: tuple[int, ...]
    parents: Mapping[ast.AST, ast.AST]

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Start and end of a node, in characters of the text. Raises AttributeError where the node has no place."""
        first: tuple[int, int] = (node.lineno, node.col_offset)  # type: ignore[attr-defined]  # only placed nodes come
        last: tuple[int, int] = (node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]  # as above
        return self.offset(*first), self.offset(*last)

    def offset(self, line: int, column: int) -> int:
        """Characters before a place that `ast` gives as a line and a column in UTF-8 bytes."""
        text = self.lines[line - 1]
        if not text.isascii():
            column = len(text.encode()[:column].decode(errors="ignore"))
        return self.starts[line - 1] + column

    def segment(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.text[start:end]

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """The nodes above, nearest first."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def statement(self, node: ast.AST) -> ast.stmt | None:
        """The innermost statement that holds the node, or is it."""
        if isinstance(node, ast.stmt):
            return node
        return next((above for above in self.ancestors(node) if isinstance(above, ast.stmt)), None)

    def function(self, node: ast.AST) -> Function | None:
        """The innermost function around the node."""
        return next((above for above in self.ancestors(node) if isinstance(above, Scoped)), None)

    def outermost(self, node: ast.expr) -> ast.expr:
        """The largest expression that holds the node."""
        top = node
        for above in self.ancestors(node):
            if isinstance(above, ast.stmt):
                break
            if isinstance(above, ast.expr):
                top = above
        return top

    def indent(self, statement: ast.stmt) -> str:
        line = self.lines[statement.lineno - 1]
        return line[: len(line) - len(line.lstrip())]


def parse(path: str, text: str) -> Module:
    """Raises SyntaxError where the text is not Python, ValueError for a null byte or a tree too deep to walk."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    with _quiet():
        tree = ast.parse(text)
    lines = tuple(text.split("\n"))
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    parents: dict[ast.AST, ast.AST] = {}
    depth: dict[ast.AST, int] = {tree: 0}
    for node in ast.walk(tree):  # parents come before their children
        for child in ast.iter_child_nodes(node):
            parents[child], depth[child] = node, depth[node] + 1
    if max(depth.values()) > _DEEPEST:
        raise ValueError(f"{path!r} nests {max(depth.values())} levels deep, expected at most {_DEEPEST}")
    return Module(path, text, tree, lines, tuple(starts), parents)


def compiled(text: str) -> None:
    """Raises SyntaxError or ValueError where the text does not compile. Nothing is run and nothing is printed."""
    with _quiet():
        compile(text, "<candidate>", "exec", dont_inherit=True)


@contextmanager
def _quiet() -> Iterator[None]:
    """The target's escapes and comparisons are not for us to warn of. The filters are the process's: one at a time."""
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def sites(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below that an operator may look at: no annotations, no decorators, nothing inside an f-string."""
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list"}:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, _OPAQUE):
                yield child
                yield from sites(child)


def blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """The statement lists directly in a node."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
            yield block
