"""Real repositories for the studies of front ends: the newest tree, and what the last commits changed."""

import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pareback.workspaces.repository import Repository, open_repository

Trees = tuple[Mapping[str, str], Mapping[str, str]]
"""Path to blob id, before and after."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit with its one parent."""

    id: str
    parent: str
    subject: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A repository at its newest commit. `tree` maps path to blob id."""

    repository: Repository
    head: str
    tree: Mapping[str, str]

    def changes(self, suffix: str, last: int) -> Iterator[Trees]:
        """The trees before and after each of the last commits that change files with that ending."""
        for commit in self.commits(suffix, last):
            yield self.repository.files(commit.parent), self.repository.files(commit.id)

    def commits(self, suffix: str, last: int) -> list[Commit]:
        """The last commits that are no merges and change files with that ending, newest first."""
        words = ["log", "--no-merges", "--format=%H %P %s", f"--max-count={last}", self.head, "--", f"*{suffix}"]
        said = subprocess.run(
            ["git", "-C", str(self.repository.root), *words], capture_output=True, text=True, check=True
        )
        return [Commit(*line.split(" ", 2)) for line in said.stdout.splitlines()]


@contextmanager
def opened(mirror: Path, name: str) -> Iterator[Opened]:
    """A repository of the mirror, without a work tree to touch."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        place = mirror / name.replace("/", "+") / "repo"
        subprocess.run(["git", "clone", "-q", "--shared", "--no-checkout", str(place), str(clone)], check=True)
        with open_repository(clone, shadow=Path(folder) / "shadow") as repository:
            assert repository.head is not None
            yield Opened(repository, repository.head, repository.files(repository.head))
