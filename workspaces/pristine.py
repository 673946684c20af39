"""Checkouts that nobody writes to: one per tree, shared by every run, made once and kept.

Creating thousands of files is what a checkout costs, so it is done once: in a temporary folder, read-only, and renamed
into place, so that a kill leaves all of it or nothing. Slots are copied from it, and an overlay may lie over it.
"""

import json
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_IMODE
from tempfile import mkdtemp

from pareback.workspaces import trees
from pareback.workspaces.inventory import Identity, Record, grouped, identity, survey
from pareback.workspaces.kept import Held, remove, shared
from pareback.workspaces.material import Material, above
from pareback.workspaces.objects import GITLINK, REGULAR, Store


@dataclass(frozen=True, slots=True)
class Pristine:
    """A read-only checkout at `path`, kept from removal by a shared lock until it is closed."""

    path: Path
    held: Held

    def close(self) -> None:
        """Let go of the lock; the checkout stays for later runs."""
        self.held.close()


def open_pristine(store: Store, tree: str, cache: Path) -> Pristine:
    """The checkout of the tree, made where it is missing or no longer what was made. Raises OSError."""
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = cache / tree
    with ExitStack() as on_failure:
        held = on_failure.enter_context(shared(place))
        if not _intact(place):
            _make(store, tree, place)
        on_failure.pop_all()
    return Pristine(place / "tree", held)


def size(place: Path) -> int:
    """The bytes of a checkout's files, as it was made."""
    made = _record(place)
    return sum(found[1] for names in made.held.values() for found in names.values()) if made else 0


def _make(store: Store, tree: str, place: Path) -> None:
    """Two runs may make the same one at once: the first rename wins, the other's work is thrown away."""
    new = Path(mkdtemp(prefix="new-", dir=place.parent))
    root = new / "tree"
    root.mkdir()
    entries = dict(trees.flatten(store, tree))
    written = Material(store).fill(root, entries)
    folders = [*dict.fromkeys(above(entries)), *(path for path, entry in entries.items() if entry.mode == GITLINK)]
    for path in [*folders, *(path for path in written if entries[path].mode in REGULAR), ""]:
        (root / path).chmod((root / path).stat().st_mode & ~0o222)
    held = grouped({path: identity((root / path).lstat()) for path in written})
    made = {"held": held, "folders": folders, "mode": S_IMODE(root.stat().st_mode)}
    (new / "made.json").write_text(json.dumps(made))
    remove(place)
    with suppress(OSError):  # another run was faster
        new.rename(place)
    remove(new)


def _intact(place: Path) -> bool:
    made = _record(place)
    if made is None:
        return False
    try:
        found = survey(place / "tree", made)
    except OSError:
        return False
    return not found.strays and not found.damaged


def _record(checkout: Path) -> Record | None:
    try:
        made = json.loads((checkout / "made.json").read_text())
        held = {
            place: {name: _identity(*found) for name, found in names.items()} for place, names in made["held"].items()
        }
        return Record(held, frozenset(made["folders"]), made["mode"])
    except (OSError, ValueError, KeyError, TypeError):  # not made yet, or cut short
        return None


def _identity(inode: int, size: int, modified: int, changed: int, mode: int) -> Identity:
    return inode, size, modified, changed, mode
