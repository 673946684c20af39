"""Which files are looked at closely: those that frames, imports and words of the ticket lead to. A large tree must not
be read whole to find three functions.
"""

from collections.abc import Iterable
from itertools import chain

from pareback.orchestrator.shown.clues import Clues
from pareback.orchestrator.shown.likeness import likeness
from pareback.orchestrator.shown.names import module_name
from pareback.orchestrator.shown.shelf import Shelf, imported
from pareback.workspaces.guard import in_test_zone

DEPTH = 3
"""Imports that are followed from what a failing test imports."""

STARTS = 10
"""Files with names of the ticket in them that imports are followed from, where there is no test."""

REACH = 200
"""Files that are compared with the ticket."""

FADING = 0.85
"""What of a likeness is left after each import between the failing tests and a file."""

CLOSE = 60
"""Files that are looked at closely."""


def pool(shelf: Shelf, clues: Clues) -> dict[str, float]:
    """Paths of code with how near they are, from 1: frames, files that the ticket names, what the failing tests import;
    then what is most like the ticket of what imports lead to and of what has the ticket's names in it. Without a test,
    imports are followed from there."""
    frames = [frame.path for failure in clues.failures for frame in reversed(failure.frames)]
    named, speaking = _named(shelf, clues), _code(shelf, _speaking(shelf, clues))
    direct = list(chain.from_iterable(imported(shelf, test) for test in clues.tests)) or speaking[:STARTS]
    steps = _reached(shelf, direct)
    far = _code(shelf, [*steps, *speaking])[:REACH] or _code(shelf, sorted(shelf.files))[:REACH]
    alike = likeness(clues.query, {path: f"{path} {shelf.text(path)}" for path in far})
    ordered = sorted(far, key=lambda path: -alike[path])
    found = _code(shelf, [*frames, *named, *direct, *ordered])[:CLOSE]
    return {path: 1.0 if path in named else FADING ** steps.get(path, DEPTH + 1) for path in found}


def _reached(shelf: Shelf, direct: Iterable[str]) -> dict[str, int]:
    """`direct` and the files that imports lead to from there, with the number of imports between."""
    steps = dict.fromkeys(direct, 0)
    for depth in range(DEPTH):
        level = [path for path, step in steps.items() if step == depth]
        found = chain.from_iterable(imported(shelf, each) for each in level)
        steps = dict.fromkeys(found, depth + 1) | steps
    return dict(sorted(steps.items(), key=lambda item: item[1]))


def _named(shelf: Shelf, clues: Clues) -> list[str]:
    """Files whose name stands in the ticket, or the name of their module."""
    return [
        path
        for path in sorted(shelf.files)
        if module_name(path) in clues.names or path.rpartition("/")[2] in clues.text
    ]


def _speaking(shelf: Shelf, clues: Clues) -> list[str]:
    """Files with names of the ticket in them, most names first."""
    names = [name.encode() for name in sorted(clues.names)]
    counts = {path: sum(name in shelf.read(blob) for name in names) for path, blob in sorted(shelf.files.items())}
    return sorted((path for path, count in counts.items() if count), key=lambda path: -counts[path])


def _code(shelf: Shelf, paths: Iterable[str]) -> list[str]:
    """Of these the files of the tree that are code of the product, and not empty."""
    found = (path for path in dict.fromkeys(paths) if path in shelf.files and not in_test_zone(path))
    return [path for path in found if shelf.reads(path) and (shelf.text(path) or "").strip()]
