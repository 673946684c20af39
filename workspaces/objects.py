"""Git objects as bytes, through libgit2: no process, no index, no hook, no filter, no configuration.

Reading sees the private store and the user's; writing goes to the private one alone, even where the user's already
has the object: theirs may be pruned under a run, ours may not. The formats of trees and commits are git's own
(gitformat-index and `git cat-file` show them), short enough to be read and written here, names as exact bytes.
"""

import hashlib
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pareback.workspaces.suite import WorkspaceError

Kind = Literal["commit", "tree", "blob"]

FILE, EXECUTABLE, SYMLINK, GITLINK, TREE = 0o100644, 0o100755, 0o120000, 0o160000, 0o040000
REGULAR = frozenset((FILE, EXECUTABLE, 0o100664))  # git wrote 100664 until 2005; such trees are still around

_IDENT = "pareback <pareback@localhost>"


class MissingObject(WorkspaceError):
    """An object that a tree names is not there: a partial clone, or history that was pruned."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a tree: its mode and the id of what it names."""

    mode: int
    id: str


@dataclass(frozen=True, slots=True)
class Commit:
    """What a commit says. `date` is the committer's, seconds since 1970."""

    tree: str
    parents: tuple[str, ...]
    date: int


class Store:
    """Objects by id. Safe to use from several threads."""

    def __init__(self, objects: Path, *, borrow: Sequence[Path] = ()) -> None:
        from pygit2 import Odb, OdbBackendLoose  # heavy, and only needed with a repository

        self._all = Odb(str(objects))
        for folder in borrow:
            self._all.add_disk_alternate(str(folder))
        self._own = Odb()
        self._own.add_backend(OdbBackendLoose(str(objects), 1, False), 1)  # noqa: FBT003  its parameters have no names
        self.tree = lru_cache(maxsize=1 << 15)(self._tree)

    def has(self, object_id: str) -> bool:
        return bool(self._all.exists(object_id))

    def read(self, object_id: str) -> bytes:
        """The object's bytes. Raises MissingObject."""
        try:
            return bytes(self._all.read(object_id)[1])
        except KeyError as absent:
            raise MissingObject(
                f"object {object_id!r} is missing: was history pruned, or is the clone partial?"
            ) from absent

    def write(self, kind: Kind, content: bytes, *, known: Collection[str] = ()) -> str:
        """Store the bytes and return their id; `known` are ids that need no copy."""
        object_id = identify(kind, content)
        if object_id not in known and not self._own.exists(object_id):
            self._own.write({"commit": 1, "tree": 2, "blob": 3}[kind], content)
        return object_id

    def commit(self, commit_id: str) -> Commit:
        """Raises MissingObject."""
        head = self.read(commit_id).partition(b"\n\n")[0].decode("ascii", "replace").splitlines()
        fields = [line.partition(" ")[::2] for line in head]
        dates = [value.rsplit(" ", 2)[1] for name, value in fields if name == "committer"]
        parents = tuple(value for name, value in fields if name == "parent")
        return Commit(fields[0][1], parents, int(dates[0]))

    def write_commit(self, commit: Commit, message: str) -> str:
        """The same fields give the same id: author, zone and message are all there is besides."""
        stamp = f"{_IDENT} {commit.date} +0000"
        lines = [f"tree {commit.tree}", *(f"parent {parent}" for parent in commit.parents)]
        text = "\n".join([*lines, f"author {stamp}", f"committer {stamp}", "", message.replace("\0", "").rstrip(), ""])
        return self.write("commit", text.encode(errors="replace"))

    def write_tree(self, entries: Mapping[str, Entry], *, known: Collection[str] = ()) -> str:
        return self.write("tree", encode_tree(entries), known=known)

    def _tree(self, tree_id: str) -> Mapping[str, Entry]:
        return decode_tree(self.read(tree_id))


def identify(kind: Kind, content: bytes) -> str:
    """Git's name for the bytes: the SHA-1 of `kind length NUL content`, in hex."""
    return hashlib.sha1(b"%b %d\0" % (kind.encode(), len(content)) + content, usedforsecurity=False).hexdigest()


def decode_tree(content: bytes) -> Mapping[str, Entry]:
    """The entries of a tree by name; names that are not UTF-8 come as `os.fsdecode` gives them."""
    entries: dict[str, Entry] = {}
    at = 0
    while at < len(content):
        end = content.index(b"\0", at)
        mode, _, name = content[at:end].partition(b" ")
        at = end + 21  # the id: 20 bytes after the NUL
        entries[os.fsdecode(name)] = Entry(int(mode, 8), content[end + 1 : at].hex())
    return entries


def encode_tree(entries: Mapping[str, Entry]) -> bytes:
    """Git sorts by bytes, a folder as if its name ended in a slash."""
    named = [(os.fsencode(name), entry) for name, entry in entries.items()]
    named.sort(key=lambda pair: pair[0] + b"/" if pair[1].mode == TREE else pair[0])
    return b"".join(b"%o %b\0" % (entry.mode, name) + bytes.fromhex(entry.id) for name, entry in named)
