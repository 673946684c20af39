"""Python text as a tree with places: what is defined where, and what a definition's lines are."""

import ast
import difflib
import threading
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pareback.workspaces.document import EditError

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

MOST_SHOWN = 8
"""Names that a message lists."""

_PARSING = threading.Lock()
"""The parser's warnings belong to the process."""


@dataclass(frozen=True, slots=True)
class Place:
    """A definition and its lines, counted from 0: where comments above it begin, its decorators, itself, and the line
    after it. `margin` is the white space in front of it."""

    node: Definition
    comments: int
    decorators: int
    begin: int
    end: int
    margin: str


def parsed(path: str, lines: Sequence[str]) -> ast.Module:
    """The tree of a file. Raises EditError, which says what else to do, where it is no Python or does not parse."""
    if not path.endswith((".py", ".pyi", ".pyw")):
        raise EditError(f"{path!r} is no Python file, so it has no symbols; quote the lines that change")
    try:
        return tree_of("\n".join(lines))
    except SyntaxError as error:
        told = f"{path!r} does not parse (line {error.lineno}: {error.msg}), so its symbols cannot be found"
        raise EditError(f"{told}; quote the lines that change between '<<<<<<< SEARCH' and '>>>>>>> REPLACE'") from None


@lru_cache(maxsize=4)
def tree_of(text: str) -> ast.Module:
    """The tree of a text, for reading only: what one operation leaves is what the next one begins with. Raises
    SyntaxError."""
    return new_tree_of(text)


def new_tree_of(text: str) -> ast.Module:
    """A tree of its own. Raises SyntaxError, also for text that is nested too deeply."""
    try:
        with _PARSING, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except (ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, SyntaxError):
            raise
        raise SyntaxError("it cannot be read as Python") from None


def definitions(node: ast.AST, above: str = "") -> Iterator[tuple[str, Definition]]:
    """Functions and classes with their qualified names, inner ones too, in the order of the text."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Definition):
            name = f"{above}{child.name}"
            yield name, child
            yield from definitions(child, f"{name}.")
        elif isinstance(child, ast.stmt | ast.ExceptHandler | ast.match_case):
            yield from definitions(child, above)


def the_one(path: str, tree: ast.Module, symbol: str) -> Definition:
    """The only definition of that name. Raises EditError with the nearest names, or with all places."""
    known: dict[str, list[Definition]] = {}
    for name, node in definitions(tree):
        known.setdefault(name, []).append(node)
    found = known.get(symbol, [])
    if len(found) == 1:
        return found[0]
    if found:
        places = ", ".join(str(node.lineno) for node in found[:MOST_SHOWN])
        raise EditError(
            f"{path!r}: {symbol!r} is defined {len(found)} times (lines {places}); quote the lines of the one that is"
            " meant between '<<<<<<< SEARCH' and '>>>>>>> REPLACE'"
        )
    last = symbol.rpartition(".")[2]
    near = [name for name in known if name.rpartition(".")[2] == last]
    near += difflib.get_close_matches(symbol, known, n=3)
    shown = ", ".join(repr(name) for name in [*dict.fromkeys([*near, *known])][:MOST_SHOWN])
    told = f"it defines {shown}" if known else "it defines no function and no class"
    raise EditError(f"{path!r}: there is no {symbol!r} in it; {told}")


def place_of(lines: Sequence[str], node: Definition) -> Place:
    """The lines of a definition. Comments right above it, as far indented, belong to it."""
    decorators = min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1
    margin = indent(lines[decorators])
    comments = decorators
    while comments and lines[comments - 1].startswith(f"{margin}#"):
        comments -= 1
    return Place(node, comments, decorators, node.lineno - 1, node.end_lineno or node.lineno, margin)


def indent(line: str) -> str:
    """The white space that a line begins with."""
    return line[: len(line) - len(line.lstrip())]
