"""The files of a tree as modules: what each is called, what it defines, what it imports, and what that leads to."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pareback.workspaces.importing.statement import Import, Written, written

DEEPEST = 6
"""Modules that a name may be handed on through."""

MOST = 4000
"""Modules that are asked whether one leads to another; behind that nobody can tell."""


@dataclass(frozen=True, slots=True)
class Modules:
    """`read` gives the bytes of a path of `paths`. `names` maps each Python file to its dotted name, `places` back."""

    read: Callable[[str], bytes]
    names: Mapping[str, str]
    places: Mapping[str, str]

    def package(self, path: str) -> str:
        """The dotted package that a file's relative imports begin in."""
        name = self.names.get(path, "")
        return name if path.endswith("/__init__.py") else name.rpartition(".")[0]

    def owns(self, module: str) -> bool:
        """Whether the top of the dotted name is the tree's own."""
        top = module.partition(".")[0]
        return any(name in self.places for name in (top, module)) or any(n.startswith(f"{top}.") for n in self.places)

    def imports(self, path: str) -> Iterator[Written]:
        """What the file imports."""
        return written(self.read(path), self.package(path))

    def defines(self, path: str, name: str) -> bool:
        """Whether the file binds the name at its margin by more than an import."""
        return defining(name).search(self.read(path)) is not None

    def origin(self, what: Import, deep: int = DEEPEST) -> str:
        """The dotted name of what an import means, where it comes from: through modules that only hand it on."""
        path = self.places.get(what.module)
        if not what.name or path is None or not deep or what.means in self.places or self.defines(path, what.name):
            return what.means
        handed = [each.what for each in self.imports(path) if each.outer and each.what.binds == what.name]
        return self.origin(handed[0], deep - 1) if len(set(handed)) == 1 else what.means

    def leads(self, module: str, path: str) -> bool:
        """Whether the module, as it is imported, imports the file: to import it there would close a circle."""
        start = self.places.get(module)
        waiting = [] if start is None else [start]
        above = _above(self.names.get(path, ""))
        for current in waiting:  # grows while it is read
            if current == path:
                return True
            fresh = (place for each in self.imports(current) if each.outer for place in self._loaded(each.what, above))
            waiting += [place for place in dict.fromkeys(fresh) if place not in waiting][: MOST - len(waiting)]
        return False

    def _loaded(self, what: Import, above: frozenset[str]) -> Iterator[str]:
        """The files that an import loads, but for packages that are being loaded already."""
        for name in (what.means, what.module):
            parts = name.split(".")
            for depth in range(len(parts), 0, -1):
                whole = ".".join(parts[:depth])
                if whole in self.places and whole not in above:
                    yield self.places[whole]


def modules(paths: Sequence[str], read: Callable[[str], bytes], roots: Sequence[str]) -> Modules:
    """The Python files of a tree. A file below several of the import roots is called after the deepest one."""
    within = sorted({f"{root.strip('/')}/" for root in roots if root.strip("/.")}, key=len, reverse=True)
    names = {path: _dotted(path, within) for path in paths if path.endswith(".py")}
    return Modules(read, names, {name: path for path, name in reversed(list(names.items()))})


def defining(name: str) -> re.Pattern[bytes]:
    """A line at the margin that binds the name: a function, a class, an assignment."""
    word = re.escape(name.encode())
    return re.compile(
        rb"^(?:(?:async[ \t]+)?def|class)[ \t]+%b\b|^%b[ \t]*(?::[^=\n]+)?=(?!=)" % (word, word), re.MULTILINE
    )


def _dotted(path: str, within: Sequence[str]) -> str:
    root = next((root for root in within if path.startswith(root)), "")
    return path.removeprefix(root).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _above(module: str) -> frozenset[str]:
    parts = module.split(".")
    return frozenset(".".join(parts[:depth]) for depth in range(1, len(parts)))
