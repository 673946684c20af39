"""S8, type pressure: the same types told apart, or one attribute's type asked for, in function after function.

A function that tells types of the tree apart does what a method of each could do; one that asks whether there is an
attribute of theirs does it too. Where the type of one attribute is asked for again and again, it can be made one type
where it is set. A single test for one type of a tree is left out: of 27 that were read, 15 were worth a change.
"""

import builtins
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from math import fsum

from pareback.gates.facts import Atom, FileFacts, Unit
from pareback.gates.points import CONJOINED, FEW_TYPES, INTERFACE, PLACES, TYPE_TEST
from pareback.gates.reading.asked import (
    about,
    ancestors,
    asked,
    by_owner,
    compares,
    filed,
    listed,
    newest,
    one_each,
    touched,
    units,
)
from pareback.gates.reading.conjuncts import closed, covered, recurring
from pareback.gates.reading.owners import kin, owners, short
from pareback.gates.reading.phrases import thing
from pareback.gates.reading.relief import relief
from pareback.gates.signal import Example
from pareback.gates.wide import Entry, Load, Posting, Told, View, WideSignal

_APART, _HAS, _TYPED = "apart:", "has:", "typed:"
"""Prefixes of keys: of functions by each type they tell apart, of `hasattr` and of other tests by attribute."""
_CLASS, _TELLS, _ASKS = "class", "tells", "asks"
"""What is posted under a type: that it is declared, that a unit tells it from others, that an attribute may be one."""
_DUCK = "hasattr:"
_OPAQUE = "…"
"""The owner of what cannot be named: two of them are not the same."""
_BUILT_IN = frozenset(dir(builtins))
_OF = "the type of "

_SHAPES = "class Circle:\n    r = 1\n\nclass Square:\n    s = 1\n\n"
_SWITCH = """
def {0}(shape):
    if isinstance(shape, Circle):
        return {0}_circle(shape)
    if isinstance(shape, Square):
        return {0}_square(shape)
"""
_DRAWN = _SHAPES + "".join(map(_SWITCH.format, ("area", "name", "draw")))
_METHODS = "".join(f"    def {name}(self):\n        return {name}_it(self)\n" for name in ("area", "name", "draw"))
_SPOKEN = _SHAPES.replace("1\n", "1\n" + _METHODS)
_EQUAL = """
class C{0}:
    def __eq__(self, other):
        return isinstance(other, Circle) and other.r == 1 or isinstance(other, Square)
"""
_CELL = "class Cell:\n    def __init__(self, value):\n        self.value = value\n"
_TEXT = "    def {0}(self):\n        if isinstance(self.value, str):\n            {0}(self)\n"
_TEXTS = _CELL + "".join(map(_TEXT.format, ("show", "send", "pack")))
_DUCKS = "".join(map("def {0}(bird):\n    if hasattr(bird, 'value'):\n        {0}_it(bird)\n".format, "abc"))
_PLAIN = "".join(map("def {0}(value):\n    if isinstance(value, str):\n        {0}_it(value)\n".format, "abc"))


@dataclass(frozen=True, slots=True)
class _Types:
    id = "S8"
    name = "type pressure"
    reads_code = False
    advice = "let each type do its part in a method of one name, or make a value one type where it enters"
    examples = (
        Example(_SHAPES, _DRAWN, TYPE_TEST),
        Example(_DRAWN, _SPOKEN, -TYPE_TEST),
        Example(_DRAWN, _DRAWN + _SWITCH.format("scale"), TYPE_TEST),
        Example(_DRAWN, {"shapes.py": _DRAWN, "print.py": _SWITCH.format("show")}, TYPE_TEST),
        Example(_DRAWN, _DRAWN.replace("isinstance(shape, Circle)", "type(shape) is Circle"), 0.0),
        Example(_DRAWN, _DRAWN.removeprefix(_SHAPES), -TYPE_TEST),
        Example(_SHAPES, _SHAPES + "".join(map(_EQUAL.format, range(4))), 0.0),
        Example(_CELL, _TEXTS, TYPE_TEST),
        Example(_CELL, _CELL + _TEXT.format("show") + _TEXT.format("send"), 0.0),
        Example(_CELL, _CELL + _DUCKS, TYPE_TEST),
        Example("", _DUCKS, 0.0),
        Example(_CELL, _CELL + _PLAIN, 0.0),
    )

    def entries(self, facts: FileFacts, /) -> Iterator[Entry]:
        above = ancestors(facts)
        for entry in filed(facts, _single, lambda atom: [_TYPED + about(atom.name)]):
            yield entry
            names = entry.detail[3].split(" | ")
            yield from (Entry(_APART + name, entry.unit, entry.line, (_ASKS, entry.key)) for name in names)
        for unit in facts.units:
            if unit.kind == "class":
                name = short(unit.qualname)
                yield Entry(_APART + name, unit.qualname, unit.line, (_CLASS, name, *above[name]))
            for line, types in _apart(unit):
                yield from (Entry(_APART + name, unit.qualname, line, (_TELLS, *types)) for name in types)
            yield from (Entry(_HAS + name, unit.qualname, line, (name,)) for name, line in _ducks(unit).items())

    def loads(self, keys: Collection[str], view: View, /) -> list[Load]:
        types = sorted(key.removeprefix(_APART) for key in keys if key.startswith(_APART))
        asked_there = [posting.detail[1] for name in types for posting in _of_type(name, _ASKS, view)]
        found = [load for name in touched([*keys, *asked_there], _TYPED) for load in _by_attribute(name, view)]
        found += [load for name in touched(keys, _HAS) for load in _by_having(name, view)]
        apart = {load.subject: load for name in types for load in _by_types(name, view)}
        return sorted([*found, *apart.values()], key=lambda load: load.subject)

    def explain(self, load: Load, before: Load | None, view: View, /) -> Told:
        at, others = newest(load, before)
        message = f"{len(load.sites)} functions ask for {load.subject}: this one, {listed(others)}"
        if load.subject.startswith(_OF):
            do = f"make `{asked(at).name}` one type where it is set, and delete the tests"
            return Told(at, message, do, load.points + _freed(load, view), others)
        if load.subject.startswith(_DUCK):
            do = f"give every type that comes here a `{at.detail[0]}`, empty where it has none, and delete the tests"
            return Told(at, message, do, load.points + _freed(load, view), others)
        types = load.subject.split(_OR)
        saves = load.points + _freed(load, view) - INTERFACE["function"] * len(types) * len(load.sites)
        do = (
            f"give {' and '.join(types)} a method each in place of every such function, here "
            f"`def {short(at.unit)}(self)` with the part that is theirs; call it without asking"
        )
        return Told(at, message, do, saves if saves > 0 else None, others)


_OR = " or "


def _tests(unit: Unit) -> Iterator[Atom]:
    """Tests for types, but for those that a type checker needs and those of a method behind an operator."""
    asking = () if compares(unit) else unit.atoms
    return (atom for atom in asking if atom.kind == "type" and atom.place != "assert" and atom.owner != _OPAQUE)


def _types(unit: Unit, atom: Atom) -> list[str]:
    """The types that the unit tells apart where the atom asks, but for built-in ones."""
    same = [other.operand for other in _tests(unit) if (other.owner, other.name) == (atom.owner, atom.name)]
    names = {name for operand in same for name in operand.split(" | ") if ":" not in name and name.isidentifier()}
    return sorted(names - _BUILT_IN)[:CONJOINED]


def _single(unit: Unit, atom: Atom) -> bool:
    """Whether the test asks for the type of one attribute, without telling types apart."""
    if atom.kind != "type" or compares(unit) or atom.operand.startswith(_DUCK):
        return False
    return len(_types(unit, atom)) <= 1


def _apart(unit: Unit) -> set[tuple[int, tuple[str, ...]]]:
    """The types told apart by a unit, of one thing each, with the line that begins."""
    things: dict[tuple[str, str], tuple[int, tuple[str, ...]]] = {}
    for atom in _tests(unit):
        types = _types(unit, atom)
        if len(types) > 1:
            things.setdefault((atom.owner, atom.name), (atom.line, tuple(types)))
    return set(things.values())


def _ducks(unit: Unit) -> dict[str, int]:
    """The attributes that a unit asks whether there are, with the first line that does; protocols are no types."""
    asks = [(atom.operand.removeprefix(_DUCK), atom.line) for atom in _tests(unit) if atom.operand.startswith(_DUCK)]
    return {name: line for name, line in reversed(asks) if not name.startswith("__")}


def _by_types(name: str, view: View) -> Iterator[Load]:
    """Sets of types of the tree, this one among them, that more units tell apart than may for nothing."""
    told = [_declared(posting, view) for posting in _of_type(name, _TELLS, view)]
    for other in sorted(_others(name, view) - {name}):
        pair = tuple(sorted((name, other)))
        found = recurring([posting for posting in told if {*pair} <= {*posting.detail}], pair)
        for types, here in found.items():
            few = all(len(_others(type_, view)) <= FEW_TYPES for type_ in types)
            if few and len(here.sites) > PLACES and closed(found, types):
                free = max(PLACES, len(covered(found, types, least=PLACES + 1)))
                points = TYPE_TEST * (len(here.sites) - free)
                if points > 0:
                    yield Load(_OR.join(types), points, tuple(sorted(here.sites.values())))


def _others(name: str, view: View) -> set[str]:
    """The types that anything tells this one apart from, and itself."""
    return {other for posting in _of_type(name, _TELLS, view) for other in posting.detail[1:]}


def _declared(posting: Posting, view: View) -> Posting:
    """The posting with those of its types that the tree declares."""
    return replace(posting, detail=tuple(name for name in posting.detail[1:] if _of_type(name, _CLASS, view)))


def _of_type(name: str, sort: str, view: View) -> list[Posting]:
    return [posting for posting in view.postings(_APART + name) if posting.detail[0] == sort]


def _by_having(name: str, view: View) -> Iterator[Load]:
    """Units that ask whether there is an attribute which one family of the tree declares."""
    sites = view.postings(_HAS + name)
    if len(sites) > PLACES and len(set(owners(view, name).family.values())) == 1:
        yield Load(f"{_DUCK}{name}", TYPE_TEST * (len(sites) - PLACES), one_each(sites))


def _by_attribute(name: str, view: View) -> Iterator[Load]:
    """Units that ask for the type of an attribute which the tree declares."""
    postings = view.postings(_TYPED + name)
    if len(postings) <= PLACES or not owners(view, name).family:
        return
    groups: dict[str, dict[str, list[Posting]]] = {}
    for posting, owner in by_owner(postings, view, name).items():
        found = asked(posting)
        if owner and found.name == name:
            groups.setdefault(thing(owner, name), {}).setdefault(found.operand, []).append(posting)
    few = ((text, sets) for text, sets in groups.items() if len(sets) <= FEW_TYPES)
    for text, tested, sites in ((text, tested, sites) for text, sets in few for tested, sites in sets.items()):
        points = TYPE_TEST * (units(sites) - PLACES)
        if points > 0 and not _related(name, tested, view):
            yield Load(f"{_OF}`{text}`, is it {tested}", points, one_each(sites))


def _related(name: str, tested: str, view: View) -> bool:
    """Whether a class that declares the attribute and a tested type have a base in common: things that hold things of
    their own kind, as the nodes of a tree do, may ask which."""
    classes = [posting for type_ in tested.split(" | ") for posting in _of_type(type_, _CLASS, view)]
    return any(not kin(view, name).isdisjoint(posting.detail[1:]) for posting in classes)


def _freed(load: Load, view: View) -> float:
    """What the conditions cost that are gone without the tests."""
    places = {(site.path, site.unit): site.line for site in load.sites}
    return fsum(
        relief(unit, {places[path, unit.qualname]})
        for path in sorted({site.path for site in load.sites})
        for unit in view.facts(path).units
        if (path, unit.qualname) in places
    )


def build() -> WideSignal:
    return _Types()
