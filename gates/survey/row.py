"""The noun of the survey's tables: one thing of the tree that costs points, where it comes from and who pays for it."""

from collections.abc import Iterable
from dataclasses import dataclass

from pareback.gates.survey.origin import Place
from pareback.gates.wide import Posting


@dataclass(frozen=True, slots=True)
class Choice:
    """A hole between two copies, as the parameter that it would be: its name, and what stands in either place."""

    name: str
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Row:
    """One thing. `path`, `line` and `unit` are the place to change first, `points` what the thing costs the tree,
    `saves` what `do` would free, None where that was not computed.

    `made` are the places it comes from: where a None is made, a state written, a value declared. `places` are those
    that pay: checks, casts, copies, writers of both. `missed` are places that leave out what the others have."""

    what: str
    path: str
    line: int
    unit: str
    points: float
    saves: float | None
    message: str
    do: str
    places: tuple[Place, ...] = ()
    made: tuple[Place, ...] = ()
    missed: tuple[Place, ...] = ()
    parameters: tuple[Choice, ...] = ()


def places(sites: Iterable[Posting]) -> tuple[Place, ...]:
    """Postings as places, each once, in their order."""
    return tuple(dict.fromkeys(Place(site.path, site.line, site.unit) for site in sites))


def dearest(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The rows, those that cost most first; equals in order of place."""
    return tuple(sorted(rows, key=lambda row: (-row.points, -len(row.places), row.path, row.line, row.what)))
