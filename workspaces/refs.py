"""The user's refs: looked up by name, and two kinds created, never moved: pins and delivered branches."""

import re

from pareback.workspaces.discovery import Location, NotARepository
from pareback.workspaces.git import Git, GitFailed

_NAME = re.compile(r"(?=.{1,80}\Z)[a-z0-9][a-z0-9-]*(/[a-z0-9][a-z0-9-]*)*")
_ABSENT = "0" * 40  # as the expected old value it means: only if the ref does not exist
_PINS = "refs/pareback/pins/"


def resolve(git: Git, revision: str) -> str | None:
    """The commit that the revision names, or None."""
    return git.answer("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")


def head(location: Location) -> str | None:
    """HEAD's commit; None before the first one. Raises NotARepository where HEAD cannot be read."""
    commit = resolve(location.git, "HEAD")
    if commit:
        return commit
    ref = location.git.answer("symbolic-ref", "--quiet", "HEAD")
    if ref is None or location.git.answer("rev-parse", "--verify", "--quiet", ref):
        raise NotARepository(f"HEAD of {str(location.root)!r} cannot be read: type `git -C {location.root} fsck`")
    return None


def unknown(location: Location, revision: str) -> ValueError:
    """The error for a revision that is not there, with what to type."""
    place = f"git -C {location.root}"
    way = "expected a branch, a tag or a commit id that `git log` shows"
    if location.shallow:
        way = f"this clone is shallow: type `{place} fetch --unshallow`"
    return ValueError(f"unknown revision {revision!r} in {str(location.root)!r}: {way}")


def merge_base(location: Location, one: str, other: str) -> str:
    """The best common ancestor. Raises ValueError where a revision is unknown or there is none."""
    for revision in (one, other):
        if resolve(location.git, revision) is None:
            raise unknown(location, revision)
    found = location.git.answer("merge-base", "--end-of-options", one, other)
    if found:
        return found.splitlines()[0]
    hint = f": this clone is shallow, type `git -C {location.root} fetch --unshallow`" if location.shallow else ""
    raise ValueError(f"{one!r} and {other!r} have no common ancestor in {str(location.root)!r}{hint}")


def upstream_or_default(git: Git) -> str | None:
    """The full name of the branch's upstream, else of the default branch, else None."""
    found = git.answer("rev-parse", "--verify", "--quiet", "--symbolic-full-name", "@{upstream}")
    found = found or git.answer("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD")
    known = ("refs/heads/main", "refs/heads/master")
    return found or next((ref for ref in known if resolve(git, ref)), None)


def branch(git: Git, name: str) -> str:
    """The full ref of a branch that may be created. Raises ValueError for a bad name and for the one checked out:
    an unborn HEAD would come to life."""
    ref = f"refs/heads/{_checked(name)}"
    if git.answer("symbolic-ref", "--quiet", "HEAD") == ref:
        raise ValueError(f"{name!r} is checked out: choose another branch name")
    return ref


def create(git: Git, ref: str, commit: str) -> None:
    """Make the ref, in one compare-and-swap; there already on that commit: nothing to do. Raises ValueError where it
    says something else."""
    try:
        git.run("update-ref", ref, commit, _ABSENT)
    except GitFailed as failure:
        there = resolve(git, ref)
        if there is None:
            raise
        if there != commit:
            raise ValueError(f"{ref!r} exists and is never overwritten: choose another branch name") from failure


def pin(git: Git, run: str, commit: str) -> None:
    """Keep the commit from being pruned; a pin that is there stays where it is."""
    ref = _PINS + _checked(run)
    if resolve(git, ref) is None:
        create(git, ref, commit)


def unpin(git: Git, run: str) -> None:
    """Remove the pin; nothing where none is."""
    ref = _PINS + _checked(run)
    if resolve(git, ref):
        git.run("update-ref", "-d", ref)


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a ref: expected 1 to 80 of a-z, 0-9 and '-', in parts joined by '/'")
    return name
