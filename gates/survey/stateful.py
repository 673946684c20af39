"""Origins that are state or time: phases that many write and many decide on, names of a module that many change, and
clocks that are read in the midst of decisions.

A phase is an attribute that is only ever given flags, texts or members of an Enum. Positions, counters and buffers are
what an algorithm works on: nobody takes these away.
"""

import builtins
from collections.abc import Iterator
from math import fsum

from pareback.gates.points import PLACES
from pareback.gates.signal import Charge
from pareback.gates.survey.holders import holders
from pareback.gates.survey.origin import Origin, Place
from pareback.gates.survey.row import Row
from pareback.gates.survey.whole import Whole

_CLOCKS = ("time.", "datetime.", "date.", "dt.")
_STATE = "S3"


def stateful(tree: Whole) -> Iterator[Origin]:
    """State that more than two units write, in no particular order."""
    for row in holders(tree):
        if _units(row.made) > PLACES:
            holder, _, name = row.what.rpartition(".")
            if not holder and not _borrowed(row, tree):
                do = f"make one object that holds {name} and hand it in; drop what changes it from outside"
                yield _origin(row, do, row.made)
            elif holder and _units(row.places) > PLACES and _is_phase(row, holder, name, tree):
                do = (
                    f"name the phases of {holder} in one Enum, then give each a type; what asks for `{name}` goes there"
                )
                yield _origin(row, do, row.places)


def _origin(row: Row, do: str, places: tuple[Place, ...]) -> Origin:
    return Origin("state", row.what, row.path, row.line, len(places), row.points, do, places)


def _units(places: tuple[Place, ...]) -> int:
    return len({(place.path, place.unit) for place in places})


def _borrowed(row: Row, tree: Whole) -> bool:
    """Whether the name is of another module, which may be one, or of the language: calling what it holds changes
    nothing that is known of."""
    taken = (one for found in tree.files[row.path].imports for one in (*found.names, found.module.rpartition(".")[2]))
    return row.what in {*taken, *dir(builtins)}


def _is_phase(row: Row, holder: str, name: str, tree: Whole) -> bool:
    units = (unit for unit in tree.files[row.path].units if holder in (unit.owner, unit.qualname))
    sorts = {given.sort for unit in units for given in unit.given if (given.owner, given.name) == ("", name)}
    return bool(sorts) and all(sort in {"bool", "literal"} or sort.endswith(".") for sort in sorts)


def timed(tree: Whole) -> Iterator[Origin]:
    """Clocks that more than two units of one file read while they decide."""
    for path, scores in tree.scores.items():
        read: dict[str, list[Charge]] = {}
        for charge in scores.charges[_STATE]:
            if charge.kind == "volatile" and charge.subject.startswith(_CLOCKS):
                read.setdefault(charge.subject, []).append(charge)
        for subject, charges in read.items():
            units = {charge.unit for charge in charges}
            if len(units) > PLACES:
                yield _clock(path, subject, charges)


def _clock(path: str, subject: str, charges: list[Charge]) -> Origin:
    places = tuple(Place(path, charge.line, charge.unit) for charge in charges)
    do = f"take the time as a parameter, `now`, wherever this file decides on it; read {subject} in one function"
    points = fsum(charge.points for charge in charges)
    return Origin("time", f"{subject} in {path}", path, charges[0].line, len(charges), points, do, places)
