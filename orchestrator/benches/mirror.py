"""Commits of public repositories, out of a folder of mirrors: the tree that a ticket's run stands on, and nothing else.

A mirror is read and never written. What is laid out has one commit and no history: the solution lies in a later one.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock

from pareback.orchestrator.boundary import Mistake
from pareback.workspaces.git import Git

_WHO = ("-c", "user.name=bench", "-c", "user.email=bench@example.org")
_GONE = b"0" * 40  # an object id that says: no such file
_ALONE = Lock()
"""Held while a repository is laid out: tickets of one project share it."""


@dataclass(frozen=True, slots=True)
class Origin:
    """One repository of a mirror, by the name it has there."""

    name: str
    git: Git

    def moment(self, commit: str) -> int:
        """When the commit was made, in seconds since 1970. Raises Mistake where the mirror does not hold it."""
        found = self.git.answer("show", "-s", "--format=%ct", f"{commit}^{{commit}}")
        if found is None:
            raise Mistake(f"the mirror of {self.name!r} does not hold commit {commit!r}; bring it up to date")
        return int(found)

    def read(self, commit: str, path: str) -> bytes | None:
        """The bytes of the file at the commit, or None where it has none. Raises GitFailed."""
        held = self.git.run("ls-tree", "-z", commit, "--", path)
        return self.git.run("cat-file", "blob", f"{commit}:{path}") if held else None


def find(mirror: Path, name: str) -> Origin:
    """`owner/name` is `MIRROR/owner+name/repo`, a checkout or a git directory. Raises Mistake where none is."""
    place = mirror / name.replace("/", "+") / "repo"
    folder = place / ".git" if (place / ".git").exists() else place
    if not (folder / "objects").is_dir():
        raise Mistake(f"there is no mirror of {name!r}: expected a git repository at {str(place)!r}")
    return Origin(name, Git(folder.absolute()))


@dataclass(frozen=True, slots=True)
class Given:
    """What a tree is made of: the files of `base`, and in their place those `paths` as they are in `commit`."""

    base: str
    commit: str
    paths: Sequence[str]


def lay_out(origin: Origin, repository: Path, name: str, given: Given) -> str:
    """The tree as a branch `name`, one commit long, of a repository that tickets share; its id. The bytes and modes are
    the mirror's own. Raises GitFailed."""
    git = Git(repository / ".git")
    with _ALONE, tempfile.TemporaryDirectory(prefix="pareback-index-") as scratch:
        repository.mkdir(parents=True, exist_ok=True)
        git.run("init", "-q", "-b", "main")
        known = git.answer("rev-parse", "-q", "--verify", f"refs/heads/{name}")
        return known or _committed(origin, replace(git, index=Path(scratch) / "index"), name, given)


def _committed(origin: Origin, git: Git, name: str, given: Given) -> str:
    laid = _laid_over(origin, given)
    blobs = [line.split()[2] for line in laid if _GONE not in line]
    objects = origin.git.run("rev-list", "--objects", "--no-object-names", f"{given.base}^{{tree}}")
    wanted = objects + b"".join(blob + b"\n" for blob in blobs)
    git.run("unpack-objects", "-q", stdin=origin.git.run("pack-objects", "-q", "--stdout", stdin=wanted))
    git.run("read-tree", origin.git.run("rev-parse", f"{given.base}^{{tree}}").decode().strip())
    git.run("update-index", "-z", "--index-info", stdin=b"".join(line + b"\0" for line in laid))
    tree = git.run("write-tree").decode().strip()
    commit = git.run(*_WHO, "commit-tree", tree, "-m", f"base of {name}").decode().strip()
    git.run("update-ref", f"refs/heads/{name}", commit)
    return commit


def _laid_over(origin: Origin, given: Given) -> list[bytes]:
    """Lines for git's index: the files of the commit, and what it no longer has."""
    listed = origin.git.run("ls-tree", "-r", "-z", given.commit, "--", *given.paths).split(b"\0") if given.paths else []
    there = [line for line in listed if line]
    gone = {path.encode() for path in given.paths} - {line.partition(b"\t")[2] for line in there}
    return [*there, *(b"0 %s\t%s" % (_GONE, path) for path in sorted(gone))]
