"""What a build writes beside the sources: a version module, compiled modules. A slot needs them to be imported."""

from collections.abc import Iterator
from pathlib import Path

_SUFFIXES = frozenset({".py", ".so", ".pyd"})
_SKIPPED = frozenset({"build", "dist", "target", "__pycache__"})
LARGEST = 64 << 20
"""Bytes of one file that is carried along."""


def found(built: Path, tree: Path) -> tuple[str, ...]:
    """The modules below `built` that `tree` does not have, by path."""
    return tuple(sorted(path for path in _modules(built, "") if not (tree / path).exists()))


def _modules(root: Path, below: str) -> Iterator[str]:
    for entry in sorted((root / below).iterdir()):
        path = f"{below}/{entry.name}" if below else entry.name
        if entry.is_symlink() or entry.name.startswith(".") or entry.name in _SKIPPED:
            continue
        if entry.is_dir():
            yield from _modules(root, path)
        elif entry.suffix in _SUFFIXES and entry.stat().st_size <= LARGEST:
            yield path
