"""S8, type pressure: the same types told apart, or one attribute's type asked for, in function after function.

Counted are tests for types and attributes that classes of the tree declare: there a method can take the place of the
test. Tests for other types count where they ask the same attribute again and again: there it can be made one type where
it is set. Of the two ways to see one test the larger is charged. Comparison methods and handlers ask for good reason.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import fsum

from pareback.gates.asked import about, asked, by_owner, compares, filed, listed, newest, one_each, touched, units
from pareback.gates.facts import Atom, FileFacts, Unit
from pareback.gates.owners import attribute, owners, short
from pareback.gates.phrases import phrase, thing
from pareback.gates.points import INTERFACE, PLACES, TYPE_TEST
from pareback.gates.relief import relief
from pareback.gates.signal import Example
from pareback.gates.wide import Entry, Load, Posting, Told, View, WideSignal

_TESTED, _ASKED = "tested:", "typed:"
"""Prefixes of keys: of tests by each type that they name, and by the attribute that they ask."""
_CLASS = "class"
_HAS = "hasattr:"
_SHAPES = "class Circle:\n    r = 1\n\nclass Square:\n    s = 1\n\n"
_SWITCH = """
def {0}(shape):
    if isinstance(shape, Circle):
        return {0}_circle(shape)
    if isinstance(shape, Square):
        return {0}_square(shape)
"""
_DRAWN = _SHAPES + "".join(map(_SWITCH.format, ("area", "name", "draw")))
_METHODS = "".join(f"    def {name}(self):\n        return {name}_{{0}}(self)\n" for name in ("area", "name", "draw"))
_SPOKEN = (_SHAPES + "class Last:\n    pass\n").replace("1\n", "1\n" + _METHODS.format("it"))
_EQUAL = "class C{0}:\n    def __eq__(self, other):\n        return isinstance(other, Circle) and other.r == self.r\n"
_CELL = "class Cell:\n    def __init__(self, value):\n        self.value = value\n"
_TEXT = "    def {0}(self):\n        if isinstance(self.value, str):\n            {0}(self)\n"
_TEXTS = _CELL + "".join(map(_TEXT.format, ("show", "send", "pack")))


@dataclass(frozen=True, slots=True)
class _Types:
    id = "S8"
    name = "type pressure"
    reads_code = False
    advice = "let each type do its part in a method of one name, or make a value one type where it enters"
    examples = (
        Example(_SHAPES, _DRAWN, 2 * TYPE_TEST),
        Example(_DRAWN, _SPOKEN, -2 * TYPE_TEST),
        Example(_DRAWN, _DRAWN + _SWITCH.format("scale"), 2 * TYPE_TEST),
        Example(_DRAWN, {"shapes.py": _DRAWN, "print.py": _SWITCH.format("show")}, 2 * TYPE_TEST),
        Example(_DRAWN, _DRAWN.replace("isinstance(shape, Circle)", "type(shape) is Circle"), 0.0),
        Example(_DRAWN, _DRAWN.removeprefix(_SHAPES), -2 * TYPE_TEST),
        Example(_SHAPES, _SHAPES + "".join(map(_EQUAL.format, range(4))), 0.0),
        Example(_CELL, _TEXTS, TYPE_TEST),
        Example(_CELL, _CELL + _TEXT.format("show") + _TEXT.format("send"), 0.0),
        Example(_TEXTS, _TEXTS.replace("self.value, str", "self.value, Circle") + _SHAPES, 0.0),
        Example("", "def {0}(value):\n    if isinstance(value, str):\n        {0}_it(value)\n".format("f") * 5, 0.0),
    )

    def entries(self, facts: FileFacts, /) -> Iterator[Entry]:
        yield from filed(facts, _counts, lambda atom: [_ASKED + about(atom.name)])
        yield from filed(facts, _counts, _types, local=True)
        for unit in facts.units:
            if unit.kind == "class":
                yield Entry(_TESTED + short(unit.qualname), unit.qualname, unit.line, (_CLASS,))

    def loads(self, keys: Collection[str], view: View, /) -> list[Load]:
        types = {key.removeprefix(_TESTED) for key in keys if key.startswith(_TESTED)}
        types |= {_HAS + name for name in map(attribute, keys) if name}
        tests = [posting for name in types for posting in _tests(name, view)]
        names = {*touched(keys, _ASKED), *(about(asked(test).name) for test in tests)}
        found = [load for tested in {asked(test).operand for test in tests} for load in _by_types(tested, view)]
        found += [load for name in names - {""} for load in _by_attribute(name, view)]
        return sorted(found, key=lambda load: load.subject)

    def explain(self, load: Load, before: Load | None, view: View, /) -> Told:
        at, others = newest(load, before)
        found = asked(at)
        message = f"{len(load.sites)} functions ask for {load.subject}: this one, {listed(others)}"
        if load.subject.startswith(_TYPE_OF):
            do = f"make `{found.name}` one type where it is set, and delete the tests"
            return Told(at, message, do, load.points + _freed(load, view), others)
        return Told(at, message, *_method(found.operand, load, view), others)


def _counts(unit: Unit, atom: Atom) -> bool:
    return atom.kind == "type" and not compares(unit)


def _types(atom: Atom) -> list[str]:
    return [_TESTED + name for name in atom.operand.split(" | ")]


def _tests(name: str, view: View) -> list[Posting]:
    """The tests that name a type."""
    return [posting for posting in view.postings(_TESTED + name) if posting.detail[0] != _CLASS]


def _by_types(tested: str, view: View) -> Iterator[Load]:
    sites = _sites(tested, view)
    points = _charge(sites)
    if points:
        yield Load(f"`{phrase('type', '_', tested)}`", points, one_each(sites))


def _sites(tested: str, view: View) -> list[Posting]:
    """The tests for exactly these types, if the tree declares them all."""
    names = tested.split(" | ")
    if not all(_declared(name, view) for name in names):
        return []
    return [posting for posting in _tests(names[0], view) if asked(posting).operand == tested]


def _declared(name: str, view: View) -> bool:
    if name.startswith(_HAS):
        return len(set(owners(view, name.removeprefix(_HAS)).family.values())) == 1
    return any(posting.detail[0] == _CLASS for posting in view.postings(_TESTED + name))


def _charge(sites: Sequence[Posting]) -> float:
    return TYPE_TEST * max(0.0, units(sites) - PLACES)


_TYPE_OF = "the type of "


def _by_attribute(name: str, view: View) -> Iterator[Load]:
    """Tests of one attribute's type, so far as they are more than any of them is charged for by its types."""
    groups: dict[str, list[Posting]] = {}
    declared = bool(owners(view, name).family)
    for posting, owner in by_owner(view.postings(_ASKED + name), view, name).items():
        if declared and owner:
            groups.setdefault(thing(owner, asked(posting).name), []).append(posting)
    for text, sites in groups.items():
        charged = [_charge(_sites(tested, view)) for tested in {asked(site).operand for site in sites}]
        points = _charge(sites) - max(charged)
        if points > 0:
            yield Load(f"{_TYPE_OF}`{text}`", points, one_each(sites))


def _method(tested: str, load: Load, view: View) -> tuple[str, float | None]:
    """The refactoring, and what it saves: the pressure and the conditions that go, less a method per type."""
    names = tested.split(" | ")
    if tested.startswith(_HAS):
        return f"declare `{tested.removeprefix(_HAS)}` on every type that comes here, and delete the tests", None
    where = " and ".join(names)
    do = f"give {where} and the types beside it a method that does what the branch does; call it without asking"
    saves = load.points + _freed(load, view) - INTERFACE["function"] * len(names) * len(load.sites)
    return do, saves if saves > 0 else None


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
