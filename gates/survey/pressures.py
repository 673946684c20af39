"""The tables of pressure: conditions, types, Nones, casts, drift and repeated conjunctions, each thing told by its
signal, with the places that cause it apart from those that pay for it."""

from collections.abc import Iterator
from dataclasses import replace

from pareback.gates.points import DECIMALS
from pareback.gates.reading.conjuncts import spelled
from pareback.gates.reading.origins import ANSWERS, MADE
from pareback.gates.scores import wide
from pareback.gates.survey.origin import Place
from pareback.gates.survey.row import Row, dearest, places
from pareback.gates.survey.whole import Whole
from pareback.gates.wide import Load, Told

TABLES = {"conditions": "S6", "nones": "S7", "types": "S8", "casts": "S9", "drift": "S10", "conjunctions": "S11"}
"""The signal behind each table of the survey's document."""

_MAKES = (MADE, ANSWERS)
_WITHOUT, _FORGETS = " without ", " in "
"""Between a conjunction and the part of it that some places leave out; between two things and who writes only one."""


def pressures(tree: Whole) -> dict[str, tuple[Row, ...]]:
    """Every table of pressure by its name, dearest things first."""
    return {name: dearest(_rows(signal, tree)) for name, signal in TABLES.items()}


def _rows(name: str, tree: Whole) -> Iterator[Row]:
    signal = next(signal for signal in wide() if signal.id == name)
    for load in tree.loads[name]:
        told = signal.explain(load, None, tree.view)
        if told is not None:
            yield _placed(_row(load, told), name, load)


def _row(load: Load, told: Told) -> Row:
    return Row(
        what=load.subject,
        path=told.at.path,
        line=told.at.line,
        unit=told.at.unit,
        points=round(load.points, DECIMALS),
        saves=None if told.saves is None else round(told.saves, DECIMALS),
        message=told.message,
        do=told.do,
    )


def _placed(row: Row, signal: str, load: Load) -> Row:
    """The row with its places: a None says by itself where it is made, who forgets something says so in its subject,
    and what is to be changed where nothing is asked is where the thing is declared."""
    name, slips, _ = row.what.partition(_WITHOUT)
    if signal == "S7":
        made = [site for site in load.sites if site.detail[0] in _MAKES]
        return replace(row, made=places(made), places=places(site for site in load.sites if site not in made))
    if signal == "S10" and _FORGETS in row.what:
        return replace(row, missed=places(load.sites[:1]), places=places(load.sites[1:]))
    if signal == "S11" and slips:
        full = [site for site in load.sites if spelled(site, name)]
        return replace(row, missed=places(site for site in load.sites if site not in full), places=places(full))
    found, home = places(load.sites), Place(row.path, row.line, row.unit)
    return replace(row, places=found, made=() if home in found else (home,))
