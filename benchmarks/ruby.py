"""The Ruby front end on real repositories: what is read, what costs most, what the last commits cost.

    python benchmarks/ruby.py MIRROR owner/name… --last 20

MIRROR holds bare repositories as owner+name/repo. Needs `ruby`. Every file of the newest commit is read, tests too; the
dearest functions outside of tests and the deltas of the last commits that touch priced code are there to be read by
eye. Prints markdown.
"""

import argparse
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from real import Commit, Opened, opened

from pareback.gates.budget import Budget
from pareback.gates.facts import FileFacts
from pareback.gates.index.source import Source
from pareback.gates.judge import Terms, judge
from pareback.gates.scores import score
from pareback.gates.verdict import Verdict
from pareback.gates.zones import zone
from pareback.orchestrator.extractors.languages import Languages

SUFFIXES = (".rb", ".rake", ".gemspec", ".ru")
TERMS = Terms(Budget(12.0, "medium"))
DEAREST = 5


def study(name: str, found: Opened, languages: Languages, last: int) -> None:
    """One repository: a line of counts, its dearest functions, its last commits."""
    paths = {path: blob for path, blob in found.tree.items() if path.endswith(SUFFIXES)}
    sources = {path: found.repository.read(blob) for path, blob in paths.items()}
    begun = time.perf_counter()
    facts = {path: _read(source, path, languages) for path, source in sources.items()}
    seconds = time.perf_counter() - begun
    unread = [path for path, each in facts.items() if each.unread]
    broken = [path for path, each in facts.items() if each.problems and not each.unread]
    lines = sum(each.lines for each in facts.values())
    print(f"\n## {name} at {found.head[:10]}\n")
    print(f"{len(facts)} files, {lines} lines in {seconds:.0f} s; {len(broken)} do not parse, {len(unread)} not read.")
    for path in (*broken, *unread):
        print(f"* {path}: {facts[path].problems[0].message}")
    print("\n| points | function | parts |\n|--:|---|---|")
    for (path, unit), parts in _dearest(facts):
        said = ", ".join(f"{signal} {points:.1f}" for signal, points in parts.items() if points)
        print(f"| {sum(parts.values()):.1f} | `{unit}` in {path} | {said} |")
    _commits(found, languages, last)


def _read(source: bytes, path: str, languages: Languages) -> FileFacts:
    front = languages(Path(path).suffix)
    assert front is not None, "ruby is not on the PATH"
    return front.extract(source)


def _dearest(facts: Mapping[str, FileFacts]) -> list[tuple[tuple[str, str], Mapping[str, float]]]:
    found: dict[tuple[str, str], Counter[str]] = {}
    for path, each in facts.items():
        for signal, charges in score(each).charges.items() if zone(path) is None else ():
            for charge in charges:
                found.setdefault((path, charge.unit), Counter())[signal] += charge.points
    return sorted(found.items(), key=lambda item: -sum(item[1].values()))[:DEAREST]


def _commits(found: Opened, languages: Languages, last: int) -> None:
    source = Source(found.repository.read, spread=languages.spread, languages=languages)
    print("\n| commit | Δ | parts | hard | subject |\n|---|--:|---|---|---|")
    for commit, verdict in _verdicts(found, source, last):
        parts = ", ".join(f"{name} {points:+.1f}" for name, points in verdict.signals.items() if round(points, 1))
        hard = ", ".join(sorted({finding.id.partition(":")[0] for finding in verdict.hard}))
        points = round(verdict.delta, 1) + 0.0  # no minus zero
        print(f"| {commit.id[:8]} | {points:+.1f} | {parts} | {hard} | {commit.subject[:70]} |", flush=True)


def _verdicts(found: Opened, source: Source, last: int) -> Iterator[tuple[Commit, Verdict]]:
    """The last commits that touch priced Ruby, with their verdicts."""
    seen = 0
    for commit in found.commits(".rb", 10 * last):
        base, head = found.repository.files(commit.parent), found.repository.files(commit.id)
        if any(source.prices(path) for path, _ in base.items() ^ head.items()):
            seen += 1
            yield commit, judge(base, head, source=source, terms=TERMS)
        if seen == last:
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mirror", type=Path)
    parser.add_argument("names", nargs="+", metavar="owner/name")
    parser.add_argument("--last", type=int, default=20)
    words = parser.parse_args()
    languages = Languages((), os.environ)
    for name in words.names:
        with opened(words.mirror, name) as found:
            study(name, found, languages, words.last)


if __name__ == "__main__":
    main()
