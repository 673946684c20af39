"""Handing a patch over: as a branch and a file by default, into the work tree where that was asked for."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pareback.adapters.sink import Delivered, Delivery, Sink
from pareback.orchestrator import parts
from pareback.orchestrator.job import Wish
from pareback.workspaces import checkout
from pareback.workspaces.repository import Repository


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is handed over: the commit `head` on `base`, and for whom. A branch's commit has this `parent`, or HEAD."""

    run: str
    title: str
    base: str
    head: str
    accepted: bool
    folder: Path
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """Where it went. `why` says in words what could not be done as wished."""

    branch: str | None = None
    patch: str | None = None
    applied: bool = False
    why: str = ""


def hand_over(parcel: Parcel, wish: Wish, repository: Repository) -> Handed:
    """The patch file always; the branch and the work tree only for what was accepted. Doing it twice is harmless."""
    delivery = Delivery(
        run=parcel.run,
        title=parcel.title,
        patch=repository.patch(parcel.base, parcel.head),
        publish=_publisher(parcel, repository),
    )
    filed = _sink("patch_file", path=wish.patch or str(parcel.folder / "patch.diff")).deliver(delivery)
    if not parcel.accepted:
        return Handed(patch=filed.patch)
    if wish.apply:
        handed = Handed(patch=filed.patch, applied=_apply(parcel, repository))
        if handed.applied:
            return handed
        return replace(
            _branched(wish, delivery, filed), why="files changed since the run began, so nothing was written"
        )
    if wish.patch and not wish.branch:
        return Handed(patch=filed.patch)
    return _branched(wish, delivery, filed)


def _branched(wish: Wish, delivery: Delivery, filed: Delivered) -> Handed:
    branched = _sink("branch", name=wish.branch or f"pareback/{delivery.run}").deliver(delivery)
    why = "" if branched.branch else "the patch does not fit HEAD (the work tree differs), so there is no branch"
    return Handed(branch=branched.branch, patch=filed.patch, why=why)


def _publisher(parcel: Parcel, repository: Repository) -> Callable[[str], str | None]:
    def publish(name: str) -> str | None:
        return repository.deliver(
            parcel.base,
            parcel.head,
            branch=name,
            message=f"{parcel.title}\n\nRun: {parcel.run}\n",
            parent=parcel.parent,
        )

    return publish


def _apply(parcel: Parcel, repository: Repository) -> bool:
    if repository.bare:
        return False
    changes = repository.changes(parcel.base, parcel.head)
    expected = {path: repository.read_file(parcel.base, path) for path in changes}
    return checkout.apply(repository.root, changes, expected, journal=parcel.folder / "applied")


def _sink(part: str, **options: str) -> Sink:
    sink: Sink = parts.build("sinks", part, options)
    return sink
