"""Where a None comes from, for every check that asks for it: what files say of it, and the origins of a whole tree.

An origin is an attribute of one family of classes, or what such an attribute holds under a constant key; a function,
where every definition of its name that the call can mean may give None; an entry of the environment; a context
variable. A check of anything else has no origin.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import fsum

from pareback.gates.facts import Atom, FileFacts, Unit
from pareback.gates.points import HALF_CHECK
from pareback.gates.reading.owners import UNKNOWN, attribute, class_of, owners, short
from pareback.gates.wide import Entry, Posting, View

_ATTRIBUTE, _CALL, _PLAIN = "nil:.", "nil:()", "nil:="
"""Kinds of group: an attribute's name, a function's name, a subject that is the same everywhere."""

_LOCAL, _FREE = "$", ""
"""Owners of atoms that no class is: the unit itself, the module."""

MADE, ANSWERS, USED, ASKS = "made", "answers", "used", "asks"
"""What a posting says, the first word of its detail. Then: the kind of None and its owner; the kind of answer, its
owner and what it could be instead; nothing; the kind of atom, whether it is half a check, whose the thing is, the key
of an item, and the bases of the class that asks for its own."""

_IF_USED = {"bare", "end"}
_HALF = {"assert", "cast", "handler"}
"""Places where None is denied or caught rather than asked for: half a check."""


@dataclass(slots=True)
class Origin:
    """One origin while a tree is read: where None is made there, and who asks for it."""

    name: str
    made: list[Posting] = field(default_factory=list)
    asks: list[Posting] = field(default_factory=list)
    resolved: bool = True

    @property
    def sources(self) -> set[tuple[str, str]]:
        """The units in which None is made. A context variable has to begin with nothing."""
        return {(found.path, found.unit) for found in self.made if found.detail[1] != "context"}

    @property
    def checks(self) -> dict[tuple[str, str], Posting]:
        """The check of every unit that has one, the heaviest. Asking whether something is true asks for None where
        None is made."""
        found: dict[tuple[str, str], Posting] = {}
        nullable = bool(self.sources)
        for posting in self.asks if self.resolved else ():
            place = (posting.path, posting.unit)
            counts = posting.detail[1] == "nil" or nullable
            if counts and (place not in found or (found[place].detail[2] and not posting.detail[2])):
                found[place] = posting
        return found

    @property
    def weight(self) -> float:
        """How many units ask, a half check counting half."""
        return fsum(HALF_CHECK if found.detail[2] else 1.0 for found in self.checks.values())


def entries(facts: FileFacts) -> Iterator[Entry]:
    """What a file files: every None that is made in it, every check whose origin another file may know."""
    bases = {unit.qualname: unit.bases for unit in facts.units if unit.kind == "class"}
    for unit in facts.units:
        yield from _made(unit)
        yield from _asked(unit, bases.get(unit.owner, ()))
    yield from (Entry(_CALL + name, "<module>", 1, (USED,)) for name in facts.used)


def _made(unit: Unit) -> Iterator[Entry]:
    holder = short(class_of(unit))
    for nil in unit.nils:
        if nil.kind == "context":
            yield Entry(_PLAIN + nil.name, unit.qualname, nil.line, (MADE, nil.kind, ""))
        elif nil.name:
            yield Entry(_ATTRIBUTE + nil.name, unit.qualname, nil.line, (MADE, nil.kind, nil.owner or holder))
        else:
            detail = (ANSWERS, nil.kind, holder, nil.instead)
            yield Entry(_CALL + short(unit.qualname), unit.qualname, nil.line, detail)


def _asked(unit: Unit, bases: Sequence[str]) -> Iterator[Entry]:
    """One entry per thing and unit: a check for None before one for truth, a whole one before a half."""
    found: dict[tuple[str, ...], tuple[str, str, int]] = {}
    for atom in unit.atoms:
        if atom.kind in {"nil", "truthy"}:
            about = _about(atom)
            check = (atom.kind, "half" if atom.place in _HALF else "", atom.line)
            if about and (about not in found or _rank(found[about]) < _rank(check)):
                found[about] = check
    own = short(unit.owner)
    for (key, owner, item), (kind, weight, line) in found.items():
        inherited = bases if own and owner == own else ()
        yield Entry(key, unit.qualname, line, (ASKS, kind, weight, owner, item, *inherited))


def _rank(check: tuple[str, str, int]) -> tuple[bool, bool]:
    return not check[1], check[0] == "nil"


def _about(atom: Atom) -> tuple[str, str, str] | None:
    """Group, owner and item of what the atom asks for; None where it has no identity beyond the unit."""
    if atom.owner == _LOCAL or not atom.name:
        return None
    if atom.name.endswith(")"):
        return _answer(atom)
    name, bracket, _ = atom.name.partition("[")
    item = atom.name[len(name) :]
    if atom.owner == _FREE:
        return _global(name, item)
    usable = not bracket or atom.kind == "nil"
    return (_ATTRIBUTE + name, atom.owner, item) if usable and ")" not in name else None


def _answer(atom: Atom) -> tuple[str, str, str] | None:
    """A call: of a function of the module, of something of the module, or of a method."""
    path = atom.name.partition("(")[0]
    holder, _, name = path.rpartition(".")
    if name == "get" and atom.owner == _FREE:
        return _PLAIN + holder.rpartition(".")[2], "", ""
    sort = "method" if atom.owner != _FREE else "any" if holder else "function"
    return (_CALL + name, sort, "") if name.isidentifier() else None


def _global(name: str, item: str) -> tuple[str, str, str] | None:
    """An entry of the environment, or `variable.get(None)` of a context variable."""
    last = name.rpartition(".")[2]
    if last == "environ" and item:
        return f"{_PLAIN}environ{item}", "", ""
    return (_PLAIN + last, "", "") if item == "[None]" else None


def touched(keys: Collection[str]) -> list[str]:
    """The groups whose origins can depend on any of these keys."""
    own = {key for key in keys if key.startswith((_ATTRIBUTE, _CALL, _PLAIN))}
    return sorted(own | {_ATTRIBUTE + name for name in map(attribute, keys) if name})


def found(group: str, view: View) -> Iterable[Origin]:
    """The origins of one group in a tree, those that cannot be told apart left out."""
    postings = view.postings(group)
    if group.startswith(_ATTRIBUTE):
        return _attributes(group.removeprefix(_ATTRIBUTE), postings, view)
    if group.startswith(_CALL):
        return _functions(group.removeprefix(_CALL), postings)
    return _plain(group.removeprefix(_PLAIN), postings)


def _attributes(name: str, postings: Sequence[Posting], view: View) -> Iterable[Origin]:
    """One origin per family of classes, and one per key of what such an attribute holds."""
    families, origins = owners(view, name), dict[tuple[object, str], Origin]()
    for posting in postings:
        word, *detail = posting.detail
        owner, item, bases = (detail[1], "", ()) if word == MADE else (detail[2], detail[3], detail[4:])
        family = families.of(owner, posting.path, bases)
        if family is not None:
            origin = origins.setdefault((family, item), Origin(f"{short(family[1])}.{name}{item}"))
            (origin.made if word == MADE else origin.asks).append(posting)
    for (_, item), origin in origins.items():
        origin.resolved = bool(item or origin.made)  # who asks for what nobody here makes may have it from outside
    return origins.values()


def _functions(name: str, postings: Sequence[Posting]) -> Iterable[Origin]:
    """Functions and methods of one name; a call of either is traced where all that it can mean may give None."""
    used = any(posting.detail[0] == USED for posting in postings)
    answers = [posting for posting in postings if posting.detail[0] == ANSWERS]
    methods, functions = ([found for found in answers if bool(found.detail[2]) == owned] for owned in (True, False))
    if methods:
        holders = {posting.detail[2] for posting in methods}
        holder = holders.pop() if len(holders) == 1 else UNKNOWN
        sorts = {"method"} if functions else {"method", "any"}
        yield _function(f"{holder}.{name}()", methods, _of_sorts(postings, sorts), used=used)
    if functions:
        sorts = {"function"} if methods else {"function", "any"}
        yield _function(f"{name}()", functions, _of_sorts(postings, sorts), used=used)


def _of_sorts(postings: Sequence[Posting], sorts: Collection[str]) -> list[Posting]:
    return [posting for posting in postings if posting.detail[0] == ASKS and posting.detail[3] in sorts]


def _function(name: str, answers: Sequence[Posting], asks: list[Posting], *, used: bool) -> Origin:
    """Running off the end gives None to somebody only where the answer is used."""
    made = [found for found in answers if found.detail[1] != "value" and (used or found.detail[1] not in _IF_USED)]
    return Origin(name, made, asks, resolved=len(made) == len(answers))


def _plain(name: str, postings: Sequence[Posting]) -> Iterable[Origin]:
    """An entry of the environment, or the one context variable of that name."""
    made = [posting for posting in postings if posting.detail[0] == MADE]
    asks = [posting for posting in postings if posting.detail[0] == ASKS]
    shown = f"os.{name}" if name.endswith("]") else f"{name}.get()"
    return [Origin(shown, made, asks, resolved=shown.startswith("os.") or len(made) == 1)]
