"""Which files the model is shown: those the user points at, else those the failures lead to, within its context window.

Ranked by how directly a failure names them: frames of tracebacks, what the failing test files import, what those
import. The ranking reads only the tree, so the same state always gives the same prompt.
"""

import ast
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import lru_cache

from pareback.adapters.model import Failure, Source
from pareback.workspaces.guard import in_test_zone

BYTES_PER_TOKEN = 3
"""Bytes of source per token, for fitting a context; a little under what tokenizers reach on code."""

SHARE = 0.7
"""Part of the context window that files and tests may fill; the rest is for rules, failures and the reply."""


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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the ticket and the failures point at. `edit` and `see` are globs of the ticket."""

    edit: tuple[str, ...]
    see: tuple[str, ...]
    test_files: tuple[str, ...]
    failures: Sequence[Failure]


def choose(shelf: Shelf, wanted: Wanted, *, tokens: int) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
    """The files the model may edit or see, and the test files, most wanted first, together within the token budget."""
    room = int(tokens * SHARE) * BYTES_PER_TOKEN
    tests, room = _fill(shelf, [path for path in wanted.test_files if path in shelf.files], room, editable=False)
    editable, room = _fill(shelf, _ranked(shelf, wanted), room, editable=True)
    seen = {source.path for source in editable}
    extra = [path for path in _matching(shelf.files, wanted.see) if path not in seen]
    readable, _ = _fill(shelf, extra, room, editable=False)
    return (*editable, *readable), tests


def module_paths(name: str, files: Collection[str], roots: Iterable[str]) -> list[str]:
    """The files of the tree that the dotted module `name` and its parent packages come from, deepest first."""
    parts = name.split(".")
    found = []
    for depth in range(len(parts), 0, -1):
        stem = "/".join(parts[:depth])
        for root in roots:
            prefix = "" if root == "." else f"{root}/"
            found += [path for path in (f"{prefix}{stem}.py", f"{prefix}{stem}/__init__.py") if path in files]
    return found


def _ranked(shelf: Shelf, wanted: Wanted) -> list[str]:
    if wanted.edit:
        return _matching(shelf.files, wanted.edit)
    frames = [frame.path for failure in wanted.failures for frame in reversed(failure.frames)]
    direct = [path for test in wanted.test_files for path in _imported(shelf, test)]
    nearby = [path for source in direct for path in _imported(shelf, source)]
    code = [path for path in (*frames, *direct, *nearby) if path in shelf.files and not in_test_zone(path)]
    return [path for path in dict.fromkeys(code) if (shelf.text(path) or "").strip()]


def _matching(files: Mapping[str, str], globs: tuple[str, ...]) -> list[str]:
    """Paths in the order of the globs, so that what the user names first is shown first."""
    return list(dict.fromkeys(path for glob in globs for path in sorted(files) if fnmatch(path, glob)))


def _fill(shelf: Shelf, paths: Iterable[str], room: int, *, editable: bool) -> tuple[tuple[Source, ...], int]:
    taken = []
    for path in paths:
        text = shelf.text(path)
        if text is None or len(text) > room:
            continue
        room -= len(text)
        taken.append(Source(path, text, editable))
    return tuple(taken), room


def _imported(shelf: Shelf, path: str) -> list[str]:
    if path not in shelf.files or not path.endswith(".py"):
        return []
    text = shelf.text(path)
    names = () if text is None else _import_names(text, path)
    roots = dict.fromkeys([*shelf.roots, "."])  # relative imports are named from the root of the tree
    return [found for name in names for found in module_paths(name, shelf.files, roots) if found != path]


@lru_cache(maxsize=256)
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
