"""Names that a file uses and nothing binds: no import, no definition, no builtin. How each is used tells what it is."""

import ast
import builtins
import symtable
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pareback.workspaces.python_source import tree_of

_GIVEN = frozenset(dir(builtins)) | {
    *("__file__", "__path__", "__annotations__", "__dict__", "__class__", "__module__", "__qualname__"),
    *("__builtins__", "__cached__", "WindowsError", "__classdict__", "__conditional_annotations__"),
}
_SCOPES = {ast.Lambda: "lambda", ast.ListComp: "listcomp", ast.SetComp: "setcomp", ast.DictComp: "dictcomp"}
Scope = tuple[str, int]
"""A function of the text: its name and its line."""


@dataclass(frozen=True, slots=True)
class Use:
    """How a file uses a name: the dotted chains that begin with it, the first line, and whether it only ever stands in
    annotations, which nobody evaluates."""

    name: str
    chains: frozenset[str]
    line: int
    hint: bool

    @property
    def bare(self) -> bool:
        """Whether it stands somewhere without an attribute behind it."""
        return self.name in self.chains


@lru_cache(maxsize=64)
def unbound(text: str) -> Mapping[str, Use]:
    """The uses of names that nothing binds, by name; none for a text that does not parse, or that imports a star and
    so may bind anything."""
    try:
        tree = tree_of(text)
        free, inner = _free(_without_future(text, tree))
    except (SyntaxError, ValueError):
        return {}
    if not free or any(
        alias.name == "*" for node in ast.walk(tree) for alias in getattr(node, "names", ()) if _is(node)
    ):
        return {}
    reader = _Reader(free, inner, hints=any(_is_future(node) for node in tree.body))
    reader.visit(tree)
    return reader.uses()


def _is(node: ast.AST) -> bool:
    return isinstance(node, ast.ImportFrom)


def _is_future(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "annotations" for alias in node.names)
    )


def _without_future(text: str, tree: ast.Module) -> str:
    """The text with annotations that count as uses: a future import hides them from the symbol table."""
    lines = text.split("\n")
    for node in filter(_is_future, tree.body):
        assert isinstance(node, ast.ImportFrom)
        last = node.end_lineno or node.lineno
        lines[node.lineno - 1 : last] = ["pass", *[""] * (last - node.lineno)]
    return "\n".join(lines)


def _free(text: str) -> tuple[frozenset[str], Mapping[Scope, frozenset[str]]]:
    """The names that no scope binds, and what each function binds for itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        top = symtable.symtable(text, "<text>", "exec")
    tables = list(_tables(top))
    bound = {symbol.get_name() for symbol in top.get_symbols() if _is_bound(symbol)}
    bound |= {
        symbol.get_name()
        for table in tables
        for symbol in table.get_symbols()
        if symbol.is_declared_global() and _is_bound(symbol)
    }
    used = {
        symbol.get_name()
        for table in tables
        for symbol in table.get_symbols()
        if symbol.is_referenced() and (table is top or symbol.is_global())
    }
    inner = {(table.get_name(), table.get_lineno()): frozenset(_locals(table)) for table in tables if table is not top}
    return frozenset(used - bound - _GIVEN), inner


def _tables(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _tables(child)


def _is_bound(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()


def _locals(table: symtable.SymbolTable) -> list[str]:
    if table.get_type() != "function":
        return []  # what a class binds, its methods do not see
    return [symbol.get_name() for symbol in table.get_symbols() if symbol.is_local() or symbol.is_parameter()]


class _Reader(ast.NodeVisitor):
    """Collects the uses of free names, as far as no function around them binds the same."""

    def __init__(self, free: frozenset[str], inner: Mapping[Scope, frozenset[str]], *, hints: bool) -> None:
        self._free = free
        self._inner = inner
        self._hints = hints
        self._hidden: list[frozenset[str]] = [frozenset()]
        self._hint = False
        self._found: dict[str, list[tuple[str, int, bool]]] = {}

    def uses(self) -> Mapping[str, Use]:
        return {
            name: Use(
                name,
                frozenset(chain for chain, _, _ in found),
                min(line for _, line, _ in found),
                all(hint for _, _, hint in found),
            )
            for name, found in self._found.items()
        }

    def visit_Name(self, node: ast.Name) -> None:
        self._note(node, node.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        steps: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            steps.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            self._note(inner, ".".join([inner.id, *reversed(steps)]))
        else:
            self.visit(inner)

    def visit_arg(self, node: ast.arg) -> None:
        self._annotated(node.annotation)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._annotated(node.annotation)
        for part in (node.target, node.value):
            if part is not None:
                self.visit(part)

    def generic_visit(self, node: ast.AST) -> None:
        """Every scope hides what it binds; decorators and defaults are taken with it, which loses nothing but a use."""
        name = getattr(node, "name", None) or _SCOPES.get(type(node), "genexpr")
        scope = (name, getattr(node, "lineno", 0)) if isinstance(node, _OPENING) else None
        self._hidden.append(self._hidden[-1] | self._inner.get(scope, frozenset()) if scope else self._hidden[-1])
        for field, value in ast.iter_fields(node):
            parts = value if isinstance(value, list) else [value]
            for part in parts:
                if field == "returns":
                    self._annotated(part)
                elif isinstance(part, ast.AST):
                    self.visit(part)
        self._hidden.pop()

    def _annotated(self, node: ast.expr | None) -> None:
        before, self._hint = self._hint, self._hints
        if node is not None:
            self.visit(node)
        self._hint = before

    def _note(self, node: ast.Name, chain: str) -> None:
        if node.id in self._free and node.id not in self._hidden[-1] and isinstance(node.ctx, ast.Load):
            self._found.setdefault(node.id, []).append((chain, node.lineno, self._hint))


_OPENING = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)
