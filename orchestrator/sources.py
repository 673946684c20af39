"""Which files the model is shown, and how much of them: what the user points at, else what the failures lead to.

Ranked by how directly a failure names them: frames of tracebacks, what the failing test files import and name, then
what imports lead to, most like the ticket first. A file that is too large for its place is shown in part, for a file
that is not shown cannot be mended.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from itertools import chain, islice

from pareback.adapters.model import Failure, Source
from pareback.orchestrator.excerpt import Interest, defined, excerpt, mentioning, used_in, words
from pareback.orchestrator.likeness import ranked
from pareback.orchestrator.shelf import Shelf, imported
from pareback.workspaces.guard import in_test_zone

BYTES_PER_TOKEN = 3
"""Bytes of source per token, for fitting a context; a little under what tokenizers reach on code."""

SHARE = 0.7
"""Part of the context window that files and tests may fill; the rest is for rules, failures and the reply."""

LARGE, LARGE_TEST = 24_000, 10_000
"""Characters from which a file that nobody named, and a test file, is shown in part even where it would fit."""

LIKELY = 3
"""Files most like the ticket that are shown before the rest."""

ASIDE = 12_000
"""Characters for the rest."""

DEPTH = 3
"""Imports that are followed from what a failing test imports."""

REACH = 200
"""Files that are compared with the ticket."""

_QUOTED = re.compile(r"'(\w+)'")
_SET_UP = ("setUp", "setUpClass", "setup_method", "setup_class", "tearDown")

Show = Callable[[str, str, int], Source | None]
"""A file's path and text and the characters left for it, to what is shown of it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the ticket and the failures point at. `edit` and `see` are globs of the ticket, `text` is its words."""

    edit: tuple[str, ...]
    see: tuple[str, ...]
    test_files: tuple[str, ...]
    failures: Sequence[Failure]
    text: str = ""


def choose(
    shelf: Shelf, wanted: Wanted, *, tokens: int, parts: bool = True
) -> tuple[tuple[Source, ...], tuple[Source, ...]]:
    """The files the model may edit or see, and the test files, most wanted first, together within the token budget.

    Without `parts` a file is shown whole or not at all.
    """
    room = int(tokens * SHARE) * BYTES_PER_TOKEN
    sight = _Sight(wanted, _sought(shelf, wanted), parts)
    tests, room = _fill(shelf, [path for path in wanted.test_files if path in shelf.files], room, sight.test)
    if wanted.edit:
        editable, room = _fill(shelf, _matching(shelf.files, wanted.edit), room, sight.named)
    else:
        editable, room = _searched(shelf, wanted, sight, room)
    seen = {source.path for source in editable}
    extra = [path for path in _matching(shelf.files, wanted.see) if path not in seen]
    readable, _ = _fill(shelf, extra, room, sight.read)
    return (*editable, *readable), tests


@dataclass(frozen=True, slots=True)
class _Sight:
    """How files are shown. `sought` are the names that the failing tests use."""

    wanted: Wanted
    sought: frozenset[str]
    parts: bool

    def test(self, path: str, text: str, room: int) -> Source | None:
        """A failing test file: of a large one the failing tests and what they use of it."""
        failing = _functions(self.wanted.failures, path) or mentioning(text, _quoted(self.wanted.failures, path))
        interest = Interest(self._lines(path), failing | frozenset(_SET_UP))
        return self._cut(Source(path, text, editable=False), interest, room=room, large=LARGE_TEST)

    def named(self, path: str, text: str, room: int) -> Source | None:
        """A file the user named: whole wherever it fits."""
        return self._cut(Source(path, text), self._interest(path), room=room, large=room)

    def found(self, path: str, text: str, room: int) -> Source | None:
        """A file the failures led to."""
        return self._cut(Source(path, text), self._interest(path), room=room, large=LARGE)

    def read(self, path: str, text: str, room: int) -> Source | None:
        """A file the user named for reading."""
        return self._cut(Source(path, text, editable=False), self._interest(path), room=room, large=room)

    def _interest(self, path: str) -> Interest:
        told = (self.wanted.text, *(failure.message for failure in self.wanted.failures))
        return Interest(self._lines(path), self.sought, frozenset(chain.from_iterable(map(words, told))))

    def _lines(self, path: str) -> frozenset[int]:
        frames = (frame for failure in self.wanted.failures for frame in failure.frames)
        return frozenset(frame.line for frame in frames if frame.path == path)

    def _cut(self, source: Source, interest: Interest, *, room: int, large: int) -> Source | None:
        """The file whole, or the part of it that is of interest, or nothing where neither fits."""
        if self.parts and len(source.text) > min(room, large):
            outline = not in_test_zone(source.path)
            part = excerpt(source.text, interest, room=room, outline=outline)
            if part is not None and len(part) < len(source.text):
                return replace(source, text=part, whole=False)
        return source if len(source.text) <= room else None


def _searched(shelf: Shelf, wanted: Wanted, sight: _Sight, room: int) -> tuple[tuple[Source, ...], int]:
    """What the failures name and what is most like the ticket, then a little of the rest."""
    frames = [frame.path for failure in wanted.failures for frame in reversed(failure.frames)]
    direct = [path for test in wanted.test_files for path in imported(shelf, test)]
    pool = _code(shelf, islice(_reached(shelf, direct), REACH)) or _code(shelf, shelf.files)[:REACH]
    like = ranked(_query(wanted), {path: shelf.text(path) or "" for path in pool})
    named = [path for path in like if path in direct and not sight.sought.isdisjoint(defined(shelf.text(path) or ""))]
    first, room = _fill(shelf, _code(shelf, [*frames, *named, *like[:LIKELY]]), room, sight.found)
    seen = {source.path for source in first}
    aside = min(room, ASIDE)
    rest, left = _fill(shelf, [path for path in like if path not in seen], aside, sight.found)
    return (*first, *rest), room - aside + left


def _query(wanted: Wanted) -> str:
    return " ".join([wanted.text, *(failure.test for failure in wanted.failures)])


def _reached(shelf: Shelf, direct: Iterable[str]) -> Iterator[str]:
    """`direct` and the files that imports lead to from there, nearest first."""
    seen, level = set(direct), list(dict.fromkeys(direct))
    yield from level
    for _ in range(DEPTH):
        found = dict.fromkeys(chain.from_iterable(imported(shelf, each) for each in level))
        level = [path for path in found if path not in seen]
        seen.update(level)
        yield from level


def _code(shelf: Shelf, paths: Iterable[str]) -> list[str]:
    found = [path for path in dict.fromkeys(paths) if path in shelf.files and not in_test_zone(path)]
    return [path for path in found if (shelf.text(path) or "").strip()]


def _sought(shelf: Shelf, wanted: Wanted) -> frozenset[str]:
    """The names that the failing tests use."""
    tests = [path for path in wanted.test_files if path in shelf.files]
    used = (used_in(shelf.text(path) or "", _functions(wanted.failures, path)) for path in tests)
    return frozenset(chain.from_iterable(used))


def _functions(failures: Iterable[Failure], path: str) -> frozenset[str]:
    """The names of a file's failing test functions."""
    ids = (failure.test.partition("::") for failure in failures)
    return frozenset(inner.partition("[")[0].rpartition("::")[2] for file, _, inner in ids if file == path and inner)


def _quoted(failures: Iterable[Failure], path: str) -> frozenset[str]:
    """The names that a test file could not import, in quotes in the message."""
    told = (failure.message for failure in failures if failure.test == path)
    return frozenset(chain.from_iterable(_QUOTED.findall(message) for message in told))


def _matching(files: Mapping[str, str], globs: tuple[str, ...]) -> list[str]:
    """Paths in the order of the globs, so that what the user names first is shown first."""
    return list(dict.fromkeys(path for glob in globs for path in sorted(files) if fnmatch(path, glob)))


def _fill(shelf: Shelf, paths: Iterable[str], room: int, show: Show) -> tuple[tuple[Source, ...], int]:
    taken = []
    for path in paths:
        text = shelf.text(path)
        source = None if text is None else show(path, text, room)
        if source is not None:
            room -= len(source.text)
            taken.append(source)
    return tuple(taken), room
