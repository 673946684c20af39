"""Edit operations: what a reply asks for, and what each operation is answered.

The model writes text; a form (one file under `edits/`) reads one operation at a place in that text. Each operation is
applied alone, exactly or not at all, and answered alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

Kind = Literal[
    "replace",
    "refill",
    "write",
    "delete",
    "move",
    "replace_symbol",
    "insert_before",
    "insert_after",
    "insert_into",
    "delete_symbol",
    "rename_symbol",
]
Status = Literal["applied", "already", "refused"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One edit. `replace` uses `old` and `new` (an empty `old` on a file that does not exist creates it), `write` uses
    `new`, `move` uses `target`, `refill` writes `new` between the lines `above` and `beneath`. Those on a symbol use
    its qualified name and `new`, which to rename is the new name. Texts have LF line ends. `below`
    are lines that stand above the region, outermost first: they choose where `old` stands in several places. `form` is
    the one that read it; it says nothing about what the operation is."""

    kind: Kind
    path: str
    old: str = ""
    new: str = ""
    target: str = ""
    below: tuple[str, ...] = ()
    above: str = ""
    beneath: str = ""
    symbol: str = ""
    form: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A block that began like an operation and is none: `reason` says what was expected, in words for the model."""

    reason: str
    path: str = ""
    form: str = field(default="", compare=False)


Found = Operation | Unreadable
Step = tuple[tuple[Found, ...], int]
"""What stands at a place of a reply, and the line where reading goes on after it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one operation. `message` is written for the model: the place, what was found, what to do. `form`
    is the one that read the operation. `final`: refused for what no later operation can undo."""

    status: Status
    path: str
    message: str = ""
    final: bool = False
    form: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Example:
    """A reply that the form reads, applied to `before`; `after` None means: refused, nothing changed."""

    reply: str
    before: Mapping[str, str]
    after: Mapping[str, str] | None


class Form(Protocol):
    """One way to write an operation."""

    @property
    def instructions(self) -> str:
        """How a model writes it: short, with one example."""
        ...

    @property
    def examples(self) -> Sequence[Example]:
        """Replies that must apply and replies that must be refused."""
        ...

    def read(self, lines: Sequence[str], at: int) -> Iterator[Step]:
        """The steps that begin at line `at`, none if nothing of this form begins there.

        A step must not depend on lines that were not looked at by index: the reply may still be arriving.
        """
        ...
