"""What is read from a reply: decorations that models add, fences, markers inside texts, and replies that never end."""

import importlib
import pkgutil
import time
from collections.abc import Mapping

import pytest

from pareback.workspaces import edits
from pareback.workspaces.edit import Form, Operation, Unreadable
from pareback.workspaces.guard import Policy
from pareback.workspaces.patch import apply
from pareback.workspaces.stream import LONGEST, MOST, lines_of, read

FORMS: Mapping[str, Form] = {
    name: importlib.import_module(f"{edits.__name__}.{name}").build()
    for _, name, _ in pkgutil.iter_modules(edits.__path__)
}


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


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("src/a.py\n  <<<<<<< SEARCH\nx\n", "is indented"),
        ("src/a.py\n<<<<<<< SEARCH\nx\n>>>>>>> REPLACE\n", "no line '======='"),
        ("*** Begin Patch\n*** Update File:\n@@\n-x\n*** End Patch\n", "names no file"),
        ("*** Begin Patch\n*** Update File: a.py\n*** End Patch\n", "no hunk"),
        ("*** Begin Patch\n*** Update File: a.py\n@@\n+x\n*** End Patch\n", "only adds lines"),
        ("*** Begin Patch\n*** Update File: a.py\n@@\n-x\ny\n*** End Patch\n", "neither ' ', '-' nor '+'"),
        ("*** Begin Patch\n*** Move File: a.py\n*** End Patch\n", "names no target"),
        ("*** Begin Patch\nwhatever\n", "no line '*** End Patch'"),
    ],
)
def test_a_block_that_cannot_be_read_is_answered_with_what_was_expected(reply: str, reason: str) -> None:
    assert reason in _reasons(reply)[0]


def test_several_hunks_and_anchors_of_an_envelope_stay_apart() -> None:
    hunks = "@@ class A:\n@@ def f():\n-x\n+y\n@@\n a\n\n-b\n*** End of File\n"
    reply = f"*** Begin Patch\n*** Update File: src/a.py\n{hunks}*** Move File: c.py -> d.py\n*** End Patch\n"
    assert _operations(reply) == [
        Operation(kind="replace", path="src/a.py", old="x\n", new="y\n", below=("class A:", "def f():")),
        Operation(kind="replace", path="src/a.py", old="a\n\nb\n", new="a\n\n"),
        Operation(kind="move", path="c.py", target="d.py"),
    ]
