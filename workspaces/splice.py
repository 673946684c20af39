"""Replaces a quoted region of a document where it stands in exactly one place, and otherwise says what was found.

Lines that the edit keeps keep their bytes, even where they were quoted without trailing space or indented otherwise.
"""

import difflib
from collections.abc import Sequence

from pareback.workspaces.document import Document, EditError, settled
from pareback.workspaces.edit import Operation
from pareback.workspaces.match import MOST, find, found, margin, reindented, shift
from pareback.workspaces.nearest import described

LARGEST_COMPARED = 250_000
"""Product of the two line counts up to which old and new are compared line by line; beyond, only head and tail are."""


def replaced(document: Document, operation: Operation) -> tuple[Document, int]:
    """The document with the region replaced and the line (from 1) where; the same document where the new text stands
    there already. Raises EditError where the region stands nowhere, in several places, or in the wrong one."""
    old: Sequence[str] = lines_of(operation.old)
    new: Sequence[str] = lines_of(operation.new)
    if not any(line.strip() for line in old):
        raise EditError(f"{operation.path!r}: the quoted text is blank; quote at least one line with text")
    places = find(document.lines, old)
    starts = _below(document.lines, places.starts, operation)
    if not starts:
        return _absent(document, old, operation=operation)
    start, *others = starts
    if others:
        raise EditError(_ambiguous(operation.path, starts))
    if places.rung == "indentation":
        old, new = _fitted(document, start, old=old, operation=operation)
    if _stands_around(document, start, old=old, new=new):
        return document, start + 1
    return spliced(document, start, old=old, new=new), start + 1


def spliced(document: Document, start: int, *, old: Sequence[str], new: Sequence[str]) -> Document:
    """Lines common to old and new are taken from the file, the others from the edit."""
    stop = start + len(old)
    end = next((end for end in document.ends[start:stop] if end), document.end)
    lines, ends = list(document.lines[:start]), list(document.ends[:start])
    for same, there, fresh in _pieces(old, new):
        if same:
            lines.extend(document.lines[start + there.start : start + there.stop])
            ends.extend(document.ends[start + there.start : start + there.stop])
        else:
            lines.extend(new[fresh.start : fresh.stop])
            ends.extend([end] * len(fresh))
    return settled(document, [*lines, *document.lines[stop:]], [*ends, *document.ends[stop:]])


def _pieces(old: Sequence[str], new: Sequence[str]) -> list[tuple[bool, range, range]]:
    """(common, range of old, range of new) in order."""
    head = next(
        (at for at, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), min(len(old), len(new))
    )
    rest = min(len(old), len(new)) - head
    tail = next((at for at in range(rest) if old[-1 - at] != new[-1 - at]), rest)
    old_end, new_end = len(old) - tail, len(new) - tail
    inner = [(False, range(head, old_end), range(head, new_end))]
    if (old_end - head) * (new_end - head) <= LARGEST_COMPARED:
        matcher = difflib.SequenceMatcher(None, old[head:old_end], new[head:new_end], autojunk=False)
        inner = [
            (tag == "equal", range(head + i, head + j), range(head + k, head + m))
            for tag, i, j, k, m in matcher.get_opcodes()
        ]
    return [(True, range(head), range(head)), *inner, (True, range(old_end, len(old)), range(new_end, len(new)))]


def _fitted(
    document: Document, start: int, *, old: Sequence[str], operation: Operation
) -> tuple[Sequence[str], Sequence[str]]:
    """Old and new with the indentation the file has. Raises EditError where a new line stands left of the old ones."""
    margins = shift(old, document.lines[start : start + len(old)])
    fitted = [reindented(lines, margins) for lines in (old, lines_of(operation.new))] if margins else [None, None]
    if fitted[0] is None or fitted[1] is None:
        raise EditError(
            f"{operation.path!r}: the quoted lines stand at line {start + 1} with other indentation, and the new lines"
            " cannot be shifted by the same amount; send the edit again with the file's own indentation"
        )
    return fitted[0], fitted[1]


def _stands_around(document: Document, start: int, *, old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether the place reads like the new text already, of which the old one is a part."""
    if len(new) <= len(old):
        return False
    offsets = (at for at in range(len(new) - len(old) + 1) if list(new[at : at + len(old)]) == list(old))
    firsts = (start - at for at in offsets if start >= at)
    return any(document.lines[first : first + len(new)] == tuple(new) for first in firsts)


def _below(lines: Sequence[str], starts: tuple[int, ...], operation: Operation) -> tuple[int, ...]:
    """The places below the lines the operation names, as far as these are to be found and unique. Raises EditError
    where the only place lies outside the block that such a line opens."""
    first, stop, opened = 0, len(lines), ""
    for wanted in operation.below:
        named = [at for at in range(first, stop) if lines[at].strip().startswith(wanted.strip())]
        if len(named) != 1:
            break
        first = named[0]
        if lines[first].rstrip().endswith(":"):
            stop, opened = min(stop, _block_end(lines, first)), wanted
    inside = tuple(start for start in starts if first <= start < stop)
    if len(starts) == 1 and opened and not inside:
        raise EditError(
            f"{operation.path!r}: the hunk stands at line {starts[0] + 1}, not below {opened!r};"
            " quote more lines around it, as they are now"
        )
    return inside if len(starts) > 1 and inside else starts


def _block_end(lines: Sequence[str], at: int) -> int:
    """The line after the block that line `at` opens: the next one that is not indented deeper."""
    own = len(margin([lines[at]]))
    later = (
        index for index in range(at + 1, len(lines)) if lines[index].strip() and len(margin([lines[index]])) <= own
    )
    return next(later, len(lines))


def _absent(document: Document, old: Sequence[str], *, operation: Operation) -> tuple[Document, int]:
    new = lines_of(operation.new)
    there = found(document.lines, new) if any(line.strip() for line in new) else ()
    if len(there) == 1:
        return document, there[0] + 1
    raise EditError(f"{operation.path!r}: the quoted lines do not stand in the file. {described(document.lines, old)}")


def _ambiguous(path: str, starts: Sequence[int]) -> str:
    shown = ", ".join(str(start + 1) for start in starts[:8])
    more = ", …" if len(starts) > 8 else ""
    count = f"{len(starts)}" if len(starts) < MOST else f"at least {MOST}"
    places = f"stand in {count} places (lines {shown}{more})"
    return f"{path!r}: the quoted lines {places}; quote more lines around the one that is meant"


def lines_of(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []
