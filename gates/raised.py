"""Findings about the tree: things whose load a patch raised, each told by its signal, at the place to change first."""

from collections.abc import Iterator

from pareback.gates.delta import Delta
from pareback.gates.moved import Moved
from pareback.gates.points import DECIMALS, MENTIONED
from pareback.gates.verdict import Finding, Site
from pareback.gates.wide import Told


def raised(delta: Delta) -> Iterator[Finding]:
    """What the signals over the tree have to say of this patch. Hard where it brought what breaks a rule; a thing
    without points is a hint and is told where the patch brought it."""
    for moved in delta.movement.loads:
        if moved.after is not None and _speaks(moved):
            told = moved.signal.explain(moved.after, moved.before, delta.movement.head)
            if told is not None:
                yield _finding(moved, moved.after.rule if _broken(moved) else "", told)


def _speaks(moved: Moved) -> bool:
    hint = moved.before is None and moved.after is not None and not moved.after.points
    return moved.points >= MENTIONED or _broken(moved) or hint


def _broken(moved: Moved) -> bool:
    """Whether the thing breaks a rule now that it did not break at the base."""
    rule = moved.after.rule if moved.after else ""
    return bool(rule) and (moved.before is None or moved.before.rule != rule)


def _finding(moved: Moved, rule: str, told: Told) -> Finding:
    subject = moved.after.subject if moved.after else ""
    return Finding(
        id=f"{rule or moved.signal.id}:{subject}",
        signal=moved.signal.id,
        path=told.at.path,
        line=told.at.line,
        unit=told.at.unit,
        points=round(moved.points, DECIMALS) + 0.0,
        message=told.message,
        do=told.do,
        hard=bool(rule),
        saves=None if told.saves is None else round(told.saves, DECIMALS),
        others=tuple(Site(other.path, other.line) for other in told.others),
    )
