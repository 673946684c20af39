"""Reads what stands between a fence that opens and the one that closes it, where that can be told."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pareback.workspaces.marks import Fence, begins_operation, fence, path_above, symbol_above

PROSE = (".md", ".markdown", ".mdx", ".rst", ".txt", ".adoc")
"""Files whose own text may hold fences at the first column."""

_PYTHON = (".py", ".pyi", ".pyw")
_LONG_STRING = re.compile(
    r"#[^\n]*|(\"\"\"|''')(?:[^\\]|\\.)*?(\1|\Z)|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Content:
    """The text between the fences and the line where reading goes on; with a `reason`, why there is no text."""

    text: str
    after: int
    reason: str = ""


def content(lines: Sequence[str], at: int, path: str) -> Content:
    """What the fence at line `at` opens; `path` is the file it is for."""
    opening = fence(lines[at]) or Fence(mark="```", info="")
    depth = 0
    for index in range(at + 1, len(lines)):
        found = fence(lines[index])
        if found is None or not found.mark.startswith(opening.mark):
            continue
        if found.mark != opening.mark:
            return Content("", len(lines), _unclear(opening))
        if found.info and not path.endswith(PROSE) and (path_above(lines, index) or symbol_above(lines, index)):
            return _unclosed(lines, at, index, path=path)
        if not found.info and not depth:
            return _closed(lines, at, index, path=path)
        depth += 1 if found.info else -1
    return Content("", len(lines), f"the reply ends before the closing {opening.mark}; send the whole text again")


def _closed(lines: Sequence[str], at: int, end: int, *, path: str) -> Content:
    text = _text(lines, at, end)
    if _goes_on(lines, end, path) or _in_string(text, path):
        return Content("", len(lines), _unclear(fence(lines[at]) or Fence(mark="```", info="")))
    return Content(text, end + 1)


def _text(lines: Sequence[str], at: int, end: int) -> str:
    return "".join(f"{line}\n" for line in lines[at + 1 : end])


def _unclosed(lines: Sequence[str], at: int, index: int, *, path: str) -> Content:
    """Another file begins inside this one: either this one was never closed, or it quotes a reply in a string."""
    opening = fence(lines[at]) or Fence(mark="```", info="")
    if _in_string(_text(lines, at, index), path):
        return Content("", len(lines), _unclear(opening))
    return Content("", index, f"no closing {opening.mark} before the next file; send the whole text again")


def _goes_on(lines: Sequence[str], end: int, path: str) -> bool:
    """Whether a fence follows that may belong to the same prose file: then the one at `end` may be an inner one."""
    if not path.endswith(PROSE):
        return False
    for index in range(end + 1, len(lines)):
        if begins_operation(lines[index]):
            return False
        if fence(lines[index]):
            return path_above(lines, index) is None
    return False


def _in_string(text: str, path: str) -> bool:
    """Whether Python text ends inside a triple-quoted string: the fence that cut it there belongs to the string."""
    if not path.endswith(_PYTHON):
        return False
    return any(found[1] and not found[2] for found in _LONG_STRING.finditer(text))


def _unclear(opening: Fence) -> str:
    longer = opening.mark[0] * (len(opening.mark) + 1)
    return (
        f"it is unclear which {opening.mark} ends the text, so nothing from here on was read;"
        f" send it again between fences of {longer}, and what followed it"
    )
