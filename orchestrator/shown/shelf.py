"""A tree to choose from: the text and the facts of its files, and where their imports lead. It reads only the tree, so
the same state always gives the same answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pareback.gates.facts import FileFacts
from pareback.gates.scores import language
from pareback.gates.ties import Import
from pareback.workspaces.imports import module_paths

WIDTH = 160
"""Characters of a line that is quoted."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A tree to choose from; two of one `name` hold the same. `read` takes a blob id, `extract` a path and a blob
    id."""

    name: str
    roots: tuple[str, ...]
    files: Mapping[str, str] = field(compare=False)
    read: Callable[[str], bytes] = field(compare=False)
    extract: Callable[[str, str], FileFacts] = field(compare=False)

    def text(self, path: str) -> str | None:
        """The file as text, or None where it is not UTF-8 text."""
        raw = self.read(self.files[path])
        try:
            return None if b"\0" in raw else raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None

    def reads(self, path: str) -> bool:
        """Whether the gate knows the language of the file."""
        return language(PurePosixPath(path).suffix) is not None

    def facts(self, path: str) -> FileFacts | None:
        """What the gate knows of the file; None where it cannot read it."""
        found = self.extract(path, self.files[path]) if self.reads(path) else None
        return None if found is None or found.problems else found

    def line(self, path: str, number: int) -> str:
        """A line of a file without its indent, numbered from 1; empty where there is none."""
        text = self.text(path) if path in self.files else None
        lines = (text or "").split("\n")
        return lines[number - 1].strip()[:WIDTH] if 0 < number <= len(lines) else ""


def imported(shelf: Shelf, path: str) -> list[str]:
    """The files of the tree that a file imports, most specific first."""
    facts = shelf.facts(path) if path in shelf.files else None
    found = () if facts is None else sorted((*facts.imports, *facts.late), key=lambda each: each.line)
    roots = dict.fromkeys([*shelf.roots, "."])  # relative imports are named from the root of the tree
    names = dict.fromkeys(name for each in found for name in _names(each, path))
    return list(dict.fromkeys(at for name in names for at in module_paths(name, shelf.files, roots) if at != path))


def _names(found: Import, path: str) -> list[str]:
    """Dotted names: `from a import b` gives `a.b`, whose parent is `a`, since `b` may be a module."""
    module = found.module.lstrip(".")
    above = path.split("/")[: -(len(found.module) - len(module))] if module != found.module else []
    start = ".".join([*above, module] if module else above)
    return [f"{start}.{name}" for name in found.names] if found.names else [start]
