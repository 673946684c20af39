"""Is nothing lost on the way? Python read here and Python read over the pipe, file by file and verdict by verdict.

    python benchmarks/pipe.py MIRROR owner/name… --last 20

MIRROR holds bare repositories as owner+name/repo. Of the newest commit every Python file is read both ways and the
facts are compared whole; of the last commits that touch Python both verdicts are compared whole, findings included.
Prints markdown and leaves with 1 where anything differs.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from real import Opened, opened

from pareback.gates.budget import Budget
from pareback.gates.index.source import Source
from pareback.gates.judge import Terms, judge
from pareback.gates.language import Language
from pareback.gates.scores import language
from pareback.gates.verdict import document
from pareback.orchestrator.extractors.languages import Named, started

SUFFIX = ".py"
TERMS = Terms(Budget(12.0, "medium"))


@dataclass(frozen=True, slots=True)
class Row:
    """One repository: files and lines read both ways, verdicts, what differed, processor seconds here and wall seconds
    over the pipe."""

    name: str
    commit: str
    files: int
    lines: int
    other_files: int
    verdicts: int
    other_verdicts: int
    here: float
    there: float


def compare(name: str, found: Opened, piped: Language, last: int) -> Row:
    """Both ways through one repository."""
    front = language(SUFFIX)
    assert front is not None
    blobs = {blob for path, blob in found.tree.items() if path.endswith(SUFFIX)}
    sources = [found.repository.read(blob) for blob in sorted(blobs)]
    begun = time.process_time()
    here = [front.extract(source) for source in sources]
    between, wall = time.process_time(), time.perf_counter()
    there = [piped.extract(source) for source in sources]
    over = time.perf_counter()
    verdicts = list(_verdicts(found, piped, last))
    return Row(
        name=name,
        commit=found.head[:10],
        files=len(sources),
        lines=sum(facts.lines for facts in here),
        other_files=sum(one != other for one, other in zip(here, there, strict=True)),
        verdicts=len(verdicts),
        other_verdicts=verdicts.count(False),
        here=between - begun,
        there=over - wall,
    )


def _verdicts(found: Opened, piped: Language, last: int) -> Iterator[bool]:
    """Whether both ways come to one document, for each of the last commits."""
    read = found.repository.read
    here, there = Source(read), Source(read, languages=lambda suffix: piped if suffix == SUFFIX else None)
    for base, head in found.changes(SUFFIX, last):
        one, other = (document(judge(base, head, source=source, terms=TERMS)) for source in (here, there))
        yield one == other


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mirror", type=Path)
    parser.add_argument("names", nargs="+", metavar="owner/name")
    parser.add_argument("--last", type=int, default=20)
    words = parser.parse_args()
    piped = started(
        Named("python", (), (sys.executable, "-m", "pareback.gates.wire"), seconds=60.0), {"PATH": "/usr/bin"}
    )
    print("| repository | commit | files | lines | facts differ | verdicts | verdicts differ | s here | s piped |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|")
    differing = 0
    for name in words.names:
        with opened(words.mirror, name) as found:
            row = compare(name, found, piped, words.last)
        differing += row.other_files + row.other_verdicts
        print(
            f"| {row.name} | {row.commit} | {row.files} | {row.lines} | {row.other_files} | {row.verdicts} "
            f"| {row.other_verdicts} | {row.here:.1f} | {row.there:.1f} |",
            flush=True,
        )
    raise SystemExit(min(differing, 1))


if __name__ == "__main__":
    main()
