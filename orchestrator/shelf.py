"""A tree to choose from: the text of its files, and where their imports lead. It reads only the tree, so the same state
always gives the same answer.
"""

import ast
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pareback.workspaces.imports import module_paths

WIDTH = 160
"""Characters of a line that is quoted."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A tree to choose from. `read` takes a blob id."""

    files: Mapping[str, str]
    read: Callable[[str], bytes]
    roots: tuple[str, ...]

    def text(self, path: str) -> str | None:
        """The file as text, or None where it is not UTF-8 text."""
        raw = self.read(self.files[path])
        try:
            return None if b"\0" in raw else raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None

    def line(self, path: str, number: int) -> str:
        """A line of a file without its indent, numbered from 1; empty where there is none."""
        text = self.text(path) if path in self.files else None
        lines = (text or "").split("\n")
        return lines[number - 1].strip()[:WIDTH] if 0 < number <= len(lines) else ""


def imported(shelf: Shelf, path: str) -> list[str]:
    """The files of the tree that a file imports, most specific first."""
    if path not in shelf.files or not path.endswith(".py"):
        return []
    text = shelf.text(path)
    names = () if text is None else _import_names(text, path)
    roots = dict.fromkeys([*shelf.roots, "."])  # relative imports are named from the root of the tree
    return [found for name in names for found in module_paths(name, shelf.files, roots) if found != path]


@lru_cache(maxsize=512)
def _import_names(text: str, path: str) -> tuple[str, ...]:
    """Dotted names a file imports; `from a import b` gives `a.b` before `a`, since `b` may be a module."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the target's invalid escapes are not ours to report
            tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return ()
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return tuple(dict.fromkeys(name for node in nodes for name in _names(node, path)))


def _names(node: ast.Import | ast.ImportFrom, path: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    package = path.split("/")[: -node.level] if node.level else []
    base = ".".join([*package, node.module] if node.module else package)
    return [f"{base}.{alias.name}" for alias in node.names] if base else [alias.name for alias in node.names]
