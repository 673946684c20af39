"""Thousands of malformed replies, grown from good ones by seed: each operation is made exactly or refused.

Every change is judged by a second opinion that shares no code with the applier.
"""

import contextlib
import importlib
import pkgutil
import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from pareback.workspaces import edits
from pareback.workspaces.edit import Answer, Form, Found, Operation, Unreadable
from pareback.workspaces.guard import Policy
from pareback.workspaces.patch import apply
from pareback.workspaces.stream import Arrival, read

FORMS: Mapping[str, Form] = {
    name: importlib.import_module(f"{edits.__name__}.{name}").build()
    for _, name, _ in pkgutil.iter_modules(edits.__path__)
}


def _region(old: str, new: str, *, path: str) -> str:
    return f"{path}\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n"


TREE: Mapping[str, bytes] = {
    "src/shop/cart.py": b"class Cart:\n    def total(self):\n        return sum(self.items)\n\n    def size(self):\n"
    b"        return len(self.items)\n\n\ndef total(items):\n    return sum(items)\n",
    "src/shop/dos.py": b"RATE = 1\r\n\r\n\r\ndef rate():\r\n    return RATE  \r\n",
    "src/shop/mark.py": b"\xef\xbb\xbfNAME = 'caf\xc3\xa9'\nSIZE = 2\n",
    "src/shop/old.py": b"# -*- coding: latin-1 -*-\nNAME = 'caf\xe9'\nSIZE = 2",
    "docs/use.md": b"# Use\n\n```sh\nshop\n```\n\nMore\n====\n",
    "tests/test_cart.py": b"def test_total():\n    assert True\n",
    "pyproject.toml": b"[project]\nname = 'shop'\n",
    ".git/config": b"[core]\n",
    "link/inside.py": b"INSIDE = 1\n",
}
POLICY = Policy(files=frozenset(TREE), links=frozenset({"link"}))
MAY_CHANGE = re.compile(r"(?:src/|docs/|notes/)?[^/\\\0]+(?:/[^/\\\0]+)*")
MAY_NOT = re.compile(r"(^|/)(\.\.?|\.git[^/]*|\.github|conftest\.py|pyproject\.toml|)(/|$)|^link/|^tests/(?!test_new)")

CART, DOS = "src/shop/cart.py", "src/shop/dos.py"
ENVELOPE = """\
*** Begin Patch
*** Update File: src/shop/cart.py
@@ class Cart:
@@     def total(self):
-        return sum(self.items)
+        return sum(self.items, 0)
*** Add File: notes/a.txt
+one
+two
*** Delete File: src/shop/old.py
*** End Patch
"""
TOTAL = "def total(items):\n    return sum(items)\n"
DIFF = f"""\
--- a/{CART}
+++ b/{CART}
@@ -9,3 +9 @@
 def total(items):
-    return sum(items)
+    return sum(items, 1)
diff --git a/{DOS} b/{DOS}
--- a/{DOS}
+++ b/{DOS}
@@ @@
-RATE = 1
+RATE = 3
--- /dev/null
+++ b/src/shop/fresh.py
@@ -0,0 +1 @@
+FRESH = 1
"""
GOOD = (
    f"```diff\n{DIFF}```\n",
    f"{CART}\n```diff\n@@\n     def size(self):\n-        return len(self.items)\n+        return 0\n```\n",
    f"{CART}\n<<<<<<< ABOVE\n    def size(self):\n=======\n        return 1\n\n\n=======\n{TOTAL}>>>>>>> BELOW\n",
    f"{CART}::Cart.size\n```python\ndef size(self):\n    return 3\n```\n",
    f"*** Insert After: {CART}::total\n```python\ndef half(items):\n    return 2\n```\n",
    f"*** Insert Into: {CART}::Cart\n```\ndef clear(self):\n    pass\n```\n",
    f"*** Delete Symbol: {CART}::Cart.size\n*** Rename Symbol: {DOS}::rate -> fee\n",
    _region(TOTAL, TOTAL.replace("items)\n", "items, 0)\n"), path=CART),
    _region("    def size(self):\n", "    def count(self):\n", path=f"`{CART}`")
    + _region("RATE = 1\n", "RATE = 2\n", path=DOS),
    _region("SIZE = 2\n", "SIZE = 3\nCOLOUR = 'blue'\n", path="src/shop/old.py"),
    _region("", "NEW = 1\n", path="src/shop/new.py"),
    "src/shop/mark.py\n```python\nNAME = 'tea'\nSIZE = 3\n```\nDone.\n",
    "docs/use.md\n````markdown\n# Use\n```\nshop --all\n```\n````\n",
    "tests/test_new.py\n```python\ndef test_new():\n    assert 1\n```\n",
    "*** Delete File: src/shop/old.py\n*** Move File: src/shop/dos.py -> src/shop/unix.py\n",
    ENVELOPE,
    _region("    assert True\n", "    assert 1\n", path="tests/test_cart.py"),
    "pyproject.toml\n```toml\n[project]\n```\n",
)
ESCAPES = (
    "../../etc/passwd", "/etc/passwd", "src/../../a.py", ".git/config", ".GIT/config", "git~1/config",
    ".git./hooks/a.py",
    "link/inside.py", "link", "src//a.py", "SRC/shop/cart.py", "src/shop/cart.py/x.py", "src\\shop\\cart.py",
    "src/sh\u043ep/cart.py", ".g\u200cit/config", "src/shop/a\0b.py", "C:/a.py", "conftest.py", "tests/helper.py",
    "x" * 300 + ".py", "/".join("d" * 5000) + "/a.py", "json.py", "src/ca\u0301rt.py", "~/.ssh/a.txt",
    "src/shop/cart.py ",
)  # fmt: skip
PIECES = (
    "<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE", "```", "````", "```python", "~~~", "*** Begin Patch",
    "*** End Patch",
    "*** Update File: src/shop/cart.py", "*** Delete File: src/shop/dos.py", "@@ def total(items):", "src/shop/cart.py",
    "Here is the fix:", "", "# ... existing code ...", "    ...", "\0", "\ud800", "\ufeff", "\u202e", "+x", "-x", " x",
    "\x1b[31m", "{" * 200, "(" * 5000, "'''", "x" * 20_000, "    return sum(items)", "\r", "\x0c", "\u2028",
)  # fmt: skip

Mutation = Callable[[random.Random, list[str]], list[str]]


def _truncate(rng: random.Random, lines: list[str]) -> list[str]:
    text = "\n".join(lines)
    return text[: rng.randrange(len(text) + 1)].split("\n")


def _insert(rng: random.Random, lines: list[str]) -> list[str]:
    at = rng.randrange(len(lines) + 1)
    return [*lines[:at], rng.choice(PIECES), *lines[at:]]


def _drop(rng: random.Random, lines: list[str]) -> list[str]:
    at = rng.randrange(len(lines) + 1)
    return [*lines[:at], *lines[at + 1 :]]


def _shuffle(rng: random.Random, lines: list[str]) -> list[str]:
    start, stop = sorted((rng.randrange(len(lines) + 1), rng.randrange(len(lines) + 1)))
    return [*lines[:start], *rng.sample(lines[start:stop], stop - start), *lines[stop:]]


def _double(rng: random.Random, lines: list[str]) -> list[str]:
    start, stop = sorted((rng.randrange(len(lines) + 1), rng.randrange(len(lines) + 1)))
    return [*lines[:stop], *lines[start:stop], *lines[stop:]]


def _escape(rng: random.Random, lines: list[str]) -> list[str]:
    path = rng.choice(ESCAPES)
    return [re.sub(r"(?:src|docs|notes|tests)/[\w/.]+", lambda _: path, line) for line in lines]


def _character(rng: random.Random, lines: list[str]) -> list[str]:
    text = "\n".join(lines)
    at = rng.randrange(len(text) + 1)
    return (text[:at] + rng.choice("\0\ud800\ufeff\r\t <>=`*@+-\u00e9\u0430") + text[at + rng.randrange(2) :]).split(
        "\n"
    )


def _indent(rng: random.Random, lines: list[str]) -> list[str]:
    margin = rng.choice(["  ", "    ", "\t", "> "])
    return [margin + line if rng.random() < 0.9 else line for line in lines]


def _returns(rng: random.Random, lines: list[str]) -> list[str]:
    return [line + "\r" if rng.random() < 0.5 else line for line in lines]


def _wrap(rng: random.Random, lines: list[str]) -> list[str]:
    fence = rng.choice(["```", "```diff", "````", "src/shop/cart.py\n```"])
    return [fence, *lines, fence.split("\n")[-1][: rng.choice([3, 9])]]


MUTATIONS: tuple[Mutation, ...] = (
    _truncate, _insert, _drop, _shuffle, _double, _escape, _character, _indent, _returns, _wrap,
)  # fmt: skip


def _malformed(seed: int) -> str:
    rng = random.Random(seed)
    lines = "".join(rng.sample(GOOD, rng.choice([1, 1, 2, 4]))).split("\n")
    for _ in range(rng.randrange(1, 5)):
        lines = rng.choice(MUTATIONS)(rng, lines)
    return "\n".join(lines)


def _plain(data: bytes | None) -> list[str]:
    """The lines as they read, white space around them aside; what is not UTF-8 is Latin-1, which takes every byte."""
    body = (data or b"").removeprefix(b"\xef\xbb\xbf")
    with contextlib.suppress(UnicodeDecodeError):
        return [line.strip() for line in re.split("\r\n|\r|\n", body.decode())]
    return [line.strip() for line in re.split("\r\n|\r|\n", body.decode("latin-1"))]


def _quoted(text: str, *, utf8: bool) -> list[str]:
    data = text.encode() if utf8 else text.encode("latin-1")
    return _plain(data)[:-1]


def _is_exact(operation: Operation, before: bytes | None, after: bytes | None) -> bool:
    """Whether the change is the operation and nothing else, judged without the code that made it."""
    if operation.kind in {"delete", "move"}:
        return before is not None and after is None
    utf8 = operation.path != "src/shop/old.py"
    old, new = _quoted(operation.old, utf8=utf8), _quoted(operation.new.removeprefix("\ufeff"), utf8=utf8)
    had, has = _plain(before), _plain(after)
    if operation.kind not in {"write", "replace"}:
        return _is_within(operation, had, has)
    if operation.kind == "write" or not old:
        return has in (new, [*new, ""])
    places = [at for at in range(len(had)) if had[at : at + len(old)] == old]
    return any([*had[:at], *new, *had[at + len(old) :]] in ([*has], [*has, ""], has[:-1]) for at in places)


def _is_within(operation: Operation, had: Sequence[str], has: Sequence[str]) -> bool:
    """Whether an operation that quotes no old text changed one stretch only, and brought nothing but its own lines."""
    if operation.kind == "rename_symbol":
        old = operation.symbol.rpartition(".")[2]
        return [line.replace(operation.new, old) for line in has] == list(had)
    brought = Counter(filter(None, has)) - Counter(filter(None, had))
    own = Counter(line.strip() for line in operation.new.splitlines())
    head = next((at for at, pair in enumerate(zip(had, has, strict=False)) if pair[0] != pair[1]), 0)
    return not brought - own and list(had[:head]) == list(has[:head])


def _replayed(operations: Sequence[Operation | Unreadable]) -> tuple[dict[str, bytes | None], tuple[Answer, ...]]:
    """The operations one at a time on files as they stand, each change checked."""
    files: dict[str, bytes | None] = dict(TREE)
    answers: list[Answer] = []
    for operation in operations:
        applied = apply([operation], files.get, POLICY)
        answers.extend(applied.answers)
        assert (applied.answers[0].status == "applied") == bool(applied.changes)
        if isinstance(operation, Operation) and applied.changes:
            assert set(applied.changes) == {operation.path} | ({operation.target} if operation.target else set())
            assert _is_exact(operation, files.get(operation.path), applied.changes[operation.path]), operation
            files.update(applied.changes)
    changed = {path: data for path, data in files.items() if data != TREE.get(path)}
    return changed, tuple(answers)


def test_four_thousand_malformed_replies_are_applied_exactly_or_refused_with_a_reason() -> None:
    statuses: dict[str, int] = {"applied": 0, "already": 0, "refused": 0}
    for seed in range(4_000):
        operations = read(_malformed(seed), FORMS)
        applied = apply(operations, TREE.get, POLICY)
        assert len(applied.answers) == len(operations) > 0
        assert all(answer.message for answer in applied.answers), seed
        assert not [path for path in applied.changes if MAY_NOT.search(path) or not MAY_CHANGE.fullmatch(path)], seed
        if all(answer.status != "already" for answer in applied.answers):
            changed, answers = _replayed(operations)
            assert (changed, answers) == (applied.changes, applied.answers), seed
        for answer in applied.answers:
            statuses[answer.status] += 1
    assert min(statuses["applied"], statuses["refused"]) > 800, statuses
    assert statuses["already"] > 20, statuses


def test_the_replies_that_were_mutated_are_read_whole_when_they_are_not() -> None:
    for reply in GOOD:
        assert not any(isinstance(found, Unreadable) for found in read(reply, FORMS))
        applied = apply(read(reply, FORMS), TREE.get, POLICY)
        refused = "tests/test_cart.py" in reply or "pyproject.toml" in reply
        assert {answer.status for answer in applied.answers} == ({"refused"} if refused else {"applied"})


def test_a_reply_that_comes_in_pieces_is_read_as_it_is_as_a_whole() -> None:
    for seed in range(1000):
        text, rng = _malformed(seed), random.Random(f"cuts {seed}")
        whole, arrival = read(text, FORMS), Arrival(FORMS)
        found: list[Found] = []
        at = 0
        while at < len(text):
            size = rng.choice([1, 2, 7, 40, 400])
            found += arrival.feed(text[at : at + size])
            at += size
        early = len(found)
        found += arrival.finish()
        assert (tuple(found), [each.form for each in found]) == (whole, [each.form for each in whole]), seed
        assert early <= len(whole)


def test_the_order_of_the_forms_does_not_matter() -> None:
    for seed in range(300):
        text = _malformed(seed)
        names = random.Random(f"forms {seed}").sample(sorted(FORMS), len(FORMS))
        assert read(text, {name: FORMS[name] for name in names}) == read(text, FORMS), seed
