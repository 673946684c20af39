"""Repositories named by a URL: cloned once into the cache, bare, and fetched again only where that is needed."""

import fcntl
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from pareback.workspaces.git import Git, GitFailed
from pareback.workspaces.suite import WorkspaceError

FRESH = 600.0
"""Seconds for which a fetch counts as new: so long a branch of the clone is what the branch is."""

_COMMIT = re.compile(r"[0-9a-f]{40}")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://|[^/@:]+@[^/:]+:")


class CloneFailed(WorkspaceError):
    """The repository could not be brought here: names it and what git said."""


def is_url(repo: str) -> bool:
    """Whether a repository is named by a URL, or as `user@host:path`, and not by a path."""
    return _URL.match(repo) is not None


def clone(url: str, *, cache: Path, base: str | None) -> Path:
    """The bare clone of `url` below `cache`, with `base` in it: a commit's full id that is there needs no network.

    Processes that want the same clone wait for one another, and one that is killed leaves nothing half done. Raises
    CloneFailed, with what git said: only what anybody may read over http, https or a file URL can be cloned.
    """
    cache.mkdir(parents=True, exist_ok=True)
    place = cache / sha256(url.encode()).hexdigest()[:32]
    with _alone(place.with_suffix(".lock")):
        try:
            _bring(url, place, base)
        except GitFailed as error:
            hint = "clone what needs a key or ssh yourself, and name the path of the clone"
            raise CloneFailed(f"{url!r} cannot be cloned: {error.said or error}; {hint}") from error
    return place


def _bring(url: str, place: Path, base: str | None) -> None:
    stamp = place / "pareback-fetched"
    if not place.exists():
        part = place.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        Git(part, online=True).run("clone", "--bare", "--quiet", "--template=", "--", url, str(part))
        (part / stamp.name).touch()
        part.rename(place)
    elif not _there(place, base) and (_named(base) or time.time() - stamp.stat().st_mtime > FRESH):
        Git(place, online=True).run(
            "fetch", "--quiet", "--", url, "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"
        )
        stamp.touch()
    if _named(base) and not _there(place, base):  # a commit that no branch holds, such as that of a pull request
        Git(place, online=True).run("fetch", "--quiet", "--", url, str(base))


def _named(base: str | None) -> bool:
    return base is not None and _COMMIT.fullmatch(base) is not None


def _there(place: Path, base: str | None) -> bool:
    return _named(base) and Git(place).answer("rev-parse", "--verify", "--quiet", f"{base}^{{commit}}") is not None


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    handle = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
