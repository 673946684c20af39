"""Two changes of one tree brought together by git's three-way merge, in the shadow: no folder, no index, no driver."""

import os
from dataclasses import dataclass

from pareback.workspaces.git import Git, GitFailed

_CONFLICT = 1
"""The exit code with which `git merge-tree` says that both sides changed the same lines."""


@dataclass(frozen=True, slots=True)
class Merge:
    """The merged tree, or None and the paths where both sides changed the same lines."""

    tree: str | None
    conflicts: tuple[str, ...] = ()


def merge(shadow: Git, ours: str, theirs: str) -> Merge:
    """Two commits merged on their common ancestor. Raises GitFailed where they have none."""
    try:
        printed = shadow.run("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs)
    except GitFailed as failure:
        if failure.code != _CONFLICT:
            raise
        names = failure.printed.split(b"\0")[1:]
        return Merge(None, tuple(dict.fromkeys(os.fsdecode(name) for name in names if name)))
    return Merge(printed.split(b"\0")[0].decode())
