"""Tree entries as files: how a blob, a symlink or a submodule is put on disk, and nothing more than that.

Bytes are raw, as the blob has them: no filter, no line end conversion; a file's time follows from them. A symlink is
made only where it cannot lead out of the tree; a submodule is an empty folder, as after a clone.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pareback.workspaces import folder
from pareback.workspaces.bytecode import time_of
from pareback.workspaces.inventory import Identity, identity
from pareback.workspaces.objects import EXECUTABLE, GITLINK, REGULAR, Entry, Store


@dataclass(frozen=True, slots=True)
class Material:
    """Where the bytes come from: the store, or a checkout of the same tree, which is copied faster."""

    store: Store
    checkout: Path | None = None

    def fill(self, root: Path, entries: Mapping[str, Entry]) -> dict[str, Identity]:
        """Write the entries below the root, where none of them may be yet; what was written, by path. Raises
        OSError."""
        written: dict[str, Identity] = {}
        for here, path in folder.visit(root, entries, create=True):
            made = self._put(here, path, entries[path])
            if made:
                written[path] = identity(made)
        return written

    def _put(self, here: int, path: str, entry: Entry) -> os.stat_result | None:
        """None where nothing that can be recorded was written."""
        name = path.rpartition("/")[2]
        if entry.mode in REGULAR:
            mode = 0o755 if entry.mode == EXECUTABLE else 0o644
            if self.checkout:
                folder.copy(self.checkout / path, here, name, mode=mode)
            else:
                folder.create(here, name, self.store.read(entry.id), mode=mode)
            then = time_of(entry.id)
            os.utime(name, (then, then), dir_fd=here, follow_symlinks=False)
            return os.lstat(name, dir_fd=here)
        if entry.mode == GITLINK:
            os.mkdir(name, dir_fd=here)
            return None
        target = os.fsdecode(self.store.read(entry.id))
        if "\0" in target or not inside(path, target):
            return None
        os.symlink(target, name, dir_fd=here)
        return os.lstat(name, dir_fd=here)


def inside(path: str, target: str) -> bool:
    """Whether a symlink at the path stays in the tree whatever the other links are: it is relative, and goes up only
    at its start and no further than the root."""
    steps = target.split("/")
    up = next((number for number, step in enumerate(steps) if step != ".."), len(steps))
    return not target.startswith("/") and up <= path.count("/") and ".." not in steps[up:]


def above(paths: Iterable[str]) -> Iterator[str]:
    """Every folder above each of the paths, as often as it is above one."""
    for path in paths:
        while path := path.rpartition("/")[0]:
            yield path
