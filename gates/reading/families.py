"""Classes and what they inherit, by name: which methods of a class only restate one of a base in the tree.

Every class stands under its own name with its bases and methods, and under the name of each base as one of those below.
So whatever can change what a class inherits leads to it: down from every class that is asked for.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from pareback.gates.facts import Declared, FileFacts
from pareback.gates.reading.owners import short
from pareback.gates.wide import Entry, Posting, View

_KEY = "class:"
_IS, _BELOW = "is", "below"
_ROOTS = frozenset(
    (
        *(
            "object",
            "Exception",
            "BaseException",
            "ValueError",
            "TypeError",
            "KeyError",
            "RuntimeError",
            "OSError",
            "Error",
        ),
        *(
            "dict",
            "list",
            "str",
            "int",
            "tuple",
            "set",
            "type",
            "Enum",
            "IntEnum",
            "NamedTuple",
            "TypedDict",
            "Generic",
        ),
        *("Protocol", "ABC", "TestCase", "Thread"),
    )
)
"""Bases that no tree defines, or not so that their classes inherit a method of it: most classes have no other."""

Price = Callable[[Declared], float]


@dataclass(frozen=True, slots=True)
class Inherited:
    """A class with what its methods cost that a base in the tree asks for."""

    at: Posting
    points: float


def entries(facts: FileFacts, price: Price) -> Iterator[Entry]:
    """Every class of a file that has methods with a price, or a base."""
    methods: dict[str, list[str]] = {}
    for unit in facts.units:
        if unit.owner and unit.interface and unit.interface[0].kind == "function":
            methods.setdefault(unit.owner, []).append(f"{short(unit.qualname)}={price(unit.interface[0])}")
    for unit in facts.units:
        bases = sorted({base for base in unit.bases if base not in _ROOTS})
        own = sorted(set(methods.get(unit.qualname, ())))
        if unit.kind == "class" and (own or bases):
            yield Entry(_KEY + short(unit.qualname), unit.qualname, unit.line, (_IS, " ".join(bases), *own))
            yield from (Entry(_KEY + base, unit.qualname, unit.line, (_BELOW,)) for base in bases)


def inherited(keys: Collection[str], view: View) -> Iterator[Inherited]:
    """Every class that can depend on these keys and restates something."""
    reader = _Reader(view)
    for name in sorted(reader.below({key.removeprefix(_KEY) for key in keys if key.startswith(_KEY)})):
        for found in reader.classes(name):
            above = reader.above(found) if found.bases else {}
            points = sum(min(cost, above[method]) for method, cost in sorted(found.methods.items()) if method in above)
            if points:
                yield Inherited(found.at, points)


@dataclass(frozen=True, slots=True)
class _Class:
    """A class with the names of its bases and what its methods cost."""

    at: Posting
    bases: tuple[str, ...]
    methods: Mapping[str, float]


class _Reader:
    """Looks up each name once."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._classes: dict[str, list[_Class]] = {}

    def classes(self, name: str) -> list[_Class]:
        """The classes of that name."""
        if name not in self._classes:
            postings = self._view.postings(_KEY + name)
            self._classes[name] = [_read(posting) for posting in postings if posting.detail[0] == _IS]
        return self._classes[name]

    def below(self, names: Collection[str]) -> set[str]:
        """These classes and all that inherit from them, by name."""
        found, waiting = set(names), list(names)
        while waiting:
            postings = self._view.postings(_KEY + waiting.pop())
            fresh = {short(posting.unit) for posting in postings if posting.detail[0] == _BELOW} - found
            found |= fresh
            waiting += fresh
        return found

    def above(self, below: _Class) -> Mapping[str, float]:
        """The methods of all classes that this one inherits from; of several of one name the dearest."""
        found: dict[str, float] = {}
        seen, waiting = {short(below.at.unit)}, list(below.bases)
        while waiting:
            base = waiting.pop()
            for upper in self.classes(base) if base not in seen else ():
                waiting += upper.bases
                found |= {method: max(cost, found.get(method, 0.0)) for method, cost in upper.methods.items()}
            seen.add(base)
        return found


def _read(posting: Posting) -> _Class:
    _, bases, *methods = posting.detail
    found: dict[str, float] = {}
    for method in methods:
        name, _, cost = method.rpartition("=")
        found[name] = max(float(cost), found.get(name, 0.0))
    return _Class(posting, tuple(bases.split()), found)
