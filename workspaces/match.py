"""Finds the one place a quoted region stands, or says why there is none.

Three rungs, each more tolerant: exact, blind to trailing space, evenly re-indented. The first rung that matches at all
decides, and only a single place is an answer: a fuzzy applier corrupts silently, another model call is cheaper.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Rung = Literal["exact", "trailing space", "indentation"]

MOST = 50
"""Places after which no more are looked for: by then the region is ambiguous."""


@dataclass(frozen=True, slots=True)
class Places:
    """The lines (counted from 0) where the region begins, at the first rung that matched; none: `rung` says nothing."""

    rung: Rung
    starts: tuple[int, ...]


def find(lines: Sequence[str], quoted: Sequence[str]) -> Places:
    """Where the quoted lines stand. Lines carry no line ends."""
    exact = _places(lines, quoted, str)
    if exact:
        return Places("exact", exact)
    blind = _places(lines, quoted, str.rstrip)
    if blind:
        return Places("trailing space", blind)
    loose = _starts(lines, quoted, str.strip)
    even = (start for start in loose if shift(quoted, lines[start : start + len(quoted)]) is not None)
    return Places("indentation", tuple(itertools.islice(even, MOST)))


def found(lines: Sequence[str], quoted: Sequence[str]) -> tuple[int, ...]:
    """Where the quoted lines stand, indentation and all; trailing space does not count."""
    return _places(lines, quoted, str.rstrip)


def shift(quoted: Sequence[str], there: Sequence[str]) -> tuple[str, str] | None:
    """(margin of the quoted lines, margin of the lines there), if the two differ in nothing but that margin."""
    margins = margin(quoted), margin(there)
    plain = (
        [line.rstrip().removeprefix(own) for line in lines] for lines, own in zip((quoted, there), margins, strict=True)
    )
    ours, theirs = plain
    return margins if ours == theirs else None


def margin(lines: Sequence[str]) -> str:
    """The white space that all lines begin with, blank lines aside."""
    indents = [line[: len(line) - len(line.lstrip())] for line in lines if line.strip()]
    if not indents:
        return ""
    low, high = min(indents), max(indents)
    return next((low[:at] for at, pair in enumerate(zip(low, high, strict=False)) if pair[0] != pair[1]), low)


def reindented(lines: Sequence[str], margins: tuple[str, str]) -> list[str] | None:
    """The lines with the first margin replaced by the second, or None if a line does not have the first."""
    ours, theirs = margins
    if not all(line.startswith(ours) for line in lines if line.strip()):
        return None
    return [theirs + line.removeprefix(ours) if line.strip() else line for line in lines]


def _places(lines: Sequence[str], quoted: Sequence[str], plain: Callable[[str], str]) -> tuple[int, ...]:
    return tuple(itertools.islice(_starts(lines, quoted, plain), MOST))


def _starts(lines: Sequence[str], quoted: Sequence[str], plain: Callable[[str], str]) -> Iterator[int]:
    """Searched as one text, so that the time does not grow with the product of the two lengths."""
    text, wanted = ("\n" + "\n".join(map(plain, some)) + "\n" for some in (lines, quoted))
    line, before, at = 0, 0, text.find(wanted)
    while at >= 0:
        line, before = line + text.count("\n", before, at), at
        yield line
        at = text.find(wanted, at + 1)
