"""Two trees of a repository, read with git: paths to blob ids, and the bytes of a blob. Nothing is ever written.

A file of the work tree is read off the disk and named by the hash that git would give it.
"""

import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path

Tree = Mapping[str, str]
"""Path to blob id."""

_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false")
_REGULAR = {"100644", "100755"}


class Unreadable(Exception):
    """What was asked for cannot be compared: one line that says why and what to type."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to compare: "A..B", or the merge base with `base` against the work tree or the index."""

    revisions: str | None = None
    base: str | None = None
    staged: bool = False


@dataclass(frozen=True, slots=True)
class Trees:
    """Both sides, the commit of the base, and where the bytes of their blobs are."""

    commit: str
    base: Tree
    head: Tree
    read: Callable[[str], bytes]


def root(place: Path) -> Path:
    """The top of the work tree around a place. Raises Unreadable."""
    return Path(_git(place, "rev-parse", "--show-toplevel").strip())


@contextmanager
def opened(top: Path, wanted: Wanted) -> Iterator[Trees]:
    """Both trees, while their blobs can be read. Raises Unreadable."""
    commit, other = _commits(top, wanted)
    base, loose = _committed(top, commit), dict[str, bytes]()
    if other is not None:
        head = _committed(top, other)
    elif wanted.staged:
        head = _indexed(top)
    else:
        head = _on_disk(top, loose)
    with _blobs(top) as stored:
        yield Trees(commit, base, head, lambda blob: loose[blob] if blob in loose else stored(blob))


def _commits(top: Path, wanted: Wanted) -> tuple[str, str | None]:
    if wanted.revisions is not None:
        left, dots, right = wanted.revisions.partition("..")
        if not (dots and left and right.lstrip(".")):
            raise Unreadable(f"{wanted.revisions!r} names no two revisions; expected A..B")
        return _resolved(top, left), _resolved(top, right.lstrip("."))
    against = wanted.base or ("HEAD" if wanted.staged else _default(top))
    try:
        return _git(top, "merge-base", _resolved(top, against), "HEAD").strip(), None
    except Unreadable as error:
        shallow = _git(top, "rev-parse", "--is-shallow-repository").strip() == "true"
        raise Unreadable(
            f"{error}; the clone is shallow: type `git fetch --unshallow`" if shallow else str(error)
        ) from error


def _resolved(top: Path, revision: str) -> str:
    return _git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}").strip()


def _default(top: Path) -> str:
    """The upstream, else the default branch."""
    for name in ("@{upstream}", "refs/remotes/origin/HEAD", "refs/heads/main", "refs/heads/master"):
        try:
            return _resolved(top, name)
        except Unreadable:
            continue
    raise Unreadable("there is no upstream and no default branch to compare with; name one: --base REV")


def _committed(top: Path, commit: str) -> Tree:
    listed = _git(top, "ls-tree", "-r", "-z", "--full-tree", commit).split("\0")
    rows = (line.partition("\t") for line in listed if line)
    return {path: fields.split()[2] for fields, _, path in rows if fields.split()[0] in _REGULAR}


def _indexed(top: Path) -> Tree:
    rows = (line.partition("\t") for line in _git(top, "ls-files", "-s", "-z").split("\0") if line)
    return {path: fields.split()[1] for fields, _, path in rows if fields.split()[0] in _REGULAR}


def _on_disk(top: Path, loose: dict[str, bytes]) -> Tree:
    """The index, with what differs on disk or is not tracked read from there; what is gone is gone."""
    tree = dict(_indexed(top))
    changed = _git(top, "diff-files", "--name-only", "-z") + _git(top, "ls-files", "-o", "--exclude-standard", "-z")
    for path in filter(None, changed.split("\0")):
        file = top / path
        if file.is_file() and not file.is_symlink():
            content = file.read_bytes()
            tree[path] = sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
            loose[tree[path]] = content
        else:
            tree.pop(path, None)
    return tree


@contextmanager
def _blobs(top: Path) -> Iterator[Callable[[str], bytes]]:
    """A reader of stored blobs: one git process, started when the first is asked for."""
    running: list[subprocess.Popen[bytes]] = []

    def read(blob: str) -> bytes:
        if not running:
            command = ["git", *_SAFE, "-C", str(top), "cat-file", "--batch"]
            running.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environ()))
        asks, says = running[0].stdin, running[0].stdout
        assert asks is not None
        assert says is not None
        asks.write(blob.encode() + b"\n")
        asks.flush()
        header = says.readline().split()
        if len(header) != 3:
            raise Unreadable(f"blob {blob} is not in this clone; type `git fetch --refetch`")
        content = says.read(int(header[2]))
        says.read(1)
        return content

    try:
        yield read
    finally:
        for process in running:
            process.communicate()


def _environ() -> dict[str, str]:
    return {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


def _git(place: Path, *words: str) -> str:
    """What git says. Raises Unreadable with git's own last line."""
    try:
        done = subprocess.run(
            ["git", *_SAFE, "-C", str(place), *words], capture_output=True, check=False, env=_environ()
        )
    except FileNotFoundError as error:
        raise Unreadable("git is not on the PATH; install it") from error
    if done.returncode:
        said = os.fsdecode(done.stderr).strip().rpartition("\n")[2]
        raise Unreadable(said or f"git knows no {words[-1].removesuffix('^{commit}')!r}")
    return os.fsdecode(done.stdout)
