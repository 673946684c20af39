"""How code is written in this repository, in its own words: quoted to the model, never followed by us.

They are data of the tree like any other file: what may be touched, run or spent is decided elsewhere, whatever they
say. Guides for contributors are not read: most of what they say is about forks, signatures and reviews.
"""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from pareback.adapters.model import Source
from pareback.orchestrator.prompts.change import QUOTED
from pareback.orchestrator.shown.excerpt import MARK
from pareback.orchestrator.shown.shelf import Shelf

NAMES = ("AGENTS.md", "CONVENTIONS.md")
"""Read at the root; the first one in every folder above a shown file as well, as its readers expect."""

ROOM = 3_000
"""Characters that are quoted in all."""


def conventions(shelf: Shelf, paths: Iterable[str]) -> tuple[Source, ...]:
    """The repository's conventions, those of the root first, as far as the room goes; `paths` are shown files."""
    room, found = ROOM, list[Source]()
    for path in _places(paths):
        text = (shelf.text(path) or "").strip() if path in shelf.files else ""
        part = _cut(text, room)
        room = max(0, room - len(part))
        found += [Source(path, part, editable=False, whole=part == text, note=QUOTED)] if part else []
    return tuple(found)


def _places(paths: Iterable[str]) -> Iterator[str]:
    yield from NAMES
    folders = {str(folder) for path in paths for folder in PurePosixPath(path).parents} - {"."}
    yield from (f"{folder}/{NAMES[0]}" for folder in sorted(folders))


def _cut(text: str, room: int) -> str:
    """The text's beginning, in whole lines, with a mark in place of the rest."""
    if len(text) <= room:
        return text
    lines = text[:room].split("\n")[:-1]
    left = text.count("\n") + 1 - len(lines)
    return "\n".join([*lines, f"{MARK} {left} lines not shown"]) if lines else ""
