"""Modules of a tree: which file an import means, and which files need each other to be loaded.

Names become files by their ends: `a.b` is `a/b.py` or `a/b/__init__.py` below whatever folder the packages lie in, the
nearest to the importing file where several could be meant. A folder with an `__init__` is a package and never such a
root.
"""

from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache

Edges = Mapping[str, Mapping[str, str]]
"""For every file the files that it imports, with the import as it was filed."""

_INIT = "__init__"


class _Known:
    """Files by the last part of their dotted name."""

    def __init__(self, paths: Collection[str]) -> None:
        self._ends: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for path in paths:
            parts = module(path)
            if parts:
                self._ends.setdefault(parts[-1], []).append((parts, path))
        self._packages = {tuple(path.split("/")[:-1]) for path in paths if path.endswith(f"/{_INIT}.py")}
        self._targets: dict[tuple[str, tuple[str, ...]], dict[str, str]] = {}
        self._found: dict[tuple[tuple[str, ...], tuple[str, ...]], str | None] = {}

    def targets(self, path: str, imports: tuple[str, ...]) -> dict[str, str]:
        """The files that a file's imports mean, each with the first import that does."""
        key = (path, imports)
        if key not in self._targets:
            home = tuple(path.split("/")[:-1])
            found: dict[str, str] = {}
            for needed in imports:
                for target in _meant(needed, home, self):
                    if target != path:
                        found.setdefault(target, needed)
            self._targets[key] = found
        return self._targets[key]

    def find(self, name: tuple[str, ...], home: tuple[str, ...]) -> str | None:
        """The file of a dotted name, seen from a file in the folder `home`."""
        if name[-1] not in self._ends:
            return None
        key = (name, home)
        if key not in self._found:
            size = len(name)
            fits = [(parts, path) for parts, path in self._ends[name[-1]] if parts[-size:] == name]
            near = [(parts, path) for parts, path in fits if self._root(parts[:-size], home)]
            self._found[key] = max(near, key=lambda found: (len(found[0]), found[1]))[1] if near else None
        return self._found[key]

    def _root(self, folder: tuple[str, ...], home: tuple[str, ...]) -> bool:
        """Whether packages can lie in this folder, seen from a file in that one."""
        return folder == home[: len(folder)] and folder not in self._packages

    def exact(self, name: tuple[str, ...]) -> str | None:
        """The file whose whole dotted name this is; of a module and a package of one name the package."""
        return (
            max((path for parts, path in self._ends.get(name[-1], ()) if parts == name), default=None) if name else None
        )


def edges(needed: Mapping[str, tuple[str, ...]]) -> Edges:
    """The imports of a tree among its own files. `needed` are a file's imports as `module:names`. What a file's imports
    mean depends on which files there are: it is kept for the trees of the last few patches."""
    known = _known(frozenset(needed))
    return {path: known.targets(path, imports) for path, imports in needed.items()}


@lru_cache(maxsize=4)
def _known(paths: frozenset[str]) -> _Known:
    return _Known(paths)


def module(path: str) -> tuple[str, ...]:
    """The parts of a file's dotted name, counted from the root of the tree."""
    parts = tuple(path.rpartition(".")[0].split("/"))
    return parts[:-1] if parts[-1] == _INIT else parts


def _meant(needed: str, home: tuple[str, ...], known: _Known) -> Iterator[str]:
    """The files of one import: submodules that are named, else the module that the names come from."""
    dotted, _, taken = needed.partition(":")
    name = dotted.lstrip(".")
    level = len(dotted) - len(name)
    parts = tuple(name.split(".")) if name else ()
    if level:
        parts = (*home[: max(0, len(home) - level + 1)], *parts)
    find = known.exact if level else lambda name: known.find(name, home)
    names = taken.split()
    submodules = [find((*parts, one)) for one in names]
    yield from (found for found in submodules if found)
    if not names or not all(submodules):
        whole = find(parts) if parts else None
        yield from (whole,) if whole else ()


def knots(found: Edges) -> Iterator[frozenset[str]]:
    """Sets of files that all need each other: the strongly connected components of more than one file, by the method of
    Kosaraju and Sharir (1981)."""
    against: dict[str, list[str]] = {path: [] for path in found}
    for path, others in found.items():
        for other in others:
            against[other].append(path)
    seen: set[str] = set()
    for path in reversed(_finished(found)):
        knot = _reached(against, path, seen)
        if len(knot) > 1:
            yield knot


def _finished(found: Edges) -> list[str]:
    """Every file after those that it leads to, without recursion: chains of imports are long."""
    done: list[str] = []
    seen: set[str] = set()
    for root in found:
        walk = [] if root in seen else [(root, iter(found[root]))]
        seen.add(root)
        while walk:
            path, rest = walk[-1]
            fresh = next((other for other in rest if other not in seen), None)
            if fresh is None:
                done.append(path)
                walk.pop()
            else:
                seen.add(fresh)
                walk.append((fresh, iter(found[fresh])))
    return done


def _reached(against: Mapping[str, Sequence[str]], start: str, seen: set[str]) -> frozenset[str]:
    """Everything not seen before that leads to the start; it is seen now."""
    if start in seen:
        return frozenset()
    seen.add(start)
    found, waiting = {start}, [start]
    while waiting:
        fresh = [other for other in against[waiting.pop()] if other not in seen]
        seen.update(fresh)
        found.update(fresh)
        waiting += fresh
    return frozenset(found)


def way_back(found: Edges, start: str, end: str) -> list[str]:
    """The shortest way along imports from one file to another, both included; ways of one length in order of path."""
    before: dict[str, str] = {start: start}
    waiting = deque([start])
    while waiting and end not in before:
        here = waiting.popleft()
        for other in sorted(found[here]):
            if other not in before:
                before[other] = here
                waiting.append(other)
    path = [end]
    while path[-1] != start:
        path.append(before[path[-1]])
    return path[::-1]
