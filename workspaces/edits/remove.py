"""Delete or move a file: one line each."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pareback.workspaces.edit import Example, Form, Operation, Step, Unreadable

_LINE = re.compile(r"\*\*\* (Delete|Move) File:[ \t]*(.*?)[ \t]*$")

_INSTRUCTIONS = """\
To delete or move a file, write one line:

*** Delete File: src/shop/old.py
*** Move File: src/shop/cart.py -> src/shop/basket.py"""


@dataclass(frozen=True, slots=True)
class Remove:
    """Deletion and moving of files."""

    instructions: str = _INSTRUCTIONS

    @property
    def examples(self) -> Sequence[Example]:
        """A deletion, a move, a file that is not there, a move onto another file, a move without a target."""
        return _EXAMPLES

    def read(self, lines: Sequence[str], at: int) -> Iterator[Step]:
        """The operation on this line."""
        found = _LINE.match(lines[at]) if lines[at].startswith("*** ") else None
        if found is not None:
            yield ((_delete(found[2]) if found[1] == "Delete" else _move(found[2])),), at + 1


def build() -> Form:
    """The form."""
    return Remove()


def _delete(rest: str) -> Operation | Unreadable:
    path = _plain(rest)
    return Operation(kind="delete", path=path) if path else Unreadable("'*** Delete File:' names no file")


def _move(rest: str) -> Operation | Unreadable:
    source, arrow, target = rest.partition(" -> ")
    source, target = _plain(source), _plain(target)
    if not (source and arrow and target):
        return Unreadable("'*** Move File:' is written as '*** Move File: old/path.py -> new/path.py'", path=source)
    return Operation(kind="move", path=source, target=target)


def _plain(path: str) -> str:
    return path.strip().strip("`").strip().removeprefix("./")


_BEFORE = {"src/old.py": "OLD = 1\n", "src/cart.py": "CART = 1\n"}

_EXAMPLES = (
    Example(reply="*** Delete File: src/old.py\n", before=_BEFORE, after={"src/cart.py": "CART = 1\n"}),
    Example(
        reply="```\n*** Move File: src/cart.py -> src/basket.py\n```\n",
        before=_BEFORE,
        after={"src/old.py": "OLD = 1\n", "src/basket.py": "CART = 1\n"},
    ),
    Example(reply="*** Delete File: src/gone.py\n", before=_BEFORE, after=None),
    Example(reply="*** Move File: src/cart.py -> src/old.py\n", before=_BEFORE, after=None),
    Example(reply="*** Move File: src/cart.py\n", before=_BEFORE, after=None),
)
