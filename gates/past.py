"""What merged changes cost, and how much test came with a change: what a budget can be learned from.

Only signals that price single files count, so that a replay reads nothing but what changed; those over the tree make
up less than 3 % of what people add. Suppressions are left aside: a project that takes up typing silences dozens.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import fsum

from pareback.gates.facts import FileFacts, Unit
from pareback.gates.index.source import Source
from pareback.gates.scores import score
from pareback.gates.sides import gather
from pareback.gates.zones import zone

MOST_FILES = 40
"""Files from which on a change was made by a machine, or is too large to learn from."""
_ASIDE = "S18"


@dataclass(frozen=True, slots=True)
class Past:
    """One merged change, in points. Not `usable`: nothing in it is priced, it touches too many files, or one of them
    cannot be read."""

    points: float
    usable: bool


def past(base: Mapping[str, str], head: Mapping[str, str], source: Source) -> Past:
    """What a change cost: mappings of path to blob id, of whole trees or of what differs."""
    sides = gather(base, head, source)
    states = [changed.state for changed in sides.files if changed.state != "unpriced"]
    usable = 0 < len(states) <= MOST_FILES and set(states) == {"priced"}
    points = _points(sides.head.values()) - _points(sides.base.values())
    return Past(points, usable)


def test_lines(base: Mapping[str, str], head: Mapping[str, str], source: Source) -> int:
    """Lines of the test functions that are new or changed in head."""
    known = {unit.exact for path, blob in base.items() for unit in _tests(path, blob, source)}
    found = (unit for path, blob in head.items() for unit in _tests(path, blob, source))
    return sum(_lines(unit) for unit in found if unit.exact not in known)


def function_lines(facts: FileFacts, names: Collection[str]) -> int:
    """Lines of the functions of a file that bear one of these qualnames, decorators included."""
    return sum(_lines(unit) for unit in facts.units if unit.qualname in names)


def is_test(unit: Unit) -> bool:
    """Whether a unit of a test file is a test by its name."""
    return unit.kind == "function" and unit.qualname.rpartition(".")[2].startswith("test")


def _points(found: Iterable[FileFacts]) -> float:
    return fsum(
        charge.points
        for facts in found
        for signal, charges in score(facts).charges.items()
        if signal != _ASIDE
        for charge in charges
    )


def _tests(path: str, blob: str, source: Source) -> list[Unit]:
    """The test functions of a file in a test zone."""
    if zone(path) != "tests" or source.language(path) is None:
        return []
    return [unit for unit in source.facts(path, blob).units if is_test(unit)]


def _lines(unit: Unit) -> int:
    return unit.end - unit.line + 1
