"""Both sides of a patch: which files changed, which of them can be priced, and their facts.

Trees are mappings of path to blob id; only files whose id differs are read, and of those only what the store does not
know is extracted.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import PurePosixPath
from typing import Literal

from pareback.gates.facts import FileFacts, Problem, Unit
from pareback.gates.index.source import Source
from pareback.gates.verdict import Covered, Unpriced
from pareback.gates.zones import zone

NOBODY = "no front end here reads it"
"""Why a file of another language has no price."""

Blobs = tuple[str | None, str | None]
"""Blob ids before and after, None where there is no such file."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A file that differs. `before` and `after` are the facts that are priced: both None unless `state` says priced or
    partial. A *broken* file has a problem that the patch brought; of a *partial* one, which was unreadable at the base,
    only the units on changed lines are here; an *unpriced* one counts its changed lines and says `why`. `language` is
    its name or, of one that nobody here knows, the ending of its files."""

    path: str
    state: Literal["priced", "partial", "broken", "unpriced"]
    blobs: Blobs
    before: FileFacts | None = None
    after: FileFacts | None = None
    problem: Problem | None = None
    lines: int = 0
    language: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of a patch, in order of path."""

    files: tuple[Changed, ...]

    @property
    def base(self) -> dict[str, FileFacts]:
        """Facts of the priced files before."""
        return {found.path: found.before for found in self.files if found.before is not None}

    @property
    def head(self) -> dict[str, FileFacts]:
        """Facts of the priced files after."""
        return {found.path: found.after for found in self.files if found.after is not None}

    @property
    def unpriced(self) -> Unpriced:
        found = [changed.lines for changed in self.files if changed.state == "unpriced"]
        return Unpriced(len(found), sum(found))

    @property
    def languages(self) -> tuple[Covered, ...]:
        """The files by language and by why they have no price, the priced ones first."""
        found: dict[tuple[str, str], list[int]] = {}
        for changed in self.files:
            found.setdefault((changed.why, changed.language), []).append(changed.lines)
        return tuple(Covered(name, len(lines), sum(lines), why) for (why, name), lines in sorted(found.items()))

    def paths(self, state: str) -> tuple[str, ...]:
        """The files in a state."""
        return tuple(found.path for found in self.files if found.state == state)


def gather(base: Mapping[str, str], head: Mapping[str, str], source: Source) -> Sides:
    """Read what differs between two trees."""
    differing = sorted({path for path, _ in base.items() ^ head.items()})
    pairs = ((path, (base.get(path), head.get(path))) for path in differing if zone(path) is None)
    found = (_changed(path, blobs, source) for path, blobs in pairs)
    return Sides(tuple(changed for changed in found if changed is not None))


def _changed(path: str, blobs: Blobs, source: Source) -> Changed | None:
    """One file; None where its base says that a program wrote it."""
    front = source.language(path)
    if front is None:
        return _unpriced(path, blobs, source, source.absent.get(PurePosixPath(path).suffix, NOBODY))
    before, after = (None if blob is None else source.facts(path, blob) for blob in blobs)
    unread = next((facts.unread for facts in (before, after) if facts is not None and facts.unread), "")
    if unread:
        return replace(_unpriced(path, blobs, source, unread), language=front.name)
    if before is not None and zone(path, generated=before.generated):
        return None
    return replace(_readable(path, blobs, (before, after), source), language=front.name)


def _readable(path: str, blobs: Blobs, facts: tuple[FileFacts | None, FileFacts | None], source: Source) -> Changed:
    before, after = facts
    if before is not None and before.problems:
        return _unreadable_before(path, blobs, after, source)
    if after is not None and after.problems:
        return Changed(path, "broken", blobs, problem=after.problems[0])
    return Changed(path, "priced", blobs, before, after)


def _unreadable_before(path: str, blobs: Blobs, after: FileFacts | None, source: Source) -> Changed:
    """Only the units that the patch touched can be laid at its door; nothing, where they cannot be read either."""
    if after is None or after.problems:
        return _unpriced(path, blobs, source, "it cannot be parsed, before and after")
    changed = _changed_lines(*_bytes(blobs, source))
    touched = tuple(unit for unit in after.units if not changed.isdisjoint(_own_lines(unit)))
    return Changed(path, "partial", blobs, after=replace(after, units=touched, suppressions=()))


def _bytes(blobs: Blobs, source: Source) -> tuple[bytes, bytes]:
    before, after = (b"" if blob is None else source.read(blob) for blob in blobs)
    return before, after


def _own_lines(unit: Unit) -> range | tuple[int, ...]:
    return range(unit.line, unit.end + 1) if unit.kind == "function" else unit.lines


def _changed_lines(before: bytes, after: bytes) -> set[int]:
    old, new = before.splitlines(), after.splitlines()
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return {line + 1 for tag, _, _, start, end in blocks if tag != "equal" for line in range(start, end)}


def _unpriced(path: str, blobs: Blobs, source: Source, why: str) -> Changed:
    before, after = _bytes(blobs, source)
    lines = 0 if b"\0" in before + after else _changed_count(before, after)
    place = PurePosixPath(path)
    return Changed(path, "unpriced", blobs, lines=lines, language=place.suffix or place.name, why=why)


def _changed_count(before: bytes, after: bytes) -> int:
    """Lines that came and lines that went, wherever they stand."""
    old, new = Counter(before.splitlines()), Counter(after.splitlines())
    return (old - new).total() + (new - old).total()
