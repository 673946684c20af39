"""Replace a quoted region: the old lines between two markers, the new lines after them.

Only markers of the opening one's width count, so a file that holds such markers itself is edited with wider ones. What
could be divided in two ways is refused and read over whole: nothing inside it may be taken for an operation.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pareback.workspaces.edit import Example, Form, Operation, Unreadable
from pareback.workspaces.marks import begins_operation, fence, looks_like_path, path_above, path_of

PROSE_BETWEEN = 40
"""Lines of prose after which a block must name its file again."""

DEEPEST = 8
"""Blocks inside one another after which the outermost counts as not closed."""

_OPEN = re.compile(r"(<{5,9}) ?SEARCH[ \t]*$")
_DIVIDE = re.compile(r"(={5,9})[ \t]*$")
_CLOSE = re.compile(r"(>{5,9}) ?REPLACE[ \t]*$")

Marker = Literal["open", "divide", "close"]
_MARKERS: Mapping[str, tuple[Marker, re.Pattern[str]]] = {
    "<": ("open", _OPEN),
    "=": ("divide", _DIVIDE),
    ">": ("close", _CLOSE),
}

_INSTRUCTIONS = """\
To change part of a file, write its path on a line alone, then the lines as they stand now and the lines that replace
them. Quote whole lines, exactly, and enough of them that they occur only once in the file:

src/shop/cart.py
<<<<<<< SEARCH
    total = 0
    for item in items:
=======
    total = Decimal(0)
    for item in items:
>>>>>>> REPLACE

Several blocks may follow one path. An empty upper half creates a new file."""


@dataclass(frozen=True, slots=True)
class Region:
    """Replacement of quoted lines."""

    instructions: str = _INSTRUCTIONS

    @property
    def examples(self) -> Sequence[Example]:
        """A change, a new file, a region that stands twice, one that stands nowhere, a block that was cut."""
        return _EXAMPLES

    def read(self, lines: Sequence[str], at: int) -> tuple[tuple[Operation | Unreadable, ...], int] | None:
        """The blocks that begin here under one path."""
        if "SEARCH" not in lines[at] or not _OPEN.match(lines[at].lstrip()):
            return None
        if not _OPEN.match(lines[at]):
            return (
                Unreadable("the line '<<<<<<< SEARCH' is indented; write the three marker lines unindented"),
            ), at + 1
        path = _path(lines, at)
        wrapped = any(fence(line) for line in lines[max(0, at - 3) : at])
        found: list[Operation | Unreadable] = []
        following: int | None = at
        while following is not None:
            block, at = _block(lines, following, path)
            found.append(block)
            following = _following(lines, at) if isinstance(block, Operation) else None
        return tuple(found), _past_fence(lines, at, wrapped=wrapped)


def build() -> Form:
    """The form."""
    return Region()


@dataclass(frozen=True, slots=True)
class _Span:
    """One block: its end (the line after it), its dividing lines, and whether another block stands inside it."""

    end: int
    dividers: tuple[int, ...]
    nested: bool


def _block(lines: Sequence[str], at: int, path: str | None) -> tuple[Operation | Unreadable, int]:
    opening = _OPEN.match(lines[at])
    width = len(opening[1]) if opening else 0
    span = _span(lines, at, width=width) or _span(lines, at, width=None)
    if span is None:
        return _cut(lines, at, path)
    if path is None:
        reason = "no path above '<<<<<<< SEARCH'; write the file's path alone on the line above (or 'FILE: name')"
        return Unreadable(reason), span.end
    if span.nested or len(span.dividers) > 1:
        reason = (
            f"{path!r}: marker lines stand inside the quoted text, so the block can be read in more than one way;"
            f" write its three marker lines with {5 if width == 9 else 9} characters instead of {width}"
        )
        return Unreadable(reason, path=path), span.end
    if not span.dividers:
        reason = f"{path!r}: no line '=======' between '<<<<<<< SEARCH' and '>>>>>>> REPLACE'; write the block again"
        return Unreadable(reason, path=path), span.end
    divider = span.dividers[0]
    old, new = _text(lines[at + 1 : divider]), _text(lines[divider + 1 : span.end - 1])
    return Operation(kind="replace", path=path, old=old, new=new), span.end


def _span(lines: Sequence[str], at: int, *, width: int | None) -> _Span | None:
    """The block that begins at `at`, by markers of `width` characters (None: of any), or None if it does not end."""
    depth, nested = 1, False
    dividers: list[int] = []
    for index in range(at + 1, len(lines)):
        kind = _marker(lines[index], width)
        if kind is None:
            continue
        if kind == "divide":
            dividers.append(index)
            continue
        depth += 1 if kind == "open" else -1
        nested = nested or kind == "open"
        if depth == 0:
            return _Span(end=index + 1, dividers=tuple(dividers), nested=nested)
        if depth > DEEPEST:
            return None
    return None


def _marker(line: str, width: int | None) -> Marker | None:
    if line[:1] not in _MARKERS:
        return None
    kind, pattern = _MARKERS[line[:1]]
    found = pattern.match(line)
    return kind if found and width in {None, len(found[1])} else None


def _cut(lines: Sequence[str], at: int, path: str | None) -> tuple[Unreadable, int]:
    """A block without an end reaches to the next one: what stands between is its text, not an operation."""
    later = (index for index in range(at + 1, len(lines)) if _marker(lines[index], None) == "open")
    named = f"{path!r}: " if path else ""
    reason = f"{named}the block has no closing line '>>>>>>> REPLACE'; send it again, whole"
    return Unreadable(reason, path=path or ""), next(later, len(lines))


def _path(lines: Sequence[str], at: int) -> str | None:
    """The path above a block; a fence may stand between them, as models like to wrap the block."""
    above = at - 1
    if above >= 0 and fence(lines[above]):
        return path_above(lines, above)
    return path_above(lines, at)


def _following(lines: Sequence[str], end: int) -> int | None:
    """The next block under the same path: blank lines, fences and prose that names no file may stand between."""
    for index in range(end, min(len(lines), end + PROSE_BETWEEN)):
        line = lines[index]
        if _OPEN.match(line):
            return index
        if begins_operation(line) or path_of(line) or _names_a_file(line):
            return None
    return None


def _names_a_file(line: str) -> bool:
    return any(looks_like_path(word.strip("`'\"*,;:()[]")) for word in line[:2000].split())


def _past_fence(lines: Sequence[str], end: int, *, wrapped: bool) -> int:
    """Past the fence that closes what wrapped the blocks; left alone it would look like one that opens."""
    at = end
    while wrapped and at < len(lines) and not lines[at].strip():
        at += 1
    closing = fence(lines[at]) if at < len(lines) else None
    return at + 1 if closing and not closing.info else end


def _text(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


_BEFORE = {"src/shop.py": "def total(items):\n    return len(items)\n\n\ndef size(items):\n    return len(items)\n"}


def _reply(old: str, new: str, *, path: str = "src/shop.py") -> str:
    return f"{path}\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n"


_EXAMPLES = (
    Example(
        reply=_reply("def total(items):\n    return len(items)\n", "def total(items):\n    return sum(items)\n"),
        before=_BEFORE,
        after={
            "src/shop.py": "def total(items):\n    return sum(items)\n\n\ndef size(items):\n    return len(items)\n"
        },
    ),
    Example(
        reply=f"```python\n{_reply('', 'RATE = 2' + chr(10), path='**`src/rates.py`**')}```\n",
        before=_BEFORE,
        after={**_BEFORE, "src/rates.py": "RATE = 2\n"},
    ),
    Example(reply=_reply("    return len(items)\n", "    return 0\n"), before=_BEFORE, after=None),
    Example(reply=_reply("    return max(items)\n", "    return 0\n"), before=_BEFORE, after=None),
    Example(reply=_reply("def size(items):\n", "def count(items):\n")[:-20], before=_BEFORE, after=None),
)
