"""Write a whole file: its path, then its content between fences.

This form also owns the fences it does not use: a fence under no path is an illustration and is read over, so that its
closing line is never taken for one that opens. Where it cannot be told which fence ends the file, the write is refused.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pareback.workspaces.edit import Example, Form, Operation, Unreadable
from pareback.workspaces.marks import Fence, begins_operation, fence, path_above, path_of

PROSE = (".md", ".markdown", ".mdx", ".rst", ".txt", ".adoc")
"""Files whose own text may hold fences at the first column."""

_PYTHON = (".py", ".pyi", ".pyw")
_LONG_STRING = re.compile(
    r"#[^\n]*|(\"\"\"|''')(?:[^\\]|\\.)*?(\1|\Z)|\"(?:[^\"\\\n]|\\.)*\"?|'(?:[^'\\\n]|\\.)*'?", re.DOTALL
)

_INSTRUCTIONS = """\
To write a new or small file, write its path on a line alone, then the whole content of the file in a fence. Write every
line: nothing may be left out or abbreviated. If the content holds ``` itself, use a fence of four backticks:

src/shop/rates.py
```python
RATE = 2


def rate() -> int:
    return RATE
```"""

_Read = tuple[tuple[Operation | Unreadable, ...], int]


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole content of a file."""

    instructions: str = _INSTRUCTIONS

    @property
    def examples(self) -> Sequence[Example]:
        """A change, a new file in a longer fence, an elided one, one that was cut, one whose fence is unclear."""
        return _EXAMPLES

    def read(self, lines: Sequence[str], at: int) -> _Read | None:
        """The file whose fence opens here; nothing, and the line after it, where the fence belongs to no file."""
        opening = fence(lines[at])
        if opening is None:
            return None
        inside = next((line for line in lines[at + 1 : at + 3] if line.strip()), "")
        if begins_operation(inside):
            return (), at + 1
        path = path_above(lines, at)
        return _illustration(lines, at, opening) if path is None else _file(lines, at, opening=opening, path=path)


def build() -> Form:
    """The form."""
    return Whole()


@dataclass(frozen=True, slots=True)
class _Stop:
    """Where the content ends: the line of its closing fence, or with a reason the line where reading goes on."""

    at: int
    reason: str = ""


def _file(lines: Sequence[str], at: int, *, opening: Fence, path: str) -> _Read:
    stop = _stop(lines, at, opening=opening, path=path)
    if stop.reason:
        return (Unreadable(f"{path!r}: {stop.reason}", path=path),), stop.at
    content = "".join(f"{line}\n" for line in lines[at + 1 : stop.at])
    if _goes_on(lines, stop.at, path) or _in_string(content, path):
        return (Unreadable(f"{path!r}: {_unclear(opening)}", path=path),), len(lines)
    return (Operation(kind="write", path=path, new=content),), stop.at + 1


def _stop(lines: Sequence[str], at: int, *, opening: Fence, path: str) -> _Stop:
    depth = 0
    for index in range(at + 1, len(lines)):
        found = fence(lines[index])
        if found is None or not found.mark.startswith(opening.mark):
            continue
        if found.mark != opening.mark:
            return _Stop(len(lines), _unclear(opening))
        if found.info and not path.endswith(PROSE) and path_above(lines, index):
            return _next_file(lines, at, index=index, path=path)
        if not found.info and not depth:
            return _Stop(index)
        depth += 1 if found.info else -1
    return _Stop(len(lines), f"the reply ends before the closing {opening.mark}; send the whole file again")


def _next_file(lines: Sequence[str], at: int, *, index: int, path: str) -> _Stop:
    """Another file begins inside this one: either this one was never closed, or it quotes a reply in a string."""
    opening = fence(lines[at]) or Fence(mark="```", info="")
    if _in_string("\n".join(lines[at + 1 : index]), path):
        return _Stop(len(lines), _unclear(opening))
    return _Stop(index, f"no closing {opening.mark} before the next file; send the whole file again")


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


def _in_string(content: str, path: str) -> bool:
    """Whether Python text ends inside a triple-quoted string: the fence that cut it there belongs to the string."""
    if not path.endswith(_PYTHON):
        return False
    return any(found[1] and not found[2] for found in _LONG_STRING.finditer(content))


def _unclear(opening: Fence) -> str:
    longer = opening.mark[0] * (len(opening.mark) + 1)
    return (
        f"it is unclear which {opening.mark} ends the file, so nothing from here on was read;"
        f" send it again between fences of {longer}, and what followed it"
    )


def _illustration(lines: Sequence[str], at: int, opening: Fence) -> _Read:
    """Past a fence under no path; where another fence opens before it closes, or it wraps operations, past its line."""
    for index in range(at + 1, len(lines)):
        found = fence(lines[index])
        if found is None or not found.mark.startswith(opening.mark):
            continue
        inside = lines[at + 1 : index]
        if found.info or any(begins_operation(line) for line in inside):
            return (), at + 1
        path = path_above(lines, index)
        if path is None or all(path_of(line) for line in inside if line.strip()):
            return (), index + 1
        reason = f"{path!r}: it is unclear whether the fence below the path opens or closes; send the file again"
        return (Unreadable(reason, path=path),), index + 1
    return (), at + 1


_BEFORE = {"src/rates.py": "RATE = 1\n", "README.md": "# Shop\n"}

_EXAMPLES = (
    Example(
        reply="src/rates.py\n```python\nRATE = 2\n```\nDone.\n",
        before=_BEFORE,
        after={**_BEFORE, "src/rates.py": "RATE = 2\n"},
    ),
    Example(
        reply="File: `docs/use.md`\n\n````markdown\n# Use\n```\nshop\n```\n````\n",
        before=_BEFORE,
        after={**_BEFORE, "docs/use.md": "# Use\n```\nshop\n```\n"},
    ),
    Example(reply="Run it:\n```sh\nshop --help\n```\n", before=_BEFORE, after=None),
    Example(reply="src/rates.py\n```python\nRATE = 2\n# ... existing code ...\n```\n", before=_BEFORE, after=None),
    Example(reply="src/rates.py\n```python\nRATE = 2\nLIMIT =", before=_BEFORE, after=None),
    Example(reply="README.md\n```\n# Shop\n```\nshop\n```\nMore.\n```\n", before=_BEFORE, after=None),
)
