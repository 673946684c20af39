"""Writing an edit as a reply: the region form, whole lines with as much context as makes them unique in the file."""

from collections.abc import Sequence
from dataclasses import dataclass

_MARKS = ("<<<<<<<", "=======", ">>>>>>>")


@dataclass(frozen=True, slots=True)
class Splice:
    """Characters `start` to `end` become `text`."""

    start: int
    end: int
    text: str


def spliced(text: str, splices: Sequence[Splice]) -> str:
    """The text with all splices made. They must not overlap."""
    for splice in sorted(splices, key=lambda item: item.start, reverse=True):
        text = text[: splice.start] + splice.text + text[splice.end :]
    return text


def block(path: str, text: str, splices: Sequence[Splice]) -> str | None:
    """One region block that makes all the splices, or None where no quotation of the file is unique and readable."""
    lines = text.removesuffix("\n").split("\n")
    touched = [_touched(text, splice, len(lines) - 1) for splice in splices]
    quoted = _unique(lines, min(first for first, _ in touched), max(last for _, last in touched))
    if quoted is None:
        return None
    first, last = quoted
    begin = sum(len(line) + 1 for line in lines[:first])
    old = "\n".join(lines[first : last + 1]) + "\n"
    new = spliced(old, [Splice(item.start - begin, item.end - begin, item.text) for item in splices])
    if any(line.startswith(_MARKS) for line in f"{old}{new}".split("\n")):
        return None
    return f"{path}\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n"


def _touched(text: str, splice: Splice, highest: int) -> tuple[int, int]:
    """The first and the last line, from 0, that a splice touches; a line end it takes along belongs to its line."""
    first = text.count("\n", 0, splice.start)
    last = text.count("\n", 0, max(splice.start, splice.end - 1))
    return min(first, highest), min(last, highest)


def _unique(lines: list[str], first: int, last: int) -> tuple[int, int] | None:
    """The smallest run of lines around the place that stands once in the file, context taken from above first."""
    text = "\n".join(lines) + "\n"
    above = False
    while not lines[first].strip() or text.count("\n".join(lines[first : last + 1])) > 1:
        if first == 0 and last == len(lines) - 1:
            return None
        above = last == len(lines) - 1 or (first > 0 and not above)
        first, last = (first - 1, last) if above else (first, last + 1)
    return first, last
