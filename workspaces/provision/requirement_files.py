"""Requirements files: which of them hold what tests need, and what they say without the project itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pareback.workspaces.provision.source import Source, content
from pareback.workspaces.provision.words import is_for_development, is_for_tests

PLAIN = "requirements.txt"
_FOLDERS = ("", "requirements", "tests", "test", "reqs", "deps")
_ITSELF = re.compile(
    r"^[ \t]*(?:-e|--editable)?[ \t=]*(?:\./?|file:\.)(?:\[([^\]]*)\])?[ \t]*(?:[;#].*)?$", re.MULTILINE
)
_OTHER = re.compile(r"^[ \t]*(?:-r|--requirement|-c|--constraint)[ \t=]*(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A requirements file, and those that it names, without the project itself: what that wants of its own extras is
    told in `extras`."""

    contents: dict[str, bytes]
    extras: tuple[str, ...]


def sources(tree: Path) -> Iterator[Source]:
    """The files whose names say tests or development; one that a tool has compiled goes before what it came from."""
    seen = set()
    for path in _candidates(tree):
        stem = path.removesuffix(".txt").removesuffix(".in")
        words = PurePosixPath(stem).name if "/" not in path or path.startswith(("req", "deps")) else stem
        if stem not in seen and (is_for_tests(words) or is_for_development(words)):
            seen.add(stem)
            yield of(path, development=not is_for_tests(words))


def of(path: str, *, development: bool = False) -> Source:
    """The file as a source."""
    return Source(path, arguments=("-r", path), development=development)


def cleaned(tree: Path, paths: list[str]) -> Cleaned:
    """These files and those that they name, below the tree, as they are to be read."""
    contents: dict[str, bytes] = {}
    extras: list[str] = []
    waiting = list(paths)
    for path in waiting:  # grows while it is read
        text = content(tree, path).decode("utf-8", "replace")
        if path in contents or not text:
            continue
        extras += [name.strip() for found in _ITSELF.finditer(text) for name in (found[1] or "").split(",") if name]
        contents[path] = _ITSELF.sub("", text).encode()
        waiting += [_joined(path, other) for other in _OTHER.findall(text) if "://" not in other]
    return Cleaned(contents, tuple(dict.fromkeys(extras)))


def lines(contents: dict[str, bytes]) -> Iterator[str]:
    """The lines of such files that are requirements."""
    for text in contents.values():
        yield from (line for line in text.decode().splitlines() if line.strip() and line.lstrip()[0] not in "-#")


def _candidates(tree: Path) -> Iterator[str]:
    for folder in _FOLDERS:
        place = tree / folder
        if place.is_dir():
            found = [*sorted(place.glob("*.txt")), *sorted(place.glob("*.in"))]
            yield from (path.relative_to(tree).as_posix() for path in found if _is_list(path, tree))


def _is_list(path: Path, tree: Path) -> bool:
    """Whether its name, or that of a folder which holds only such files, says requirements."""
    is_inside = path.parent != tree and path.parent.name in ("requirements", "reqs", "deps")
    return is_inside or "req" in path.stem or "deps" in path.stem


def _joined(path: str, other: str) -> str:
    parts: list[str] = []
    for part in (PurePosixPath(path).parent / other).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)
