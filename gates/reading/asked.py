"""Who asks what of which thing of the tree: atoms filed under the attribute that they are about, and found again.

Everything that is asked of attributes named `a` lies under one key, so that adding a class that declares an `a`, which
can change whose `a` each of them is about, touches all of it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import fsum

from pareback.gates.facts import Atom, FileFacts, Unit
from pareback.gates.points import HALF_CHECK
from pareback.gates.reading.owners import UNKNOWN, Owners, Place, attribute, owners, short
from pareback.gates.reading.phrases import phrase, thing
from pareback.gates.wide import Entry, Load, Posting, View

_HIDDEN = ("$", "…", "*.")
"""What tells that a text means something else in every unit."""
_HALF = {"assert", "handler", "cast"}
_SHOWN = 5
"""Places that a message names."""


_BINARY = {"eq", "ne", "lt", "le", "gt", "ge", "add", "sub", "mul", "and", "or", "xor", "truediv", "floordiv", "mod"}
_COMPARING = {f"__{sign}{name}__" for name in _BINARY for sign in ("", "r", "i")}

Wanted = Callable[[Unit, Atom], bool]
Keys = Callable[[Atom], Sequence[str]]
"""Whether an atom of a unit counts, and under which keys it is filed."""


@dataclass(frozen=True, slots=True)
class Question:
    """An atom as it is filed: what is asked, of what, and what the class that asks inherits from. `half`: it is asked
    of a type checker or in passing."""

    kind: str
    owner: str
    name: str
    operand: str
    half: bool
    bases: tuple[str, ...]

    def text(self, owner: str) -> str:
        """The question, asked of the attribute of that owner."""
        return phrase(self.kind, thing(owner, self.name) if owner else self.name, self.operand)


def filed(
    facts: FileFacts,
    wanted: Callable[[Unit, Atom], bool],
    keys: Callable[[Atom], Sequence[str]],
    *,
    local: bool = False,
) -> Iterator[Entry]:
    """The atoms of a file that are wanted, once per unit, under these keys. `local`: also where what they are about
    means something else in every unit; it is not filed then."""
    above = ancestors(facts)
    for unit in facts.units:
        seen: set[tuple[str, ...]] = set()
        for atom in unit.atoms:
            known = _known(atom)
            if not wanted(unit, atom) or not (known or local):
                continue
            about = (atom.owner, atom.name) if known else ("", "")
            detail = (atom.kind, *about, atom.operand, "half" if atom.place in _HALF else "")
            if detail not in seen:
                seen.add(detail)
                for key in keys(atom):
                    yield Entry(key, unit.qualname, atom.line, (*detail, *above.get(atom.owner, ())))


def compares(unit: Unit) -> bool:
    """Whether the unit is a method behind an operator: it asks what the other operand is, as every such method does."""
    return short(unit.qualname) in _COMPARING


def asked(posting: Posting) -> Question:
    """What was filed with the posting."""
    kind, owner, name, operand, half, *bases = posting.detail
    return Question(kind, owner, name, operand, bool(half), tuple(bases))


def touched(keys: Collection[str], prefix: str) -> list[str]:
    """The attributes that these keys are about, as questions or as declarations."""
    names = {key.removeprefix(prefix) if key.startswith(prefix) else attribute(key) for key in keys}
    return sorted(names - {""})


def units(sites: Sequence[Posting]) -> float:
    """How many units ask; one that only asks a type checker is half a one."""
    weights: dict[tuple[str, str], float] = {}
    for site in sites:
        weight = HALF_CHECK if asked(site).half else 1.0
        weights[site.path, site.unit] = max(weight, weights.get((site.path, site.unit), 0.0))
    return fsum(weights.values())


def by_owner(postings: Sequence[Posting], view: View, name: str) -> Mapping[Posting, str]:
    """Whose attribute each posting is about; without those of which nobody can say."""
    found = owners(view, name)
    names = _names(found)
    homes = {posting: _home(asked(posting), posting.path, found, names) for posting in postings}
    return {posting: home for posting, home in homes.items() if home is not None}


def _known(atom: Atom) -> bool:
    """Whether it asks the same in every unit."""
    texts = (atom.name, atom.operand)
    return atom.owner not in _HIDDEN and not any(mark in text for text in texts for mark in _HIDDEN)


def about(name: str) -> str:
    """The attribute that a name is about: `a` of `a`, `a(x)`, `a['k']` and `m.a`."""
    ends = [end for end in (name.find("("), name.find("[")) if end > 0]
    return name[: min(ends, default=len(name))].rpartition(".")[2]


def ancestors(facts: FileFacts) -> Mapping[str, tuple[str, ...]]:
    """What each class of the file inherits from, nearest first, as far as the file says."""
    bases = {short(unit.qualname): unit.bases for unit in facts.units if unit.kind == "class"}
    return {name: tuple(_climbed(name, bases)) for name in bases}


def _climbed(name: str, bases: Mapping[str, tuple[str, ...]]) -> Sequence[str]:
    found: dict[str, None] = {}
    waiting = list(bases[name])
    while waiting:
        base = waiting.pop(0)
        if base not in found and base != name:
            found[base] = None
            waiting += bases.get(base, ())
    return list(found)


def _names(found: Owners) -> Mapping[Place, str]:
    """What to call each family: its first class, with the file where another family's is called the same."""
    families = sorted(set(found.family.values()))
    called = Counter(short(qualname) for _, qualname in families)
    longer = {place: f"{place[0]}:{short(place[1])}" for place in families}
    return {place: long if called[short(place[1])] > 1 else short(place[1]) for place, long in longer.items()}


def _home(found: Question, path: str, declared: Owners, names: Mapping[Place, str]) -> str | None:
    """The owner by name; empty for what is reached from a name of a module, None where it is open."""
    if found.owner:
        place = declared.of(found.owner, path, found.bases)
        open_ = declared.family or found.owner == UNKNOWN
        return names[place] if place else None if open_ else found.owner
    holder = found.name.partition("(")[0].rpartition(".")[0].rpartition(".")[2]
    known = holder and any(short(qualname) == holder for _, qualname in declared.family)
    place = declared.of(holder, path) if known else None
    return names[place] if place else ""


def one_each(sites: Sequence[Posting]) -> tuple[Posting, ...]:
    """The first place of every unit."""
    found: dict[tuple[str, str], Posting] = {}
    for site in sites:
        found.setdefault((site.path, site.unit), site)
    return tuple(found.values())


def newest(load: Load, before: Load | None) -> tuple[Posting, tuple[Posting, ...]]:
    """A place that a patch added, if there is one, and the others."""
    known = {(site.path, site.unit) for site in before.sites} if before else set()
    at = next((site for site in load.sites if (site.path, site.unit) not in known), load.sites[0])
    return at, tuple(site for site in load.sites if site != at)


def listed(sites: Sequence[Posting]) -> str:
    """Places in words: `cart.py:12 total, cart.py:30 label and 4 more`."""
    named = [f"{site.path}:{site.line} {site.unit}" for site in sites[:_SHOWN]]
    more = f" and {len(sites) - _SHOWN} more" if len(sites) > _SHOWN else ""
    return ", ".join(named) + more
