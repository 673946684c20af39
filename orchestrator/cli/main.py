"""The command line: words in, exit codes out. Every command imports its body when it is called."""

import os
import sys
import traceback
from collections.abc import Callable
from importlib import import_module
from typing import Any

from pareback.orchestrator.cli import bench, drive, gate, machine, survey
from pareback.orchestrator.cli.app import app
from pareback.orchestrator.hardened import harden

COMMANDS = (drive, gate, survey, machine, bench)
"""Imported, they are known to the program, in the order of its help."""


def main() -> None:
    """Every command starts here."""
    harden(os.environ)
    sys.exit(guarded(lambda: app(standalone_mode=False)))


def guarded(body: Callable[[], Any]) -> int:
    """The exit code of `body`, with every exception turned into one line on stderr."""
    try:
        code = body()
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # noqa: BLE001 - the boundary
        return _explain(error)
    return code if isinstance(code, int) else 0


def _explain(error: Exception) -> int:
    line, code = import_module("pareback.orchestrator.boundary").explain(error, traceback.format_exc())
    sys.stderr.write(f"pareback: {line}\n")
    return int(code)
