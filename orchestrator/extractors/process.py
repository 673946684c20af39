"""A process that answers one line with another, within its time or not at all."""

import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress


class Silent(Exception):
    """The process gave no answer: says whether it ended, or was ended because it took too long."""


class Process:
    """One process. One thread at a time. It runs in the root folder: nothing of the repository is in its sight."""

    def __init__(self, command: Sequence[str], *, seconds: float | None, environ: Mapping[str, str] | None) -> None:
        """`seconds` is how long an answer may take, None without a limit; `environ` is all that the process sees of
        the environment, None for this one's. Raises OSError where the command cannot be started."""
        self._seconds = seconds
        self._late = False
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            cwd="/",
            env=environ,
            start_new_session=True,
        )

    def ask(self, line: str) -> str:
        """The answer to a line, without its end. Raises Silent; then the process is of no more use."""
        return self._timed(line + "\n")

    def listen(self) -> str:
        """A line that nobody asked for: the first one. Raises Silent."""
        return self._timed("")

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(OSError):  # what was not written is for nobody
            self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        self._kill()
        self._process.wait()
        self._process.stdout.close()

    def _timed(self, said: str) -> str:
        watch = None if self._seconds is None else threading.Timer(self._seconds, self._stop)
        if watch is not None:
            watch.daemon = True
            watch.start()
        try:
            answer = self._spoken(said)
        except OSError as error:
            raise Silent(self._why()) from error
        finally:
            if watch is not None:
                watch.cancel()
        if not answer.endswith("\n"):
            raise Silent(self._why())
        return answer[:-1]

    def _spoken(self, said: str) -> str:
        """Raises OSError where the process is gone."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if said:
            self._process.stdin.write(said)
            self._process.stdin.flush()
        return self._process.stdout.readline()

    def _stop(self) -> None:
        self._late = True
        self._kill()

    def _kill(self) -> None:
        """With all that it started: they hold the pipe open."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _why(self) -> str:
        if self._late:
            return f"it took longer than {self._seconds:g} s"
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=1)
        return f"it ended with code {self._process.poll()}"
