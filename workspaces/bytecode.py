"""What Python compiled of a tree: kept in the slot where it was compiled, for the runs that follow there.

Only a run on bytes that can be trusted may leave bytecode; of any other run it is removed like all by-products. Python
and pytest take bytecode for current when the source's modification time, in seconds, and its size are those it was
made from, which two edits in one second can share. So the files of a slot carry a time that follows from their content.
"""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from pareback.workspaces import folder
from pareback.workspaces.inventory import Identity, identity

FOLDER = "__pycache__"
_EARLIEST, _SPAN = 1_000_000_000, 700_000_000  # seconds since 1970: from September 2001 to November 2023


def time_of(blob: str) -> int:
    """The modification time of a file with this content, in seconds since 1970. Of two contents of one size, one in
    seven hundred million shares it; what is accepted is confirmed without any bytecode."""
    return _EARLIEST + int(blob[:12], 16) % _SPAN


def compiled(root: Path, folders: Iterable[str], *, mode: int) -> dict[str, dict[str, Identity]]:
    """The bytecode folders directly in `folders`, with the files in each. One that holds anything else than plain
    files of bytecode, or has not these permission bits, is left out."""
    found = {}
    for above in folders:
        place = f"{above}/{FOLDER}" if above else FOLDER
        files = _files(root, place, mode)
        if files:
            found[place] = files
    return found


def _files(root: Path, place: str, mode: int) -> dict[str, Identity]:
    try:
        with folder.parent(root, f"{place}/") as (here, _), os.scandir(here) as entries:
            seen = {entry.name: entry.stat(follow_symlinks=False) for entry in entries}
            plain = all(name.endswith(".pyc") and stat.S_ISREG(each.st_mode) for name, each in seen.items())
            fits = stat.S_IMODE(os.fstat(here).st_mode) == mode
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return {name: identity(each) for name, each in seen.items()} if plain and fits else {}
