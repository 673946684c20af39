"""Extraction in processes of this very program: several for a whole repository, one with a newer Python for files that
need it.

They speak in finished facts, so that their work is not done again here. Their code runs under `-I`, so nothing of the
repository or of the user's environment is imported; a newer Python is taken from `--python` or the PATH, never from
the tree.
"""

import os
import shutil
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pareback
from pareback.gates.index.extraction import Extracted, Job, asked, extract, heard
from pareback.orchestrator.extractors import side_by_side
from pareback.orchestrator.extractors.process import Process, Silent

_FEW = 64
"""Files below which starting another process costs more than it saves."""
_MINORS = range(sys.version_info.minor + 6, sys.version_info.minor, -1)
_LOOP = """
import sys
sys.path.insert(0, sys.argv[1])
from pareback.gates.index.extraction import answer
for line in sys.stdin:
    print(answer(line), flush=True)
"""


class Worker:
    """A process that extracts. One thread at a time."""

    def __init__(self, python: str) -> None:
        found = str(Path(shutil.which(python) or python).absolute())
        command = [found, "-I", "-c", _LOOP, str(Path(pareback.__file__).parents[1])]
        self._process = Process(command, seconds=None, environ=None)

    def extract(self, job: Job) -> Extracted | None:
        """The job done; None where the process cannot."""
        try:
            return heard(self._process.ask(asked(job)))
        except (Silent, ValueError):
            return None

    def close(self) -> None:
        """End the process."""
        self._process.close()


def width(jobs: int) -> int:
    """Processes that so many files are worth."""
    return 1 if jobs < _FEW else os.cpu_count() or 1


def spread(jobs: Iterable[Job]) -> Iterator[Extracted]:
    """Extract on all cores where there is enough to do; what a process fails at is done here."""
    waiting = list(jobs)
    cores = width(len(waiting))
    if cores == 1:
        return map(extract, waiting)
    return side_by_side.spread(waiting, cores, _worked)


def _worked(jobs: Iterable[Job]) -> list[Extracted]:
    with closing(Worker(sys.executable)) as worker:
        return [worker.extract(job) or extract(job) for job in jobs]


class Newer:
    """Reads files under the newest Python there is, started when the first is asked for."""

    def __init__(self, given: str | None, environ: Mapping[str, str]) -> None:
        """`given` is the interpreter that the user named, if any."""
        self._given, self._environ = given, environ
        self._lock = threading.Lock()
        self._workers: list[Worker | None] = []

    def __call__(self, job: Job) -> Extracted | None:
        with self._lock:
            worker = self._started()
            done = None if worker is None else worker.extract(job)
        return None if done is None or done.problem else done

    def _started(self) -> Worker | None:
        if not self._workers:
            worker = _newer(self._given, self._environ)
            self._workers.append(worker)
            if worker is not None:
                weakref.finalize(self, worker.close)
        return self._workers[0]


def _newer(given: str | None, environ: Mapping[str, str]) -> Worker | None:
    """A process of a Python newer than this one. None where there is none."""
    names = (f"python{sys.version_info.major}.{minor}" for minor in _MINORS)
    found = [given, *(shutil.which(name, path=environ.get("PATH")) for name in names)]
    return next((Worker(path) for path in found if path and _is_newer(path)), None)


def _is_newer(python: str) -> bool:
    code = "import sys; print(*sys.version_info[:2])"
    try:
        done = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return False
    said = done.stdout.split()
    return done.returncode == 0 and len(said) == 2 and tuple(map(int, said)) > sys.version_info[:2]
