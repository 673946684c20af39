import importlib
import pkgutil
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence

import pytest

from pareback.workspaces import edits
from pareback.workspaces.edit import Answer, Form, Operation, Unreadable
from pareback.workspaces.guard import Policy
from pareback.workspaces.patch import apply
from pareback.workspaces.stream import LONGEST, MOST, lines_of, read

FORMS: tuple[Form, ...] = tuple(
    importlib.import_module(f"{edits.__name__}.{name}").build() for _, name, _ in pkgutil.iter_modules(edits.__path__)
)


def _region(old: str, new: str, *, path: str = "src/a.py") -> str:
    return f"{path}\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n"


def _reasons(reply: str) -> list[str]:
    return [found.reason for found in read(reply, FORMS) if isinstance(found, Unreadable)]


def _operations(reply: str) -> list[Operation]:
    found = read(reply, FORMS)
    assert not _reasons(reply)
    return [operation for operation in found if isinstance(operation, Operation)]


REPLACE = Operation(kind="replace", path="src/a.py", old="x\n", new="y\n")


@pytest.mark.parametrize(
    "heading",
    [
        "src/a.py",
        "./src/a.py",
        "`src/a.py`",
        "**src/a.py**",
        "**`src/a.py`**:",
        "### src/a.py",
        "FILE: src/a.py",
        "**File:** `src/a.py`",
        "1. `src/a.py` (modified)",
        "src/a.py\n",
        "src/a.py\n```python",
        "```python\nsrc/a.py",
    ],
)
def test_the_path_may_be_decorated_as_models_do(heading: str) -> None:
    assert _operations(_region("x\n", "y\n", path=heading)) == [REPLACE]


@pytest.mark.parametrize("heading", ["Here is the fix:", "Then.", "and/or:", "`total`", "Order.total", ""])
def test_prose_above_a_block_is_not_a_path(heading: str) -> None:
    assert "no path above" in _reasons(_region("x\n", "y\n", path=heading))[0]


@pytest.mark.parametrize(
    "heading", ["Result:", "Input/Output:", "Order.total", "`total`", "For example", "https://a.b/c.py"]
)
def test_a_fence_below_prose_writes_nothing(heading: str) -> None:
    assert "holds no edit" in _reasons(f"{heading}\n```python\nx = 1\n```\n")[0]


@pytest.mark.parametrize("width", range(5, 10))
def test_marker_lines_have_five_to_nine_characters(width: int) -> None:
    reply = f"src/a.py\n{'<' * width} SEARCH\nx\n{'=' * width}\ny\n{'>' * width} REPLACE\n"
    assert _operations(reply) == [REPLACE]


def test_marker_lines_of_one_block_may_differ_in_width() -> None:
    assert _operations("src/a.py\n<<<<<<<< SEARCH\nx\n=======\ny\n>>>>>> REPLACE\n") == [REPLACE]


def test_several_blocks_follow_one_path_across_prose_and_fences() -> None:
    block = _region("x\n", "y\n").partition("\n")[2]
    reply = f"src/a.py\n```python\n{block}```\nThe second one is the same.\n\n```\n{block}```\n{block}"
    assert _operations(reply) == [REPLACE] * 3


def test_a_block_after_prose_that_names_another_file_needs_its_path() -> None:
    block = _region("x\n", "y\n").partition("\n")[2]
    found = read(f"src/a.py\n{block}\nNow in src/b.py:\n\n{block}", FORMS)
    assert found[0] == REPLACE
    assert isinstance(found[1], Unreadable)
    assert len(found) == 2


def test_text_that_holds_marker_lines_is_edited_with_wider_ones() -> None:
    inner = _region("x\n", "y\n")
    reply = f"docs/a.md\n<<<<<<<<< SEARCH\n{inner}=========\nnothing\n>>>>>>>>> REPLACE\n"
    assert _operations(reply) == [Operation(kind="replace", path="docs/a.md", old=inner, new="nothing\n")]


def test_text_that_holds_the_same_marker_lines_is_refused_and_nothing_inside_it_is_read() -> None:
    reply = _region(_region("x\n", "y\n", path="src/b.py"), "nothing\n", path="docs/a.md")
    assert [type(found) for found in read(reply, FORMS)] == [Unreadable]
    assert "9 characters instead of 7" in _reasons(reply)[0]


def test_an_underline_of_seven_equal_signs_in_the_text_is_ambiguous() -> None:
    assert "more than one way" in _reasons(_region("Heading\n=======\n", "Other\n=======\n", path="docs/a.rst"))[0]


def test_a_block_without_an_end_does_not_take_the_next_one_with_it() -> None:
    cut = _region("a\n", "b\n", path="src/b.py").removesuffix(">>>>>>> REPLACE\n")
    found = read(cut + _region("x\n", "y\n"), FORMS)
    assert [type(one) for one in found] == [Unreadable, Operation]
    assert found[1] == REPLACE


def test_blocks_for_two_files_keep_their_paths() -> None:
    other = Operation(kind="replace", path="src/b.py", old="x\n", new="")
    assert _operations(_region("x\n", "y\n") + "\n" + _region("x\n", "", path="src/b.py")) == [REPLACE, other]


def test_the_closing_fence_of_a_block_does_not_open_the_next_file() -> None:
    reply = f"```\n{_region('x' + chr(10), 'y' + chr(10))}\n```\nsrc/b.py\n```\nb = 1\n```\n"
    assert _operations(reply) == [REPLACE, Operation(kind="write", path="src/b.py", new="b = 1\n")]


def test_an_illustration_is_read_over_and_the_file_after_it_written() -> None:
    reply = "The files:\n```\nsrc/a.py\nsrc/b.py\n```\nprose\n```\nx\n```\nsrc/b.py\n```\nb = 1\n```\n"
    assert _operations(reply) == [Operation(kind="write", path="src/b.py", new="b = 1\n")]


def test_a_stray_fence_above_a_file_makes_it_unclear_and_is_said() -> None:
    assert "opens or closes" in _reasons("```\nSome words.\n\nsrc/b.py\n```\nb = 1\n```\n")[0]


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("README.md", "# T\n```sh\npip\n```\nend\n"),
        ("src/a.py", '"""\n```python\nx\n```\n"""\n'),
        ("a.md", "~~~\nx\n~~~\n"),
    ],
)
def test_a_fence_inside_with_a_language_or_another_mark_belongs_to_the_file(path: str, inside: str) -> None:
    assert _operations(f"{path}\n```\n{inside}```\n") == [Operation(kind="write", path=path, new=inside)]


@pytest.mark.parametrize(
    ("path", "inside"),
    [("README.md", "# T\n```\npip\n```\nend\n"), ("src/a.py", '"""\n```\nx\n```\n"""\n'), ("src/a.py", "x\n````\n")],
)
def test_a_bare_fence_inside_is_refused_with_the_way_out_and_read_in_a_longer_fence(path: str, inside: str) -> None:
    assert "between fences of ````" in _reasons(f"{path}\n```\n{inside}```\n")[0]
    assert _operations(f"{path}\n`````\n{inside}`````\n") == [Operation(kind="write", path=path, new=inside)]


def test_a_file_that_was_not_closed_before_the_next_one_is_refused_alone() -> None:
    found = read("src/a.py\n```python\nx = 1\n\nsrc/b.py\n```python\nb = 1\n```\n", FORMS)
    assert [type(one) for one in found] == [Unreadable, Operation]
    assert found[1] == Operation(kind="write", path="src/b.py", new="b = 1\n")


def test_a_reply_quoted_in_a_string_of_a_file_is_not_obeyed() -> None:
    quoted = 'REPLY = """\nsrc/b.py\n```python\nb = 1\n```\n*** Delete File: src/a.py\n"""\n'
    assert [type(one) for one in read(f"src/a.py\n```python\n{quoted}```\n", FORMS)] == [Unreadable]


def test_line_ends_and_a_byte_order_mark_of_the_reply_do_not_matter() -> None:
    assert _operations("\ufeff" + _region("x\n", "y\n").replace("\n", "\r\n")) == [REPLACE]
    assert lines_of("a\r\nb\rc\n\n") == ["a", "b", "c", ""]
    assert lines_of("") == []


def test_an_envelope_without_its_first_line_and_with_unified_ranges_is_read() -> None:
    reply = (
        "*** Update File: src/a.py\n@@ -1,3 +1,3 @@ def f():\n a\n-x\n+y\n\n*** Delete File: src/b.py\n*** End Patch\n"
    )
    replace = Operation(kind="replace", path="src/a.py", old="a\nx\n", new="a\ny\n", below=("def f():",))
    assert _operations(reply) == [replace, Operation(kind="delete", path="src/b.py")]


def test_only_the_last_section_of_a_cut_envelope_is_lost() -> None:
    reply = "*** Begin Patch\n*** Update File: src/a.py\n@@\n-x\n+y\n*** Add File: src/b.py\n+b"
    found = read(reply, FORMS)
    assert found[0] == REPLACE
    assert isinstance(found[1], Unreadable)
    assert found[1].path == "src/b.py"


def test_a_reply_without_an_edit_is_told_how_to_write_one() -> None:
    assert _reasons("I cannot see what is wrong.") == _reasons("") != []


def test_too_many_edits_and_too_long_a_reply_are_said() -> None:
    many = read("*** Delete File: src/a.py\n" * (MOST + 5), FORMS)
    assert len(many) == MOST + 1
    assert isinstance(many[-1], Unreadable)
    assert "characters" in _reasons("x" * (LONGEST + 1))[0]


HUGE = {
    "openings": "<<<<<<< SEARCH\n" * 90_000,
    "headed openings": "src/a.py\n<<<<<<< SEARCH\n" * 45_000,
    "fences": "```x\n" * 100_000,
    "headed fences": "src/a.py\n```x\n" * 50_000,
    "longer and longer fences": "".join("`" * width + "\n" for width in range(2000, 3, -1)),
    "one line": "src/a.py " * 400_000,
    "brackets": f"src/a.py\n```python\n{'[' * 1_000_000}\n```\n",
    "quotes": "src/a.py\n```python\n" + "'''" * 600_000 + "\n```\n",
    "blank lines": _region("\n" * 45_000, "\n" * 45_000),
    "envelopes": "*** Begin Patch\n" * 90_000,
    "equal lines": _region("x = 1\n" * 1000, "y = 1\n" * 1000) * 50,
}


@pytest.mark.parametrize("name", HUGE)
def test_a_huge_reply_is_answered_in_seconds(name: str) -> None:
    files = {"src/a.py": b"x = 1\n" * 20_000}
    start = time.monotonic()
    applied = apply(read(HUGE[name], FORMS), files.get, Policy(files=frozenset(files)))
    assert applied.answers
    assert time.monotonic() - start < 10


# --- 10,000 malformed replies ------------------------------------------------------------------------------------------

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

GOOD = (
    _region("def total(items):\n    return sum(items)\n", "def total(items):\n    return sum(items, 0)\n", path="src/shop/cart.py"),
    _region("    def size(self):\n", "    def count(self):\n", path="`src/shop/cart.py`") + _region("RATE = 1\n", "RATE = 2\n", path="src/shop/dos.py"),
    _region("SIZE = 2\n", "SIZE = 3\nCOLOUR = 'blue'\n", path="src/shop/old.py"),
    _region("", "NEW = 1\n", path="src/shop/new.py"),
    "src/shop/mark.py\n```python\nNAME = 'tea'\nSIZE = 3\n```\nDone.\n",
    "docs/use.md\n````markdown\n# Use\n```\nshop --all\n```\n````\n",
    "tests/test_new.py\n```python\ndef test_new():\n    assert 1\n```\n",
    "*** Delete File: src/shop/old.py\n*** Move File: src/shop/dos.py -> src/shop/unix.py\n",
    "*** Begin Patch\n*** Update File: src/shop/cart.py\n@@ class Cart:\n@@     def total(self):\n-        return sum(self.items)\n"
    "+        return sum(self.items, 0)\n*** Add File: notes/a.txt\n+one\n+two\n*** Delete File: src/shop/old.py\n*** End Patch\n",
    _region("    assert True\n", "    assert 1\n", path="tests/test_cart.py"),
    "pyproject.toml\n```toml\n[project]\n```\n",
)  # fmt: skip
ESCAPES = (
    "../../etc/passwd", "/etc/passwd", "src/../../a.py", ".git/config", ".GIT/config", "git~1/config", ".git./hooks/a.py",
    "link/inside.py", "link", "src//a.py", "SRC/shop/cart.py", "src/shop/cart.py/x.py", "src\\shop\\cart.py",
    "src/sh\u043ep/cart.py", ".g\u200cit/config", "src/shop/a\0b.py", "C:/a.py", "conftest.py", "tests/helper.py",
    "x" * 300 + ".py", "/".join("d" * 5000) + "/a.py", "json.py", "src/ca\u0301rt.py", "~/.ssh/a.txt", "src/shop/cart.py ",
)  # fmt: skip
PIECES = (
    "<<<<<<< SEARCH", "=======", ">>>>>>> REPLACE", "```", "````", "```python", "~~~", "*** Begin Patch", "*** End Patch",
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
    """The lines as they read, white space around them aside; Latin-1 takes every byte."""
    return [
        line.strip() for line in re.split("\r\n|\r|\n", (data or b"").removeprefix(b"\xef\xbb\xbf").decode("latin-1"))
    ]


def _quoted(text: str, *, utf8: bool) -> list[str]:
    data = text.encode() if utf8 else text.encode("latin-1")
    return _plain(data)[:-1]


def _is_exact(operation: Operation, before: bytes | None, after: bytes | None) -> bool:
    """Whether the change is the operation and nothing else, judged without the code that made it."""
    if operation.kind in {"delete", "move"}:
        return before is not None and after is None
    utf8 = operation.path != "src/shop/old.py"
    old, new = _quoted(operation.old, utf8=utf8), _quoted(operation.new.removeprefix("\ufeff"), utf8=utf8)
    had, has = _plain(before), [line for line in _plain(after)]
    ends = ([], [""])
    if operation.kind == "write" or not old:
        return any(has == [*new, *end] for end in ends)
    places = [at for at in range(len(had)) if had[at : at + len(old)] == old]
    return any([*had[:at], *new, *had[at + len(old) :]] in ([*has], [*has, ""], has[:-1]) for at in places)


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


def test_ten_thousand_malformed_replies_are_applied_exactly_or_refused_with_a_reason() -> None:
    statuses: dict[str, int] = {"applied": 0, "already": 0, "refused": 0}
    for seed in range(10_000):
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
    assert min(statuses["applied"], statuses["refused"]) > 2000, statuses
    assert statuses["already"] > 50, statuses


def test_the_replies_that_were_mutated_are_read_whole_when_they_are_not() -> None:
    for reply in GOOD:
        assert not _reasons(reply)
        applied = apply(read(reply, FORMS), TREE.get, POLICY)
        refused = "tests/test_cart.py" in reply or "pyproject.toml" in reply
        assert {answer.status for answer in applied.answers} == ({"refused"} if refused else {"applied"})
