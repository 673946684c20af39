"""Becomes a confined command: lowers its limits, gives up what it may not have, then runs what it was given.

A process of its own, because none of this may happen to ours. Every command in a sandbox waits for it to start, so it
imports next to nothing.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from pareback.workspaces.confinement import landlock, resources, seccomp, staging
from pareback.workspaces.confinement.namespaces import renounce

if TYPE_CHECKING:
    from collections.abc import Mapping

_SETUP_FILE = 16  # times the size that a test's file may have: an archive with compiled libraries is large


def main() -> None:
    """Follow the orders and become the command; any failure ends with exit code 125 and a line that says so."""
    try:
        _follow(json.loads(sys.argv[1]), sys.argv[2:])
    except OSError as error:
        sys.stderr.write(f"sandbox: {error}\n")
        sys.exit(127 if isinstance(error, FileNotFoundError) else 125)


def _follow(orders: Mapping[str, Any], argv: list[str]) -> None:
    limits = resources.limits(resources.memory(os.environ))
    if orders["network"]:
        limits[resources.FILES] *= _SETUP_FILE
    resources.limit(limits)
    if orders["staged"]:
        staging.stage(orders["staged"])
    if orders["fenced"]:
        _fence(orders)
    words = [_filter() if word == orders["filter"] else word for word in argv]
    os.execvp(words[0], words)  # noqa: S606  it is what this file is for


def _fence(orders: Mapping[str, Any]) -> None:
    """Landlock and seccomp over this process itself, with a temporary folder of its own."""
    private = f"{os.environ['HOME']}/home-{os.getpid()}-{os.urandom(4).hex()}"
    os.mkdir(private, 0o700)  # noqa: PTH102  without pathlib this starts sooner
    os.environ.update(HOME=private, TMPDIR=private)
    renounce()
    landlock.restrict(orders["read"], [*orders["write"], private], network=orders["network"])
    seccomp.install(seccomp.program(sockets=orders["network"]))


def _filter() -> str:
    """A descriptor that the next program inherits and reads the filter from."""
    descriptor = os.memfd_create("filter", 0)
    os.write(descriptor, seccomp.program())
    os.lseek(descriptor, 0, os.SEEK_SET)
    return str(descriptor)
