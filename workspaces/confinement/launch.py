"""Becomes a confined command: lowers its limits, gives up what it may not have, then runs what it was given.

A process of its own, because none of this may happen to ours. It starts our interpreter without site packages, reads
its orders from its first argument, and needs about 15 ms.
"""

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pareback
from pareback.workspaces.confinement import landlock, resources, seccomp, staging
from pareback.workspaces.confinement.namespaces import renounce

FILTER = "{filter}"
"""Stands in a command line for the number of a descriptor that holds the seccomp filter."""

_START = (
    "import sys; sys.path[:0] = [sys.argv.pop(1)]; from pareback.workspaces.confinement import launch; launch.main()"
)
_SETUP_FILE = 16  # times the size that a test's file may have: an archive with compiled libraries is large


@dataclass(frozen=True, slots=True)
class Orders:
    """What to give up. `staged` places are mounted for an ordinary user, and root is given up; `read` and `write` are
    all that is left of the file system where `fenced`; with a `network` large files may be written: it is a set-up."""

    staged: tuple[str, ...] = ()
    fenced: bool = False
    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    network: bool = False


def launched(orders: Orders, argv: Sequence[str]) -> list[str]:
    """The command line that runs `argv` after the orders."""
    above = str(Path(str(pareback.__file__)).parents[1])
    return [sys.executable, "-I", "-S", "-c", _START, above, json.dumps(asdict(orders)), *argv]


def main() -> None:
    """Follow the orders and become the command; any failure ends with exit code 125 and a line that says so."""
    try:
        _follow(Orders(**json.loads(sys.argv[1])), sys.argv[2:])
    except OSError as error:
        sys.stderr.write(f"sandbox: {error}\n")
        sys.exit(127 if isinstance(error, FileNotFoundError) else 125)


def _follow(orders: Orders, argv: list[str]) -> None:
    limits = resources.limits(resources.memory(os.environ))
    if orders.network:
        limits[resources.FILES] *= _SETUP_FILE
    resources.limit(limits)
    if orders.staged:
        staging.stage([Path(place) for place in orders.staged])
    if orders.fenced:
        _fence(orders)
    os.execvp(argv[0], [_filter() if word == FILTER else word for word in argv])  # noqa: S606  it is what this is for


def _fence(orders: Orders) -> None:
    """Landlock and seccomp over this process itself, with a temporary folder of its own."""
    private = tempfile.mkdtemp(prefix="home-", dir=os.environ["HOME"])
    os.environ.update(HOME=private, TMPDIR=private)
    renounce()
    landlock.restrict([*orders.read], [*orders.write, private], network=orders.network)
    seccomp.install(seccomp.program(sockets=orders.network))


def _filter() -> str:
    """A descriptor that the next program inherits and reads the filter from."""
    descriptor = os.memfd_create("filter", 0)
    os.write(descriptor, seccomp.program())
    os.lseek(descriptor, 0, os.SEEK_SET)
    return str(descriptor)
