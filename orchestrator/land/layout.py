"""The trees of a landing: each patch alone on the common tree, and that tree with every ticket's own tests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pareback.adapters.ticket import Ticket
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.land.piece import Piece
from pareback.workspaces.repository import Repository

_ONE = ("test_cmd", "environment")
"""Fields that have to say the same in all tickets: there is one suite to run."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`alone` holds by ticket the commit with only its patch, where that fits; `tests` is the commit with the tests of
    all of those, `given` the test files that each came with."""

    alone: Mapping[str, str]
    tests: str
    given: Mapping[str, tuple[str, ...]]


def lay(pieces: Sequence[Piece], onto: str, repository: Repository) -> Layout:
    """Bring each patch, and the tests its ticket came with, from its own base to the common tree."""
    alone: dict[str, str] = {}
    given: dict[str, tuple[str, ...]] = {}
    tests = onto
    for piece in pieces:
        patched = _moved(piece, piece.patch, onto, repository)
        tested = _moved(piece, (piece.ticket.test_patch or "").encode(), tests, repository)
        if patched is not None and tested is not None:
            alone[piece.id] = patched
            given[piece.id] = tuple(repository.changes(tests, tested))
            tests = tested
    return Layout(alone, tests, given)


def _moved(piece: Piece, patch: bytes, onto: str, repository: Repository) -> str | None:
    """The tree with the patch in it, or None where it has no place there."""
    try:
        made = repository.apply_patch(repository.freeze(piece.base, date=0), patch, message=piece.title)
    except ValueError:
        return None
    return repository.merge(onto, made, message=piece.title)[0]


def joint(pieces: Sequence[Piece], repo: str, onto: str, tests: bytes) -> Ticket:
    """One ticket that stands for all, where the suite is prepared. Raises Mistake where they ask for different ones."""
    tickets = [piece.ticket for piece in pieces]
    for name in _ONE:
        said = {getattr(ticket, name): ticket.id for ticket in tickets}
        if len(said) > 1:
            one, other, *_ = said.values()
            raise Mistake(f"{one!r} and {other!r} have different {name!r}: land them apart, with --only ID")
    return Ticket(
        id="land",
        text="\n".join(ticket.id for ticket in tickets),
        repo=repo,
        base=onto,
        test_cmd=tickets[0].test_cmd,
        test_patch=tests.decode("utf-8", "surrogateescape") or None,
        held_out=tuple(dict.fromkeys(name for ticket in tickets for name in ticket.held_out)),
        allow=tuple(dict.fromkeys(name for ticket in tickets for name in ticket.allow)),
        environment=tickets[0].environment,
    )
