"""Which lines a patch brought, and whether a rewrite keeps to them: code that nobody asked about is left alone."""

from collections.abc import Collection
from difflib import SequenceMatcher

Hunk = tuple[int, int, int, int]
"""First line and the one behind the last, counted from 0, before and after."""


def brought(before: bytes | None, after: bytes) -> frozenset[int]:
    """The lines of a file, counted from 1, that it did not have before."""
    lines = (range(start + 1, end + 1) for *_, start, end in _hunks(before or b"", after))
    return frozenset(line for found in lines for line in found)


def keeps_to(lines: Collection[int], before: bytes, after: bytes) -> bool:
    """Whether at least half of every stretch that a rewrite changes are these lines, or touch what it puts in."""
    return all(_is_within(lines, first, end) for first, end, *_ in _hunks(before, after))


def touches(lines: Collection[int], before: bytes, after: bytes) -> bool:
    """Whether any stretch that a rewrite changes holds one of these lines."""
    return any(line in lines for first, end, *_ in _hunks(before, after) for line in range(first + 1, end + 1))


def only_drops(lines: frozenset[int], before: bytes, after: bytes) -> bool:
    """Whether a rewrite changes none but these lines, and puts no line in between."""
    hunks = _hunks(before, after)
    return all(first < end and lines >= {*range(first + 1, end + 1)} for first, end, *_ in hunks)


def _is_within(lines: Collection[int], first: int, end: int) -> bool:
    if first == end:
        return first in lines or first + 1 in lines
    return 2 * sum(line in lines for line in range(first + 1, end + 1)) >= end - first


def _hunks(before: bytes, after: bytes) -> list[Hunk]:
    matcher = SequenceMatcher(None, before.splitlines(), after.splitlines(), autojunk=False)
    return [(a, b, c, d) for tag, a, b, c, d in matcher.get_opcodes() if tag != "equal"]
