"""Lines that stand for code left out are refused, honest comments and real ellipses are written."""

from collections.abc import Mapping

import pytest

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
    "line",
    [
        "# ... existing code ...",
        "    # ... rest of the class",
        "# (rest unchanged)",
        "# rest of the file remains unchanged",
        "// existing code here",
        "# ...",
        "# unchanged",
        "...",
        "# remaining methods unchanged",
        "/* ... other functions ... */",
    ],
)
def test_a_line_that_stands_for_code_is_refused(line: str) -> None:
    assert "left out" in _message(TWO, _write(f"def f(x):\n    return x\n\n{line}\n"))
    assert "left out" in _message(TWO, _replace("    y = x\n", f"    y = x\n{line}\n"))
    held = f"def f(x):\n    return x\n\n{line}\n"
    assert _one(held.encode(), _write(held.replace("return x", "return y")))[0] == "applied"


@pytest.mark.parametrize(
    "text",
    [
        "def f() -> int: ...\n",
        "def f() -> int:\n    ...\n\n\ndef g() -> int:\n    ...\n",
        'class A:\n    """One."""\n\n    ...\n',
        "x: tuple[\n    int,\n    ...,\n]\n",
        "# existing code relies on this order\n# the other half is sorted\n# TODO: more tests ...\n# wait...\n",
        "# the rest is history\n",
    ],
)
def test_an_ellipsis_that_is_code_and_an_honest_comment_are_written(text: str) -> None:
    assert _one(TWO, _write(text)) == ("applied", text.encode())
