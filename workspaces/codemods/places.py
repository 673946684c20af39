"""Places of syntax nodes in a file's text, and rewriting several of them at once: the rest keeps its bytes."""

import ast
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pareback.workspaces.codemods.cut import lines_of

Function = ast.FunctionDef

_TWO = 2


@dataclass(frozen=True, slots=True)
class Text:
    """A file as text with its tree. Offsets are those of bytes in UTF-8, as the tree counts them."""

    source: str
    tree: ast.Module
    starts: tuple[int, ...]

    def span(self, first: ast.AST, last: ast.AST | None = None) -> tuple[int, int]:
        """Where the node begins, and where it or another one ends."""
        end = last or first
        return self._at(first, "lineno", "col_offset"), self._at(end, "end_lineno", "end_col_offset")

    def of(self, first: ast.AST, last: ast.AST | None = None) -> str:
        """The text from a node's beginning to its end, or another one's."""
        start, end = self.span(first, last)
        return self.source.encode()[start:end].decode()

    def line(self, number: int) -> int:
        """Where a line begins; lines count from 1."""
        return self.starts[number - 1]

    def first_line(self, node: ast.stmt) -> int:
        """The line on which a definition begins: with its decorators, and the comments right above them."""
        decorators: list[ast.expr] = getattr(node, "decorator_list", [])
        first, lines = min([node.lineno, *(each.lineno for each in decorators)]), self.lines
        while first > 1 and lines[first - _TWO].lstrip().startswith("#"):
            first -= 1
        return first

    @property
    def lines(self) -> list[str]:
        """Its lines with their ends."""
        return lines_of(self.source)

    def rewritten(self, pieces: Sequence[tuple[int, int, str]]) -> str:
        """The file with other text from one offset to another, for pieces that do not overlap."""
        raw = self.source.encode()
        for start, end, text in sorted(pieces, reverse=True):
            raw = raw[:start] + text.encode() + raw[end:]
        return raw.decode()

    def _at(self, node: ast.AST, line: str, column: str) -> int:
        number: int = getattr(node, line)
        offset: int = getattr(node, column)
        return self.starts[number - 1] + offset


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A file in which several functions changed: the first of them, its line, and the whole text."""

    unit: str
    line: int
    source: str


def read(source: str) -> Text | None:
    """The file with its tree; None where it does not parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the target's invalid escapes are not ours to report
            tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return None
    starts = [0]
    for each in lines_of(source):
        starts.append(starts[-1] + len(each.encode()))
    return Text(source, tree, tuple(starts))


def functions(tree: ast.Module) -> Iterator[tuple[Function, ast.ClassDef | None, ast.stmt]]:
    """Every plain function of the module and every method of its classes, with the class and the statement of the
    module that it stands in."""
    for statement in tree.body:
        if isinstance(statement, Function):
            yield statement, None, statement
        elif isinstance(statement, ast.ClassDef):
            yield from ((each, statement, statement) for each in statement.body if isinstance(each, Function))


def bound(function: Function) -> frozenset[str]:
    """Every name that the function, or one in it, binds: parameters, and whatever is written."""
    nodes = list(ast.walk(function))
    written = (node.id for node in nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load))
    given = (node.arg for node in nodes if isinstance(node, ast.arg))
    caught = (node.name for node in nodes if isinstance(node, ast.ExceptHandler) and node.name)
    inner = (node.name for node in nodes if isinstance(node, Function | ast.ClassDef) and node is not function)
    imports = (alias.asname or alias.name.partition(".")[0] for node in nodes for alias in _aliases(node))
    return frozenset([*written, *given, *caught, *inner, *imports])


def spoken(tree: ast.AST) -> frozenset[str]:
    """Every name and attribute in it, and what it defines."""
    found = ((getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "name", "")) for node in ast.walk(tree))
    given = (node.arg for node in ast.walk(tree) if isinstance(node, ast.arg))
    return frozenset(name for names in (*found, tuple(given)) for name in names if isinstance(name, str) and name)


def unused(name: str, taken: frozenset[str]) -> str:
    """The name, with a number where it is taken."""
    number, found = 2, name
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    return found


def _aliases(node: ast.AST) -> list[ast.alias]:
    return node.names if isinstance(node, ast.Import | ast.ImportFrom) else []
