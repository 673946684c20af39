"""A condition on a tree, and what was found when it was looked at: the nouns of this folder."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pareback.workspaces.guard import in_test_zone

Kind = Literal[
    "defined",
    "gone",
    "renamed",
    "decorated",
    "calls",
    "uses",
    "parameter",
    "raises",
    "warns",
    "logs",
    "text",
    "delta",
    "lint",
]
"""`lint` is no line that anybody writes: it stands for the project's own linter."""

PYTHON = (".py", ".pyi")


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must be so after the change; `said` is the line it was read from.

    `path` is a file (empty: the one that defines `symbol`), `symbol` a qualified name in it (empty: the whole file),
    `name` what is looked for there, `text` words of a message, a default or a part of the file. `points` is the most
    that the change may add. A `negated` one holds where the rest does not.
    """

    kind: Kind
    said: str
    path: str = ""
    symbol: str = ""
    name: str = ""
    text: str = ""
    points: float = 0.0
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """Whether a condition holds, None where that cannot be said; `message` says why, with its place where it has one.
    Lines count from 1, 0 is no line."""

    condition: Condition
    holds: bool | None
    message: str
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Tree:
    """Blob ids by path, and `read`, which gives a blob's bytes."""

    files: Mapping[str, str]
    read: Callable[[str], bytes]

    def text(self, path: str) -> str:
        """The file as text, undecodable bytes replaced."""
        return self.read(self.files[path]).decode("utf-8-sig", "replace")

    def naming(self, name: str) -> Iterator[str]:
        """The product's Python files whose text holds the name; tests are other people's to change."""
        raw = name.encode()
        for path, blob in self.files.items():
            if path.endswith(PYTHON) and not in_test_zone(path) and raw in self.read(blob):
                yield path
