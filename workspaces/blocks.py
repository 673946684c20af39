"""Reads text between marker lines, such as `<<<<<<< SEARCH`, and which path it stands under.

Only markers of the opening one's width count, so a file that holds such markers itself is edited with wider ones. What
could be divided in two ways is refused and read over whole: nothing inside it may be taken for an operation.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pareback.workspaces.edit import Operation, Step, Unreadable
from pareback.workspaces.marks import begins_operation, fence, looks_like_path, path_above, path_of

PROSE_BETWEEN = 40
"""Lines of prose after which a block must name its file again."""

DEEPEST = 8
"""Blocks inside one another after which the outermost counts as not closed."""

OPENING = re.compile(r"(<{5,9}) ?(SEARCH|ABOVE)[ \t]*$")
_DIVIDE = re.compile(r"(={5,9})[ \t]*$")
_CLOSE = re.compile(r"(>{5,9}) ?(REPLACE|BELOW)[ \t]*$")
_KINDS = {"<": OPENING, "=": _DIVIDE, ">": _CLOSE}


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of block: the words of its first and last marker, and how many parts it has."""

    opens: str
    closes: str
    parts: int

    def make(self, path: str, parts: Sequence[str]) -> Operation:
        """The operation that the parts state."""
        if self.parts == 2:
            return Operation(kind="replace", path=path, old=parts[0], new=parts[1])
        return Operation(kind="refill", path=path, above=parts[0], new=parts[1], beneath=parts[2])


@dataclass(frozen=True, slots=True)
class _Span:
    """One block: its end (the line after it), its dividing lines, and whether another block stands inside it."""

    end: int
    dividers: tuple[int, ...]
    nested: bool


def read(lines: Sequence[str], at: int, shape: Shape) -> Iterator[Step]:
    """The blocks of this shape that begin here under one path."""
    if not _opens(lines[at].lstrip(), shape):
        return
    if not _opens(lines[at], shape):
        reason = f"the line '<<<<<<< {shape.opens}' is indented; write the marker lines unindented"
        yield (Unreadable(reason),), at + 1
        return
    path = _path(lines, at)
    wrapped = any(fence(line) for line in lines[max(0, at - 3) : at])
    following: int | None = at
    while following is not None:
        found, at = _block(lines, following, path, shape)
        yield (found,), at
        following = _following(lines, at, shape) if isinstance(found, Operation) else None
    yield (), _past_fence(lines, at, wrapped=wrapped)


def _opens(line: str, shape: Shape) -> bool:
    found = OPENING.match(line) if line[:1] == "<" else None
    return found is not None and found[2] == shape.opens


def _block(lines: Sequence[str], at: int, path: str | None, shape: Shape) -> tuple[Operation | Unreadable, int]:
    opening = OPENING.match(lines[at])
    width = len(opening[1]) if opening else 0
    span = _span(lines, at, width=width) or _span(lines, at, width=None)
    if span is None:
        return _cut(lines, at, path, shape)
    if path is None:
        reason = f"no path above '<<<<<<< {shape.opens}'; write the file's path alone on the line above it"
        return Unreadable(reason), span.end
    reason = _unclear(span, width, shape)
    if reason:
        return Unreadable(f"{path!r}: {reason}", path=path), span.end
    bounds = (at, *span.dividers, span.end - 1)
    parts = [_text(lines[start + 1 : stop]) for start, stop in itertools.pairwise(bounds)]
    return shape.make(path, parts), span.end


def _unclear(span: _Span, width: int, shape: Shape) -> str:
    """Why the block cannot be divided, or nothing."""
    if span.nested or len(span.dividers) >= shape.parts:
        return (
            "marker lines stand inside the quoted text, so the block can be read in more than one way;"
            f" write its marker lines with {5 if width == 9 else 9} characters instead of {width}"
        )
    if len(span.dividers) < shape.parts - 1:
        count = "no line" if shape.parts == 2 else "fewer than two lines"
        return f"{count} '=======' between '<<<<<<< {shape.opens}' and '>>>>>>> {shape.closes}'; write the block again"
    return ""


def _span(lines: Sequence[str], at: int, *, width: int | None) -> _Span | None:
    """The block that begins at `at`, by markers of `width` characters (None: of any), or None if it does not end."""
    depth, nested = 1, False
    dividers: list[int] = []
    for index in range(at + 1, len(lines)):
        kind = _marker(lines[index], width)
        if not kind:
            continue
        if kind == "=":
            dividers.append(index)
            continue
        depth += 1 if kind == "<" else -1
        nested = nested or kind == "<"
        if depth == 0:
            return _Span(end=index + 1, dividers=tuple(dividers), nested=nested)
        if depth > DEEPEST:
            return None
    return None


def _marker(line: str, width: int | None) -> str:
    """The first character of a marker line, nothing for another line."""
    pattern = _KINDS.get(line[:1])
    found = pattern.match(line) if pattern else None
    return line[0] if found and width in {None, len(found[1])} else ""


def _cut(lines: Sequence[str], at: int, path: str | None, shape: Shape) -> tuple[Unreadable, int]:
    """A block without an end reaches to the next one: what stands between is its text, not an operation."""
    later = (index for index in range(at + 1, len(lines)) if _marker(lines[index], None) == "<")
    named = f"{path!r}: " if path else ""
    reason = f"{named}the block has no closing line '>>>>>>> {shape.closes}'; send it again, whole"
    return Unreadable(reason, path=path or ""), next(later, len(lines))


def _path(lines: Sequence[str], at: int) -> str | None:
    """The path above a block; a fence may stand between them, as models like to wrap the block."""
    above = at - 1
    if above >= 0 and fence(lines[above]):
        return path_above(lines, above)
    return path_above(lines, at)


def _following(lines: Sequence[str], end: int, shape: Shape) -> int | None:
    """The next block under the same path: blank lines, fences and prose that names no file may stand between."""
    for index in range(end, min(len(lines), end + PROSE_BETWEEN)):
        line = lines[index]
        if _opens(line, shape):
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
    closing = fence(lines[at]) if wrapped and at < len(lines) else None
    return at + 1 if closing and not closing.info else end


def _text(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
