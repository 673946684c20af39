"""What was merged behind a revision, newest first: the commits that are no merges themselves, or the first parents."""

import os
from dataclasses import dataclass

from pareback.workspaces.git import Git

_FIELDS = "%H%x1f%P%x1f%ct%x1f%ae%x1f%s"


@dataclass(frozen=True, slots=True)
class Merged:
    """A commit with its parent. `date` is the committer's, seconds since 1970; `author` an e-mail address."""

    id: str
    parent: str
    date: int
    author: str
    subject: str


def merged(git: Git, start: str, *, limit: int, skip: int = 0) -> list[Merged]:
    """At most `limit` commits after the first `skip`, whatever they touch: to ask git for certain files would make it
    walk a whole history that has few of them. The first commit of all, and the last one that a shallow clone has, have
    no parent to compare with and are left out."""
    return _listed(git, "--no-merges", f"--max-count={limit}", f"--skip={skip}", "--end-of-options", start)


def mainline(git: Git, start: str, *, limit: int | None = None, since: str | None = None) -> list[Merged]:
    """The commits that a branch consisted of, one after the other: of a merge the first parent only, which is the one
    of `parent`. Those behind the commit `since` are left out, and so is what `merged` leaves out for want of a parent.
    Raises GitFailed for commits that are unknown."""
    count = () if limit is None else (f"--max-count={limit}",)
    behind = () if since is None else (f"^{since}",)
    return _listed(git, "--first-parent", *count, "--end-of-options", start, *behind)


def _listed(git: Git, *words: str) -> list[Merged]:
    printed = git.run("log", "-z", f"--format={_FIELDS}", *words, "--")
    rows = (os.fsdecode(row).split("\x1f", 4) for row in printed.split(b"\0") if row)
    return [
        Merged(own, parents.partition(" ")[0], int(date), author, subject)
        for own, parents, date, author, subject in rows
        if parents
    ]
