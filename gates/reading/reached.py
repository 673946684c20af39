"""Private names: where they are defined, who speaks of them, and which of them nothing reaches.

Definitions and mentions of a name stand under one key, a class with all its methods. A definition also stands
under every beginning of its name that ends with an underscore: a text such as `"_visit_"` reaches all of these.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from pareback.gates.facts import FileFacts, Unit
from pareback.gates.reading.owners import computing, short
from pareback.gates.ties import private
from pareback.gates.wide import Entry, Posting, View

_KEY = "name:"
_PRIVATE = re.compile(r"\b_\w+")
_IS, _PART, _UNDER, _SAID = "is", "part", "under", "said"
_SURE, _LIKELY, _REACHES, _HELD = "sure", "likely", "reaches", "held"

_TOOLS = {
    *("staticmethod", "classmethod", "property", "cached_property", "cache", "lru_cache", "contextmanager"),
    *("asynccontextmanager", "wraps", "dataclass", "final", "unique", "total_ordering", "no_type_check"),
}
"""Decorators that give nobody else a reason to call what they decorate."""

_ROOTS = {"object", "Exception", "ValueError", "TypeError", "KeyError", "RuntimeError", "OSError", "NamedTuple", "ABC"}
"""Bases that call none of the methods that a class adds, and know none of the classes below them."""


@dataclass(frozen=True, slots=True)
class Unreached:
    """A private name. `dead` are its definitions that nothing reaches. `unread` are the parameters that its only
    definition never reads, where every mention is a call: nothing asks for that signature. `certain`: no file that
    defines it looks up computed names."""

    name: str
    dead: tuple[Posting, ...]
    unread: tuple[tuple[str, Posting], ...] = ()
    certain: bool = True


def entries(facts: FileFacts) -> Iterator[Entry]:
    """What a file defines and mentions."""
    yield from _defined(facts)
    said: dict[str, tuple[Unit, set[str]]] = {}
    for unit in facts.units:
        for mention in unit.mentions:
            marks = said.setdefault(mention.name, (unit, set()))[1]
            marks |= {word for word, holds in ((_REACHES, mention.reach), (_HELD, mention.taken)) if holds}
    for name, (unit, marks) in sorted(said.items()):
        yield Entry(_KEY + name, unit.qualname, unit.line, (_SAID, *sorted(marks)))


def referenced(names: Iterable[str]) -> Iterator[Entry]:
    """What stands in the index for names that are used from outside the tree: by tests, by the ticket."""
    return (Entry(_KEY + name, "", 1, (_SAID, _HELD, _REACHES)) for name in sorted(set(names)))


def spoken(source: bytes) -> set[str]:
    """The private names that stand anywhere in a file, such as a test."""
    return set(_PRIVATE.findall(source.decode("utf-8", "replace")))


def _defined(facts: FileFacts) -> Iterator[Entry]:
    bases = {unit.qualname: unit.bases for unit in facts.units if unit.kind == "class"}
    computed = computing(facts)
    known = _LIKELY if _looks_up(facts) else _SURE
    for unit in facts.units:
        name = short(unit.qualname)
        if unit.kind != "module" and private(name):
            above = bases.get(unit.qualname if unit.kind == "class" else unit.owner, ())
            sure = unit.owner not in computed and _plainly(unit, above)
            unread = [thing.name for thing in unit.unused if thing.kind == "parameter"]
            yield Entry(_KEY + name, unit.qualname, unit.line, (_IS, known if sure else "", *unread))
            yield from _beside(unit, name, facts)


def _looks_up(facts: FileFacts) -> bool:
    """Whether something in the file is found by a computed name."""
    return any(hidden.kind == "dynamic" for unit in facts.units for hidden in unit.hidden)


def _plainly(unit: Unit, above: Iterable[str]) -> bool:
    """Whether neither a decorator nor a base gives anybody a reason to call the unit."""
    return _TOOLS.issuperset(unit.decorators) and _ROOTS.issuperset(above)


def _beside(unit: Unit, name: str, facts: FileFacts) -> Iterator[Entry]:
    """Under the beginnings of a definition's name, and what belongs to it."""
    yield from (Entry(_KEY + start, unit.qualname, unit.line, (_UNDER, name)) for start in _beginnings(name))
    parts = (part for part in facts.units if part.qualname.startswith(f"{unit.qualname}."))
    yield from (Entry(_KEY + name, part.qualname, part.line, (_PART,)) for part in parts)


def _beginnings(name: str) -> Iterator[str]:
    """`_visit_` and `_visit_if_` of `_visit_if_else`."""
    first = len(name) - len(name.lstrip("_"))
    return (name[: at + 1] for at in range(first, len(name) - 1) if name[at] == "_")


def unreached(keys: Collection[str], view: View) -> Iterator[Unreached]:
    """Every private name that can depend on these keys and has something that nothing reaches, in order."""
    names = {key.removeprefix(_KEY) for key in keys if key.startswith(_KEY)}
    under = {
        posting.detail[1] for name in names for posting in view.postings(_KEY + name) if posting.detail[0] == _UNDER
    }
    for name in sorted(names | under):
        found = _unreached(name, view)
        if found.dead or found.unread:
            yield found


def _unreached(name: str, view: View) -> Unreached:
    postings = view.postings(_KEY + name)
    definitions = [posting for posting in postings if posting.detail[0] == _IS]
    said = [posting for posting in postings if posting.detail[0] == _SAID]
    if not definitions or _spelled(name, view):
        return Unreached(name, ())
    at_home = {found.path for found in definitions}
    meant = [found for found in said if _REACHES in found.detail or found.path not in at_home]
    own = {found.path for found in said}
    dead = tuple(found for found in definitions if found.detail[1] and not meant and found.path not in own)
    certain = all(found.detail[1] == _SURE for found in definitions)
    if dead or len(definitions) > 1 or any(_HELD in posting.detail for posting in said):
        return Unreached(name, dead, certain=certain)
    only = definitions[0]
    return Unreached(name, (), tuple((unread, only) for unread in only.detail[2:] if only.detail[1]), certain=certain)


def _spelled(name: str, view: View) -> bool:
    """Whether a text of the tree is the beginning of the name."""
    return any(posting.detail[0] == _SAID for start in _beginnings(name) for posting in view.postings(_KEY + start))
