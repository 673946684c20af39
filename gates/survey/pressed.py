"""Origins of what the signals over the tree charge: the place to change in the signal's own words, and who asks for it.

Clones are left out: a copy makes nobody decide, and has a table of its own.
"""

from collections.abc import Iterator, Mapping

from pareback.gates.reading.origins import ANSWERS, MADE
from pareback.gates.scores import wide
from pareback.gates.survey.origin import Kind, Origin, Place
from pareback.gates.survey.whole import Whole
from pareback.gates.wide import Load, Posting, WideSignal

_MAKERS = {(MADE,), (ANSWERS,)}
"""How the detail of a place begins that makes a None and asks for nothing."""
_KINDS: Mapping[str, Kind] = {
    "S6": "condition",
    "S7": "nil",
    "S8": "type",
    "S9": "cast",
    "S10": "drift",
    "S11": "conjunction",
}


def pressed(tree: Whole) -> Iterator[Origin]:
    """Every origin of pressure in the tree, in no particular order."""
    for signal in wide():
        if signal.id in _KINDS:
            for load in tree.loads[signal.id]:
                yield from _origin(signal, load, tree)


def _origin(signal: WideSignal, load: Load, tree: Whole) -> Iterator[Origin]:
    told = signal.explain(load, None, tree.view)
    if told is not None and load.points > 0:
        places = tuple(dict.fromkeys(_place(site) for site in load.sites if site.detail[:1] not in _MAKERS))
        frees = max(load.points, told.saves or 0.0)
        yield Origin(_KINDS[signal.id], load.subject, told.at.path, told.at.line, len(places), frees, told.do, places)


def _place(site: Posting) -> Place:
    return Place(site.path, site.line, site.unit)
