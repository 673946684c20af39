"""The trend of a branch: its points commit by commit, by signal and by room; who paid, who charged.

The newest commit is priced whole, from facts that are kept by content. Every commit before it is a step back that costs
its own changed files; what a step came to is kept, so the next look costs only the commits since.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate

from pareback.gates.facts import FileFacts
from pareback.gates.index.index import Index
from pareback.gates.index.segment import Filed, by_key
from pareback.gates.index.source import Source
from pareback.gates.index.trees import ground
from pareback.gates.scores import filings
from pareback.gates.survey import standing
from pareback.gates.survey.standing import Standing
from pareback.gates.survey.whole import counted, whole
from pareback.orchestrator.boundary import Mistake
from pareback.workspaces.log import Merged
from pareback.workspaces.repository import MissingObject, Repository


@dataclass(frozen=True, slots=True)
class Step:
    """One commit, and what it added."""

    commit: Merged
    added: Standing


@dataclass(frozen=True, slots=True)
class Trend:
    """`steps`, oldest first, led to where the commit `head` stands. `cut`: the clone has no more of the history that
    was asked for."""

    head: str
    now: Standing
    steps: tuple[Step, ...]
    cut: bool = False

    @property
    def stands(self) -> tuple[Standing, ...]:
        """Where the branch stood before the first step and after each, oldest first."""
        back = accumulate(reversed(self.steps), lambda after, step: after.less(step.added), initial=self.now)
        return tuple(reversed(tuple(back)))


def trend(
    repository: Repository, source: Source, *, start: str, limit: int | None = None, since: str | None = None
) -> Trend:
    """The trend of the commits from `start` back along first parents: as many as `limit`, those after the commit
    `since`. Raises Mistake for bounds that hold nothing, MissingObject where `start` itself is not there whole."""
    if limit is not None and limit < 1:
        raise Mistake(f"--history is {limit}; expected how many commits to look back, 1 or more")
    commits = repository.mainline(start, limit=limit, since=since)
    walk = _Walk(repository, source, replace(source, index=Index()))
    now = walk.now(start)
    steps: list[Step] = []
    for commit in commits:
        try:
            steps.append(Step(commit, walk.step(commit)))
        except MissingObject:
            break
    told = len(commits) == limit or since is not None or _is_first(repository, commits[-1].parent if commits else start)
    return Trend(start, now, tuple(reversed(steps)), cut=not told or len(steps) < len(commits))


def _is_first(repository: Repository, commit: str) -> bool:
    """Whether history begins there. In a shallow clone the last commit has a parent that git does not speak of."""
    return not repository.store.commit(commit).parents


@dataclass(frozen=True, slots=True)
class _Walk:
    """The way back. `beside` reads like `source`, into an index of its own: the repository's holds present files only,
    and is not filled with every file that ever was."""

    repository: Repository
    source: Source
    beside: Source

    def now(self, commit: str) -> Standing:
        return self._kept("standing", commit, lambda: self._stands(commit))

    def step(self, commit: Merged) -> Standing:
        return self._kept("step", commit.id, lambda: self._added(commit))

    def _kept(self, what: str, commit: str, make: Callable[[], Standing]) -> Standing:
        key = f"{what}/{self.source.edition}/{commit}"
        known = self.source.store.find(key, lambda row: Standing(*row))
        if known is None:
            known = make()
            self.source.store.keep(key, known)
        return known

    def _stands(self, commit: str) -> Standing:
        return standing.standing(whole(self._facts(self.repository.files(commit))))

    def _facts(self, blobs: Mapping[str, str]) -> dict[str, FileFacts]:
        priced = {path: blob for path, blob in blobs.items() if self.source.prices(path)}
        return {path: self.source.facts(path, blob) for path, blob in priced.items()}

    def _added(self, commit: Merged) -> Standing:
        before, after = (self._facts(side) for side in self.repository.differing(commit.parent, commit.id))
        if not before and not after:
            return Standing({}, {})
        shared = self.repository.files(commit.parent).items() & self.repository.files(commit.id).items()
        below = ground(shared, self.beside)
        self.beside.index.cover(
            below.paths.keys(), lambda missing: [self._filed(blob, below.paths[blob][0]) for blob in missing]
        )
        return standing.step(counted(before), counted(after), below)

    def _filed(self, blob: str, path: str) -> Filed:
        """What a blob files, from its facts: they are kept already where it is older than this look."""
        known = counted({path: self.source.facts(path, blob)})
        return Filed(blob, by_key(entry for facts in known.values() for filing in filings() for entry in filing(facts)))
