"""The one writer in the user's work tree: an accepted patch goes in whole or not at all, and can be taken out again.

Before the first write a journal holds the bytes before and after of every path. Whatever kills the process, the
journal says what to finish. A file that the user changed in between is never overwritten: then all of it goes back.
"""

import json
import os
import shutil
import stat
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pareback.workspaces import folder
from pareback.workspaces.trees import check_path

State = Literal["applying", "applied", "undoing", "undone"]

_TEMPORARY = ".pareback-{}"  # beside the file, so that the rename is atomic; numbered, so that recovery finds it


@dataclass(frozen=True, slots=True)
class Step:
    """One file: its bytes before and after, None where there is no file, and its permission bits."""

    path: str
    before: bytes | None
    after: bytes | None
    mode: int | None

    def back(self) -> "Step":
        return Step(self.path, self.after, self.before, self.mode)


def apply(
    root: Path, changes: Mapping[str, bytes | None], expected: Mapping[str, bytes | None], *, journal: Path
) -> bool:
    """Write the changes below the root, if every path still has its expected bytes (None: there is no file); otherwise
    write nothing and return False. Modes stay, folders come and go with their files, no symlink is followed. A journal
    that is there already is finished instead. Raises ValueError for a path that leads outside; OSError."""
    if _state(journal) in {"applying", "applied", "undoing"}:
        return recover(journal, root)
    for path in changes:
        check_path(path)
    steps = [Step(path, expected[path], changes[path], _mode(root, path)) for path in sorted(changes)]
    if not all(_holds(root, step.path, step.before) for step in steps):
        return False
    _write_journal(journal, steps)
    return _finish(root, journal, steps, done="applied")


def undo(root: Path, journal: Path) -> None:
    """Put back what was there before `apply`. Raises ValueError, and changes nothing, where nothing was applied or a
    file was changed since."""
    recover(journal, root)
    if _state(journal) != "applied":
        raise ValueError("nothing to undo: this run applied no patch to the work tree, or it was taken back already")
    steps = [step.back() for step in _read_journal(journal)]
    for step in steps:
        if not _holds(root, step.path, step.before):
            raise ValueError(f"{step.path!r} was changed since: undo would lose that; take the patch out by hand")
    _mark(journal, "undoing")
    _finish(root, journal, steps, done="undone")


def recover(journal: Path, root: Path) -> bool:
    """Finish what a crash cut short, forwards, or backwards where a file was changed in between. Whether the patch is
    in the work tree now. Nothing happens where nothing was begun."""
    state = _state(journal)
    if state == "applying":
        return _finish(root, journal, _read_journal(journal), done="applied")
    if state == "undoing":
        return not _finish(root, journal, [step.back() for step in _read_journal(journal)], done="undone")
    return state == "applied"


def _finish(root: Path, journal: Path, steps: list[Step], *, done: State) -> bool:
    """Take every step that is not taken yet, or take all of them back."""
    finished = False
    try:
        finished = _take(root, steps)
    finally:
        if not finished:
            _take_back(root, steps)
        _mark(journal, done if finished else "applied" if done == "undone" else "undone")
    return finished


def _take(root: Path, steps: list[Step]) -> bool:
    for number, step in enumerate(steps):
        if _holds(root, step.path, step.after):
            continue
        if not _holds(root, step.path, step.before):
            return False
        _write(root, step, _TEMPORARY.format(number))
    return True


def _take_back(root: Path, steps: list[Step]) -> None:
    """Only what was written here: a file that is neither as before nor as after belongs to the user."""
    for number, step in enumerate(steps):
        _clear(root, step.path, _TEMPORARY.format(number))
        if step.before != step.after and _holds(root, step.path, step.after):
            _write(root, step.back(), _TEMPORARY.format(number))


def _write(root: Path, step: Step, temporary: str) -> None:
    if step.after is None:
        with folder.parent(root, step.path) as (here, name):
            os.unlink(name, dir_fd=here)
        folder.drop_empty_parents(root, step.path)
        return
    with folder.parent(root, step.path, create=True) as (here, name):
        folder.remove(here, temporary)
        folder.create(here, temporary, step.after, mode=step.mode, durable=True)
        os.rename(temporary, name, src_dir_fd=here, dst_dir_fd=here)


def _clear(root: Path, path: str, temporary: str) -> None:
    with suppress(FileNotFoundError, NotADirectoryError), folder.parent(root, path) as (here, _):
        folder.remove(here, temporary)


def _holds(root: Path, path: str, content: bytes | None) -> bool:
    return folder.absent(root, path) if content is None else folder.read(root, path) == content


def _mode(root: Path, path: str) -> int | None:
    """The permission bits that the file has; None lets the user's umask decide for a new one."""
    try:
        return stat.S_IMODE((root / path).lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _state(journal: Path) -> str | None:
    try:
        return (journal / "state").read_text()
    except FileNotFoundError:
        return None


def _mark(journal: Path, state: State) -> None:
    _durable(journal / "state.new", state.encode())
    (journal / "state.new").rename(journal / "state")
    _settle(journal)


def _write_journal(journal: Path, steps: list[Step]) -> None:
    """Complete in a folder of its own first: a journal that has its name is whole."""
    new = journal.with_name(f"{journal.name}.new")
    for stale in (new, journal):
        shutil.rmtree(stale, ignore_errors=True)
    new.mkdir(parents=True, mode=0o700)
    for number, step in enumerate(steps):
        for side, content in (("before", step.before), ("after", step.after)):
            if content is not None:
                _durable(new / f"{number}.{side}", content)
    _durable(new / "steps.json", json.dumps([[step.path, step.mode] for step in steps]).encode())
    _mark(new, "applying")
    new.rename(journal)
    _settle(journal.parent)


def _read_journal(journal: Path) -> list[Step]:
    listed = json.loads((journal / "steps.json").read_bytes())
    return [
        Step(path, _content(journal / f"{number}.before"), _content(journal / f"{number}.after"), mode)
        for number, (path, mode) in enumerate(listed)
    ]


def _content(place: Path) -> bytes | None:
    return place.read_bytes() if place.exists() else None


def _durable(place: Path, content: bytes) -> None:
    with place.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _settle(place: Path) -> None:
    """A rename is safe once its folder is on disk."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
