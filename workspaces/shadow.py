"""The private git directory of a run: it borrows the user's objects and shares nothing else with them.

No hooks folder, no remote, no configuration but the fixed lines below, no refs of the user's. It is made by writing
five small files, so nothing of a template or of anybody's `init.*` settings gets in.
"""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from pareback.workspaces.git import Git

_CONFIG = """[core]
\trepositoryformatversion = 0
\tbare = true
\thooksPath = /dev/null
\tfsmonitor = false
\tlogAllRefUpdates = false
[gc]
\tauto = 0
"""


def prepare(folder: Path, borrow: Sequence[Path]) -> Git:
    """Create the shadow, or take over the one an earlier process left. The caller holds the run's lease: locks and
    temporary files found here belong to a process that is dead, and are removed."""
    shutil.rmtree(folder / "tmp", ignore_errors=True)
    for name in ("objects/info", "objects/pack", "refs", "alternates", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    _sweep(folder)
    (folder / "HEAD").write_text("ref: refs/heads/none\n")
    (folder / "config").write_text(_CONFIG)
    for number, store in enumerate(borrow):
        _link(folder / "alternates" / str(number), store)
    lines = [f"../alternates/{number}\n" for number in range(len(borrow))]  # a name that needs no quoting, ever
    (folder / "objects" / "info" / "alternates").write_text("".join(lines))
    return Git(folder)


def _link(place: Path, store: Path) -> None:
    if place.is_symlink() and place.readlink() == store:
        return
    place.unlink(missing_ok=True)
    place.symlink_to(store)


def _sweep(folder: Path) -> None:
    for above, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".lock") or name.startswith("tmp_obj"):
                Path(above, name).unlink()
