"""Writes anew what stands between two quoted places of a document, and nothing else.

Each place has to be the only one that can be meant: the one pair in which the first stands above the second. Lines are
found as in `match`; where they stand with other indentation, both must be shifted alike, and the new
text is shifted too.
"""

from collections.abc import Sequence

from pareback.workspaces.document import Document, EditError, dump, load
from pareback.workspaces.edit import Operation
from pareback.workspaces.match import find, reindented, shift
from pareback.workspaces.nearest import described
from pareback.workspaces.splice import lines_of, spliced


def refill(path: str, data: bytes, *, above: str, new: str, beneath: str) -> bytes:
    """The file's bytes with `new` between the lines `above` and `beneath`; every byte outside stays.

    All texts are whole lines with LF ends; an empty `above` is the start of the file, an empty `beneath` its end.
    Raises EditError, in words for a model, where a place is missing or not the only one, or the file is not editable.
    """
    document = load(path, data)
    operation = Operation(kind="refill", path=path, above=above, new=new, beneath=beneath)
    return dump(path, refilled(document, operation)[0])


def refilled(document: Document, operation: Operation) -> tuple[Document, int]:
    """The document with the region refilled and the line (from 1) where; the same where it reads so already. Raises
    EditError."""
    above, beneath, new = lines_of(operation.above), lines_of(operation.beneath), lines_of(operation.new)
    if not (above or beneath):
        raise EditError(f"{operation.path!r}: neither line is quoted; write the whole file, or quote one of them")
    ends = [at + len(above) for at in _places(document.lines, above, operation.path)] if above else [0]
    starts = _places(document.lines, beneath, operation.path) if beneath else [len(document.lines)]
    pairs = [(end, start) for end in ends for start in starts if end <= start]
    if len(pairs) != 1:
        raise EditError(f"{operation.path!r}: {_unclear(ends, starts, pairs=len(pairs))}")
    start, stop = pairs[0]
    quotes = [(above, document.lines[start - len(above) : start])] if above else []
    quotes += [(beneath, document.lines[stop : stop + len(beneath)])] if beneath else []
    fitted = _fitted(new, quotes)
    if fitted is None:
        raise EditError(
            f"{operation.path!r}: the quoted lines stand there with other indentation, and the new lines cannot be"
            " shifted by the same amount; send the edit again with the file's own indentation"
        )
    old = document.lines[start:stop]
    if list(old) == fitted:
        return document, start + 1
    return spliced(document, start, old=old, new=fitted), start + 1


def _places(lines: Sequence[str], quoted: Sequence[str], path: str) -> Sequence[int]:
    """Where the quoted lines stand. Raises EditError where they do not."""
    if not any(line.strip() for line in quoted):
        raise EditError(f"{path!r}: a quoted line is blank; quote one with text")
    found = find(lines, quoted).starts
    if not found:
        raise EditError(f"{path!r}: the quoted lines do not stand in the file. {described(lines, quoted)}")
    return found


def _fitted(new: list[str], quotes: Sequence[tuple[Sequence[str], Sequence[str]]]) -> list[str] | None:
    """The new lines, shifted as the quoted ones are; None where they are shifted differently or it cannot be done."""
    margins = {shift(quoted, there) for quoted, there in quotes}
    moved = {pair for pair in margins if pair is None or pair[0] != pair[1]}
    if not moved:
        return new
    one = margins.pop() if len(margins) == 1 else None
    return None if one is None else reindented(new, one)


def _unclear(ends: Sequence[int], starts: Sequence[int], *, pairs: int) -> str:
    shown = [", ".join(str(at) for at in list(places)[:8]) for places in (ends, [start + 1 for start in starts])]
    if pairs:
        return (
            f"the lines to refill between stand in several places (above: lines {shown[0]}; below: lines {shown[1]});"
            " quote more lines, so that each stands once"
        )
    return f"the line above (line {shown[0]}) stands below the other one (line {shown[1]}); quote them in their order"
