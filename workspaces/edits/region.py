"""Replace a quoted region: the old lines between two markers, the new lines after them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pareback.workspaces import blocks
from pareback.workspaces.edit import Example, Form, Step

_SHAPE = blocks.Shape(opens="SEARCH", closes="REPLACE", parts=2)

_INSTRUCTIONS = """\
To change part of a file, write its path on a line alone, then the lines as they stand now and the lines that replace
them. Quote whole lines, exactly, and enough of them that they occur only once in the file:

src/shop/cart.py
<<<<<<< SEARCH
    total = 0
    for item in items:
=======
    total = Decimal(0)
    for item in items:
>>>>>>> REPLACE

Several blocks may follow one path. An empty upper half creates a new file."""


@dataclass(frozen=True, slots=True)
class Region:
    """Replacement of quoted lines."""

    instructions: str = _INSTRUCTIONS

    @property
    def examples(self) -> Sequence[Example]:
        """A change, a new file, a region that stands twice, one that stands nowhere, a block that was cut."""
        return _EXAMPLES

    def read(self, lines: Sequence[str], at: int) -> Iterator[Step]:
        """The blocks that begin here under one path."""
        return blocks.read(lines, at, _SHAPE)


def build() -> Form:
    """The form."""
    return Region()


_BEFORE = {"src/shop.py": "def total(items):\n    return len(items)\n\n\ndef size(items):\n    return len(items)\n"}


def _reply(old: str, new: str, *, path: str = "src/shop.py") -> str:
    return f"{path}\n<<<<<<< SEARCH\n{old}=======\n{new}>>>>>>> REPLACE\n"


_EXAMPLES = (
    Example(
        reply=_reply("def total(items):\n    return len(items)\n", "def total(items):\n    return sum(items)\n"),
        before=_BEFORE,
        after={
            "src/shop.py": "def total(items):\n    return sum(items)\n\n\ndef size(items):\n    return len(items)\n"
        },
    ),
    Example(
        reply=f"```python\n{_reply('', 'RATE = 2' + chr(10), path='**`src/rates.py`**')}```\n",
        before=_BEFORE,
        after={**_BEFORE, "src/rates.py": "RATE = 2\n"},
    ),
    Example(reply=_reply("    return len(items)\n", "    return 0\n"), before=_BEFORE, after=None),
    Example(reply=_reply("    return max(items)\n", "    return 0\n"), before=_BEFORE, after=None),
    Example(reply=_reply("def size(items):\n", "def count(items):\n")[:-20], before=_BEFORE, after=None),
)
