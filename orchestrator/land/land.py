"""`land`: what a batch accepted for one repository, onto one tree, confirmed as a whole, delivered as one branch."""

import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pareback.orchestrator import home, stopping
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.desk import Desk, Ended, Surroundings
from pareback.orchestrator.events import Event
from pareback.orchestrator.job import Job
from pareback.orchestrator.ladder import SEARCH
from pareback.orchestrator.land.ground import Ground, aims
from pareback.orchestrator.land.growth import Growth
from pareback.orchestrator.land.landing import grow
from pareback.orchestrator.land.layout import joint, lay
from pareback.orchestrator.land.piece import Piece
from pareback.orchestrator.ledger import Ledger
from pareback.orchestrator.limits import LimitReached
from pareback.orchestrator.prepare import prepare
from pareback.orchestrator.state import Candidate
from pareback.workspaces.repository import Repository, open_repository

SECONDS = 600.0
"""Seconds that one patch may take on the growing tree, where `max_seconds` says nothing else."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where patches land: the repository, a revision of it (None: the base that they have in common, else HEAD), the
    folder for records, the branch to make, and settings as on the command line."""

    repo: Path
    folder: Path
    onto: str | None = None
    branch: str | None = None
    flags: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Harvest:
    """What came of it. `onto` is the commit below, `cold` the landed tree after one whole cold run (None where nothing
    landed), `delta` the points of all that landed, as one change; `branch` and `commit` are None where the tree was not
    delivered: nothing landed, or it was red after all."""

    place: Place
    onto: str
    growth: Growth
    cold: Candidate | None
    delta: float
    branch: str | None = None
    commit: str | None = None


def land(pieces: Sequence[Piece], place: Place, around: Surroundings) -> Harvest:
    """Land the pieces in their order; what was done before for the same pieces is not done again.

    Raises Mistake for a revision that names nothing, for tickets that cannot be tested together and for tests that
    cannot be run; NotARepository, AlreadyRunning.
    """
    folder = place.folder / _name(pieces, place)
    folder.mkdir(parents=True, exist_ok=True)
    place = replace(place, folder=folder, branch=place.branch or f"pareback/{folder.name}")
    with (
        home.lease(folder),
        Ledger(folder / "ledger.db") as ledger,
        open_repository(place.repo, shadow=folder / "shadow") as repository,
    ):
        try:
            return _landed(pieces, place, around, (repository, ledger))
        except (Ended, LimitReached) as ended:
            raise Mistake(f"{str(place.repo)!r}: {ended}") from ended
        finally:
            repository.unpin(folder.name)


def _name(pieces: Sequence[Piece], place: Place) -> str:
    """The same pieces, landed in the same way, find what was done for them. What was cut short is red for ever, so a
    landing with more time is another one."""
    ways = dict(sorted(place.flags.items()))
    said = json.dumps([str(place.repo), place.onto, ways, *([piece.id, piece.base] for piece in pieces)])
    whole = blake2b(said.encode() + b"".join(piece.patch for piece in pieces), digest_size=6)
    return f"land-{whole.hexdigest()}"


def _landed(pieces: Sequence[Piece], place: Place, around: Surroundings, doors: tuple[Repository, Ledger]) -> Harvest:
    repository, _ = doors
    onto = _onto(pieces, place, repository)
    layout = lay(pieces, onto, repository)
    ticket = joint(pieces, str(place.repo), onto, repository.patch(onto, layout.tests))
    flags = {"max_seconds": SECONDS * (len(pieces) + 1), **place.flags, "model": (SEARCH,), "budget": "large"}
    desk = _desk(Job(ticket, flags), place, around, doors)
    with stopping.heard(desk.stop, desk.race), prepare(desk) as prepared:
        targets = aims(pieces, prepared.context, layout.given)
        ground = Ground(
            prepared.context, layout.alone, targets, repository.differing(onto, prepared.context.tests_tree)[1]
        )
        growth = Growth(onto)
        for piece in pieces:
            growth = grow(growth, piece, ground)
            around.listen(Event("say", data={"text": _told(growth, piece)}))
        cold = _confirmed(growth, ground)
        harvest = Harvest(place, onto, growth, cold, ground.joint(growth.commit))
    return _delivered(harvest, repository) if cold is not None and cold.green else harvest


def _onto(pieces: Sequence[Piece], place: Place, repository: Repository) -> str:
    bases = {piece.base for piece in pieces}
    try:
        return repository.freeze(place.onto or (bases.pop() if len(bases) == 1 else "HEAD"), date=int(time.time()))
    except ValueError as error:
        raise Mistake(f"the tree to land on: {error}") from error


def _desk(work: Job, place: Place, around: Surroundings, doors: tuple[Repository, Ledger]) -> Desk:
    repository, ledger = doors
    return Desk(
        job=work,
        folder=place.folder,
        ledger=ledger,
        repository=repository,
        around=replace(around, landing=True),
        cache=home.find(around.environ).cache,
        stop=threading.Event(),
        race=threading.Event(),
    )


def _told(growth: Growth, piece: Piece) -> str:
    left = next((each for each in growth.left if each.piece is piece), None)
    if left is None:
        return f"{piece.id}  landed, {growth.landed[-1].delta:+.1f} CP"
    return f"{piece.id}  left: {left.message}"


def _confirmed(growth: Growth, ground: Ground) -> Candidate | None:
    """The landed tree after one whole cold run; None where nothing landed."""
    if not growth.landed:
        return None
    step = len(growth.landed) + len(growth.left) + 1
    return ground.stand(growth.commit, [each.piece for each in growth.landed], step=step, cold=True)


def _delivered(harvest: Harvest, repository: Repository) -> Harvest:
    branch = harvest.place.branch or ""
    series = [(each.commit, f"{each.piece.title}\n\nTicket: {each.piece.id}\n") for each in harvest.growth.landed]
    commit = repository.deliver_series(series, onto=harvest.onto, branch=branch)
    return replace(harvest, branch=branch, commit=commit)
