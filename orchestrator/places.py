"""Where a ticket's repository lies: a path, a URL that is cloned into the cache, or a name in a folder of mirrors."""

import re
from dataclasses import replace
from pathlib import Path

from pareback.adapters.ticket import Ticket
from pareback.workspaces.clones import clone, is_url
from pareback.workspaces.repository import NotARepository

_NAME = re.compile(r"[\w.-]+/[\w.-]+")


def named(repo: str, mirror: Path | None = None) -> str:
    """The repository as an absolute path or as the URL it is. `owner/name` is `mirror/owner+name/repo`, where there is
    such a mirror."""
    if is_url(repo):
        return repo
    if mirror is not None and _NAME.fullmatch(repo):
        place = mirror / repo.replace("/", "+") / "repo"
        if place.exists():
            return str(place.absolute())
    return str(Path(repo).absolute())


def settled(ticket: Ticket, *, cache: Path) -> Ticket:
    """The ticket with a repository that is on this machine. Raises NotARepository for a path that is not there, and
    CloneFailed."""
    if is_url(ticket.repo):
        return replace(ticket, repo=str(clone(ticket.repo, cache=cache / "clones", base=ticket.base)))
    if not Path(ticket.repo).exists():  # a folder above it may be a repository, and not the one that is meant
        raise NotARepository(
            f"there is no repository at {ticket.repo!r}: expected a path, a URL, or owner/name with --mirror"
        )
    return ticket
