"""Extraction of one blob, as a value in and a value out, or as a line of JSON in and out: so any process of this very
program can do it. Those of others speak as `gates/wire` does."""

import json
from dataclasses import dataclass

from pareback.gates.facts import FileFacts
from pareback.gates.index.segment import Filed, by_key
from pareback.gates.index.store import packed
from pareback.gates.rows import from_rows
from pareback.gates.scores import filings, language


@dataclass(frozen=True, slots=True)
class Job:
    """A blob to extract: its bytes, and the ending that names its language."""

    blob: str
    suffix: str
    source: bytes


@dataclass(frozen=True, slots=True)
class Extracted:
    """What became of a job: the facts as the store keeps them, and what they file. With a `problem` the file could not
    be read; `unread`, nobody tried, and nothing may be kept."""

    suffix: str
    problem: bool
    facts: bytes
    filed: Filed
    unread: bool = False

    @property
    def read(self) -> FileFacts:
        """The facts themselves."""
        return from_rows(json.loads(self.facts))


def extract(job: Job) -> Extracted:
    """Read one blob. Generated files and those that cannot be read file nothing. Raises KeyError for an ending of no
    language."""
    front = language(job.suffix)
    if front is None:
        raise KeyError(job.suffix)
    return extracted(job, front.extract(job.source))


def extracted(job: Job, facts: FileFacts) -> Extracted:
    """What became of a job, given the facts of its blob."""
    silent = facts.generated or facts.problems
    entries = () if silent else [entry for filing in filings() for entry in filing(facts)]
    filed = Filed(job.blob, by_key(entries))
    return Extracted(job.suffix, bool(facts.problems), packed(facts), filed, unread=bool(facts.unread))


def asked(job: Job) -> str:
    """A job as a line of JSON."""
    return json.dumps([job.blob, job.suffix, job.source.decode("latin-1")])


def answer(line: str) -> str:
    """The line of JSON that answers a job's."""
    blob, suffix, source = json.loads(line)
    found = extract(Job(blob, suffix, source.encode("latin-1")))
    entries = [[key, body] for key, body in found.filed.entries.items()]
    return json.dumps([suffix, found.problem, found.facts.decode(), blob, entries])


def heard(line: str) -> Extracted:
    """What an answer says. Raises ValueError where it is none."""
    suffix, problem, facts, blob, entries = json.loads(line)
    return Extracted(suffix, problem, facts.encode(), Filed(blob, dict(entries)))
