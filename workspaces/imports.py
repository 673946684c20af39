"""What the files of a slot are called and what they import, read from the text alone; nothing is imported here."""

import re
import sys
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

_IMPORT = re.compile(rb"^(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import\b|import[ \t]+([A-Za-z_][\w., \t]*))", re.MULTILINE)
_FILES = 4000  # a larger tree says nothing new about what it imports
_SKIPPED = frozenset({"node_modules", "site-packages", "__pycache__", "build", "dist", "venv"})
_NOT_IMPORTED = frozenset({"conftest", "setup", "noxfile"})  # at a root, but no module of the project


def top_names(slot: Path, roots: Collection[str]) -> frozenset[str]:
    """The top-level modules and packages at the slot's roots, and the packages one folder deeper."""
    found = {name for root in roots for name in _modules(slot / root)}
    deeper = (entry for entry in _folders(slot) if not (entry / "__init__.py").exists())
    found.update(child.name for entry in deeper for child in _folders(entry) if (child / "__init__.py").exists())
    return frozenset(found) - _NOT_IMPORTED


def third_party(slot: Path, own: Collection[str]) -> tuple[str, ...]:
    """The modules that the slot's files import at their top level and that are neither its own nor Python's."""
    found: set[str] = set()
    for count, path in enumerate(_sources(slot)):
        if count >= _FILES:
            break
        for source, names in _IMPORT.findall(path.read_bytes()):
            found.update([source.decode()] if source else _plain(names.decode()))
    return tuple(sorted(name for name in found if _is_foreign(name.partition(".")[0], own)))


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


def _modules(folder: Path) -> Iterator[str]:
    if folder.is_dir():
        yield from (entry.stem for entry in folder.glob("*.py") if entry.stem.isidentifier())
        yield from (entry.name for entry in _folders(folder) if any(entry.glob("*.py")))


def _folders(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if entry.name.isidentifier() and entry.is_dir())


def _sources(folder: Path) -> Iterator[Path]:
    """The Python files below, nearest first; neither links nor what tools made."""
    waiting = [folder]
    for current in waiting:  # grows while it is read
        for entry in sorted(current.iterdir()):
            if entry.is_symlink() or entry.name.startswith(".") or entry.name in _SKIPPED:
                continue
            if entry.is_dir():
                waiting.append(entry)
            elif entry.suffix == ".py":
                yield entry


def _plain(names: str) -> list[str]:
    """The modules of `import a.b, c as d`."""
    return [words[0] for name in names.split(",") if (words := name.split())]


def _is_foreign(top: str, own: Collection[str]) -> bool:
    return top not in own and top not in sys.stdlib_module_names
