"""What a formatter may change: lines of the patch and those beside them. Old code stays as its authors left it."""

from difflib import SequenceMatcher


def brought(before: bytes | None, after: bytes) -> frozenset[int]:
    """The lines of `after`, from 1, that `before` does not have there."""
    lines = after.splitlines(keepends=True)
    if before is None:
        return frozenset(range(1, len(lines) + 1))
    pieces = SequenceMatcher(None, before.splitlines(keepends=True), lines, autojunk=False).get_opcodes()
    return frozenset(line + 1 for tag, _, _, first, stop in pieces if tag != "equal" for line in range(first, stop))


def kept(before: bytes | None, after: bytes, formatted: bytes) -> bytes:
    """`after` with those changes of the formatter that touch what the patch brought to `before`."""
    mine = brought(before, after)
    old, new = after.splitlines(keepends=True), formatted.splitlines(keepends=True)
    made = bytearray()
    for tag, first, stop, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        ours = tag != "equal" and not mine.isdisjoint(range(first, stop + 2))
        made += b"".join(new[start:end] if ours else old[first:stop])
    return bytes(made)
