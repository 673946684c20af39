"""The lines that a page speaks of, quoted once each by file, and the anchors that lead there."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

AROUND = 1
"""Lines that are shown before and after one that is spoken of."""
WIDE = 160
"""Letters of a line that are shown."""
_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Cite:
    """An entry of a page, by its anchor, that speaks of a line; lines count from 1."""

    entry: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is shown. `anchor` is empty and nobody cites it where it only stands around."""

    number: int
    text: str
    anchor: str
    cited: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file with the parts that are spoken of."""

    path: str
    blocks: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class Quotes:
    """Every line that is spoken of, by path and number. `places` counts the files."""

    texts: Mapping[str, Sequence[str]]
    cited: Mapping[str, Mapping[int, tuple[str, ...]]]
    places: Mapping[str, int]

    def anchor(self, path: str, line: int) -> str:
        """The name by which a page links to a line that is cited."""
        return f"s{self.places[path]}-{line}"

    def text(self, path: str, line: int) -> str:
        """What stands there; nothing for a line that the file does not have."""
        lines = self.texts[path]
        found = lines[line - 1].rstrip() if 0 < line <= len(lines) else ""
        return found if len(found) <= WIDE else f"{found[:WIDE]}…"

    def files(self) -> Iterator[File]:
        """The files in the order of their paths."""
        for path in self.places:
            yield File(path, tuple(self._block(path, block) for block in _blocks(self.cited[path])))

    def _block(self, path: str, block: range) -> tuple[Line, ...]:
        numbers = range(max(block.start, 1), min(block.stop, len(self.texts[path]) + 1))
        cited = self.cited[path]
        return tuple(
            Line(
                number,
                self.text(path, number),
                self.anchor(path, number) if number in cited else "",
                cited.get(number, ()),
            )
            for number in numbers
        )


def quotes(cites: Iterable[Cite], texts: Mapping[str, str]) -> Quotes:
    """The lines that are cited, out of these files."""
    found: dict[str, dict[int, dict[str, None]]] = {}
    for cite in cites:
        found.setdefault(cite.path, {}).setdefault(cite.line, {})[cite.entry] = None
    cited = {path: {line: tuple(entries) for line, entries in lines.items()} for path, lines in found.items()}
    places = {path: place for place, path in enumerate(sorted(cited))}
    return Quotes({path: _END.split(texts[path]) for path in cited}, cited, places)


def _blocks(lines: Iterable[int]) -> Iterator[range]:
    """The lines with those around them; what touches is one."""
    block = range(0)
    for line in sorted(lines):
        if block and line - AROUND <= block.stop:
            block = range(block.start, line + AROUND + 1)
        else:
            if block:
                yield block
            block = range(line - AROUND, line + AROUND + 1)
    if block:
        yield block
