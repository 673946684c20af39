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


def block(path: str, text: str, splice: Splice) -> str | None:
    """One splice as a region block, or None where no quotation of the file would be unique or readable."""
    lines = text.split("\n")
    if text.endswith("\n"):
        lines.pop()
    first = text.count("\n", 0, splice.start)
    last = max(first, text.count("\n", 0, splice.end) - (splice.end > splice.start and text[splice.end - 1] == "\n"))
    if first >= len(lines):  # an insertion after the last line
        first = len(lines) - 1
    quoted = _unique(lines, first, min(last, len(lines) - 1))
    if quoted is None:
        return None
    first, last = quoted
    old = "\n".join(lines[first : last + 1])
    begin = sum(len(line) + 1 for line in lines[:first])
    new = spliced(f"{old}\n", [Splice(splice.start - begin, splice.end - begin, splice.text)])
    if any(line.startswith(_MARKS) for line in f"{old}\n{new}".split("\n")):
        return None
    return f"{path}\n<<<<<<< SEARCH\n{old}\n=======\n{new}>>>>>>> REPLACE\n"


def _unique(lines: list[str], first: int, last: int) -> tuple[int, int] | None:
    """The smallest run of lines around the place that stands once in the file, context taken from above first."""
    text = "\n".join(lines) + "\n"
    above = True
    while text.count("\n".join(lines[first : last + 1])) != 1 or not lines[first].strip():
        if first == 0 and last == len(lines) - 1:
            return None
        above = not above if 0 < first and last < len(lines) - 1 else first > 0
        first, last = (first - 1, last) if above else (first, last + 1)
    return first, last
