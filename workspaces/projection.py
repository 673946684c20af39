"""Slots: folders in which tests run, each made to show exactly one commit again and again, at the price of the change.

A slot remembers the identity of every file it wrote. Before it shows the next commit it removes what tests left
behind, puts back what they changed, and then writes only what differs. Nothing in it is ever trusted or followed.
"""

import stat
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from pareback.workspaces import bytecode, folder, trees
from pareback.workspaces.inventory import Identity, Record, grouped, identity, survey
from pareback.workspaces.material import Material, above
from pareback.workspaces.objects import GITLINK, Entry, Store
from pareback.workspaces.pristine import Pristine, open_pristine
from pareback.workspaces.repository import Repository
from pareback.workspaces.watch import Watch


def open_slots(repository: Repository, commit: str, *, cache: Path, folder: Path, carry: Sequence[str] = ()) -> "Slots":
    """Slots in `folder`, copied from the pristine checkout of the commit in `cache`. `carry` are patterns of ignored
    files of the user's work tree that every slot holds too. Raises ValueError for a pattern that leads outside;
    OSError."""
    store, tree = repository.store, repository.store.commit(commit).tree
    carried = repository.carry(carry)
    pristine = open_pristine(store, tree, cache)
    return Slots(Origin(store, tree, pristine.path, carried), pristine, folder)


@dataclass(frozen=True, slots=True)
class Origin:
    """What slots are made of: a tree, a checkout of it, and the files that are carried into every slot."""

    store: Store
    tree: str
    checkout: Path
    carried: Mapping[str, Entry]

    def fill(self, root: Path, entries: Mapping[str, Entry]) -> dict[str, Identity]:
        """Write the entries: copied where the checkout has the very same, else from their blobs."""
        base = dict(trees.flatten(self.store, self.tree))
        same = {path: entry for path, entry in entries.items() if base.get(path) == entry}
        other = {path: entry for path, entry in entries.items() if path not in same}
        return Material(self.store, self.checkout).fill(root, same) | Material(self.store).fill(root, other)


class Slots:
    """The slots of one run, by number, each made when it is first asked for."""

    def __init__(self, origin: Origin, pristine: Pristine, place: Path) -> None:
        self.origin = origin
        self._pristine = pristine
        self._place = place
        self._made: dict[int, Slot] = {}
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pristine(self) -> Path:
        """The read-only checkout the slots are copied from."""
        return self._pristine.path

    def slot(self, index: int) -> "Slot":
        """The slot with this number; it shows nothing before its first `show`."""
        with self._lock:
            return self._made.setdefault(index, Slot(self._place / str(index), self.origin))

    def close(self) -> None:
        """Remove the slots and let go of the pristine checkout."""
        for slot in self._made.values():
            slot.remove()
        self._made.clear()
        self._pristine.close()


class Slot:
    """One folder, used by one thread at a time. Unwatched, every `show` looks at every file."""

    def __init__(self, path: Path, origin: Origin, *, watched: bool = True) -> None:
        self.path = path
        self._origin = origin
        self._watched = watched
        self._watch: Watch | None = None
        self._tree: str | None = None
        self._mode = 0
        self._held: dict[str, dict[str, Identity]] = {}
        self._links: dict[str, Entry] = {}
        self._carried: dict[str, Entry] = {}
        self._folders: Counter[str] = Counter()
        self._compiled: frozenset[str] = frozenset()

    def show(self, commit: str) -> None:
        """Make the folder hold exactly the commit's files and the carried ones. No process may be running in it.
        Symlinks that lead outside are left out. Raises MissingObject; OSError where the disk fails."""
        tree = self._origin.store.commit(commit).tree
        shown, self._tree = self._tree, None  # what is half done is known by this to be worth nothing
        try:
            self._change(shown, tree)
        except OSError:  # never shown yet, or a test took the folder away: begin anew
            self._build(tree)
        if len(self._carried) == len(self._origin.carried):  # else files gave way to this tree, and only to this
            self._tree = tree

    def altered(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Those of the shown paths that are no longer the files that were written: rewritten, replaced or gone, even
        where they hold the same bytes again."""
        return tuple(path for path in paths if self._held.get(_above(path), {}).get(_name(path)) != self._seen(path))

    def keep_bytecode(self) -> None:
        """What the run that has just ended compiled stays here; for a run on bytes that can be trusted."""
        found = bytecode.compiled(self.path, ["", *self._folders], mode=self._mode)
        self._compiled = frozenset(found)
        self._held.update(found)
        if self._watch and not self._watch.add(found):  # what the run did elsewhere is yet to be heard
            self._unwatch()

    def remove(self) -> None:
        """Delete the folder and all it holds, whatever its permissions."""
        self._tree = None
        self._unwatch()
        if self.path.parent.exists():
            with folder.parent(self.path.parent, self.path.name) as (here, name):
                folder.remove(here, name)

    def _seen(self, path: str) -> Identity | None:
        try:
            return identity((self.path / path).lstat())
        except OSError:
            return None

    def _change(self, shown: str | None, tree: str) -> None:
        if shown is None:
            raise FileNotFoundError(f"{str(self.path)!r} shows nothing yet")
        only = self._watch.changed(self._belonging) if self._watch else None
        changes = self._repairs(shown, only)
        for path, old, new in trees.compare(self._origin.store, shown, tree):
            self._count(path, old, -1)
            self._count(path, new, +1)
            self._drop(path)
            changes[path] = new or self._carried.get(path)
        wanted = {path: entry for path, entry in changes.items() if entry}
        if not wanted.keys() & self._folders.keys() <= self._links.keys():
            raise FileExistsError("a file of the commit lies where a folder with carried files is")
        for path, made in Material(self._origin.store).fill(self.path, wanted).items():
            self._held.setdefault(_above(path), {})[_name(path)] = made
        for path in changes.keys() - wanted.keys():
            folder.drop_empty_parents(self.path, path)
        self._forget_bytecode()
        self._look_on(None if only is None else wanted)

    def _repairs(self, shown: str, only: frozenset[str] | None) -> dict[str, Entry | None]:
        """Remove what tests left, and tell what has to be written again."""
        found = survey(self.path, Record(self._held, self._belonging, self._mode), only=only)
        for path in [*found.strays, *found.damaged]:
            self._drop(path)
        self._compiled = frozenset(place for place in self._compiled if self._held.get(place))
        lost = [*found.damaged, *(path for path in self._links if not (self.path / path).exists())]
        return {path: trees.find(self._origin.store, shown, path) or self._carried.get(path) for path in lost}

    @property
    def _belonging(self) -> Collection[str]:
        """The folders that may be here."""
        return self._folders.keys() | self._compiled

    def _forget_bytecode(self) -> None:
        """Of a package that is no longer there none may be left: its folder could be imported."""
        for place in [place for place in self._compiled if _above(place) and _above(place) not in self._folders]:
            self._compiled -= {place}
            del self._held[place]
            self._drop(place)
            folder.drop_empty_parents(self.path, place)

    def _build(self, tree: str) -> None:
        """From nothing. Carried files give way to the tree's own."""
        self.remove()
        self.path.mkdir(parents=True)
        self._mode = stat.S_IMODE(self.path.stat().st_mode)
        entries = dict(trees.flatten(self._origin.store, tree))
        self._folders, self._links, self._compiled = Counter(), {}, frozenset()
        for path, entry in entries.items():
            self._count(path, entry, +1)
        self._carried = {path: entry for path, entry in self._origin.carried.items() if self._is_free(path, entries)}
        self._folders.update(above(self._carried))
        self._held = grouped(self._origin.fill(self.path, entries | self._carried))
        self._look_on(None)

    def _look_on(self, written: Mapping[str, Entry] | None) -> None:
        """Watch from here on. None: every folder, anew; else those of what was written, which may be new."""
        if written is None and self._watched:
            self._unwatch()
            self._watch = Watch.open(self.path)
        if self._watch:
            fresh = ["", *self._belonging] if written is None else {*above(written), *(written.keys() & self._links)}
            if self._watch.add(fresh):
                self._watch.forget()
            else:
                self._unwatch()

    def _unwatch(self) -> None:
        if self._watch:
            self._watch.close()
            self._watch = None

    def _is_free(self, path: str, entries: Mapping[str, Entry]) -> bool:
        return path not in self._folders and entries.keys().isdisjoint([path, *above([path])])

    def _count(self, path: str, entry: Entry | None, by: int) -> None:
        """Keep the number of entries below each folder; `by` is 1 for one more, -1 for one less."""
        if entry is None:
            return
        own = [path] if entry.mode == GITLINK else []
        for name in [*above([path]), *own]:
            self._folders[name] += by
            if not self._folders[name]:
                del self._folders[name]
        if own and by > 0:
            self._links[path] = entry
        elif own:
            del self._links[path]

    def _drop(self, path: str) -> None:
        self._held.get(_above(path), {}).pop(_name(path), None)
        try:
            with folder.parent(self.path, path) as (here, name):
                folder.remove(here, name)
        except (FileNotFoundError, NotADirectoryError):  # what it lay in went as well, or became a file
            return


def _above(path: str) -> str:
    return path.rpartition("/")[0]


def _name(path: str) -> str:
    return path.rpartition("/")[2]
