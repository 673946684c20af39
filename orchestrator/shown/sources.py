"""Which files the model is shown, and how much of them: what the user points at, else what the failures and the ticket
lead to.

What is shown is chosen on the tree that the run starts from, so that the beginning of a prompt stays the same from
round to round; what the patch has changed since, and where the next round has to look, comes on top.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import lru_cache
from itertools import chain

from pareback.adapters.model import Failure, Source
from pareback.gates.facts import Unit
from pareback.orchestrator.shown.choice import Choice, Terms, chosen, part
from pareback.orchestrator.shown.clues import clues, names_in
from pareback.orchestrator.shown.excerpt import Wish
from pareback.orchestrator.shown.pool import pool
from pareback.orchestrator.shown.red_tests import red_test
from pareback.orchestrator.shown.shelf import Shelf
from pareback.orchestrator.shown.suspects import suspects
from pareback.workspaces.guard import in_test_zone

BYTES_PER_TOKEN = 3.4
"""Bytes of source per token, for fitting a context; a little under what tokenizers reach on code."""

SHARE = 0.75
"""Part of the tokens that files and tests may fill; the rest is for rules, ticket and failures."""

TESTS = 0.4
"""Part of that room that tests may fill."""

SMALL, NAMED = 1_200, 8_000
"""Characters up to which a file that was found, and one that the user named, is shown whole."""

_AT = re.compile(r"([^\s:]+\.\w+):(\d+)")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the ticket and the failures point at. `edit` and `see` are globs of the ticket, `text` is its words;
    `failures` are those of the base. What came since: `later` failures, and `findings` that name places."""

    edit: tuple[str, ...]
    see: tuple[str, ...]
    test_files: tuple[str, ...]
    failures: tuple[Failure, ...]
    text: str = ""
    later: tuple[Failure, ...] = ()
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trees:
    """The tree that is shown, and the one that the run starts from."""

    now: Shelf
    base: Shelf


@dataclass(frozen=True, slots=True)
class Sight:
    """How much is shown: `tokens` is the room for everything that is said, rules and ticket included. A file of at most
    `small` characters is shown whole; without `parts` every file is, or not at all. A `wide` sight fills the room."""

    tokens: int
    parts: bool = True
    small: int = SMALL
    wide: bool = False

    @property
    def room(self) -> int:
        """Characters for files and tests."""
        return int(self.tokens * SHARE * BYTES_PER_TOKEN)


def choose(trees: Trees, wanted: Wanted, sight: Sight) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
    """The files the model may edit or see, and the test files, most wanted first."""
    tests = tuple(_tests(trees.now, wanted, sight))
    room = sight.room - sum(len(source.text) for source in tests)
    files = list[Source]()
    for path, bodies in _places(trees, wanted, sight, room).items():
        source = _shown(trees.now, path, bodies, wanted=wanted, sight=sight)
        if source is not None and len(source.text) <= room:
            files.append(source)
            room -= len(source.text)
    return tuple(files), tests


def _tests(shelf: Shelf, wanted: Wanted, sight: Sight) -> Iterator[Source]:
    """The failing tests, as far as their room goes."""
    room = int(sight.room * TESTS) if sight.parts else sight.room
    for path in wanted.test_files:
        source = red_test(shelf, path, wanted.failures, room=room, parts=sight.parts) if path in shelf.files else None
        if source is not None:
            room -= len(source.text)
            yield source


def _places(trees: Trees, wanted: Wanted, sight: Sight, room: int) -> Choice:
    """What is shown of which file: as it was chosen at the base, and what came since."""
    known = (wanted.edit, wanted.see, wanted.test_files, wanted.failures, wanted.text)
    found = dict(_chosen(trees.base, Wanted(*known), sight, room))
    for path, bodies in chain(_changed(trees), _spots(trees.now, wanted)):
        found[path] = (*found.get(path, ()), *bodies)
    return {path: bodies for path, bodies in found.items() if path in trees.now.files}


@lru_cache(maxsize=8)
def _chosen(base: Shelf, wanted: Wanted, sight: Sight, room: int) -> Choice:
    """The choice at the base. Where files are only shown whole, they come in the order of their first suspect."""
    known = clues(base, wanted.text, wanted.failures, wanted.test_files)
    edit, see = _matching(base, wanted.edit), _matching(base, wanted.see)
    paths = dict.fromkeys([*edit, *see], 1.0) | ({} if wanted.edit else pool(base, known))
    if not sight.parts:
        ordered = dict.fromkeys(path for path, _ in suspects(base, paths, known))
        return dict.fromkeys([*edit, *(() if wanted.edit else ordered), *see], ())
    found = chosen(base, paths, known, Terms(room, sight.small, sight.wide))
    return {path: found.get(path, ()) for path in dict.fromkeys([*edit, *found, *see])}


def _changed(trees: Trees) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What the patch has changed."""
    for path, blob in trees.now.files.items():
        if trees.base.files.get(path) != blob and trees.now.reads(path) and not in_test_zone(path):
            known = {(unit.qualname, unit.exact) for unit in _units(trees.base, path)}
            units = _units(trees.now, path)
            yield path, tuple(unit.qualname for unit in units if (unit.qualname, unit.exact) not in known)


def _spots(shelf: Shelf, wanted: Wanted) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Where the last failures went through and the findings are."""
    frames = [(frame.path, frame.line) for failure in wanted.later for frame in failure.frames]
    told = [(path, int(line)) for finding in wanted.findings for path, line in _AT.findall(finding)]
    for path, line in dict.fromkeys([*frames, *told]):
        if path in shelf.files and not in_test_zone(path):
            around = (unit for unit in _units(shelf, path) if unit.kind == "function")
            yield path, tuple(unit.qualname for unit in around if unit.line <= line <= unit.end)


def _units(shelf: Shelf, path: str) -> Sequence[Unit]:
    facts = shelf.facts(path) if path in shelf.files else None
    return () if facts is None else facts.units


def _shown(shelf: Shelf, path: str, bodies: Sequence[str], *, wanted: Wanted, sight: Sight) -> Source | None:
    """The file, or the part of it that matters; nothing where it is no text."""
    text = shelf.text(path)
    if text is None:
        return None
    edit, see = _is_one(path, wanted.edit), _is_one(path, wanted.see)
    wish = Wish(frozenset(bodies), names_in(wanted.text), "all" if edit or see else "near")
    small = max(sight.small, NAMED) if edit or see else sight.small
    shown = part(shelf, path, wish, small=small) if sight.parts else text
    return Source(path, shown, edit or not see, whole=shown == text, full="" if shown == text else text)


def _is_one(path: str, globs: Iterable[str]) -> bool:
    return any(fnmatch(path, glob) for glob in globs)


def _matching(shelf: Shelf, globs: Iterable[str]) -> list[str]:
    """Paths in the order of the globs, so that what the user names first is shown first."""
    return list(dict.fromkeys(path for glob in globs for path in sorted(shelf.files) if fnmatch(path, glob)))
