"""What a project declares that its tests need, read from its files as data: nothing of the project runs here."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pareback.workspaces.provision import hints, pinned, poetry, pyproject, requirement_files, setuptools_files, words
from pareback.workspaces.provision.setuptools_files import Described
from pareback.workspaces.provision.source import Source, content, table, toml

_EXPECTED = (*pinned.LOCKS, "pyproject.toml", "Pipfile", "setup.py", "setup.cfg", "tox.ini", "tox.toml", "noxfile.py")
_NATIVE = frozenset({".c", ".cc", ".cpp", ".h", ".hpp", ".pyx", ".pxd", ".rs"})


@dataclass(frozen=True, slots=True)
class Declared:
    """The project's `name` and the versions of Python it asks for (PEP 440; either may be empty), where its
    requirements stand, all extras and groups (`optional`), and the versions that a lock file (`lock`) settles.

    `replaced` are the requirements files without the project itself. `is_package` tells that it can be built, and has
    metadata such as a version and entry points then. `inputs` is all that was read, by path."""

    name: str
    python: str
    sources: tuple[Source, ...]
    optional: Mapping[str, tuple[str, ...]]
    lock: str
    pins: tuple[str, ...]
    replaced: Mapping[str, bytes]
    is_package: bool
    inputs: Mapping[str, bytes]


def read(tree: Path) -> Declared:
    """What the tree declares. Raises ValueError naming a file that cannot be read."""
    tables, described = toml(tree, pyproject.FILE), setuptools_files.read(tree)
    pipfile = toml(tree, "Pipfile")
    found = [*_runtime(tables, described), *pyproject.pipfile(pipfile), *requirement_files.sources(tree)]
    if not any(_names_tests(source) for source in found):
        found += hints.sources(tree, tables)
    if not _suffice(found) and content(tree, requirement_files.PLAIN):
        found.append(requirement_files.of(requirement_files.PLAIN))
    files = [
        path
        for source in found
        for option, path in zip(source.arguments, source.arguments[1:], strict=False)
        if option in ("-r", "-c") and not path.startswith(("setup.", pyproject.FILE))
    ]
    cleaned = requirement_files.cleaned(tree, files)
    lock = next((name for name in pinned.LOCKS if content(tree, name)), "")
    return Declared(
        name=words.project(_name(tables, described)),
        python=_python(tables, described, pipfile),
        sources=(*found, *_wanted_by_files(cleaned.extras, found)),
        optional={**(described.extras or {}), **dict(pyproject.optional(tables))},
        lock=lock,
        pins=pinned.constraints(lock, content(tree, lock)) if lock else (),
        replaced=cleaned.contents,
        is_package=_is_package(tables, described),
        inputs=_inputs(tree, cleaned.contents),
    )


def _runtime(tables: Mapping[str, Any], described: Described) -> Iterator[Source]:
    """pyproject.toml, or what it leaves to setup.py, setup.cfg or the build."""
    yield from pyproject.sources(tables)
    if table(tables, "project") or table(tables, "tool", "poetry"):
        return
    if described.file:
        yield from described.sources()
    elif "build-system" in tables:
        yield Source(pyproject.FILE, arguments=("-r", pyproject.FILE))


def _names_tests(source: Source) -> bool:
    return not source.where.endswith(("[project]", "dependencies]", "[packages]", "setup.py", "setup.cfg", ".toml"))


def _suffice(found: list[Source]) -> bool:
    """Whether runtime dependencies are declared and something for tests is: else a plain list may hold either."""
    return any(not _names_tests(source) for source in found) and any(map(_names_tests, found))


def _wanted_by_files(extras: tuple[str, ...], found: list[Source]) -> Iterator[Source]:
    """Extras of the project that its requirements files ask for."""
    told = {word for source in found for word in source.arguments}
    if "-r" in told and not told.isdisjoint({pyproject.FILE, "setup.py", "setup.cfg"}):
        for extra in extras:
            if extra not in told:
                yield Source(f"extra {extra}, as its requirements files want", arguments=("--extra", extra))


def _name(tables: Mapping[str, Any], described: Described) -> str:
    own = table(tables, "project").get("name") or table(tables, "tool", "poetry").get("name")
    return str(own or described.name)


def _python(tables: Mapping[str, Any], described: Described, pipfile: Mapping[str, Any]) -> str:
    """As pyproject.toml says it, else Poetry, else setuptools, else Pipenv."""
    old = table(tables, "tool", "poetry", "dependencies").get("python")
    exact = table(pipfile, "requires").get("python_version")
    said = (table(tables, "project").get("requires-python"), poetry.interval(str(old)) if old else "", described.python)
    return str(next((each for each in said if each), f"=={exact}.*" if exact else ""))


def _is_package(tables: Mapping[str, Any], described: Described) -> bool:
    refused = table(tables, "tool", "uv").get("package") is False
    refused = refused or table(tables, "tool", "poetry").get("package-mode") is False
    return not refused and bool(described.file or "build-system" in tables)


def _inputs(tree: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What an environment depends on: every file that was read, and the sources that a build would compile."""
    read = {name: content(tree, name) for name in _EXPECTED} | dict(files)
    if re.search(rb"ext_modules|Extension\(|cython|maturin|mesonpy|scikit_build", b"".join(read.values())):
        native = (path for path in sorted(tree.rglob("*")) if path.suffix in _NATIVE)
        read |= {path.relative_to(tree).as_posix(): content(tree, path.relative_to(tree).as_posix()) for path in native}
    return {name: text for name, text in read.items() if text}
