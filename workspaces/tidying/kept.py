"""What a formatter may change: lines of the patch and those beside them. Old code stays as its authors left it."""

from collections.abc import Collection
from difflib import SequenceMatcher


def kept(brought: Collection[int], text: bytes, formatted: bytes) -> bytes:
    """The text with those changes of the formatter that touch lines, from 1, which the patch `brought`."""
    old, new = text.splitlines(keepends=True), formatted.splitlines(keepends=True)
    made = bytearray()
    for tag, first, stop, start, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        ours = tag != "equal" and any(line in brought for line in range(first, stop + 2))
        made += b"".join(new[start:end] if ours else old[first:stop])
    return bytes(made)
