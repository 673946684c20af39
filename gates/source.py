"""Where bytes come from, and what is already known of them: facts, reference figures, the index.

Everything is kept by content. What is not known yet is extracted; many blobs at once go through `spread`, which may use
more than one process.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import PurePosixPath
from typing import Protocol

from pareback.gates.facts import FileFacts
from pareback.gates.index import Index
from pareback.gates.language import Language
from pareback.gates.reference import NONE, VERSION, Figures, figures
from pareback.gates.rows import from_rows
from pareback.gates.scores import filings, language
from pareback.gates.segment import Filed, by_key
from pareback.gates.store import Store, packed
from pareback.gates.zones import zone

Read = Callable[[str], bytes]

_AT_ONCE = 256
"""Files whose facts are written in one transaction."""


@dataclass(frozen=True, slots=True)
class Job:
    """A blob to extract: its bytes, and the ending that names its language."""

    blob: str
    suffix: str
    source: bytes


@dataclass(frozen=True, slots=True)
class Extracted:
    """What became of a job: the facts as the store keeps them, and what they file."""

    blob: str
    key: str
    facts: bytes
    filed: Filed


class Spread(Protocol):
    """Like `map`: calls the function for every job, in any process, and yields the results in any order."""

    def __call__(self, function: Callable[[Job], Extracted], jobs: Iterable[Job], /) -> Iterator[Extracted]: ...


def _one_by_one(function: Callable[[Job], Extracted], jobs: Iterable[Job], /) -> Iterator[Extracted]:
    return map(function, jobs)


@dataclass(frozen=True, slots=True)
class Source:
    """`read` gives the bytes of a blob; what it raises is passed on."""

    read: Read
    store: Store = field(default_factory=Store)
    index: Index = field(default_factory=Index)
    spread: Spread = _one_by_one

    def prices(self, path: str) -> bool:
        """Whether files at that path are priced at all."""
        return _priced(path)

    def facts(self, path: str, blob: str) -> FileFacts:
        """The facts of a blob at a path of a priced language, from the store if it knows them."""
        front = language(PurePosixPath(path).suffix)
        if front is None:
            raise KeyError(path)
        key = _key(front, blob)
        found = self.store.find(key, from_rows)
        if found is None:
            found = front.extract(self.read(blob))
            self.store.keep(key, found)
        return found

    def figures(self, blob: str | None) -> Figures:
        """The reference figures of a blob, from the store if it knows them; zeros where there is no file."""
        if blob is None:
            return NONE
        key = f"{VERSION}/{blob}"
        found = self.store.find(key, lambda row: Figures(*row))
        if found is None:
            found = figures(self.read(blob))
            self.store.keep(key, found)
        return found

    def file(self, blobs: Mapping[str, str]) -> None:
        """Have the index know these blobs, each with a path at which it lies."""
        self.index.cover(blobs.keys(), lambda missing: self._extract({blob: blobs[blob] for blob in missing}))

    def _extract(self, blobs: Mapping[str, str]) -> Iterator[Filed]:
        jobs = (Job(blob, PurePosixPath(path).suffix, self.read(blob)) for blob, path in blobs.items())
        done = self.spread(extract, jobs)
        while some := list(islice(done, _AT_ONCE)):
            self.store.keep_many((each.key, each.facts) for each in some)
            yield from (each.filed for each in some)


def extract(job: Job) -> Extracted:
    """Read one blob and say what it files. Generated files and those that cannot be read file nothing."""
    front = language(job.suffix)
    if front is None:
        raise KeyError(job.suffix)
    facts = front.extract(job.source)
    silent = facts.generated or facts.problems
    entries = () if silent else [entry for filing in filings() for entry in filing(facts)]
    return Extracted(job.blob, _key(front, job.blob), packed(facts), Filed(job.blob, by_key(entries)))


def _key(front: Language, blob: str) -> str:
    return f"{front.version}/{front.grammar}/{blob}"


@lru_cache(maxsize=1 << 16)
def _priced(path: str) -> bool:
    return language(PurePosixPath(path).suffix) is not None and zone(path) is None
