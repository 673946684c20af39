"""Zones: code that is not priced, because it is not the product or nobody writes it by hand.

A zone is known by path, or by a head that says "generated". The head counts only where the *base* already had it: a
patch cannot make its own code free by calling it generated.
"""

from pathlib import PurePosixPath
from typing import Literal

Zone = Literal["tests", "docs", "vendored", "generated", "migrations", "stubs"]

_FOLDERS: dict[str, Zone] = {
    **dict.fromkeys(("test", "tests", "testing"), "tests"),
    **dict.fromkeys(("doc", "docs", "example", "examples"), "docs"),
    **dict.fromkeys(
        ("vendor", "vendored", "_vendor", "_vendored", "third_party", "site-packages", "node_modules"), "vendored"
    ),
    "migrations": "migrations",
}
_PROSE = {".md", ".rst", ".txt", ".adoc"}
_NOTES = {
    "license",
    "licence",
    "copying",
    "notice",
    "authors",
    "contributors",
    "changelog",
    "changes",
    "readme",
    "news",
}
_SPECS = "spec"
"""The folder of tests in Ruby; in other languages it holds specifications."""
COMPILED = ("_pb2.py", "_pb2_grpc.py", "_pb2.pyi")
"""Endings that protocol compilers give."""


def zone(path: str, *, generated: bool = False) -> Zone | None:
    """The zone of a file, None where it is priced. `generated`: its base bytes say that a program wrote it."""
    place = PurePosixPath(path)
    folder: Zone | None = next((_FOLDERS[name.lower()] for name in place.parts[:-1] if name.lower() in _FOLDERS), None)
    if folder:
        return folder
    if generated or place.name.endswith(COMPILED):
        return "generated"
    return _by_name(place)


def _by_name(place: PurePosixPath) -> Zone | None:
    name, suffix = place.name.lower(), place.suffix.lower()
    if suffix == ".py" and (name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"):
        return "tests"
    if suffix == ".rb" and (name.endswith(("_test.rb", "_spec.rb")) or _SPECS in place.parts):
        return "tests"
    if suffix == ".pyi":
        return "stubs"
    return "docs" if suffix in _PROSE or (not suffix and name in _NOTES) else None
