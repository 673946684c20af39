"""Reads a reply: walks its lines, asks each form whether an operation begins here, and passes over the prose.

The walk only moves forward and a form sees the lines and the place, nothing else. A reply that is still arriving can
therefore be read again from the line where the last whole operation began: what was read before it does not change.
"""

from collections.abc import Sequence

from pareback.workspaces.edit import Form, Operation, Unreadable

LONGEST = 4 * 1024 * 1024
"""Characters of a reply that are read: several times the largest patch, so that quoted text fits too."""

MOST_LINES = 100_000
"""Lines of a reply that are read."""

MOST = 400
"""Operations of one reply that are read."""


def read(text: str, forms: Sequence[Form]) -> tuple[Operation | Unreadable, ...]:
    """The operations of a reply in their order, and what began like one and is none. A reply without any yields one
    Unreadable that says so. Line ends of every kind become LF, a byte order mark at the start is dropped."""
    if len(text) > LONGEST:
        return (Unreadable(f"the reply has {len(text)} characters; at most {LONGEST} are read. Send smaller edits"),)
    lines = lines_of(text)
    if len(lines) > MOST_LINES:
        return (Unreadable(f"the reply has {len(lines)} lines; at most {MOST_LINES} are read. Send smaller edits"),)
    found = _walk(lines, forms)
    if not found:
        return (Unreadable("the reply holds no edit. Write the path of a file on a line alone, the edit right below"),)
    if len(found) > MOST:
        return (*found[:MOST], Unreadable(f"only the first {MOST} edits were read. Send the others in the next reply"))
    return found


def lines_of(text: str) -> list[str]:
    """The lines of a reply without their ends; no empty last line where the text ends with a line end."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return plain.removesuffix("\n").split("\n") if plain else []


def _walk(lines: Sequence[str], forms: Sequence[Form]) -> tuple[Operation | Unreadable, ...]:
    found: list[Operation | Unreadable] = []
    at = 0
    while at < len(lines) and len(found) <= MOST:
        operations, at = _step(lines, at, forms)
        found.extend(operations)
    return tuple(found)


def _step(lines: Sequence[str], at: int, forms: Sequence[Form]) -> tuple[tuple[Operation | Unreadable, ...], int]:
    for form in forms:
        read_here = form.read(lines, at)
        if read_here is not None:
            operations, after = read_here
            return operations, max(after, at + 1)
    return (), at + 1
