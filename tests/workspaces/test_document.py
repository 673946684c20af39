"""What an edit does not touch keeps its bytes: line ends, marks, encodings; and files no edit can be made to."""

from collections.abc import Mapping

import pytest

from pareback.workspaces.document import LARGEST
from pareback.workspaces.edit import Operation, Unreadable
from pareback.workspaces.guard import Policy
from pareback.workspaces.patch import Applied, apply

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
    ("before", "after"),
    [
        (b"a\nb\n", b"a\nB\nC\n"),
        (b"a\r\nb\r\n", b"a\r\nB\r\nC\r\n"),
        (b"a\rb\r", b"a\rB\rC\r"),
        (b"a\nb", b"a\nB\nC"),
        (b"a\r\nb", b"a\r\nB\r\nC"),
        (b"\xef\xbb\xbfa\nb\n", b"\xef\xbb\xbfa\nB\nC\n"),
    ],
    ids=["LF", "CRLF", "CR", "no final end", "CRLF, no final end", "mark"],
)
def test_line_ends_final_end_and_mark_stay_as_they_are(before: bytes, after: bytes) -> None:
    assert _one(before, _replace("b\n", "B\nC\n")) == ("applied", after)
    assert _one(before, _write("a\nB\nC\n")) == ("applied", after)
    assert _one(before, _write("a\nb\n")) == ("already", before)


def test_a_file_without_a_final_line_end_stays_without_when_its_last_line_goes() -> None:
    assert _one(b"a\nb", _replace("b\n", "")) == ("applied", b"a")
    assert _one(b"a\nb\n", _replace("b\n", "")) == ("applied", b"a\n")
    assert _one(b"a\n", _replace("a\n", "")) == ("applied", b"")


LATIN = b"# coding: latin-1\nNAME = 'caf\xe9'\nSIZE = 1\n"


def test_a_declared_encoding_is_kept() -> None:
    changed = LATIN.replace(b"SIZE = 1", b"SIZE = '\xfc'")
    assert _one(LATIN, _replace("SIZE = 1\n", "SIZE = '\u00fc'\n")) == ("applied", changed)
    assert "cannot hold '\u20ac'" in _message(LATIN, _replace("SIZE = 1\n", "SIZE = '\u20ac'\n"))
    assert "declared encoding" in _message(LATIN, _replace("# coding: latin-1\n", "# plain\n"))
    assert _apply({}, _write("# coding: latin-1\nx = '\u00e9'\n")).changes == {
        "a.py": b"# coding: latin-1\nx = '\xe9'\n"
    }


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (TWO.decode().encode("utf-16"), "UTF-16"),
        (b"\x7fELF\0\0", "binary"),
        (b"caf\xe9 = 1\n", "decode"),
        (b"# coding: nonsense\nx = 1\n", "decode"),
        (b"# coding: hex\nx = 1\n", "decode"),
        (b"x" * (LARGEST + 1), "bytes"),
    ],
)
def test_a_file_that_cannot_be_edited_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    assert reason in _message(data, _replace("x = 1\n", "x = 2\n"))
    assert reason in _message(data, _write("x = 2\n"))


@pytest.mark.parametrize(
    ("text", "reason"), [("a\0b\n", "NUL"), ("'\ud800'\n", "cannot hold"), ("x" * LARGEST + "\n", "bytes")]
)
def test_text_that_no_file_can_hold_is_refused(text: str, reason: str) -> None:
    assert reason in _message(TWO, _write(text))
    assert reason in _message(TWO, _replace("    y = x\n", text))
