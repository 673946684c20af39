"""What a command must give up before it starts: the command line of the launcher that sees to it, and its orders."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pareback

FILTER = "{filter}"
"""Stands in a command line for the number of a descriptor that holds the seccomp filter."""

_START = (
    "import sys; sys.path[:0] = [sys.argv.pop(1)]; from pareback.workspaces.confinement import launch; launch.main()"
)


@dataclass(frozen=True, slots=True)
class Orders:
    """What to give up. `staged` places are mounted for an ordinary user, and root is given up; `read` and `write` are
    all that is left of the file system where `fenced`; with a `network` large files may be written: it is a set-up."""

    staged: tuple[str, ...] = ()
    fenced: bool = False
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    network: bool = False
    filter: str = FILTER


def launched(orders: Orders, argv: Sequence[str]) -> list[str]:
    """The command line that runs `argv` after the orders. It costs a start of our interpreter without site packages."""
    above = str(Path(str(pareback.__file__)).parents[1])
    return [sys.executable, "-I", "-S", "-c", _START, above, json.dumps(asdict(orders)), *argv]
