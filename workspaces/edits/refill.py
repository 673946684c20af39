"""Refill a region: the text between two quoted lines is written anew."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pareback.workspaces import blocks
from pareback.workspaces.edit import Example, Form, Step

_SHAPE = blocks.Shape(opens="ABOVE", closes="BELOW", parts=3)

_INSTRUCTIONS = """\
To write a stretch of a file anew without quoting it, write the path on a line alone, then the line above the stretch,
all that shall stand between, and the line below it. Quote both lines exactly; each must occur only once:

src/shop/cart.py
<<<<<<< ABOVE
def total(items):
=======
    return sum(item.price for item in items)
=======
def size(items):
>>>>>>> BELOW

An empty first part means the start of the file, an empty last part its end."""


@dataclass(frozen=True, slots=True)
class Refill:
    """What stands between two quoted lines, anew."""

    instructions: str = _INSTRUCTIONS

    @property
    def examples(self) -> Sequence[Example]:
        """A function's body, the head of a file, a line that stands twice, lines in the wrong order, a cut block."""
        return _EXAMPLES

    def read(self, lines: Sequence[str], at: int) -> Iterator[Step]:
        """The blocks that begin here under one path."""
        return blocks.read(lines, at, _SHAPE)


def build() -> Form:
    """The form."""
    return Refill()


_BEFORE = {"src/shop.py": "def total(items):\n    return 0\n\n\ndef size(items):\n    return 0\n"}


def _reply(above: str, new: str, beneath: str) -> str:
    return f"src/shop.py\n<<<<<<< ABOVE\n{above}=======\n{new}=======\n{beneath}>>>>>>> BELOW\n"


_FULL = _reply("def total(items):\n", "    return sum(items)\n\n\n", "def size(items):\n")

_EXAMPLES = (
    Example(
        reply=f"```\n{_FULL}```\n",
        before=_BEFORE,
        after={"src/shop.py": "def total(items):\n    return sum(items)\n\n\ndef size(items):\n    return 0\n"},
    ),
    Example(
        reply=_reply("", "RATE = 1\n\n\n", "def total(items):\n"),
        before=_BEFORE,
        after={"src/shop.py": "RATE = 1\n\n\n" + _BEFORE["src/shop.py"]},
    ),
    Example(reply=_reply("", "RATE = 1\n", "    return 0\n"), before=_BEFORE, after=None),
    Example(reply=_reply("    return 0\n", "    pass\n", ""), before=_BEFORE, after=None),
    Example(reply=_reply("def size(items):\n", "    pass\n", "def total(items):\n"), before=_BEFORE, after=None),
    Example(reply=_FULL[:-20], before=_BEFORE, after=None),
)
