"""What was merged: the commits behind a revision that are no merges themselves, newest first."""

import os
from dataclasses import dataclass

from pareback.workspaces.git import Git

_FIELDS = "%H%x1f%P%x1f%ct%x1f%ae%x1f%s"


@dataclass(frozen=True, slots=True)
class Merged:
    """A commit with its one parent. `date` is the committer's, seconds since 1970; `author` an e-mail address."""

    id: str
    parent: str
    date: int
    author: str
    subject: str


def merged(git: Git, start: str, *, limit: int, skip: int = 0) -> list[Merged]:
    """At most `limit` commits after the first `skip`, whatever they touch: to ask git for certain files would make it
    walk a whole history that has few of them. The first commit of all, and the last one that a shallow clone has, have
    no parent to compare with and are left out."""
    asked = ("-z", "--no-merges", f"--format={_FIELDS}", f"--max-count={limit}", f"--skip={skip}")
    printed = git.run("log", *asked, "--end-of-options", start, "--")
    rows = (os.fsdecode(row).split("\x1f", 4) for row in printed.split(b"\0") if row)
    return [Merged(own, parent, int(date), author, subject) for own, parent, date, author, subject in rows if parent]
