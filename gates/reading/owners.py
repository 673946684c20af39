"""Which class an attribute belongs to: the one thing about names that only the whole tree can say.

Every class files the attributes that it declares under a key per attribute name. Classes that declare the same name and
inherit from one another are one family. An attribute of an unknown object belongs to the only family there is; where
there are several it belongs to none, and nothing may be charged for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pareback.gates.facts import FileFacts, Unit
from pareback.gates.wide import Entry, Posting, View

UNKNOWN = "*"
"""The owner of an attribute of an object of no known class."""

_KEY = "attribute:"

Place = tuple[str, str]
"""A class: its path and its qualname."""


def declarations(facts: FileFacts) -> Iterator[Entry]:
    """The attributes that the classes of a file declare, methods among them, each with the names of the bases."""
    bases = {unit.qualname: unit.bases for unit in facts.units if unit.kind == "class"}
    seen = set[tuple[str, str]]()
    for unit in facts.units:
        holder = class_of(unit)
        for name, line in _declared(unit):
            if holder and (holder, name) not in seen:
                seen.add((holder, name))
                yield Entry(_KEY + name, unit.qualname, line, (holder, *bases.get(holder, ())))


def class_of(unit: Unit) -> str:
    """The qualname of the class that the unit belongs to or is; empty for a function of a module."""
    return unit.qualname if unit.kind == "class" else unit.owner


def _declared(unit: Unit) -> Iterator[tuple[str, int]]:
    yield from ((member.name, member.line) for member in unit.members)
    if unit.kind == "function":
        yield short(unit.qualname), unit.line


def short(qualname: str) -> str:
    """The last part of a qualname, without the number of a second definition."""
    return qualname.rpartition(".")[2].partition("#")[0]


def computing(facts: FileFacts) -> set[str]:
    """The classes of a file that look up computed names: any of their methods may be asked for."""
    return {class_of(unit) for unit in facts.units for hidden in unit.hidden if hidden.kind == "dynamic"} - {""}


def attribute(key: str) -> str:
    """The attribute whose declarations are filed under the key; empty where it is the key of something else."""
    return key.removeprefix(_KEY) if key.startswith(_KEY) else ""


@dataclass(frozen=True, slots=True)
class Owners:
    """Who declares one attribute. `family` gives for every class that does the class that its family begins with;
    `named` are these classes by the last part of their names."""

    family: Mapping[Place, Place]
    named: Mapping[str, Sequence[Place]]

    def of(self, owner: str, path: str, bases: Sequence[str] = ()) -> Place | None:
        """The family that an owner named in the file at this path stands for; None where that is open. A class that
        does not declare the attribute has it from one of its `bases`, else, so far as one can see, from the only
        family there is."""
        for names in ((owner,), bases):
            named = [place for name in dict.fromkeys(names) for place in self.named.get(name, ())]
            here = [place for place in named if place[0] == path]
            if named:
                found = {self.family[place] for place in here or named}
                return found.pop() if len(found) == 1 else None
        families = set(self.family.values())
        return families.pop() if len(families) == 1 else None


def kin(view: View, name: str) -> set[str]:
    """The classes of a tree that declare the attribute, and their bases, by their own names."""
    return {short(found) for posting in view.postings(_KEY + name) for found in posting.detail}


def owners(view: View, name: str) -> Owners:
    """The classes of a tree that declare the attribute."""
    postings = view.postings(_KEY + name)
    declared = {(found.path, found.detail[0]): found.detail[1:] for found in postings}
    named: dict[str, list[Place]] = {}
    for place in declared:
        named.setdefault(short(place[1]), []).append(place)
    above = {place: _base(place, bases, named) for place, bases in declared.items()}
    return Owners({place: _first(place, above) for place in declared}, named)


def declared_at(view: View, name: str, family: Place) -> Posting | None:
    """Where the first class of a family declares the attribute."""
    return next((found for found in view.postings(_KEY + name) if (found.path, found.detail[0]) == family), None)


def _base(place: Place, bases: Sequence[str], named: Mapping[str, Sequence[Place]]) -> Place | None:
    """The base that declares the attribute too, if there is exactly one."""
    found = [other for base in dict.fromkeys(bases) for other in named.get(base, ()) if other != place]
    here = [other for other in found if other[0] == place[0]]
    chosen = here or found
    return chosen[0] if len(chosen) == 1 else None


def _first(place: Place, above: Mapping[Place, Place | None]) -> Place:
    seen = {place}
    while (upper := above[place]) is not None and upper not in seen:
        seen.add(upper)
        place = upper
    return place
