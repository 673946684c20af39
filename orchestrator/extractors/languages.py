"""Which languages there are: those that this program reads itself, those of this house that need a program on the PATH,
and those that the user's own configuration names.

A program is found and started when the first file of its language is met; so a repository without one pays nothing.
"""

import os
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pareback.gates import scores
from pareback.gates.index.extraction import Extracted, Job
from pareback.gates.language import Language
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.extractors import own
from pareback.orchestrator.extractors.process import Silent
from pareback.orchestrator.extractors.program import Program, Start

SECONDS = 10.0
"""How long one file may take, where the configuration says nothing else."""


@dataclass(frozen=True, slots=True)
class Named:
    """A language whose files a program reads: the endings of these files, the command, seconds per file. `ours` belongs
    to this house and may be missing; one that the user named may not."""

    name: str
    suffixes: tuple[str, ...]
    command: tuple[str, ...]
    seconds: float = SECONDS
    ours: bool = False


class Languages:
    """The languages of one run. Safe to share between threads. `absent` says by the ending of files why nobody here
    reads them, as far as it was found out."""

    def __init__(self, named: Sequence[Named], environ: Mapping[str, str]) -> None:
        """`named` come from the user's configuration; they go before those of this house."""
        self.named = {suffix: each for each in (*_ours(), *named) for suffix in each.suffixes}
        self.absent: dict[str, str] = {}
        self._environ = environ
        self._lock = threading.Lock()
        self._programs: dict[str, Program | None] = {}

    @property
    def edition(self) -> str:
        """What prices depend on beside the code, known without starting anything."""
        users = {f"{each.name}={' '.join(each.command)}" for each in self.named.values() if not each.ours}
        ours = {each.name for each in self.named.values() if each.ours and _found(each, self._environ)}
        return "/".join((scores.edition(), *sorted(ours), *sorted(users)))

    def __call__(self, suffix: str) -> Language | None:
        """The front end for files with that ending. Raises Mistake where the user named a program that is none."""
        named = self.named.get(suffix)
        if named is None:
            return scores.language(suffix)
        with self._lock:
            if named.name not in self._programs:
                self._programs[named.name] = self._started(named)
            return self._programs[named.name]

    def spread(self, jobs: Iterable[Job]) -> Iterator[Extracted]:
        """Extract every job, each where its language is read."""
        rest: list[Job] = []
        others: dict[str, list[Job]] = {}
        for job in jobs:
            where = others.setdefault(self.named[job.suffix].name, []) if job.suffix in self.named else rest
            where.append(job)
        yield from own.spread(rest)
        for some in others.values():
            program = self(some[0].suffix)
            if isinstance(program, Program):
                yield from program.spread(some, own.width(len(some)))

    def _started(self, named: Named) -> Program | None:
        try:
            return started(named, self._environ)
        except Mistake as error:
            if not named.ours:
                raise
            self.absent.update(dict.fromkeys(named.suffixes, str(error)))
            return None


def started(named: Named, environ: Mapping[str, str]) -> Program:
    """The program of a language. Raises Mistake where there is none of that name, or it is no extractor."""
    found = _found(named, environ)
    if found is None:
        raise Mistake(f"language {named.name!r}: the program {named.command[0]!r} is not on the PATH")
    try:
        return Program(Start(named.name, (found, *named.command[1:]), named.seconds, environ))
    except (Silent, ValueError) as error:
        raise Mistake(f"language {named.name!r}: {named.command[0]!r} is no extractor: {error}") from error


def _found(named: Named, environ: Mapping[str, str]) -> str | None:
    """The program, by an absolute path: a relative one could lie in the repository."""
    found = shutil.which(named.command[0], path=environ.get("PATH", os.defpath))
    return found if found and Path(found).is_absolute() else None


def _ours() -> list[Named]:
    fronts = (front for front in scores.fronts() if front.command)
    return [Named(front.name, front.suffixes, front.command, ours=True) for front in fronts]
