"""Reads unified diffs as models write them: wrong or no line numbers, missing headers, in a fence or not.

Every hunk is found by the lines it quotes, never by its numbers. A line that may belong to a hunk does: what it was not
meant to hold makes it stand nowhere, and it is refused.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pareback.workspaces.edit import Example, Form, Found, Operation, Step, Unreadable
from pareback.workspaces.hunk import hunks, plain, without_end
from pareback.workspaces.marks import begins_operation, fence, path_above, path_of, quotes_a_diff

_NOWHERE = "/dev/null"
_GIT = re.compile(r"diff --git a/(.+) b/\1$")
_META = re.compile(
    r"(?:diff |index [0-9a-f]|(?:old|new|deleted file|new file) mode |(?:dis)?similarity index |rename |copy "
    r"|Binary files |GIT binary patch)"
)
_INSTRUCTIONS = """\
To change files with a diff, name each file and quote the lines around a change with a space in front, what goes with
'-', what comes with '+'. Line numbers do not count; quote enough lines that the place is unique:

--- a/src/shop/cart.py
+++ b/src/shop/cart.py
@@
 def total(items):
-    total = 0
+    total = Decimal(0)
     for item in items:"""


@dataclass(frozen=True, slots=True)
class Diff:
    """Unified diffs."""

    instructions: str = _INSTRUCTIONS

    @property
    def examples(self) -> Sequence[Example]:
        """Two files with wrong numbers, a new, a deleted and a moved one, no headers, a hunk that stands twice, a cut
        one, a path that is not clear."""
        return _EXAMPLES

    def read(self, lines: Sequence[str], at: int) -> Iterator[Step]:
        """The files and hunks that begin here."""
        if quotes_a_diff(lines, at):
            yield from _files(lines, at + 1, head=_Head(path_above(lines, at) or ""), fenced=True)
        elif _begins(lines, at):
            fenced = any(fence(line) for line in lines[max(0, at - 2) : at])
            yield from _files(lines, at, head=_Head(_heading(lines, at)), fenced=fenced)


def build() -> Form:
    """The form."""
    return Diff()


@dataclass(frozen=True, slots=True)
class _Head:
    """What is known of a file: the path above the diff, the names behind --- and +++, and behind `rename`."""

    path: str = ""
    old: str = ""
    new: str = ""
    source: str = ""
    target: str = ""
    deleted: bool = False
    hunks: int = 0

    def heard(self, line: str) -> "_Head":
        """With what one header line says; some begin another file."""
        git = _GIT.match(line)
        if line.startswith("diff "):
            return _Head(path=plain(git[1]) if git else "")
        if line.startswith("--- "):
            known = self if not (self.old or self.new or self.hunks) else _Head()
            return replace(known, old=_name(line))
        if line.startswith("+++ "):
            return replace(self, new=_name(line))
        if line.startswith("rename from "):
            return replace(self, source=plain(line.removeprefix("rename from ")))
        if line.startswith("rename to "):
            return replace(self, target=plain(line.removeprefix("rename to ")))
        return replace(self, deleted=self.deleted or line.startswith("deleted file"))

    @property
    def file(self) -> str:
        """The path of the file that the hunks are for; empty where two are named or none."""
        old, new = self._names
        if _NOWHERE in {old, new}:
            return new if old == _NOWHERE else old
        if self.source or not (old and new):
            return self.source or old or new or self.path
        return old if old == new else ""

    @property
    def _names(self) -> tuple[str, str]:
        """The two names without a/ and b/, where both carry them or one stands alone."""
        bare = {"", _NOWHERE}
        if (self.old in bare or self.old.startswith("a/")) and (self.new in bare or self.new.startswith("b/")):
            return self.old.removeprefix("a/"), self.new.removeprefix("b/")
        return self.old, self.new

    def hunk(self, body: Sequence[str]) -> tuple[Found, ...]:
        """What a hunk of this file asks for."""
        if self.new == _NOWHERE:
            return ()
        if not self.file:
            told = f"the diff names {self.old!r} and {self.new!r}" if self.old or self.new else "the diff names no file"
            return (Unreadable(f"{told}; write '--- a/path' and '+++ b/path' of one file above its hunks"),)
        if self.old == _NOWHERE:
            return (self._created(without_end(body[1:] if body[0].startswith("@@") else body)),)
        return tuple(hunk.operation(self.file) for hunk in hunks(body))

    def _created(self, body: Sequence[str]) -> Found:
        if not all(line.startswith("+") for line in body):
            reason = f"{self.file!r}: every line of a new file begins with '+'; send the file again"
            return Unreadable(reason, path=self.file)
        return Operation(kind="replace", path=self.file, new="".join(f"{line[1:]}\n" for line in body))

    def last(self) -> tuple[Found, ...]:
        """What is to be done once all hunks of the file are in."""
        if self.file and (self.deleted or self.new == _NOWHERE):
            return (Operation(kind="delete", path=self.file),)
        if self.source and self.target:
            return (Operation(kind="move", path=self.source, target=self.target),)
        return ()


def _begins(lines: Sequence[str], at: int) -> bool:
    """Whether a diff begins here without a fence that says so."""
    line = lines[at]
    if line[:1] not in {"d", "-", "+", "@"} or not begins_operation(line):
        return False
    if line.startswith("diff "):
        return True
    if line.startswith("@@"):
        return bool(_heading(lines, at))
    following = lines[at + 1] if at + 1 < len(lines) else ""
    return following.startswith("@@") or (line.startswith("---") and following.startswith("+++ "))


def _heading(lines: Sequence[str], at: int) -> str:
    """The path above; a fence may stand between."""
    above = at - 1 if at and fence(lines[at - 1]) else at
    return path_above(lines, above) or ""


def _files(lines: Sequence[str], at: int, *, head: _Head, fenced: bool) -> Iterator[Step]:
    """The steps of a diff from line `at` on; in a fence it ends with that, else with a line that cannot be its."""
    body: list[str] = []
    for index in range(at, len(lines)):
        line = lines[index]
        kind = _kind(lines, index, fenced=fenced, inside=bool(body))
        if kind == "body":
            body.append(line)
            continue
        if body:
            yield _ended(head, body, line, clear=fenced or kind != "end"), index
            head = replace(head, hunks=head.hunks + 1)
        body = [line] if kind == "hunk" else []
        done, head = _headed(head, line) if kind == "head" else ((), head)
        yield done, index
        if kind == "end":
            yield head.last(), index + fenced
            return
    yield ((_cut(head),) if fenced else (*(head.hunk(body) if body else ()), *head.last())), len(lines)


def _ended(head: _Head, body: Sequence[str], line: str, *, clear: bool) -> tuple[Found, ...]:
    """What a hunk asks for that ends before this line; one that prose follows at once may have lost its marks."""
    return head.hunk(body) if clear or not body[-1].strip() or _separates(line) else (_unclear(head, line),)


def _headed(head: _Head, line: str) -> tuple[tuple[Found, ...], _Head]:
    """What is to be done before another file begins, and what is known after this header line."""
    after = head.heard(line)
    return (head.last() if line.startswith("diff ") or after.hunks < head.hunks else ()), after


def _kind(lines: Sequence[str], at: int, *, fenced: bool, inside: bool) -> str:
    """What a line of a diff is: head, hunk, body or end. `inside`: within a hunk."""
    line = lines[at]
    if line.startswith("@@"):
        return "hunk"
    if _META.match(line) or _names_file(lines, at, inside=inside):
        return "head"
    if fenced:
        closing = fence(line)
        return "end" if closing and not closing.info else "body"
    body = (not line and inside) or line[:1] in {" ", "+", "-", "\\"}
    return "body" if body and (inside or not line.startswith(("- ", "+ "))) else "end"


def _names_file(lines: Sequence[str], at: int, *, inside: bool) -> bool:
    """Whether the line is one of the two that name a file; within a hunk only both together are, after it."""
    line = lines[at]
    if line.startswith("+++ "):
        return not inside
    return line.startswith("--- ") and (not inside or (at + 1 < len(lines) and lines[at + 1].startswith("+++ ")))


def _separates(line: str) -> bool:
    return bool(fence(line)) or begins_operation(line) or path_of(line) is not None


def _unclear(head: _Head, line: str) -> Unreadable:
    named = f"{head.file!r}: " if head.file else ""
    told = f"{named}the line {line[:80]!r} right below a hunk begins with neither ' ', '-' nor '+'"
    return Unreadable(f"{told}; send that hunk again, and an empty line after it", path=head.file)


def _cut(head: _Head) -> Unreadable:
    named = f"{head.file!r}: " if head.file else ""
    return Unreadable(f"{named}the fence around the diff is not closed, so its last hunk may be cut; send that again")


def _name(line: str) -> str:
    return plain(line[4:].partition("\t")[0].strip().strip('"'))


_BEFORE = {"src/a.py": "def f(x):\n    return x\n\n\ndef g(x):\n    return x\n", "src/old.py": "OLD = 1\n"}
_F, _G = "@@ -9,9 +7 @@\n def f(x):\n-    return x\n+    return 1\n", "@@\n def g(x):\n-    return x\n+    return 2\n"
_BOTH = "--- a/src/a.py\n+++ b/src/a.py\n"
_DONE = "def f(x):\n    return 1\n\n\ndef g(x):\n    return 2\n"
_GONE = "--- src/old.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-OLD = 1\n"

_EXAMPLES = (
    Example(
        reply=f"Here:\n\n```diff\n{_BOTH}{_F}{_G}--- /dev/null\n+++ b/src/b.py\n@@ -0,0 +1 @@\n+B = 1\n{_GONE}```\n",
        before=_BEFORE,
        after={"src/a.py": _DONE, "src/b.py": "B = 1\n"},
    ),
    Example(reply=f"src/a.py\n```diff\n{_G}{_F}```\n", before=_BEFORE, after={**_BEFORE, "src/a.py": _DONE}),
    Example(reply=f"{_BOTH}{_F}\n{_G}\nDone.\n", before=_BEFORE, after={**_BEFORE, "src/a.py": _DONE}),
    Example(
        reply="diff --git a/src/a.py b/src/c.py\nrename from src/a.py\nrename to src/c.py\n"
        f"--- a/src/a.py\n+++ b/src/c.py\n{_F}{_G}",
        before=_BEFORE,
        after={"src/c.py": _DONE, "src/old.py": "OLD = 1\n"},
    ),
    Example(reply=f"{_BOTH}@@ -2 +2 @@\n-    return x\n+    return 1\n", before=_BEFORE, after=None),
    Example(reply=f"```diff\n{_BOTH}{_F}", before=_BEFORE, after=None),
    Example(reply=f"```diff\n{_F}```\n", before=_BEFORE, after=None),
    Example(reply=f"--- a/src/a.py\n+++ b/src/old.py\n{_F}", before=_BEFORE, after=None),
    Example(reply=f"{_BOTH}@@ -1 +1 @@\n+X = 1\n", before=_BEFORE, after=None),
)
