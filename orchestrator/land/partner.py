"""Who gets in whose way: the landed patch that a new one conflicts with, or breaks together with."""

from collections.abc import Sequence

from pareback.orchestrator.land.ground import Ground
from pareback.orchestrator.land.growth import Landed
from pareback.orchestrator.land.piece import Piece


def rivals(piece: Piece, landed: Sequence[Landed], ground: Ground) -> tuple[str, ...]:
    """The landed tickets whose patches alone are in conflict with this one; all of them where it takes several."""
    ours = ground.alone[piece.id]
    merge = ground.context.repository.merge
    found = [each for each in landed if merge(ground.alone[each.piece.id], ours, message="together")[0] is None]
    return tuple(each.piece.id for each in found or landed)


def breaker(piece: Piece, landed: Sequence[Landed], ground: Ground, *, step: int) -> tuple[str, ...]:
    """The landed ticket that turns the piece red, found by halving; with all before it where it does so only with
    them. Empty where the piece is red alone."""
    green, red = 0, len(landed)
    look = 1
    if not _green(piece, (), ground, (step, look)):
        return ()
    while red - green > 1:
        middle, look = (green + red) // 2, look + 1
        if _green(piece, landed[:middle], ground, (step, look)):
            green = middle
        else:
            red = middle
    last = landed[green]
    if not _green(piece, (last,), ground, (step, look + 1)):
        return (last.piece.id,)
    return tuple(each.piece.id for each in landed[:red])


def _green(piece: Piece, landed: Sequence[Landed], ground: Ground, place: tuple[int, int]) -> bool:
    """Whether the piece stands with these alone. What cannot be merged does not stand."""
    commit: str | None = ground.alone[piece.id]
    for each in landed:
        assert commit is not None
        commit, _ = ground.context.repository.merge(commit, ground.alone[each.piece.id], message="together")
        if commit is None:
            return False
    step, look = place
    assert commit is not None
    return ground.stand(commit, [*(each.piece for each in landed), piece], step=step, look=look).green
