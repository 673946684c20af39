"""How often would the rules about names refuse what people commit? H6 import cycles, H7 dead code, H8 state drift.

    python benchmarks/hard_rules_names.py COMMITS REPOSITORY...

Takes the last so many commits of each repository (a checkout or a bare one) that have one parent and touch priced
Python, each as a patch from its parent, and asks the three signals alone about the keys that it touches. Prints a table
and every hit, to be read one by one.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pareback.gates.facts import FileFacts
from pareback.gates.languages import python
from pareback.gates.reading.owners import declarations
from pareback.gates.scores import wide
from pareback.gates.wide import Entry, Load, Posting, WideSignal
from pareback.gates.zones import zone

RULES = {"S10": "H8", "S12": "H6", "S15": "H7"}
SIGNALS = tuple(part for part in wide() if part.id in RULES)
FILINGS = (declarations, *(part.entries for part in SIGNALS))
LANGUAGE = python.build()


class Repository:
    """Trees and blobs of a repository, every blob read once."""

    def __init__(self, path: Path) -> None:
        bare = path if (path / "objects").is_dir() else path / ".git"
        self.git = ("git", f"--git-dir={bare}")
        self.facts = cache(self._facts)
        self.entries = cache(self._entries)

    def run(self, *words: str) -> bytes:
        return subprocess.run([*self.git, *words], capture_output=True, check=True).stdout

    def commits(self, count: int) -> Iterator[str]:
        """The newest first; those that change no priced file do not count."""
        found = 0
        for commit in self.run("rev-list", "--no-merges", "HEAD").decode().split():
            if found == count:
                return
            names = self.run("diff-tree", "--root", "-r", "--name-only", "--no-commit-id", commit).decode().split("\n")
            if any(priced(name) for name in names):
                found += 1
                yield commit

    def tree(self, commit: str) -> Mapping[str, str]:
        """Blob ids of the priced files by path."""
        rows = self.run("ls-tree", "-rz", commit).decode("utf-8", "surrogateescape").split("\0")
        found = (row.partition("\t") for row in rows if row.startswith("100"))
        return {path: words.split()[2] for words, _, path in found if priced(path)}

    def _facts(self, blob: str) -> FileFacts:
        return LANGUAGE.extract(self.run("cat-file", "blob", blob))

    def _entries(self, blob: str) -> tuple[Entry, ...]:
        facts = self.facts(blob)
        if facts.generated or facts.problems:
            return ()
        return tuple(entry for filing in FILINGS for entry in filing(facts))


def priced(path: str) -> bool:
    return path.endswith(".py") and zone(path) is None


class Tree:
    """A tree as a view."""

    def __init__(self, repository: Repository, files: Mapping[str, str]) -> None:
        self._repository, self._files = repository, files
        self._posted: dict[str, list[Posting]] = {}
        for path, blob in files.items():
            for entry in repository.entries(blob):
                posting = Posting(path, entry.unit, entry.line, entry.detail)
                self._posted.setdefault(entry.key, []).append(posting)

    def postings(self, key: str) -> Sequence[Posting]:
        return sorted(self._posted.get(key, ()))

    def facts(self, path: str) -> FileFacts:
        return self._repository.facts(self._files[path])


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that a commit breaks, with what would be said."""

    rule: str
    commit: str
    text: str


def hits(repository: Repository, commit: str) -> Iterator[Hit]:
    base, head = repository.tree(f"{commit}~1"), repository.tree(commit)
    changed = {path for path in {*base, *head} if base.get(path) != head.get(path)}
    both = [{path: files[path] for path in changed if path in files} for files in (base, head)]
    keys = {entry.key for files in both for blob in files.values() for entry in repository.entries(blob)}
    trees = Tree(repository, base), Tree(repository, head)
    for signal in SIGNALS:
        known = {load.subject: load for load in signal.loads(keys, trees[0])}
        for load in signal.loads(keys, trees[1]):
            before = known.get(load.subject)
            if load.rule and not (before and before.rule) and brought(load, trees, changed):
                yield Hit(load.rule, commit[:10], told(signal, load, before, trees[1]))


def brought(load: Load, trees: tuple[Tree, Tree], changed: set[str]) -> bool:
    """Whether the patch wrote the place that breaks the rule: its unit is new or its code is another."""
    site = load.sites[0]
    return site.path in changed and code(trees[1], site) != code(trees[0], site)


def code(tree: Tree, site: Posting) -> str | None:
    try:
        units = tree.facts(site.path).units
    except KeyError:
        return None
    if not site.unit:
        return repr([(found.module, found.names) for found in tree.facts(site.path).imports])
    return next((unit.exact for unit in units if unit.qualname == site.unit), None)


def told(signal: WideSignal, load: Load, before: Load | None, tree: Tree) -> str:
    said = signal.explain(load, before, tree)
    return f"{said.at.path}:{said.at.line}: {said.message}" if said else load.subject


def main() -> None:
    count, places = int(sys.argv[1]), [Path(place) for place in sys.argv[2:]]
    print("| project | head | commits | H6 | H7 | H8 |\n|---|---|---|---|---|---|")
    everything: list[tuple[str, Hit]] = []
    total: Counter[str] = Counter()
    for place in places:
        repository = Repository(place)
        name = place.parent.name if place.name == "repo" else place.name
        commits = list(repository.commits(count))
        found = [hit for commit in commits for hit in hits(repository, commit)]
        refused = Counter(rule for rule, _ in {(hit.rule, hit.commit) for hit in found})
        head = repository.run("rev-parse", "--short=10", "HEAD").decode().strip()
        cells = (str(refused[rule]) for rule in sorted(RULES.values()))
        print(f"| {name} | {head} | {len(commits)} | {' | '.join(cells)} |", flush=True)
        total += refused + Counter(commits=len(commits))
        everything += [(name, hit) for hit in found]
    rates = (f"{total[rule]} ({total[rule] / total['commits']:.1%})" for rule in sorted(RULES.values()))
    print(f"| all | | {total['commits']} | {' | '.join(rates)} |\n")
    for name, hit in everything:
        print(f"- {hit.rule} {name} {hit.commit}: {hit.text}")


if __name__ == "__main__":
    main()
