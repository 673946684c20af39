"""Reads the `*** Begin Patch` envelope, which many models write whatever they were asked for.

Each hunk becomes the replacement of a quoted region; line numbers are ignored, since models cannot count. The line
behind `@@` says below which line the region stands.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pareback.workspaces.edit import Example, Form, Operation, Unreadable
from pareback.workspaces.marks import fence

_HEADER = re.compile(r"\*\*\* (Update|Add|Delete|Move) File:[ \t]*(.*?)[ \t]*$")
_TARGET = re.compile(r"\*\*\* Move to:[ \t]*(.*?)[ \t]*$")
_RANGE = re.compile(r"@@(?:[ \t]+-\d[\d,]*[ \t]+\+\d[\d,]*[ \t]+@@)?[ \t]?(.*?)[ \t]*(?:@@)?$")
_BEGIN, _END, _LAST = "*** Begin Patch", "*** End Patch", "*** End of File"

_INSTRUCTIONS = """\
To change files with a patch, write the envelope below. Every line of a hunk begins with a space (stays), '-' (goes) or
'+' (comes); quote enough lines that the place is unique:

*** Begin Patch
*** Update File: src/shop/cart.py
@@ def total(items):
-    total = 0
+    total = Decimal(0)
     for item in items:
*** Add File: src/shop/rates.py
+RATE = 2
*** Delete File: src/shop/old.py
*** End Patch"""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The patch envelope."""

    instructions: str = _INSTRUCTIONS

    @property
    def examples(self) -> Sequence[Example]:
        """All operations at once, a hunk found by its @@ line, one that stands twice, an envelope that was cut."""
        return _EXAMPLES

    def read(self, lines: Sequence[str], at: int) -> tuple[tuple[Operation | Unreadable, ...], int] | None:
        """The sections of the envelope that begins here; its first line may be missing."""
        if not (lines[at].rstrip() == _BEGIN or lines[at].startswith(("*** Update File:", "*** Add File:"))):
            return None
        first = at + 1 if lines[at].rstrip() == _BEGIN else at
        marked = (index for index in range(first, len(lines)) if lines[index].startswith(_END))
        end = next(marked, None)
        stop = len(lines) if end is None else end
        heads = [index for index in range(first, stop) if _HEADER.match(lines[index])]
        bounds = [*heads[1:], stop]
        sections = [_section(lines[head:bound]) for head, bound in zip(heads, bounds, strict=False)]
        if end is None:
            return (*_flat(sections[:-1]), _cut(lines, heads)), len(lines)
        return _flat(sections), _past_fence(lines, at, end=end + 1)


def build() -> Form:
    """The form."""
    return Envelope()


def _flat(sections: Sequence[Sequence[Operation | Unreadable]]) -> tuple[Operation | Unreadable, ...]:
    return tuple(operation for section in sections for operation in section)


def _cut(lines: Sequence[str], heads: Sequence[int]) -> Unreadable:
    header = _HEADER.match(lines[heads[-1]]) if heads else None
    path = _plain(header[2]) if header else ""
    named = f"{path!r}: " if path else ""
    return Unreadable(f"{named}the patch has no line '{_END}', so its last section may be cut; send that again", path)


def _section(lines: Sequence[str]) -> tuple[Operation | Unreadable, ...]:
    header = _HEADER.match(lines[0])
    kind, path = (header[1], _plain(header[2])) if header else ("", "")
    if not path:
        return (Unreadable(f"{lines[0].strip()!r} names no file"),)
    if kind == "Delete":
        return (Operation(kind="delete", path=path),)
    if kind == "Move":
        source, _, target = path.partition(" -> ")
        return (_move(_plain(source), _plain(target)),)
    return (_added(path, lines[1:]),) if kind == "Add" else _updated(path, lines[1:])


def _move(path: str, target: str) -> Operation | Unreadable:
    if not (path and target):
        return Unreadable(f"{path!r}: the move names no target; write '*** Move to: new/path.py'", path=path)
    return Operation(kind="move", path=path, target=target)


def _added(path: str, lines: Sequence[str]) -> Operation | Unreadable:
    body = _without_end(lines)
    if not all(line.startswith("+") for line in body):
        return Unreadable(f"{path!r}: every line of an added file begins with '+'; send the file again", path=path)
    return Operation(kind="replace", path=path, new="".join(f"{line[1:]}\n" for line in body))


def _updated(path: str, lines: Sequence[str]) -> tuple[Operation | Unreadable, ...]:
    target = _TARGET.match(lines[0]) if lines else None
    body = _without_end(lines[1:] if target else lines)
    found = [_hunk(path, hunk) for hunk in _hunks(body)]
    moves = (_move(path, _plain(target[1])),) if target else ()
    if not found and not moves:
        return (Unreadable(f"{path!r}: the section has no hunk; every hunk begins with a line '@@'", path=path),)
    return (*found, *moves)


def _hunks(body: Sequence[str]) -> list[tuple[tuple[str, ...], list[str]]]:
    """(the lines behind @@, the lines of the hunk) for each hunk; several @@ lines in a row belong to one."""
    hunks: list[tuple[tuple[str, ...], list[str]]] = []
    for line in body:
        header = _RANGE.match(line) if line.startswith("@@") else None
        if header is None:
            hunks = hunks or [((), [])]
            hunks[-1][1].append(line)
            continue
        named = (header[1],) if header[1].strip() else ()
        if hunks and not hunks[-1][1]:
            hunks[-1] = ((*hunks[-1][0], *named), [])
        else:
            hunks.append((named, []))
    return [hunk for hunk in hunks if any(line.strip() for line in hunk[1])]


def _hunk(path: str, hunk: tuple[tuple[str, ...], Sequence[str]]) -> Operation | Unreadable:
    below, lines = hunk
    body = _without_end(lines)
    wrong = next((line for line in body if line and line[0] not in " +-"), None)
    if wrong is not None:
        reason = f"{path!r}: the hunk line {wrong[:80]!r} begins with neither ' ', '-' nor '+'; send that hunk again"
        return Unreadable(reason, path=path)
    old = "".join(f"{line[1:]}\n" for line in body if line[:1] != "+")
    new = "".join(f"{line[1:]}\n" for line in body if line[:1] != "-")
    if not old.strip():
        reason = f"{path!r}: the hunk only adds lines; quote the line above them with a space in front, as the place"
        return Unreadable(reason, path=path)
    return Operation(kind="replace", path=path, old=old, new=new, below=below)


def _without_end(lines: Sequence[str]) -> list[str]:
    """The lines without the end mark and without blank ones after the last: these separate sections."""
    body = [line for line in lines if line.rstrip() != _LAST]
    while body and not body[-1].strip():
        body.pop()
    return body


def _plain(path: str) -> str:
    return path.strip().strip("`").strip().removeprefix("./")


def _past_fence(lines: Sequence[str], at: int, *, end: int) -> int:
    """Past the fence that closes what wrapped the envelope; left alone it would look like one that opens."""
    opening = fence(lines[at - 1]) if at else None
    closing = fence(lines[end]) if end < len(lines) else None
    return end + 1 if opening and closing and not closing.info else end


_BEFORE = {"src/a.py": "def f(x):\n    return x\n\n\ndef g(x):\n    return x\n", "src/old.py": "OLD = 1\n"}
_HUNK = "@@ def g(x):\n-    return x\n+    return x + 1\n"

_EXAMPLES = (
    Example(
        reply="```\n*** Begin Patch\n*** Update File: src/a.py\n@@\n-def f(x):\n+def f(x: int):\n     return x\n"
        "*** Add File: src/b.py\n+B = 1\n*** Delete File: src/old.py\n*** End Patch\n```\n",
        before=_BEFORE,
        after={"src/a.py": _BEFORE["src/a.py"].replace("f(x)", "f(x: int)"), "src/b.py": "B = 1\n"},
    ),
    Example(
        reply=f"*** Begin Patch\n*** Update File: src/a.py\n*** Move to: src/c.py\n{_HUNK}*** End Patch\n",
        before=_BEFORE,
        after={"src/c.py": f"{_BEFORE['src/a.py'][:-1]} + 1\n", "src/old.py": "OLD = 1\n"},
    ),
    Example(
        reply="*** Begin Patch\n*** Update File: src/a.py\n@@\n-    return x\n+    return 0\n*** End Patch\n",
        before=_BEFORE,
        after=None,
    ),
    Example(reply=f"*** Begin Patch\n*** Update File: src/a.py\n{_HUNK}", before=_BEFORE, after=None),
    Example(reply="*** Begin Patch\n*** Add File: src/b.py\nB = 1\n*** End Patch\n", before=_BEFORE, after=None),
)
