"""Bundles: a commit with its whole history in one file, made once, taken apart once on the machine it travels to.

A commit's id is a digest of everything in it, so the file is named by it, and what was taken apart is what was meant:
git computes the id of every object anew.
"""

import os
import shutil
import tempfile
from pathlib import Path

from pareback.workspaces import refs, shadow
from pareback.workspaces.discovery import Location, locate
from pareback.workspaces.git import Git, GitFailed
from pareback.workspaces.suite import WorkspaceError

_REF = "refs/heads/base"


class BadBundle(WorkspaceError):
    """The file is no bundle of the commit: says what git found."""


def make(repository: Path, base: str | None, *, folder: Path) -> tuple[str, Path]:
    """The commit that `base` names (None: HEAD's) and `<commit>.bundle` in `folder` with all that leads to it. Nothing
    is written into the repository. Raises NotARepository; ValueError for a revision that is not there or whose history
    is not whole."""
    location = locate(repository)
    commit = refs.resolve(location.git, base or "HEAD")
    if commit is None:
        raise refs.unknown(location, base or "HEAD")
    target = folder / f"{commit}.bundle"
    if not target.exists():
        _check_whole(location)
        with _beside(target) as scratch:
            git = shadow.prepare(Path(scratch) / "git", location.objects)
            git.run("update-ref", _REF, commit)
            git.run("bundle", "create", "--quiet", str(Path(scratch) / "made"), _REF)
            (Path(scratch) / "made").replace(target)
    return commit, target


def open_bundle(bundle: Path, commit: str, *, folder: Path) -> Path:
    """A bare repository `<commit>.git` in `folder`, its branch `base` on the commit, made of the bundle or there
    already. Raises BadBundle."""
    target = folder / f"{commit}.git"
    if target.exists():
        return target
    with _beside(target) as scratch:
        git = shadow.prepare(Path(scratch) / "git", ())
        try:
            git.run("bundle", "unbundle", str(bundle))
            git.run("update-ref", _REF, commit)
        except GitFailed as error:
            raise BadBundle(f"{str(bundle)!r} is no bundle of commit {commit!r}: {error.said or error}") from error
        (git.folder / "HEAD").write_text(f"ref: {_REF}\n")
        _settle(git, target)
    return target


def _settle(git: Git, target: Path) -> None:
    """Rename it into place; another process may have been faster, with the same."""
    try:
        git.folder.rename(target)
    except OSError:
        if not target.exists():
            raise
        shutil.rmtree(git.folder)


def _beside(target: Path) -> "tempfile.TemporaryDirectory[str]":
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{os.getpid()}-")


def _check_whole(location: Location) -> None:
    if location.shallow:
        raise ValueError(
            f"the clone at {str(location.root)!r} is shallow, and its history cannot travel: "
            f"type `git -C {location.root} fetch --unshallow`"
        )
