"""The user's work tree as a git tree, byte for byte, taken without touching it.

Git is asked which paths count (the index, and what it does not ignore); the bytes are read here, so no filter, line
end conversion or monitor of anybody's configuration runs, and what a test would see on disk is what is frozen.
"""

import os
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pareback.workspaces import folder
from pareback.workspaces.discovery import Location
from pareback.workspaces.git import expanded
from pareback.workspaces.objects import EXECUTABLE, FILE, GITLINK, REGULAR, SYMLINK, Entry, Store

_SETTINGS = r"^core\.(filemode|symlinks|excludesfile)$"


@dataclass(frozen=True, slots=True)
class Listed:
    """A path of the index. `absent` says that a sparse checkout keeps it out of the work tree on purpose."""

    path: str
    entry: Entry
    absent: bool


@dataclass(frozen=True, slots=True)
class Habits:
    """What the user's configuration says about their disk: whether it keeps executable bits and symlinks."""

    modes: bool
    links: bool


def work_tree(location: Location, store: Store, known: Collection[str]) -> dict[str, Entry]:
    """Tracked files as they are on disk, and untracked ones that git does not ignore. `known` ids need no copy.

    Submodules keep the commit of the index; repositories nested without being submodules are left out.
    """
    settings = location.git.settings(_SETTINGS)
    habits = Habits(settings.get("core.filemode", "true") != "false", settings.get("core.symlinks", "true") != "false")
    listed = list(_index(location))
    absent = {each.path: _absent(each, store, known) for each in listed if each.absent}
    tracked: dict[str, Entry | None] = {each.path: each.entry for each in listed if not each.absent}
    untracked: dict[str, Entry | None] = dict.fromkeys(_others(location, settings.get("core.excludesfile")))
    return absent | _Reader(location.root, store, habits, known).entries(untracked | tracked)


def index(location: Location, store: Store, known: Collection[str]) -> dict[str, Entry]:
    """What is staged. Raises ValueError during a merge with conflicts."""
    entries: dict[str, Entry] = {}
    for listed in _index(location):
        if listed.path in entries:
            raise ValueError(f"{listed.path!r} has a merge conflict: resolve it and `git add` it first")
        entries[listed.path] = _absent(listed, store, known)
    return entries


def ignored(location: Location, store: Store, patterns: Sequence[str]) -> dict[str, Entry]:
    """Ignored files that match: `**` spans folders, a pattern without '/' counts at any depth. Virtual environments
    are passed over. Raises ValueError for a pattern that leads outside the work tree."""
    settings = location.git.settings(_SETTINGS)
    reader = _Reader(location.root, store, Habits(modes=True, links=True), ())
    specs = [f":(glob){pattern if '/' in pattern else f'**/{pattern}'}" for pattern in patterns if _inside(pattern)]
    paths = _others(location, settings.get("core.excludesfile"), "--ignored", "--", *specs) if specs else []
    found = reader.entries({path: None for path in paths if not _in_environment(location.root, path)})
    return {path: entry for path, entry in found.items() if entry.mode in REGULAR}


def _inside(pattern: str) -> bool:
    if pattern.startswith("/") or ".." in pattern.split("/"):
        raise ValueError(f"{pattern!r} leads outside the repository: `carry` expects patterns relative to its root")
    return bool(pattern)


def _in_environment(root: Path, path: str) -> bool:
    return any((root / above / "pyvenv.cfg").exists() for above in PurePosixPath(path).parents)


def _absent(listed: Listed, store: Store, known: Collection[str]) -> Entry:
    """The entry of the index, its blob copied: only what HEAD holds is sure to outlive the run."""
    blob = listed.entry.id
    if listed.entry.mode != GITLINK and not (blob in known and store.has(blob)):
        store.write("blob", store.read(blob))
    return listed.entry


def _index(location: Location) -> Iterator[Listed]:
    for line in location.git.run("ls-files", "-z", "-s", "-t").split(b"\0"):
        if line:
            fields, _, path = os.fsdecode(line).partition("\t")
            tag, mode, object_id, _ = fields.split(" ")
            yield Listed(path, Entry(int(mode, 8), object_id), tag == "S")


def _others(location: Location, excludes: str | None, *args: str) -> list[str]:
    """Git's own reading of every ignore file; a trailing slash is a nested repository."""
    options = ["-c", f"core.excludesFile={location.root / expanded(excludes)}"] if excludes else []
    listed = location.git.run(*options, "ls-files", "-z", "--others", "--exclude-standard", *args)
    return [os.fsdecode(line) for line in listed.split(b"\0") if line and not line.endswith(b"/")]


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads entries off the disk into the store."""

    root: Path
    store: Store
    habits: Habits
    known: Collection[str]

    def entries(self, tracked: Mapping[str, Entry | None]) -> dict[str, Entry]:
        """The paths as they are on disk now, without those that are gone, lie behind a symlink, or are nothing that git
        holds. None stands for a path that the index does not know."""
        links = {path: entry for path, entry in tracked.items() if entry and entry.mode == GITLINK}
        found = {
            path: self._entry(here, path.rpartition("/")[2], tracked[path])
            for here, path in folder.visit(self.root, tracked.keys() - links.keys())
        }
        return links | {path: entry for path, entry in found.items() if entry}

    def _entry(self, here: int, name: str, tracked: Entry | None) -> Entry | None:
        try:
            found = os.lstat(name, dir_fd=here).st_mode
        except FileNotFoundError:
            return None
        if stat.S_ISLNK(found):
            return self._written(SYMLINK, os.fsencode(os.readlink(name, dir_fd=here)))
        content = folder.read(here, name) if stat.S_ISREG(found) else None
        return None if content is None else self._written(self._mode(found, tracked), content)

    def _written(self, mode: int, content: bytes) -> Entry:
        return Entry(mode, self.store.write("blob", content, known=self.known))

    def _mode(self, found: int, tracked: Entry | None) -> int:
        if tracked and tracked.mode == SYMLINK and not self.habits.links:
            return SYMLINK  # a disk without symlinks: git keeps the target in a plain file
        if not self.habits.modes:
            return tracked.mode if tracked and tracked.mode != SYMLINK else FILE
        return EXECUTABLE if found & stat.S_IXUSR else FILE
