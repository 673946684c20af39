"""What is said and written about a landing: a document, lines for people, and a batch file of what was left."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from pareback.orchestrator.land.growth import Left
from pareback.orchestrator.land.land import Harvest

SCHEMA = "pareback/land/1"
"""The form of the document: fields may be added to it, never renamed."""


def again(harvest: Harvest) -> tuple[Left, ...]:
    """What was left and is not done: a patch that adds nothing any more is."""
    return tuple(each for each in harvest.growth.left if each.why != "nothing_new")


def queue(harvest: Harvest, path: Path) -> Path | None:
    """Write the tickets that were left as a batch file on the landed tree, all or nothing; None where there is none.
    `read` shows a copier what it copied."""
    lines = [json.dumps(_record(each, harvest)) + "\n" for each in again(harvest)]
    part = path.with_suffix(".part")
    part.write_text("".join(lines), encoding="utf-8")
    part.replace(path)
    return path if lines else None


def _record(left: Left, harvest: Harvest) -> dict[str, Any]:
    copied = [copy.path for copy in harvest.growth.copies if copy.again == left.piece.id]
    ticket = left.piece.ticket
    ticket = replace(ticket, base=harvest.commit or harvest.onto, read=(*ticket.read, *dict.fromkeys(copied)))
    return {name: value for name, value in asdict(ticket).items() if value}


def document(harvest: Harvest) -> dict[str, Any]:
    """The landing as plain JSON values."""
    growth, standing = harvest.growth, harvest.cold and harvest.cold.standing
    landed = [
        {"ticket": each.piece.id, "commit": each.commit, "delta": each.delta, "delta_alone": each.piece.delta}
        for each in growth.landed
    ]
    left = [
        {"ticket": each.piece.id, "why": each.why, "message": each.message}
        | {"partners": list(each.partners), "details": list(each.details)}
        for each in growth.left
    ]
    return {
        "repository": str(harvest.place.repo),
        "onto": harvest.onto,
        "branch": harvest.branch,
        "commit": harvest.commit,
        "landed": landed,
        "left": left,
        "copies": [asdict(copy) for copy in growth.copies],
        "delta": {"joint": harvest.delta, "sum": alone(harvest)},
        "cold": None if harvest.cold is None else {"green": harvest.cold.green, **_failing(standing)},
    }


def alone(harvest: Harvest) -> float:
    """The points of what landed, each patch priced by itself on its own base."""
    return sum(each.piece.delta for each in harvest.growth.landed)


def _failing(standing: Any) -> dict[str, Any]:
    return {"regressions": [] if standing is None else list(standing.regressions)}


def text(harvests: Sequence[Harvest]) -> str:
    """The landing for people."""
    return "\n\n".join("\n".join(_lines(harvest)) for harvest in harvests)


def _lines(harvest: Harvest) -> Iterator[str]:
    growth = harvest.growth
    yield f"landed   {len(growth.landed)} of {len(growth.landed) + len(growth.left)} on {harvest.onto[:12]}"
    for each in growth.landed:
        yield f"  + {each.piece.id}  {each.delta:+.1f} CP (alone {each.piece.delta:+.1f})"
    for left in growth.left:
        yield f"  - {left.piece.id}  {left.why}: {left.message}" + _behind(left)
    for copy in growth.copies:
        yield f"copy     {copy.again} repeats {copy.path}:{copy.line} of {copy.first} in {copy.unit}"
    yield f"points   together {harvest.delta:+.1f} CP, one by one {alone(harvest):+.1f}"
    if harvest.cold is not None:
        yield f"tests    the landed tree is {'green' if harvest.cold.green else 'red'} in a cold run of the whole suite"
    yield f"branch   {harvest.branch}" if harvest.branch else "branch   none: nothing was delivered"


def _behind(left: Left) -> str:
    """Whom and what it is about, where the message does not say so."""
    names = [name for name in (*left.partners, *left.details[:3]) if name not in left.message]
    return f" ({', '.join(names)})" if names else ""
