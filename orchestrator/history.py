"""The repository's own merged changes under the gate: what a budget is learned from, and what would have been refused.

What a commit cost never changes, so it is kept: a second look at a history costs next to nothing, and a look that
ran out of time goes on where it stopped.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Literal, TypeVar

from pareback.gates.budget import Budget, Evidence, learn
from pareback.gates.index.index import Index
from pareback.gates.index.source import Source
from pareback.gates.judge import judge
from pareback.gates.past import Past, past, test_lines
from pareback.workspaces.log import Merged
from pareback.workspaces.repository import MissingObject, Repository
from pareback.workspaces.suite import WorkspaceError

Kind = Literal["fix", "feature", "refactor", "other"]
T = TypeVar("T")

NEWEST = 300
"""Usable changes that a budget is learned from."""
SECONDS = 2.0
"""How long a run may wait for its first look at a history."""
OWN = "pareback@localhost"
"""The author of what was delivered here: a budget learned from it would rise with its own slop."""

_PAGE = 200
_WORDS: tuple[tuple[Kind, str], ...] = (
    ("fix", r"fix(e[sd])?|fixing|bug(fix)?|hotfix|regression|crash(es)?|correct(s|ed|ly)?|repair"),
    (
        "refactor",
        r"refactor\w*|simplif\w*|clean\w*|dedup\w*|remove[sd]?|rename[sd]?|move[sd]?|extract\w*|rework\w*|drop",
    ),
    ("feature", r"add(s|ed)?|implement\w*|support\w*|feat(ure)?|introduc\w*|allow\w*|new|enable[sd]?"),
)


@dataclass(frozen=True, slots=True)
class Broken:
    """A hard rule that a merged change breaks: the finding's id, place and words."""

    id: str
    path: str
    line: int
    message: str

    @property
    def rule(self) -> str:
        return self.id.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A merged change judged whole: points, what is charged, the lines of tests that came with it, broken rules."""

    delta: float
    charged: float
    test_lines: int
    past: Past
    broken: tuple[Broken, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A commit with what the gate says of it. `auto` is the budget that tests and older commits would have given."""

    commit: Merged
    replayed: Replayed
    auto: Budget

    @property
    def kind(self) -> Kind:
        return kind(self.commit.subject)


def kind(subject: str) -> Kind:
    """What a message says of its change, by its first telling word. For tables only: no budget depends on it."""
    found: list[tuple[int, Kind]] = []
    for name, words in _WORDS:
        match = re.search(rf"(?i)\b(?:{words})\b", subject)
        if match:
            found.append((match.start(), name))
    return min(found)[1] if found else "other"


def learned(repository: Repository, source: Source, *, start: str, seconds: float = SECONDS) -> tuple[float, ...]:
    """What the newest usable changes behind a commit cost, in points, as many as the time allows; none where git cannot
    say what was merged."""
    return tuple(islice(_costs(repository, source, start, time.monotonic() + seconds), NEWEST))


def _costs(repository: Repository, source: Source, start: str, deadline: float) -> Iterator[float]:
    with suppress(WorkspaceError):
        for commit in _commits(repository, start):
            if time.monotonic() > deadline:
                return
            known = None if commit.author == OWN else _past(repository, source, commit)
            if known is not None and known.usable:
                yield known.points


def replay(repository: Repository, source: Source, *, start: str, limit: int) -> list[Change]:
    """The newest `limit` merged changes behind a commit that touch priced code, each judged on its whole tree."""
    commits = list(islice(_priced(repository, source, start), limit))
    beside = replace(source, index=Index())  # the repository's own index is to hold its present files only
    judged = [(commit, _replayed(repository, beside, commit)) for commit in commits]
    found = [(commit, known) for commit, known in judged if known is not None]
    costs = [known.past.points if known.past.usable and commit.author != OWN else None for commit, known in found]
    return [Change(*each, _auto(each[1], costs[at + 1 :])) for at, each in enumerate(found)]


def _auto(known: Replayed, older: Sequence[float | None]) -> Budget:
    usable = [points for points in older if points is not None]
    return learn(Evidence(test_lines=known.test_lines, past=usable[:NEWEST]))


def _commits(repository: Repository, start: str) -> Iterator[Merged]:
    for skip in range(0, 1 << 20, _PAGE):
        page = repository.merged(start, limit=_PAGE, skip=skip)
        yield from page
        if not page:
            return


def _priced(repository: Repository, source: Source, start: str) -> Iterator[Merged]:
    for commit in _commits(repository, start):
        try:
            before, after = repository.differing(commit.parent, commit.id)
        except MissingObject:
            continue
        if any(source.prices(path) for path in before.keys() | after.keys()):
            yield commit


def _past(repository: Repository, source: Source, commit: Merged) -> Past | None:
    key = f"past/{source.edition}/{commit.id}"
    return _kept(source, key, Past, lambda: past(*_changed(repository, commit), source))


def _replayed(repository: Repository, source: Source, commit: Merged) -> Replayed | None:
    return _kept(source, f"replay/{source.edition}/{commit.id}", _read, lambda: _judged(repository, source, commit))


def _judged(repository: Repository, source: Source, commit: Merged) -> Replayed:
    verdict = judge(repository.files(commit.parent), repository.files(commit.id), source=source)
    changed = _changed(repository, commit)
    return Replayed(
        verdict.delta,
        verdict.charged,
        test_lines(*changed, source),
        past(*changed, source),
        tuple(Broken(found.id, found.path, found.line, found.message) for found in verdict.hard),
    )


def _changed(repository: Repository, commit: Merged) -> tuple[dict[str, str], dict[str, str]]:
    return repository.differing(commit.parent, commit.id)


def _kept(source: Source, key: str, build: Callable[..., T], make: Callable[[], T]) -> T | None:
    """A fact about a commit from the cache, else made and kept; None where the clone lacks what it takes."""
    known = source.store.find(key, lambda row: build(*row))
    if known is None:
        try:
            known = make()
        except MissingObject:
            return None
        source.store.keep(key, known)
    return known


def _read(delta: float, charged: float, lines: int, known: Sequence[Any], broken: Sequence[Sequence[Any]]) -> Replayed:
    return Replayed(delta, charged, lines, Past(*known), tuple(Broken(*row) for row in broken))
