"""What enters the user's repository: one commit under one new ref, and only the objects that commit needs.

The frozen base may hold an untracked `.env`, so it is never a parent of what is delivered: the patch is put onto the
user's own commit, and the objects are listed by walking that result, not by walking the run's history.
"""

from collections.abc import Iterator

from pareback.workspaces import trees
from pareback.workspaces.discovery import Location
from pareback.workspaces.git import Git
from pareback.workspaces.objects import GITLINK, REGULAR, TREE, Entry, Store


def transplant(store: Store, *, base: str, head: str, onto: str) -> str | None:
    """The tree `onto` with the change from tree `base` to tree `head`, or None where a touched file of `onto` is not
    the one the change was made on. A file that differs only by the line ends of the user's checkout is the same one."""
    changes: dict[str, bytes | None] = {}
    for path, old, new in trees.compare(store, base, head):
        found = trees.find(store, onto, path)
        if not all(entry is None or entry.mode in REGULAR for entry in (old, new, found)):
            return None
        before, after, there = (store.read(entry.id) if entry else None for entry in (old, new, found))
        if there == before:
            changes[path] = after
        elif _same_but_for_line_ends(before, there):
            changes[path] = after and _unix(after)
        else:
            return None
    return trees.update(store, onto, changes)


def _same_but_for_line_ends(before: bytes | None, there: bytes | None) -> bool:
    """Whether the user's checkout turned the line ends of what git holds, and did nothing else."""
    return before is not None and there is not None and b"\r" not in there and there == _unix(before)


def publish(shadow: Git, store: Store, *, location: Location, commit: str) -> None:
    """Copy the commit and what it needs into the user's store, where it is not there yet."""
    theirs = Store(location.objects[0], borrow=location.objects[1:])
    wanted = [commit, *_missing(store, theirs, Entry(TREE, store.commit(commit).tree))]
    pack = shadow.run("pack-objects", "--stdout", "-q", stdin="".join(f"{name}\n" for name in wanted).encode())
    location.git.run("unpack-objects", "-q", stdin=pack)


def _missing(store: Store, theirs: Store, entry: Entry) -> Iterator[str]:
    if (
        entry.mode == GITLINK or theirs.has(entry.id) or not store.has(entry.id)
    ):  # the last: a partial clone's remote has it
        return
    yield entry.id
    if entry.mode == TREE:
        for inner in store.tree(entry.id).values():
            yield from _missing(store, theirs, inner)


def _unix(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n")
