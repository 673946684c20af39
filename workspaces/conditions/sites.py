"""Finds in a tree what a condition speaks of: the file, the definitions of a symbol in it, and uses of a name."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from pareback.workspaces.conditions.condition import Condition, Tree
from pareback.workspaces.python_source import definitions, tree_of


class Lost(LookupError):
    """What the condition speaks of is not there, or not in one place: says what was looked for. `absent` where it
    certainly is nowhere."""

    def __init__(self, message: str, *, absent: bool) -> None:
        super().__init__(message)
        self.absent = absent


@dataclass(frozen=True, slots=True)
class Site:
    """A file and what of it is meant: its definitions of a symbol, or the module."""

    path: str
    nodes: tuple[ast.AST, ...]

    @property
    def line(self) -> int:
        """Where it begins."""
        return getattr(self.nodes[0], "lineno", 1)


def site(condition: Condition, tree: Tree) -> Site:
    """What the condition is about. Raises Lost."""
    if not condition.path:
        return _wherever(condition.symbol, tree)
    path = file(condition.path, tree)
    module = parsed(path, tree)
    nodes = defining(module, condition.symbol) if condition.symbol else (module,)
    if not nodes:
        raise Lost(f"{path!r} does not define {condition.symbol!r}", absent=True)
    return Site(path, nodes)


def file(path: str, tree: Tree) -> str:
    """The file of that path, or the only one whose path ends so. Raises Lost."""
    found = [path] if path in tree.files else [each for each in tree.files if each.endswith(f"/{path}")]
    if len(found) != 1:
        said = f"{len(found)} files are called {path!r}: name one" if found else f"there is no file {path!r}"
        raise Lost(said, absent=not found)
    return found[0]


def parsed(path: str, tree: Tree) -> ast.Module:
    """The file's syntax tree. Raises Lost."""
    try:
        return tree_of(tree.text(path))
    except SyntaxError as error:
        raise Lost(f"{path!r} does not parse (line {error.lineno}: {error.msg})", absent=False) from error


def defining(module: ast.Module, symbol: str) -> tuple[ast.AST, ...]:
    """What gives the qualified name its meaning: functions, classes, and assignments at the top of module or class."""
    scope, _, name = symbol.rpartition(".")
    inner = [node for known, node in definitions(module) if known == symbol]
    bodies = [module] if not scope else [node for known, node in definitions(module) if known == scope]
    assigned = [statement for body in bodies for statement in body.body if name in _assigned(statement)]
    return (*inner, *assigned)


def naming(name: str, tree: Tree) -> Iterator[tuple[str, int]]:
    """Path and line of each use of an identifier in the product, its definitions too, and of strings that are it.
    Raises Lost where a file that holds the word does not parse."""
    for path in tree.naming(name):
        for node in ast.walk(parsed(path, tree)):
            if name in _words(node):
                yield path, getattr(node, "lineno", 1)


def _wherever(symbol: str, tree: Tree) -> Site:
    """The symbol in the only file that defines it."""
    found = []
    for path in tree.naming(symbol.rpartition(".")[2]):
        nodes = defining(parsed(path, tree), symbol)
        found += [Site(path, nodes)] if nodes else []
    if len(found) != 1:
        places = ", ".join(repr(each.path) for each in found[:4])
        said = f"{places} define {symbol!r}: name the file" if found else f"nothing defines {symbol!r}"
        raise Lost(said, absent=not found)
    return found[0]


def _assigned(statement: ast.stmt) -> set[str]:
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    return {node.id for target in targets if target for node in ast.walk(target) if isinstance(node, ast.Name)}


def _words(node: ast.AST) -> set[str]:
    """The identifiers that a node itself says, whatever they name; a string counts where it is one, as in `__all__`."""
    said = [getattr(node, field, None) for field in ("id", "attr", "name", "asname", "arg", "module")]
    said += [node.value] if isinstance(node, ast.Constant) else []
    said += getattr(node, "names", []) if isinstance(node, ast.Global | ast.Nonlocal) else []
    return {part for word in said if isinstance(word, str) for part in (word, *word.split("."))}
