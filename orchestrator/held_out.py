"""Held-out tests: whoever gave the ticket keeps them from the model, and they decide whether its patch is accepted.

They lie in the repository, then they are taken out of T, or outside of it, then their bytes are kept when the run
begins. No candidate's slot holds them before the last run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pareback.orchestrator.desk import Desk, Ended
from pareback.orchestrator.state import Ending
from pareback.workspaces import paths
from pareback.workspaces.guard import is_test_file
from pareback.workspaces.repository import Repository


@dataclass(frozen=True, slots=True)
class HeldOut:
    """`tests_tree` is T without them, `commit` that tree with them, `paths` where they lie in it."""

    tests_tree: str
    commit: str
    paths: tuple[str, ...]


def set_aside(desk: Desk, tests: Sequence[str], tests_tree: str) -> HeldOut:
    """The ticket's held-out tests, taken once: those from elsewhere may be others when the run is resumed. `tests` are
    the targets that were named. Raises Ended where an entry names nothing."""
    known = desk.ledger.note("held_out")
    if known is None:
        named = (test.partition("::")[0] for test in tests)
        places = (path for path in (*named, *desk.repository.files(tests_tree)) if is_test_file(path))
        beside = next(places, "").rpartition("/")[0]
        try:
            known = asdict(keep(desk.repository, tests_tree, desk.job.ticket.held_out, beside=beside))
        except ValueError as error:
            raise Ended(Ending("blocked", "held_out", str(error))) from error
        desk.ledger.say("held_out", known)
    return HeldOut(known["tests_tree"], known["commit"], tuple(known["paths"]))


def keep(repository: Repository, tests_tree: str, entries: Sequence[str], *, beside: str) -> HeldOut:
    """Take the tests that `entries` name out of T: globs in the repository, or files and folders elsewhere. A file from
    elsewhere goes into the folder `beside`, a folder is laid over the repository's root. Raises ValueError for an entry
    that names nothing."""
    present = repository.files(tests_tree)
    inside: list[str] = []
    outside: dict[str, bytes] = {}
    for entry in entries:
        glob = _below(repository.root, entry)
        matching = [path for path in present if glob is not None and paths.matches(path, glob)]
        inside += matching
        if not matching:
            outside |= _elsewhere(Path(entry).expanduser(), beside)
    if not entries:
        return HeldOut(tests_tree, tests_tree, ())
    hidden = {path: repository.read(present[path]) for path in inside} | outside
    stripped = dict.fromkeys(inside)
    kept = repository.commit(tests_tree, stripped, message="without held-out tests") if stripped else tests_tree
    commit = repository.commit(kept, hidden, message="held-out tests")
    return HeldOut(kept, commit, tuple(path for path in hidden if is_test_file(path) or path in inside))


def _below(root: Path, entry: str) -> str | None:
    """The entry as a glob below the repository's root, or None where it leads elsewhere."""
    place = Path(entry).expanduser()
    if not place.is_absolute():
        return None if ".." in place.parts else place.as_posix()
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else None


def _elsewhere(place: Path, beside: str) -> Mapping[str, bytes]:
    if place.is_file():
        return {f"{beside}/{place.name}" if beside else place.name: place.read_bytes()}
    files = sorted(path for path in place.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    found = {path.relative_to(place).as_posix(): path.read_bytes() for path in files}
    if not any(is_test_file(path) for path in found):
        raise ValueError(
            f"--held-out {str(place)!r} names no test: expected a test file, a folder with some, or a glob"
        )
    return found
