"""Where bytes come from, and what is already known of them: facts, reference figures, the index.

Everything is kept by content. What is not known yet is extracted; many blobs at once go through `spread`, which may use
more than one process, and what this interpreter cannot parse through `newer`, which may use another one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import PurePosixPath

from pareback.gates.facts import FileFacts, Unit
from pareback.gates.index.extraction import Extracted, Job, extract
from pareback.gates.index.index import Index
from pareback.gates.index.segment import Filed
from pareback.gates.index.store import Store
from pareback.gates.index.view import named
from pareback.gates.language import Language
from pareback.gates.reference import NONE, VERSION, Figures, figures
from pareback.gates.rows import from_rows, unit_from
from pareback.gates.scores import edition, language
from pareback.gates.zones import zone

Read = Callable[[str], bytes]
"""The bytes of a blob; what it raises is passed on."""

Spread = Callable[[Iterable[Job]], Iterator[Extracted]]
"""Extracts every job, in any process; the results may come in any order."""

Newer = Callable[[Job], Extracted | None]
"""Extracts a job under a newer grammar; None where there is none."""

Languages = Callable[[str], Language | None]
"""The front end for files with that ending; None where there is none."""

_AT_ONCE = 256
"""Files whose facts are written in one transaction."""


def _one_by_one(jobs: Iterable[Job]) -> Iterator[Extracted]:
    return map(extract, jobs)


def _no_newer(_job: Job) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Source:
    """One repository, as the gate reads it."""

    read: Read
    store: Store = field(default_factory=Store)
    index: Index = field(default_factory=Index)
    spread: Spread = _one_by_one
    newer: Newer = _no_newer
    languages: Languages = language
    absent: Mapping[str, str] = field(default_factory=dict)
    """By the ending of files, why nobody reads them, where there is more to say than that nobody does."""
    edition: str = field(default_factory=edition)
    """What prices depend on beside the code."""

    def language(self, path: str) -> Language | None:
        """The front end for a file at that path; None where there is none."""
        return self.languages(PurePosixPath(path).suffix)

    def prices(self, path: str) -> bool:
        """Whether files at that path are priced at all."""
        return _in_no_zone(path) and self.language(path) is not None

    def facts(self, path: str, blob: str) -> FileFacts:
        """The facts of a blob at a path of a priced language, from the store if it knows them."""
        front, key = self._front(path), self._key(path, blob)
        found = self.store.find(key, from_rows)
        if found is None:
            source = self.read(blob)
            found = front.extract(source)
            if found.problems and not front.command:
                newer = self.newer(Job(blob, PurePosixPath(path).suffix, source))
                found = found if newer is None else newer.read
            if not found.unread:
                self.store.keep(key, found)
        return found

    def unit(self, path: str, blob: str, qualname: str) -> Unit:
        """One unit of a blob. Raises KeyError where there is none of that name."""
        found = self.store.glance(self._key(path, blob), lambda row: unit_from(row, qualname))
        return found or named(self.facts(path, blob), qualname)

    def figures(self, blob: str | None) -> Figures:
        """The reference figures of a Python file, from the store if it knows them; zeros where there is no file."""
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
        done = (self._renewed(each) for each in self.spread(jobs) if not each.unread)
        while some := list(islice(done, _AT_ONCE)):
            self.store.keep_many((self._key(blobs[each.filed.oid], each.filed.oid), each.facts) for each in some)
            yield from (each.filed for each in some)

    def _renewed(self, done: Extracted) -> Extracted:
        """The same, or what a newer grammar makes of a file that this one does not understand."""
        front = self.languages(done.suffix)
        if not done.problem or front is None or front.command:
            return done
        return self.newer(Job(done.filed.oid, done.suffix, self.read(done.filed.oid))) or done

    def _front(self, path: str) -> Language:
        front = self.language(path)
        if front is None:
            raise KeyError(path)
        return front

    def _key(self, path: str, blob: str) -> str:
        front = self._front(path)
        return f"{front.version}/{front.grammar}/{blob}"


@lru_cache(maxsize=1 << 16)
def _in_no_zone(path: str) -> bool:
    return zone(path) is None
