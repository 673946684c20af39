"""Origins of what the signals over the tree charge: the place to change, who asks because of it, what goes with them.

Left out is what nobody would act on: things that no more units ask for than may do so for nothing; the ends of linked
structures, where None is the meaning; conditions on what no class of the tree declares; functions of one name in
classes that have nothing to do with each other. Clones make nobody decide, and have a table of their own.
"""

import re
from collections.abc import Iterator, Mapping

from pareback.gates.points import PLACES
from pareback.gates.reading.asked import about, asked
from pareback.gates.reading.owners import UNKNOWN, declared_at, owners
from pareback.gates.survey.freed import freed, shortened
from pareback.gates.survey.origin import Kind, Origin, Place
from pareback.gates.survey.pressures import pressures
from pareback.gates.survey.row import Row
from pareback.gates.survey.typed import lone
from pareback.gates.survey.whole import Whole
from pareback.gates.wide import Posting, View

_KINDS: Mapping[str, Kind] = {
    "conditions": "condition",
    "nones": "nil",
    "types": "type",
    "casts": "cast",
    "drift": "drift",
    "conjunctions": "conjunction",
}
_ANSWER, _OF = "()", "the type of "
_CAST = 2
"""Tokens of a cast: a call and the name of what is called, or a dot and a name."""
_LINKS = {"parent", "next", "prev", "previous", "left", "right"}
_LOCAL = re.compile(r"\$(\d+)")
"""A local in a canonical condition, numbered."""


def pressed(tree: Whole) -> Iterator[Origin]:
    """Every origin of pressure in the tree, in no particular order."""
    sites = {(signal, load.subject): load.sites[0] for signal in ("S6", "S8") for load in tree.loads[signal]}
    for table, rows in pressures(tree).items():
        for row in rows:
            if row.points > 0 and len(row.places) > PLACES:
                place = _place(_KINDS[table], row, sites, tree.view)
                if place is not None and _spreads(_KINDS[table], row):
                    yield _origin(_KINDS[table], row, place, tree)


def _origin(kind: Kind, row: Row, at: Place, tree: Whole) -> Origin:
    what = _LOCAL.sub(lambda found: chr(ord("a") + int(found[1]) - 1), row.what)
    return Origin(kind, what, at.path, at.line, len(row.places), _frees(kind, row, tree), row.do, row.places)


def _place(kind: Kind, row: Row, sites: Mapping[tuple[str, str], Posting], view: View) -> Place | None:
    """Where to change it; None where that is not in the tree."""
    if kind == "condition":
        return _declared(sites["S6", row.what], view)
    if kind == "type" and row.what.startswith(_OF):
        site = sites["S8", row.what]
        return lone(site, view) or _declared(site, view)
    return Place(row.path, row.line, row.unit)


def _spreads(kind: Kind, row: Row) -> bool:
    """Whether the None is made somewhere in the tree and somebody could take it away."""
    holder, _, name = row.what.rpartition(".")
    return kind != "nil" or (bool(row.made) and holder != UNKNOWN and name.strip("_") not in _LINKS)


def _frees(kind: Kind, row: Row, tree: Whole) -> float:
    """What the signal says that its way out saves; of a function that gives None, also the checks of its callers; of a
    cast, also its size."""
    if kind == "nil" and row.what.endswith(_ANSWER):
        return row.points + freed(row.places, tree)
    spared = shortened(row.places, _CAST, tree) if kind == "cast" else 0.0
    return max(row.points, row.saves or 0.0) + spared


def _declared(site: Posting, view: View) -> Place | None:
    """Where the attribute that is asked about is declared, if a class of the tree does so."""
    question = asked(site)
    name = about(question.name)
    family = owners(view, name).of(question.owner, site.path, question.bases) if question.owner else None
    found = declared_at(view, name, family) if family else None
    return Place(found.path, found.line, found.unit) if found else None
