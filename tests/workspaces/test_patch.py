"""Operations on files in memory: unique or refused, each answered, none outside the policy."""

from collections.abc import Mapping

import pytest

from pareback.workspaces.edit import Answer, Operation, Unreadable
from pareback.workspaces.guard import Policy
from pareback.workspaces.patch import MOST_FILES, Applied, answers_for_model, apply

TWO = b"def f(x):\n    y = x\n    return y\n\n\ndef g(x):\n    z = x\n    return z\n"


def _apply(files: Mapping[str, bytes], *operations: Operation | Unreadable) -> Applied:
    return apply(operations, files.get, Policy(files=frozenset(files)))


def _replace(old: str, new: str, *, path: str = "a.py", below: tuple[str, ...] = ()) -> Operation:
    return Operation(kind="replace", path=path, old=old, new=new, below=below)


def _write(new: str, *, path: str = "a.py") -> Operation:
    return Operation(kind="write", path=path, new=new)


def _one(data: bytes, operation: Operation, *, path: str = "a.py") -> tuple[str, bytes | None]:
    """What one operation is answered and the bytes its file has afterwards."""
    applied = _apply({path: data}, operation)
    return applied.answers[0].status, applied.changes.get(path, data)


def _message(data: bytes, operation: Operation, *, path: str = "a.py") -> str:
    applied = _apply({path: data}, operation)
    assert applied.changes == {}
    assert applied.answers[0].status == "refused"
    assert repr(path) in applied.answers[0].message
    return applied.answers[0].message


@pytest.mark.parametrize(
    ("old", "new", "after"),
    [
        ("    y = x\n", "    y = -x\n", TWO.replace(b"y = x", b"y = -x")),
        (
            "    y = x   \n    return y\t\n",
            "    return x\n",
            TWO.replace(b"    y = x\n    return y\n", b"    return x\n"),
        ),
        ("y = x\nreturn y\n", "if x:\n    y = x\nreturn y\n", TWO.replace(b"    y = x", b"    if x:\n        y = x")),
        ("\t\tz = x\n\t\treturn z\n", "\t\treturn x\n", TWO.replace(b"    z = x\n    return z\n", b"    return x\n")),
        ("    return y\n\n\ndef g(x):\n", "", TWO.replace(b"    return y\n\n\ndef g(x):\n", b"")),
    ],
    ids=["exact", "trailing space", "dedented", "tabs for spaces", "removed"],
)
def test_a_region_is_replaced_where_it_stands_once(old: str, new: str, after: bytes) -> None:
    assert _one(TWO, _replace(old, new)) == ("applied", after)


def test_a_region_that_stands_nowhere_is_answered_with_the_nearest_lines() -> None:
    message = _message(TWO, _replace("def g(x):\n    zz = x\n    return z\n", "pass\n"))
    assert (
        "Nearest are lines 6-8; you quoted '    zz = x' where line 7 stands:\n6| def g(x):\n7|     z = x\n" in message
    )
    assert "No line of the file is like" in _message(TWO, _replace("import numpy as np\n", "import os\n"))
    assert "    return z" in _message(TWO, _replace("    retrun z + 1\n", "    return 0\n"))


def test_a_region_that_stands_twice_is_answered_with_both_lines() -> None:
    data = b"a = 1\nb = 2\na = 1\n"
    assert "in 2 places (lines 1, 3)" in _message(data, _replace("a = 1\n", "a = 2\n"))
    assert _one(data, _replace("b = 2\na = 1\n", "a = 2\n")) == ("applied", b"a = 1\na = 2\n")


def test_the_first_rung_that_matches_decides_even_where_a_looser_one_would_be_unique() -> None:
    data = b"x = 1\n    x = 1 \nx = 1\n"
    assert "lines 1, 3" in _message(data, _replace("x = 1\n", "x = 2\n"))
    assert _one(data, _replace("    x = 1\n", "    x = 2\n")) == ("applied", data.replace(b"    x = 1 ", b"    x = 2"))


def test_lines_that_an_edit_keeps_keep_their_bytes() -> None:
    data = b"a = 1  \r\nb = 2\t\nc = 3\r"
    assert _one(data, _replace("a = 1\nb = 2\nc = 3\n", "a = 1\nB = 2\nc = 3\n")) == (
        "applied",
        b"a = 1  \r\nB = 2\r\nc = 3\r",
    )


def test_new_lines_left_of_the_quoted_ones_cannot_be_shifted() -> None:
    assert "cannot be shifted" in _message(TWO, _replace("        z = x\n", "    if x:\n        z = x\n"))


def test_an_edit_that_is_in_already_is_said_and_changes_nothing() -> None:
    applied = _apply({"a.py": TWO}, _replace("    q = x\n    return q\n", "    z = x\n    return z\n"))
    assert applied.changes == {}
    assert applied.answers == (
        Answer("already", "a.py", "'a.py': the new lines stand at line 7 already; nothing was changed"),
    )


def test_an_insertion_is_not_made_twice() -> None:
    insert = _replace("def g(x):\n", "def g(x):\n    print(x)\n")
    applied = _apply({"a.py": TWO}, insert, insert)
    assert [answer.status for answer in applied.answers] == ["applied", "already"]
    assert _one(applied.changes["a.py"] or b"", insert)[0] == "already"
    assert applied.changes["a.py"] == TWO.replace(b"def g(x):\n", b"def g(x):\n    print(x)\n")


def test_a_line_above_chooses_among_several_places() -> None:
    data = TWO.replace(b"z", b"y")
    old, new = "    return y\n", "    return -y\n"
    assert "2 places" in _message(data, _replace(old, new))
    assert "2 places" in _message(data, _replace(old, new, below=("def nothing():",)))
    assert _one(data, _replace(old, new, below=("def g(x):",))) == ("applied", data.removesuffix(b"y\n") + b"-y\n")
    assert "not below 'def g(x):'" in _message(TWO, _replace(old, new, below=("def g(x):",)))


def test_a_blank_quote_is_refused() -> None:
    assert "blank" in _message(TWO, _replace("\n\n", "\n"))


def test_an_empty_quote_creates_a_file_and_never_overwrites_one() -> None:
    assert _apply({}, _replace("", "x = 1\n")).changes == {"a.py": b"x = 1\n"}
    assert _one(b"", _replace("", "x = 1\n")) == ("applied", b"x = 1\n")
    assert _one(b"x = 1\n", _replace("", "x = 1\n")) == ("already", b"x = 1\n")
    assert "not empty" in _message(TWO, _replace("", "x = 1\n"))


def test_later_operations_see_earlier_ones_and_what_ends_where_it_began_is_no_change() -> None:
    applied = _apply(
        {"a.py": TWO, "b.py": b"B = 1\n"},
        _replace("    y = x\n", "    y = 0\n"),
        _replace("    y = 0\n", "    y = x\n"),
        Operation(kind="move", path="b.py", target="c.py"),
        _replace("B = 1\n", "C = 1\n", path="c.py"),
        Operation(kind="delete", path="c.py"),
    )
    assert {answer.status for answer in applied.answers} == {"applied"}
    assert applied.changes == {"b.py": None}


def test_deleting_and_moving_are_answered_one_by_one() -> None:
    move, delete = Operation(kind="move", path="a.py", target="b.py"), Operation(kind="delete", path="d.py")
    applied = _apply({"a.py": TWO, "d.py": b"\0"}, move, move, delete, delete, Operation(kind="delete", path="e.py"))
    assert [answer.status for answer in applied.answers] == ["applied", "already", "applied", "already", "refused"]
    assert applied.changes == {"a.py": None, "b.py": TWO, "d.py": None}
    assert "exists" in _apply({"a.py": TWO, "b.py": b""}, move).answers[0].message
    assert "does not exist" in _apply({}, move).answers[0].message


def test_a_refused_operation_leaves_its_file_and_the_others_go_on() -> None:
    applied = _apply(
        {"a.py": TWO, "tests/test_a.py": b"def test_a(): pass\n"},
        _replace("    nothing\n", "    y = 1\n"),
        Unreadable("'b.py': cut", path="b.py"),
        _write("def test_a(): assert 1\n", path="tests/test_a.py"),
        Operation(kind="move", path="a.py", target="conftest.py"),
        _replace("    y = x\n", "    y = 0\n"),
    )
    assert [answer.status for answer in applied.answers] == ["refused"] * 4 + ["applied"]
    assert applied.changes == {"a.py": TWO.replace(b"y = x", b"y = 0")}


def test_nothing_is_read_that_the_policy_refuses() -> None:
    asked: list[str] = []

    def read(path: str) -> bytes | None:
        asked.append(path)
        return None

    apply(
        [_write("x\n", path="../x"), _write("x\n", path=".git/config"), _write("x\n", path="b.py")],
        read,
        Policy(files=frozenset()),
    )
    assert set(asked) == {"b.py"}


def test_two_new_files_that_are_one_on_some_file_systems_are_not_both_made() -> None:
    applied = _apply({}, _write("a\n", path="x/a.py"), _write("b\n", path="x/A.py"), _write("c\n", path="X/b.py"))
    assert [answer.status for answer in applied.answers] == ["applied", "refused", "refused"]


def test_a_test_file_that_an_earlier_candidate_added_may_be_changed_again() -> None:
    before = {"tests/test_new.py": b"def test_new(): pass\n"}
    applied = apply([_write("x = 1\n", path="tests/test_new.py")], before.get, Policy(files=frozenset()))
    assert applied.changes == {"tests/test_new.py": b"x = 1\n"}


def test_one_reply_changes_at_most_fifty_files_and_a_mebibyte() -> None:
    many = _apply({}, *(_write("x = 1\n", path=f"f{number}.py") for number in range(MOST_FILES + 2)))
    assert [answer.status for answer in many.answers] == ["applied"] * MOST_FILES + ["refused"] * 2
    large = _apply({}, *(_write("x" * 400_000 + "\n", path=f"f{number}.py") for number in range(3)))
    assert [answer.status for answer in large.answers] == ["applied", "applied", "refused"]


def test_the_model_hears_what_failed_and_that_the_others_are_in() -> None:
    refused, applied = Answer("refused", "b.py", "'b.py': cut"), Answer("applied", "a.py", "fine")
    assert answers_for_model((applied, applied)) == ()
    assert answers_for_model((refused,)) == ("'b.py': cut",)
    assert answers_for_model((applied, refused, applied)) == (
        "'b.py': cut",
        "The others are in (2: 'a.py'); do not resend them.",
    )
