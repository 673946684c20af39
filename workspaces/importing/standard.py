"""What Python's own modules offer, read from their sources; only those that have none are imported to be asked."""

import ast
import importlib
import importlib.util
import sys
from functools import lru_cache
from importlib.machinery import ModuleSpec
from pathlib import Path

from pareback.workspaces.python_source import tree_of

_SAID = frozenset({"antigravity", "this", "idlelib", "turtledemo", "lib2to3", "__main__"})
"""Modules that do something when they are imported, or that nobody means."""


def is_standard(module: str) -> bool:
    """Whether the dotted name belongs to Python's own library."""
    return module.partition(".")[0] in sys.stdlib_module_names


def offers(module: str, name: str) -> bool:
    """Whether a module of the standard library, named without dots, has this attribute."""
    return module in sys.stdlib_module_names and not module.startswith("_") and name in _names(module)


@lru_cache(maxsize=256)
def _names(module: str) -> frozenset[str]:
    """What the module binds at its outermost level; nothing for what is not there on this machine."""
    spec = None if module in _SAID else importlib.util.find_spec(module)
    if spec is None:
        return frozenset()
    origin = spec.origin or ""
    if not origin.endswith(".py"):
        return frozenset(dir(importlib.import_module(module)))
    try:
        tree = tree_of(Path(origin).read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return frozenset()
    return frozenset(name for node in _outer(tree.body) for name in _bound(node)) | _inside(spec)


def _inside(spec: ModuleSpec) -> frozenset[str]:
    """The modules of a package, such as `path` of `os` none and `parse` of `urllib` one."""
    folders = spec.submodule_search_locations or ()
    return frozenset(file.stem for folder in folders for file in Path(folder).glob("*.py"))


def _outer(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements, and those under conditions and tries, that run when the module is imported."""
    found = []
    for node in body:
        found.append(node)
        for field in ("body", "orelse", "finalbody") if isinstance(node, ast.If | ast.Try | ast.With | ast.For) else ():
            found += _outer(getattr(node, field, []))
    return found


def _bound(node: ast.stmt) -> set[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return {node.name}
        case ast.ImportFrom() if node.names[0].name == "*":
            return set(dir(importlib.import_module(node.module))) if node.module in sys.stdlib_module_names else set()
        case ast.Import() | ast.ImportFrom():
            return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        case _:
            return {
                each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
            }
