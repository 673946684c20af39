"""Final minimisation: a patch's files without what it brought and what provably has no effect. Never anything else."""

from collections.abc import Collection, Iterator

from pareback.orchestrator.pare.offers import Offer
from pareback.orchestrator.pare.touched import brought, only_drops
from pareback.workspaces.codemods.effectless import Dropped, without_code, without_imports

MOST = 50
"""Things that are dropped from one file."""


def minimal(path: str, raw: bytes, before: bytes | None, spoken: Collection[str] = ()) -> Iterator[Offer]:
    """The file less everything that the patch put there for nothing, as one offer; none where there is no such thing.
    `before` are the bytes at the base, `spoken` names that the patch's other files use."""
    try:
        source = raw.decode()
    except UnicodeDecodeError:
        return
    made: list[Dropped] = []
    while len(made) < MOST and (found := _first(path, source, before, spoken)):
        made.append(found)
        source = found.source
    if made:
        what = ", ".join(dict.fromkeys(each.what for each in made))
        yield Offer(what, path, made[0].unit, made[0].line, source.encode(), 0.0, source)


def _first(path: str, source: str, before: bytes | None, spoken: Collection[str]) -> Dropped | None:
    """One thing that may go. What a package's own file imports is there for others."""
    lines, now = brought(before, source.encode()), source.encode()
    found = [] if path.endswith("__init__.py") else [*without_imports(source, lines, spoken)]
    found = found or [*without_code(source, lines)]
    return next((each for each in found if only_drops(lines, now, each.source.encode())), None)
