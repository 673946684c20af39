"""Origins of what the signals over the tree charge: the place to change, who asks because of it, what goes with them.

Left out is what nobody would act on: things that no more units ask for than may do so for nothing, every None that is
no accident (`nothing`), conditions on what no class of the tree declares, slips of what is listed as a whole. Clones
make nobody decide, and have a table of their own.
"""

import re
from collections.abc import Iterator, Mapping

from pareback.gates.points import PLACES
from pareback.gates.reading.asked import about, asked
from pareback.gates.reading.owners import declared_at, owners
from pareback.gates.survey.freed import freed, shortened
from pareback.gates.survey.nothing import avoidable
from pareback.gates.survey.origin import Kind, Origin, Place
from pareback.gates.survey.pressures import TABLES, pressures
from pareback.gates.survey.row import Row
from pareback.gates.survey.typed import lone
from pareback.gates.survey.whole import Whole
from pareback.gates.wide import Load, Posting, View

_KINDS: Mapping[str, Kind] = {
    "conditions": "condition",
    "nones": "nil",
    "types": "type",
    "casts": "cast",
    "drift": "drift",
    "conjunctions": "conjunction",
}
_ANSWER, _OF, _AND = "()", "the type of ", " + "
_MANY = 3
"""Fields beside the first that are named; more of them are a value of their own."""
_CAST = 2
"""Tokens of a cast: a call and the name of what is called, or a dot and a name."""
_LOCAL = re.compile(r"\$(\d+)")
"""A local in a canonical condition, numbered."""


def pressed(tree: Whole) -> Iterator[Origin]:
    """Every origin of pressure in the tree, in no particular order."""
    loads = {(signal, load.subject): load for signal, found in tree.loads.items() for load in found}
    for table, rows in pressures(tree).items():
        for row in rows:
            load = loads[TABLES[table], row.what]
            if row.points > 0 and len(row.places) > PLACES and not row.missed:
                place = _place(_KINDS[table], row, load, tree.view)
                if place is not None and (table != "nones" or avoidable(load, tree.view)):
                    yield _origin(_KINDS[table], row, place, tree)


def _origin(kind: Kind, row: Row, at: Place, tree: Whole) -> Origin:
    do = row.do
    what = _LOCAL.sub(lambda found: chr(ord("a") + int(found[1]) - 1), row.what)
    if kind == "drift":
        first, *others = (field.rpartition(":")[2] for field in row.what.split(_AND))
        what = _AND.join([first, *others]) if len(others) < _MANY else f"{first} and {len(others)} more"
        do = (
            do
            if len(others) < _MANY
            else f"keep these {len(others) + 1} in one value, made and changed in one function"
        )
    return Origin(kind, what, at.path, at.line, len(row.places), _frees(kind, row, tree), do, row.places)


def _place(kind: Kind, row: Row, load: Load, view: View) -> Place | None:
    """Where to change it; None where that is not in the tree."""
    if kind == "condition":
        return _declared(load.sites[0], view)
    if kind == "type" and row.what.startswith(_OF):
        return lone(load.sites[0], view) or _declared(load.sites[0], view)
    return Place(row.path, row.line, row.unit)


def _frees(kind: Kind, row: Row, tree: Whole) -> float:
    """What the signal says that its way out saves; of a function that gives None, also the checks of its callers; of a
    cast, also its size."""
    if kind == "nil" and row.what.endswith(_ANSWER):
        return row.points + freed(row.places, tree)
    spared = shortened(row.places, _CAST, tree) if kind == "cast" else 0.0
    return max(row.points, row.saves or 0.0) + spared


def _declared(site: Posting, view: View) -> Place | None:
    """Where the attribute that is asked about is declared, if a class of the tree does so. What such an attribute holds
    under a key is another thing in every class."""
    question = asked(site)
    if "[" in question.name:
        return None
    name = about(question.name)
    family = owners(view, name).of(question.owner, site.path, question.bases) if question.owner else None
    found = declared_at(view, name, family) if family else None
    return Place(found.path, found.line, found.unit) if found else None
