"""A language that a program of its own reads: the program is started when its first file is asked for, started again
after a file that it died of, and given up when it dies of one file after the other."""

import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from pareback.gates.facts import FileFacts, Problem
from pareback.gates.index.extraction import Extracted, Job, extracted
from pareback.gates.wire.finish import finished
from pareback.gates.wire.lines import Hello, answered, hello, request
from pareback.orchestrator.extractors import side_by_side
from pareback.orchestrator.extractors.process import Process, Silent

_DEATHS = 3
"""Files in a row that a program may die of before it is given up."""
_SEEN = ("PATH", "HOME", "LANG", "TMPDIR")
"""What a program sees of the environment: no keys."""


@dataclass(frozen=True, slots=True)
class Start:
    """How a program is started: what is said of it, its command, how many seconds a file may take."""

    name: str
    command: Sequence[str]
    seconds: float
    environ: Mapping[str, str]


class Program:
    """A language, as the gate asks for it. Safe to share between threads: they wait for each other."""

    def __init__(self, start: Start) -> None:
        """Start the program and hear who it is. Raises Silent where it cannot be started, ValueError where it says
        something else."""
        self._start = start
        self._lock = threading.Lock()
        self._deaths = 0
        self._process: Process | None = None
        self._hello = self._begin()

    @property
    def name(self) -> str:
        return self._hello.name

    @property
    def suffixes(self) -> tuple[str, ...]:
        return self._hello.suffixes

    @property
    def version(self) -> str:
        return f"{self._hello.name}-{self._hello.version}"

    @property
    def grammar(self) -> str:
        return self._hello.grammar

    @property
    def command(self) -> tuple[str, ...]:
        return tuple(self._start.command)

    def extract(self, source: bytes) -> FileFacts:
        """The facts of one file, or a problem that says why there are none."""
        return self.read(Job("0", self.suffixes[0], source))

    def read(self, job: Job) -> FileFacts:
        """The facts of a job's file, or a problem that says why there are none."""
        with self._lock:
            try:
                return self._asked(job)
            except (Silent, ValueError) as error:
                why = f"the extractor {self.name!r} did not read it: {error}"
                return FileFacts(job.source.count(b"\n"), problems=(Problem(why, 1, 1, unread=True),))

    def spread(self, jobs: Sequence[Job], width: int) -> Iterator[Extracted]:
        """Extract many files in so many processes at once."""
        return side_by_side.spread(jobs, width, self._drain)

    def _drain(self, jobs: Iterable[Job]) -> list[Extracted]:
        with closing(Program(self._start)) as program:
            return [extracted(job, program.read(job)) for job in jobs]

    def close(self) -> None:
        """End the program."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def _asked(self, job: Job) -> FileFacts:
        """Raises Silent where no answer comes, ValueError where it is none."""
        if self._process is None:
            if self._deaths >= _DEATHS:
                raise Silent(f"it died of {_DEATHS} files in a row and was not started again")
            self._begin()
        assert self._process is not None
        try:
            told = finished(answered(self._process.ask(request(job.blob, job.suffix, job.source)), job.blob))
        except (Silent, ValueError):  # after an answer that is none nobody knows what the next line answers
            self._deaths += 1
            self.close()
            raise
        self._deaths = 0
        return told

    def _begin(self) -> Hello:
        try:
            self._process = Process(
                self._start.command, seconds=self._start.seconds, environ=_seen(self._start.environ)
            )
        except OSError as error:
            raise Silent(f"{self._start.command[0]!r} cannot be started: {error.strerror}") from error
        weakref.finalize(self, self._process.close)
        return hello(self._process.listen())


def _seen(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: environ[name] for name in _SEEN if name in environ}
