"""The door to git: the user's repository, read; a private shadow beside it, written; one new ref, delivered.

The user's checkout, index, configuration, hooks, HEAD and refs stay byte-identical, whatever is called here. Two
things are ever written there: a pin on a commit that exists, for the life of a run, and the delivered branch.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from pareback.workspaces import delivery, diff, log, merging, refs, shadow, snapshot, trees
from pareback.workspaces.discovery import Location, NotARepository, locate
from pareback.workspaces.objects import GITLINK, REGULAR, Commit, Entry, MissingObject, Store

__all__ = ["MissingObject", "NotARepository", "Repository", "open_repository"]


def open_repository(path: Path, *, shadow: Path) -> "Repository":
    """The repository whose work tree holds `path`, with its private git directory at `shadow`, made or taken over.

    The caller holds the run's lease. Raises NotARepository; WorkspaceError where git or the disk fails.
    """
    return Repository(locate(path), shadow.absolute())


class Repository:
    """Commits are named by their full id, files by their path relative to the root with '/', as git has it; names
    that are not UTF-8 are surrogate-escaped as by `os.fsdecode`. Safe to use from several threads."""

    def __init__(self, location: Location, folder: Path) -> None:
        self.root = location.root
        self.bare = location.bare
        self._location = location
        self._shadow = shadow.prepare(folder, location.objects)
        self._git = location.git
        self.store = Store(folder / "objects")
        self.head = refs.head(location)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget what was read. The shadow stays, for `open_repository` to take over."""
        self.store.tree.cache_clear()

    def freeze(self, rev: str | None = None, *, date: int) -> str:
        """The base. None: a commit of the work tree as it is on disk, dated `date` (seconds since 1970), with HEAD as
        its parent; in a bare repository HEAD. A revision: that very commit. What the base borrows from the user's
        store is safe from a `gc` as long as HEAD, or that commit, is pinned. Raises ValueError for an unknown revision,
        MissingObject where the clone is partial."""
        if rev is None and not self.bare:
            return self._frozen(lambda known: snapshot.work_tree(self._location, self.store, known), date)
        commit = refs.resolve(self._git, rev or "HEAD")
        if commit is None:
            raise refs.unknown(self._location, rev or "HEAD")
        self._check_complete(commit)
        return commit

    def freeze_index(self, *, date: int, index: Path | None = None) -> str:
        """A commit of what is staged, with HEAD as its parent. `index` is the file that git names in GIT_INDEX_FILE
        when it calls a hook. Raises ValueError during a conflicted merge."""
        location = replace(self._location, index=index and index.absolute())
        return self._frozen(lambda known: snapshot.index(location, self.store, known), date)

    def carry(self, patterns: Sequence[str]) -> dict[str, Entry]:
        """Ignored files of the work tree that match, their bytes stored: build products that slots need. Raises
        ValueError for a pattern that leads outside."""
        if self.bare:
            return {}
        return snapshot.ignored(self._location, self.store, patterns)

    def commit(self, parent: str, changes: Mapping[str, bytes | None], *, message: str) -> str:
        """A child of `parent` with these files written, or deleted where None. Built from the bytes alone; the same
        arguments give the same id. Modes stay, new files are 100644. Raises ValueError for a path that leads outside,
        into `.git`, or through or onto a symlink, submodule or folder."""
        return self._child(parent, trees.update(self.store, self._tree(parent), changes), message)

    def files(self, commit: str) -> dict[str, str]:
        """Blob ids of the regular files by path."""
        return {path: entry.id for path, entry in self._entries(commit) if entry.mode in REGULAR}

    def modes(self, commit: str) -> dict[str, int]:
        """Git's mode of every path: 0o100644, 0o100755, symlinks 0o120000, submodules 0o160000."""
        return {path: entry.mode for path, entry in self._entries(commit)}

    def read(self, blob_id: str) -> bytes:
        """Raises MissingObject."""
        return self.store.read(blob_id)

    def read_file(self, commit: str, path: str) -> bytes | None:
        """The bytes of the regular file at the path, or None where there is none."""
        entry = trees.find(self.store, self._tree(commit), path)
        return self.store.read(entry.id) if entry and entry.mode in REGULAR else None

    def changes(self, base: str, head: str) -> dict[str, bytes | None]:
        """What `commit` would need to make the files of `head` from those of `base`. Symlinks, submodules and modes are
        not in it."""
        return {
            path: self.store.read(new.id) if new and new.mode in REGULAR else None
            for path, old, new in trees.compare(self.store, self._tree(base), self._tree(head))
            if _regular(old, new) and (old and old.id) != (new and new.id)
        }

    def differing(self, base: str, head: str) -> tuple[dict[str, str], dict[str, str]]:
        """Blob ids by path of the regular files that differ, before and after. Raises MissingObject."""
        found = list(trees.compare(self.store, self._tree(base), self._tree(head)))
        before = {path: old.id for path, old, _ in found if old and old.mode in REGULAR}
        return before, {path: new.id for path, _, new in found if new and new.mode in REGULAR}

    def merged(self, start: str, *, limit: int, skip: int = 0) -> list[log.Merged]:
        """The commits behind `start`, newest first, without merges."""
        return log.merged(self._git, start, limit=limit, skip=skip)

    def mainline(self, start: str, *, limit: int | None = None, since: str | None = None) -> list[log.Merged]:
        """The commits from `start` back along first parents, newest first, each with that parent; as many as `limit`,
        and none that lies behind the commit `since`."""
        return log.mainline(self._git, start, limit=limit, since=since)

    def patch(self, base: str, head: str) -> bytes:
        """A unified diff with a/ and b/ that `git apply` takes, binary files included; the same for the same trees."""
        return diff.text(self._shadow, self._tree(base), self._tree(head))

    def apply_patch(self, commit: str, patch: bytes, *, message: str) -> str:
        """A child of the commit with the patch in it; the commit itself where the patch is blank. Raises ValueError
        naming the file and hunk that have no place."""
        if not patch.strip():
            return commit
        return self._child(commit, diff.applied(self._shadow, self._tree(commit), patch), message)

    def merge(self, ours: str, theirs: str, *, message: str) -> tuple[str | None, tuple[str, ...]]:
        """A child of `ours` that holds the changes of both since their common ancestor; or None and the paths where
        both changed the same lines."""
        found = merging.merge(self._shadow, ours, theirs)
        return (None if found.tree is None else self._child(ours, found.tree, message)), found.conflicts

    def deliver(self, base: str, head: str, *, branch: str, message: str, parent: str | None = None) -> str | None:
        """One commit under refs/heads/`branch` in the user's repository: the change from `base` to `head` on top of
        `parent` (None: HEAD), or None where the change does not fit there exactly. Raises ValueError for a branch that
        exists with something else, is checked out, or has a name that may not be."""
        ref, onto = refs.branch(self._git, branch), parent or self.head
        tree = self._transplanted(base, head, self._tree(onto) if onto else self.store.write_tree({}))
        if tree is None:
            return None
        date = self.store.commit(head).date
        commit = self.store.write_commit(Commit(tree, (onto,) if onto else (), date), message)
        delivery.publish(self._shadow, self.store, location=self._location, commit=commit)
        refs.create(self._git, ref, commit)
        return commit

    def deliver_series(self, series: Sequence[tuple[str, str]], *, onto: str, branch: str) -> str:
        """The trees of these commits, each with its message, as commits in a row on the user's commit `onto`, under
        refs/heads/`branch`. Returns the last one's id. Raises ValueError as `deliver` does."""
        ref, parent = refs.branch(self._git, branch), onto
        for head, message in series:
            known = self.store.commit(head)
            parent = self.store.write_commit(Commit(known.tree, (parent,), known.date), message)
            delivery.publish(self._shadow, self.store, location=self._location, commit=parent)
        refs.create(self._git, ref, parent)
        return parent

    def pin(self, run: str, commit: str | None = None) -> None:
        """Keep a commit of the user's (None: HEAD's) from being pruned while the run lasts. A pin that is there stays
        where it is. An unborn HEAD needs none."""
        target = commit or self.head
        if target:
            refs.pin(self._git, run, target)

    def unpin(self, run: str) -> None:
        """Remove the run's pin; nothing where none is."""
        refs.unpin(self._git, run)

    def merge_base(self, one: str, other: str) -> str:
        """The best common ancestor of two revisions. Raises ValueError where one is unknown or there is none."""
        return refs.merge_base(self._location, one, other)

    def upstream_or_default(self) -> str | None:
        """The full name of the ref that work here is compared with: the branch's upstream, else the default branch."""
        return refs.upstream_or_default(self._git)

    def _frozen(self, taken: Callable[[frozenset[str]], Mapping[str, Entry]], date: int) -> str:
        """Ids that HEAD holds need no copy: the pin protects them. Anything else of the base is copied."""
        head = self._tree(self.head) if self.head else None
        known = frozenset([head, *trees.ids(self.store, head)]) if head else frozenset()
        tree = trees.build(self.store, taken(known), known=known)
        return self.store.write_commit(Commit(tree, (self.head,) if self.head else (), date), "base")

    def _child(self, parent: str, tree: str, message: str) -> str:
        return self.store.write_commit(Commit(tree, (parent,), self.store.commit(parent).date + 1), message)

    def _tree(self, commit: str) -> str:
        return self.store.commit(commit).tree

    def _entries(self, commit: str) -> list[tuple[str, Entry]]:
        return list(trees.flatten(self.store, self._tree(commit)))

    def _transplanted(self, base: str, head: str, onto: str) -> str | None:
        """Whole files where they fit; else hunk by hunk, each where its context stands."""
        before, after = self._tree(base), self._tree(head)
        try:
            exact = delivery.transplant(self.store, base=before, head=after, onto=onto)
            return exact or diff.applied(self._shadow, onto, diff.text(self._shadow, before, after))
        except ValueError:
            return None

    def _check_complete(self, commit: str) -> None:
        missing = [
            path for path, entry in self._entries(commit) if entry.mode != GITLINK and not self.store.has(entry.id)
        ]
        if missing:
            raise MissingObject(
                f"{len(missing)} files of {commit[:12]!r}, {missing[0]!r} the first, are not in this partial clone: "
                f"type `git -C {self.root} fetch --refetch --no-filter origin`"
            )


def _regular(old: Entry | None, new: Entry | None) -> bool:
    return all(entry is None or entry.mode in REGULAR for entry in (old, new))
