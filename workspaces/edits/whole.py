"""Write a whole file: its path, then its content between fences.

This form also owns the fences it does not use: a fence under no path is an illustration and is read over, so that its
closing line is never taken for one that opens. Where it cannot be told which fence ends the file, the write is refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pareback.workspaces import fences
from pareback.workspaces.edit import Example, Form, Operation, Step, Unreadable
from pareback.workspaces.marks import (
    DIFFS,
    Fence,
    begins_operation,
    fence,
    path_above,
    path_of,
    quotes_a_diff,
    symbol_above,
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


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole content of a file."""

    instructions: str = _INSTRUCTIONS

    @property
    def examples(self) -> Sequence[Example]:
        """A change, a new file in a longer fence, an elided one, one that was cut, one whose fence is unclear."""
        return _EXAMPLES

    def read(self, lines: Sequence[str], at: int) -> Iterator[Step]:
        """The file whose fence opens here; nothing, and the line after it, where the fence belongs to no file."""
        opening = fence(lines[at])
        if opening is None or symbol_above(lines, at) or quotes_a_diff(lines, at):
            return
        path = path_above(lines, at)
        if begins_operation(_inside(lines, at)) and not (path or "").endswith(DIFFS):
            yield (), at + 1
        elif path is None:
            yield _illustration(lines, at, opening)
        else:
            yield _file(lines, at, path)


def build() -> Form:
    """The form."""
    return Whole()


def _inside(lines: Sequence[str], at: int) -> str:
    """The first line with text of the two behind a fence."""
    return next((lines[index] for index in range(at + 1, min(at + 3, len(lines))) if lines[index].strip()), "")


def _file(lines: Sequence[str], at: int, path: str) -> Step:
    content = fences.content(lines, at, path)
    if content.reason:
        return (Unreadable(f"{path!r}: {content.reason}", path=path),), content.after
    return (Operation(kind="write", path=path, new=content.text),), content.after


def _illustration(lines: Sequence[str], at: int, opening: Fence) -> Step:
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
