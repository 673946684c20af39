"""Which functions and classes a ticket is about: those that tracebacks, the ticket, the failing tests and likeness
point at, and what these use or are used by. Read from the facts that the gate keeps; nothing is parsed here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pareback.adapters.model import Failure
from pareback.gates.facts import FileFacts, Unit
from pareback.orchestrator.shown.clues import Clues
from pareback.orchestrator.shown.likeness import likeness
from pareback.orchestrator.shown.names import mentions, module_name, short
from pareback.orchestrator.shown.shelf import Shelf

FRAME = 3.0
"""For the innermost step of a traceback; half of it for the step around it, and so on."""
TOLD, SAID = 3.0, 1.0
"""For a name that the ticket has; less where it is a word of the language that need not be meant as a name."""
USED = 2.0
"""For a name that a failing test uses."""
ALIKE = 2.0
"""For what is most like the ticket; what is less like it, or further away, gets less."""
DOWN, UP = 0.5, 0.3
"""What of a suspicion passes to what the suspect uses, and to what uses it. Divided by how many share the name."""
STEPS = 2
"""How far suspicion passes on."""
COMMON = 6
"""Definitions of one name beyond which it says nothing about where to look."""
METHODS = 3.0
"""Suspicion of a class passes to so many of its methods, or a part of it to each of more; to special ones always,
for nobody calls those by name."""

Place = tuple[str, str]
"""A path and the qualified name of a unit in it."""

Edge = tuple[Place, Place, float]
"""Who uses whom, and how surely, up to 1."""


def suspects(shelf: Shelf, paths: Mapping[str, float], clues: Clues) -> dict[Place, float]:
    """Units with how much points at them, most first. `paths` says how near each file is, up to 1; of equal units the
    one of the earlier path comes first."""
    files = {path: facts for path in paths if (facts := shelf.facts(path)) is not None}
    units = {(path, unit.qualname): unit for path, facts in files.items() for unit in facts.units}
    named = _by_name(units)
    alike = likeness(clues.query, _texts(shelf, units))
    framed = _framed(files, clues.failures)
    scores = {place: framed.get(place, 0.0) + ALIKE * paths[place[0]] * alike[place] for place in units}
    for name, places in named.items():
        for place in places:
            scores[place] += _pointed(name, clues) / len(places)
    edges = list(_edges(units, named))
    for _ in range(STEPS):
        scores = _spread(scores, edges)
    return dict(sorted(scores.items(), key=lambda item: -item[1]))


def _by_name(units: Mapping[Place, Unit]) -> dict[str, list[Place]]:
    """Units by what others call them: a module by the name that imports have."""
    named = defaultdict(list)
    for place, unit in units.items():
        named[module_name(place[0]) if unit.kind == "module" else short(unit)].append(place)
    return named


def _pointed(name: str, clues: Clues) -> float:
    """What the ticket and the tests say by having a name."""
    told = TOLD if name in clues.names else SAID if name in clues.words else 0.0
    return told + USED * (name in clues.used)


def _texts(shelf: Shelf, units: Mapping[Place, Unit]) -> dict[Place, str]:
    """The source of each unit, after its path and name; of a module or class what its functions leave of it."""
    texts = {}
    for (path, qualname), unit in units.items():
        lines = (shelf.text(path) or "").split("\n")
        own = lines[unit.line - 1 : unit.end] if unit.kind == "function" else [lines[each - 1] for each in unit.lines]
        texts[path, qualname] = "\n".join([path, qualname, *own])
    return texts


def _framed(files: Mapping[str, FileFacts], failures: Iterable[Failure]) -> dict[Place, float]:
    """What tracebacks say; the strongest word counts, for all tests may go through one door."""
    found: dict[Place, float] = {}
    for failure in failures:
        weight = FRAME
        for frame in reversed(failure.frames):
            for place in _around(files, frame.path, frame.line):
                found[place] = max(found.get(place, 0.0), weight)
                weight /= 2
    return found


def _around(files: Mapping[str, FileFacts], path: str, line: int) -> Iterator[Place]:
    """The function around a line."""
    units = files[path].units if path in files else ()
    return ((path, unit.qualname) for unit in units if unit.kind == "function" and unit.line <= line <= unit.end)


def _edges(units: Mapping[Place, Unit], named: Mapping[str, Sequence[Place]]) -> Iterator[Edge]:
    """Who uses whom: by name, and a class its methods."""
    methods = Counter((path, unit.owner) for (path, _), unit in units.items())
    for place, unit in units.items():
        owner = (place[0], unit.owner)
        if owner in units:
            yield owner, place, 1.0 if _is_special(short(unit)) else min(0.5, METHODS / methods[owner])
        for name in sorted(mentions(unit)):
            others = named.get(name, ())
            if len(others) <= COMMON:
                yield from ((place, other, 1 / len(others)) for other in others if other != place)


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _spread(scores: Mapping[Place, float], edges: Iterable[Edge]) -> dict[Place, float]:
    found = dict(scores)
    for user, used, sure in edges:
        found[used] = max(found[used], scores[user] * DOWN * sure)
        found[user] = max(found[user], scores[used] * UP * sure)
    return found
