"""The survey: a whole tree as one value, what to change first and every table behind it; and its document.

Tables hold everything that costs points, dearest first; whoever shows them to people shows as many as fit.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from math import fsum
from pathlib import PurePosixPath
from typing import Any

from pareback.gates.facts import FileFacts
from pareback.gates.index.source import Source
from pareback.gates.points import DECIMALS, TABLE
from pareback.gates.survey.copies import copies
from pareback.gates.survey.holders import holders
from pareback.gates.survey.origin import Origin
from pareback.gates.survey.pressures import pressures
from pareback.gates.survey.ranked import ranked
from pareback.gates.survey.row import Row
from pareback.gates.survey.shares import Hotspot, Sized, hotspots, sizes, totals
from pareback.gates.survey.whole import Whole, whole
from pareback.gates.zones import zone

SCHEMA = "pareback/survey/1"
"""The form of the document: fields may be added to it, never renamed."""

HOTSPOTS = 50
"""Units that are listed; every unit carries some points."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A file of a priced language that cannot be read: where the reader stopped, and its words."""

    path: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Beside:
    """What is not priced: files by their ending for which there is no language, files by the zone that they lie in,
    and those that cannot be read."""

    unpriced: Mapping[str, int]
    zones: Mapping[str, int]
    unreadable: tuple[Unread, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """A tree. `lines` are those of the files that are priced, `points` what the whole costs, `signals` its parts.
    `origins` is the one ranked list; the other tables hold what each signal sees."""

    table: str
    files: int
    lines: int
    points: float
    signals: Mapping[str, float]
    origins: tuple[Origin, ...]
    hotspots: tuple[Hotspot, ...]
    conditions: tuple[Row, ...]
    types: tuple[Row, ...]
    nones: tuple[Row, ...]
    casts: tuple[Row, ...]
    clones: tuple[Row, ...]
    drift: tuple[Row, ...]
    conjunctions: tuple[Row, ...]
    state: tuple[Row, ...]
    sizes: tuple[Sized, ...]
    beside: Beside


def survey(tree: Mapping[str, str], source: Source) -> Survey:
    """The survey of a tree, a mapping of path to blob id. What is not known of its files yet is extracted."""
    priced = {path: blob for path, blob in sorted(tree.items()) if source.prices(path)}
    source.file({blob: path for path, blob in priced.items()})
    files = {path: source.facts(path, blob) for path, blob in priced.items()}
    return _of(whole(files), _beside(tree, files, source))


def _of(tree: Whole, beside: Beside) -> Survey:
    signals = totals(tree)
    return Survey(
        table=TABLE,
        files=len(tree.files),
        lines=sum(facts.lines for facts in tree.files.values()),
        points=round(fsum(signals.values()), DECIMALS),
        signals=signals,
        origins=ranked(tree),
        hotspots=hotspots(tree, HOTSPOTS),
        **pressures(tree),
        clones=copies(tree),
        state=holders(tree),
        sizes=sizes(tree),
        beside=beside,
    )


def _beside(tree: Mapping[str, str], files: Mapping[str, FileFacts], source: Source) -> Beside:
    places = [zone(path, generated=path in files and files[path].generated) for path in tree]
    others = (PurePosixPath(path) for path, where in zip(tree, places, strict=True) if where is None)
    endings = (path.suffix or path.name for path in others if source.languages(path.suffix) is None)
    unread = [(path, facts.problems[0]) for path, facts in files.items() if facts.problems]
    return Beside(
        unpriced=_counts(endings),
        zones=_counts(place for place in places if place is not None),
        unreadable=tuple(Unread(path, problem.line, problem.message) for path, problem in unread),
    )


def _counts(names: Iterable[str]) -> dict[str, int]:
    """How often each comes, the most frequent first."""
    return dict(sorted(Counter(names).items(), key=lambda found: (-found[1], found[0])))


def document(found: Survey) -> dict[str, Any]:
    """The survey as plain JSON values."""
    said = asdict(found)
    beside = said.pop("beside")
    return {"schema": SCHEMA, **said, **beside}
