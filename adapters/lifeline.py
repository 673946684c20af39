"""A process that works for another ends when that one is gone, however it went: it holds a pipe that then closes."""

import os
import signal
import threading
import time

VARIABLE = "PAREBACK_LIFELINE"
"""Environment variable with the number of the descriptor, for a process that was started and not forked."""

GRACE = 1.0
"""Seconds to leave things in good order in; what runs can be killed at any moment and then resumed."""


def hold(handle: int) -> None:
    """Watch the reading end of a pipe that nobody writes to; when it closes, the caller's process group is ended:
    SIGTERM for this process, SIGKILL for the whole group after `GRACE`. The caller leads its group."""
    threading.Thread(target=_watch, args=(handle,), name="lifeline", daemon=True).start()


def _watch(handle: int) -> None:
    while os.read(handle, 1):
        continue
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os.killpg(os.getpgrp(), signal.SIGKILL)
