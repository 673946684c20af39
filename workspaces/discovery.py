"""Where the user's repository is: found once, by reading, before anything is started.

Git's own search would run what a planted `.git` names. This search only looks, checks who owns what it found, and
hands on explicit folders.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from pareback.workspaces.git import Git, expanded, granted

_DEEP = 5  # git follows alternates of alternates no further


class NotARepository(ValueError):
    """There is no repository here that can be worked on. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Location:
    """The user's work tree, its git directory (a linked worktree has its own), the one that is shared, and every
    folder its objects lie in: its own first, then those it borrows from. `index` is one other than the usual. A bare
    one has no work tree: `root` is the git directory itself, and nothing is ever written beside its refs."""

    root: Path
    git_dir: Path
    common: Path
    objects: tuple[Path, ...]
    index: Path | None = None
    bare: bool = False

    @property
    def git(self) -> Git:
        return Git(self.git_dir, work_tree=self.root, index=self.index)

    @property
    def shallow(self) -> bool:
        return (self.common / "shallow").exists()


def locate(path: Path) -> Location:
    """The repository whose work tree holds `path`, or the bare one at `path` itself. Raises NotARepository.

    What looks like a bare repository and lies inside a work tree is not taken for one: somebody may have planted it.
    """
    start = path.resolve()
    if _is_bare(start) and not any(os.path.lexists(folder / ".git") for folder in start.parents):
        return _location(start, start, bare=True)
    for folder in (start, *start.parents):
        entry = folder / ".git"
        if os.path.lexists(entry):
            return _location(folder, entry)
        if _is_git_dir(folder):
            raise NotARepository(
                f"{str(folder)!r} is a git directory, or a bare repository inside a work tree: name a work tree of it"
            )
    raise NotARepository(f"no git repository at {str(path)!r} or above: type `git init` there, or name one with --repo")


def _is_bare(folder: Path) -> bool:
    if not _is_git_dir(folder):
        return False
    _check_owner(folder)
    return Git(folder).settings(r"^core\.bare$").get("core.bare") == "true"


def _location(root: Path, entry: Path, *, bare: bool = False) -> Location:
    for place in (root, entry):
        _check_owner(place)
    git_dir = _git_dir(entry)
    if not _is_git_dir(git_dir):
        raise NotARepository(f"{str(entry)!r} leads to no git directory: repair it, or name another --repo")
    _check_owner(git_dir)
    common = _common(git_dir)
    location = Location(root, git_dir, common, _stores(common / "objects"), bare=bare)
    _check_format(location)
    return location


def _git_dir(entry: Path) -> Path:
    """A `.git` file of a worktree or submodule names the folder in its first line."""
    if not entry.is_file():
        return entry.resolve()
    named = os.fsdecode(entry.read_bytes()[:4096]).partition("\n")[0].removeprefix("gitdir:").strip()
    return (entry.parent / named).resolve()


def _common(git_dir: Path) -> Path:
    pointer = git_dir / "commondir"
    if not pointer.is_file():
        return git_dir
    return (git_dir / os.fsdecode(pointer.read_bytes()).strip()).resolve()


def _is_git_dir(folder: Path) -> bool:
    if not (folder / "HEAD").exists():
        return False
    return (folder / "commondir").is_file() or ((folder / "objects").is_dir() and (folder / "refs").is_dir())


def _stores(objects: Path, depth: int = 0) -> tuple[Path, ...]:
    """The folder and those its alternates name, resolved here: the libraries disagree on relative ones."""
    listed = objects / "info" / "alternates"
    if depth == _DEEP or not listed.is_file():
        return (objects,)
    lines = [os.fsdecode(line) for line in listed.read_bytes().splitlines() if line and not line.startswith(b"#")]
    borrowed = [_stores((objects / line).resolve(), depth + 1) for line in lines]
    return tuple(dict.fromkeys((objects, *(store for stores in borrowed for store in stores))))


def _check_format(location: Location) -> None:
    named = location.git.settings(r"^extensions\.objectformat$").get("extensions.objectformat", "sha1")
    if named != "sha1":
        raise NotARepository(
            f"{str(location.root)!r} stores its objects as {named!r}, and only 'sha1' is supported: "
            "work in a clone made with `git init --object-format=sha1`"
        )


def _check_owner(place: Path) -> None:
    """Another user's repository may hold another user's configuration; git refuses it, and so does this."""
    if place.lstat().st_uid in _me() or _declared_safe(place):
        return
    root = place if place.name != ".git" else place.parent
    raise NotARepository(
        f"{str(place)!r} belongs to another user (uid {place.lstat().st_uid}): "
        f"if you trust it, type `git config --global --add safe.directory {root}`"
    )


def _me() -> set[int]:
    """Under sudo the caller's own files count too, as they do for git."""
    sudo = os.environ.get("SUDO_UID", "")
    return {os.geteuid()} | ({int(sudo)} if os.geteuid() == 0 and sudo.isdigit() else set())


def _declared_safe(place: Path) -> bool:
    """The user's word counts as it does for git: `safe.directory` names the root, or "*"."""
    roots = {str(place), str(place.parent)} if place.name == ".git" else {str(place)}
    return any(grant == "*" or expanded(grant) in roots for grant in granted("safe.directory"))
