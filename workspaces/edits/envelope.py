"""Reads the `*** Begin Patch` envelope, which many models write whatever they were asked for.

Each hunk becomes the replacement of a quoted region; line numbers are ignored, since models cannot count. The line
behind `@@` says below which line the region stands.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pareback.workspaces.edit import Example, Form, Found, Operation, Step, Unreadable
from pareback.workspaces.hunk import hunks, plain, without_end
from pareback.workspaces.marks import fence

_HEADER = re.compile(r"\*\*\* (Update|Add|Delete|Move) File:[ \t]*(.*?)[ \t]*$")
_TARGET = re.compile(r"\*\*\* Move to:[ \t]*(.*?)[ \t]*$")
_BEGIN, _END = "*** Begin Patch", "*** End Patch"

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

    def read(self, lines: Sequence[str], at: int) -> Iterator[Step]:
        """The sections of the envelope that begins here; its first line may be missing."""
        if not (lines[at].rstrip() == _BEGIN or lines[at].startswith(("*** Update File:", "*** Add File:"))):
            return
        head: int | None = None
        for index in range(at + 1 if lines[at].rstrip() == _BEGIN else at, len(lines)):
            ends = lines[index].startswith(_END)
            if not (ends or _HEADER.match(lines[index])):
                continue
            if head is not None:
                yield _section(lines[head:index]), index
            if ends:
                yield (), _past_fence(lines, at, end=index + 1)
                return
            head = index
        yield (_cut("" if head is None else lines[head]),), len(lines)


def build() -> Form:
    """The form."""
    return Envelope()


def _cut(line: str) -> Unreadable:
    header = _HEADER.match(line)
    path = plain(header[2]) if header else ""
    named = f"{path!r}: " if path else ""
    return Unreadable(f"{named}the patch has no line '{_END}', so its last section may be cut; send that again", path)


def _section(lines: Sequence[str]) -> tuple[Found, ...]:
    header = _HEADER.match(lines[0])
    kind, path = (header[1], plain(header[2])) if header else ("", "")
    if not path:
        return (Unreadable(f"{lines[0].strip()!r} names no file"),)
    if kind == "Delete":
        return (Operation(kind="delete", path=path),)
    if kind == "Move":
        source, _, target = path.partition(" -> ")
        return (_move(plain(source), plain(target)),)
    return (_added(path, lines[1:]),) if kind == "Add" else _updated(path, lines[1:])


def _move(path: str, target: str) -> Found:
    if not (path and target):
        return Unreadable(f"{path!r}: the move names no target; write '*** Move to: new/path.py'", path=path)
    return Operation(kind="move", path=path, target=target)


def _added(path: str, lines: Sequence[str]) -> Found:
    body = without_end(lines)
    if not all(line.startswith("+") for line in body):
        return Unreadable(f"{path!r}: every line of an added file begins with '+'; send the file again", path=path)
    return Operation(kind="replace", path=path, new="".join(f"{line[1:]}\n" for line in body))


def _updated(path: str, lines: Sequence[str]) -> tuple[Found, ...]:
    target = _TARGET.match(lines[0]) if lines else None
    body = without_end(lines[1:] if target else lines)
    found = [hunk.operation(path) for hunk in hunks(body)]
    moves = (_move(path, plain(target[1])),) if target else ()
    if not found and not moves:
        return (Unreadable(f"{path!r}: the section has no hunk; every hunk begins with a line '@@'", path=path),)
    return (*found, *moves)


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
