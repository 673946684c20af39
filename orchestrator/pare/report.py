"""What is said and written about paring by hand: a document, and lines for people with each simplification's diff."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from pareback.orchestrator.pare.by_hand import Thinned
from pareback.orchestrator.pare.tried import Tried

SCHEMA = "pareback/pare/1"
"""The form of the document: fields may be added to it, never renamed."""


def document(thinned: Thinned) -> dict[str, Any]:
    """Everything that was tried, in order, as plain JSON values. `points` are those freed in all."""
    return {
        "schema": SCHEMA,
        "run": thinned.run if thinned.written else None,
        "tested": thinned.tested,
        "written": thinned.written,
        "files": len(thinned.paths),
        "points": round(thinned.pared.points, 2),
        "kept": len(thinned.pared.kept),
        "tried": [{**asdict(each), "kept": each.kept} for each in thinned.pared.tried],
        "patch": thinned.patch,
    }


def text(thinned: Thinned) -> str:
    """Each simplification with its diff, then what they come to."""
    return "\n".join([*(line for each in thinned.pared.tried for line in _lines(each, thinned)), _summary(thinned)])


def _lines(tried: Tried, thinned: Thinned) -> Iterator[str]:
    said = f"refused  {tried.why}" if tried.why else ("green" if thinned.tested else "not tested")
    yield f"{tried.path}:{tried.line} {tried.unit}  {tried.what}  {-tried.points:+.1f} CP  {said}"
    if tried.kept:
        yield tried.diff.rstrip("\n")


def _summary(thinned: Thinned) -> str:
    kept, refused = thinned.pared.kept, len(thinned.pared.tried) - len(thinned.pared.kept)
    kinds = ", ".join(f"{count} x {what}" for what, count in Counter(each.what for each in kept).most_common())
    head = f"{len(kept)} simplifications, {-thinned.pared.points:+.1f} CP" + (f": {kinds}" if kinds else "")
    against = f"; {refused} refused by the tests" if thinned.tested else ""
    return f"{head}{against}{_next(thinned)}"


def _next(thinned: Thinned) -> str:
    """What became of them, or what to type."""
    if thinned.written:
        return f"\nwritten to your work tree; `pareback undo {thinned.run}` takes it back"
    return "\nnothing is written; --write tests each and writes those that stay green" if thinned.pared.kept else ""
