"""The error boundary's words: what the user can mend becomes one line, a bug of ours a file with its traceback."""

import os
import platform
import time
from importlib.metadata import version

from pareback.adapters.model import ModelRefused, ModelUnavailable
from pareback.adapters.sink import DeliveryFailed
from pareback.adapters.ticket import BadTicket
from pareback.orchestrator import home
from pareback.orchestrator.config import ConfigError
from pareback.orchestrator.confined import NoSandbox
from pareback.orchestrator.ledger import LedgerError
from pareback.orchestrator.parts import UnknownPart
from pareback.workspaces.repository import MissingObject, NotARepository
from pareback.workspaces.suite import WorkspaceError


class Mistake(ValueError):
    """The user's words do not fit together: one line says which and what was expected."""


USER = (BadTicket, ConfigError, Mistake, ModelRefused, NotARepository, MissingObject, UnknownPart, home.NoSuchRun)
"""What the user must act on: exit 2."""

LATER = (home.AlreadyRunning, ModelUnavailable, DeliveryFailed, LedgerError, WorkspaceError)
"""What may go well when it is tried again: exit 75."""


def explain(error: Exception, trace: str) -> tuple[str, int]:
    """One line for people and the exit code."""
    speak = getattr(error, "format_message", None)  # the command line parser's own errors have words
    if callable(speak):
        return str(speak()), 2
    if isinstance(error, LATER):
        return str(error), 75
    if isinstance(error, NoSandbox):
        return str(error), 78
    if isinstance(error, USER):
        return str(error), 2
    if isinstance(error, FileNotFoundError):
        return f"{error.filename!r} does not exist", 2
    return f"this is a bug: {type(error).__name__}: {error}. The details are in {_written(trace)}", 3


def _written(trace: str) -> str:
    """A file ready to be pasted into a bug report; it holds no environment and no arguments."""
    folder = home.find(os.environ).state / "bugs"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
    path.write_text(
        f"pareback {version('pareback')}, Python {platform.python_version()}, {platform.platform()}\n\n{trace}"
    )
    return str(path)
