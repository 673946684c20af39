"""Both sides of a patch: which files changed, which of them can be priced, and their facts.

Trees are mappings of path to blob id; only files whose id differs are read, and of those only what the store does not
know is extracted.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import PurePosixPath

from pareback.gates.facts import FileFacts, Problem, Unit, from_rows
from pareback.gates.language import Language
from pareback.gates.reference import VERSION, Figures, figures
from pareback.gates.scores import language
from pareback.gates.store import Store
from pareback.gates.verdict import Unpriced
from pareback.gates.zones import zone

Read = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Source:
    """Where bytes and what is known of them come from."""

    read: Read
    store: Store

    def facts(self, blob: str, front: Language) -> FileFacts:
        """The facts of a blob, from the store if it knows them."""
        key = f"{front.version}/{front.grammar}/{blob}"
        found = self.store.find(key, from_rows)
        if found is None:
            found = front.extract(self.read(blob))
            self.store.keep(key, found)
        return found

    def figures(self, blob: str) -> Figures:
        """The reference figures of a blob, from the store if it knows them."""
        key = f"{VERSION}/{blob}"
        found = self.store.find(key, lambda row: Figures(*row))
        if found is None:
            found = figures(self.read(blob))
            self.store.keep(key, found)
        return found


@dataclass(slots=True)
class Sides:
    """Facts of the priced files on both sides, while and after they are gathered.

    `priced` are the blob ids behind them. `broken` are files that the patch leaves unreadable. `partial` are files that
    were unreadable at the base: of them only the units on changed lines are here, and only on the head's side.
    """

    base: dict[str, FileFacts] = field(default_factory=dict)
    head: dict[str, FileFacts] = field(default_factory=dict)
    priced: list[tuple[str | None, str | None]] = field(default_factory=list)
    broken: dict[str, Problem] = field(default_factory=dict)
    partial: list[str] = field(default_factory=list)
    unpriced: Unpriced = field(default_factory=Unpriced)


def gather(base: Mapping[str, str], head: Mapping[str, str], source: Source) -> Sides:
    """Read what differs between two trees."""
    sides = Sides()
    for path in sorted({*base, *head}):
        before, after = base.get(path), head.get(path)
        if before != after and zone(path) is None:
            _gather_file(sides, path, (before, after), source)
    return sides


def _gather_file(sides: Sides, path: str, blobs: tuple[str | None, str | None], source: Source) -> None:
    front = language(PurePosixPath(path).suffix)
    if front is None:
        _count_unpriced(sides, blobs, source)
        return
    before, after = (None if blob is None else source.facts(blob, front) for blob in blobs)
    if before is not None and zone(path, generated=before.generated):
        return
    if after is not None and after.problems:
        if before is not None and before.problems:
            _count_unpriced(sides, blobs, source)
        else:
            sides.broken[path] = after.problems[0]
        return
    if before is not None and before.problems:
        _gather_changed_lines(sides, path, blobs, source)
        return
    _take(sides, path, before, after)
    sides.priced.append(blobs)


def _take(sides: Sides, path: str, before: FileFacts | None, after: FileFacts | None) -> None:
    if before is not None:
        sides.base[path] = before
    if after is not None:
        sides.head[path] = after


def _gather_changed_lines(sides: Sides, path: str, blobs: tuple[str | None, str | None], source: Source) -> None:
    """The base did not parse: only the units that the patch touched can be laid at its door."""
    before, after = blobs
    front = language(PurePosixPath(path).suffix)
    if before is None or after is None or front is None:
        return
    facts = source.facts(after, front)
    changed = _changed_lines(source.read(before), source.read(after))
    touched = tuple(unit for unit in facts.units if not changed.isdisjoint(_own_lines(unit)))
    sides.head[path] = replace(facts, units=touched, suppressions=())
    sides.partial.append(path)


def _own_lines(unit: Unit) -> range | tuple[int, ...]:
    return range(unit.line, unit.end + 1) if unit.kind == "function" else unit.lines


def _changed_lines(before: bytes, after: bytes) -> set[int]:
    old, new = before.splitlines(), after.splitlines()
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return {line + 1 for tag, _, _, start, end in blocks if tag != "equal" for line in range(start, end)}


def _count_unpriced(sides: Sides, blobs: tuple[str | None, str | None], source: Source) -> None:
    before, after = (b"" if blob is None else source.read(blob) for blob in blobs)
    lines = 0 if b"\0" in before + after else _changed_count(before, after)
    sides.unpriced = Unpriced(sides.unpriced.files + 1, sides.unpriced.lines + lines)


def _changed_count(before: bytes, after: bytes) -> int:
    """Lines that came and lines that went, wherever they stand."""
    old, new = Counter(before.splitlines()), Counter(after.splitlines())
    return (old - new).total() + (new - old).total()
