"""What is written together: groups of attributes, items and names of a module that nearly every writer of one writes.

Everything is looked up by name: who writes a thing of that name stands under one key, whose thing it is say the owners.
Two things are tied where enough units write both and few write one alone; tied things form a group.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pareback.gates.points import DRIFT
from pareback.gates.reading.owners import Owners, attribute, owners, short
from pareback.gates.wide import Posting, View

PREFIX = "writes:"
"""Begins the key of everything that is written under a name; the detail is the owner, the bases of the class that
writes its own, and the names of all that the unit writes of the same owner."""

MODULE = ":"
"""The owner of names of a module."""

Field = tuple[str, str]
"""Whose it is, and its name: a class with its file, a file, or nothing for items of an unknown mapping."""

Place = tuple[str, str]
"""A unit: its path and its qualname."""

Pair = tuple[Field, Field]

_FEW = 2
"""Units that write one thing alone are looked at more closely up to so many times those that write both."""


@dataclass(frozen=True, slots=True)
class Group:
    """Things that move together. `ties` are pairs in order with the part of their writers that write both; `written`
    is what of the group each unit writes, `sites` where; `excused` units see to a thing by calling who writes it."""

    fields: tuple[Field, ...]
    ties: Mapping[Pair, float]
    written: Mapping[Place, frozenset[Field]]
    sites: Mapping[Place, Posting]
    excused: frozenset[tuple[Place, Field]]

    def missed(self, place: Place) -> list[tuple[Field, Field, float]]:
        """What the unit writes, what it should write too, and how surely; the surest first."""
        here = self.written[place]
        found = [
            (one, other, confidence)
            for tied, confidence in self.ties.items()
            for one, other in (tied, tied[::-1])
            if one in here and other not in here and (place, other) not in self.excused
        ]
        return sorted(found, key=lambda miss: (-miss[2], miss))


def groups(keys: Collection[str], view: View) -> Iterator[Group]:
    """Every group that can depend on these keys, each once: of what is written under these names, and of what is
    written together with it often enough to be tied to it some day."""
    reader = _Reader(view)
    names = {key.removeprefix(PREFIX) if key.startswith(PREFIX) else attribute(key) for key in keys}
    asked = [field for name in sorted(names - {""}) for field in reader.writers(name)]
    near = [partner for field in asked for partner in reader.partners(field)]
    seen: set[Field] = set()
    for field in [*asked, *near]:
        if field not in seen:
            group = reader.group(field)
            seen.update(group.fields)
            if group.ties:
                yield group


class _Reader:
    """Looks up each name once."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._owners: dict[str, Owners] = {}
        self._writers: dict[str, dict[Field, dict[Place, Posting]]] = {}
        self._calls: dict[str, dict[str, frozenset[str]]] = {}
        self._ties: dict[Pair, float] = {}
        self._excused: set[tuple[Place, Field]] = set()

    def writers(self, name: str) -> dict[Field, dict[Place, Posting]]:
        """Who writes what is called so, by whose it is."""
        if name not in self._writers:
            found = self._writers[name] = {}
            for posting in self._view.postings(PREFIX + name):
                home = self._home(posting, name)
                if home is not None:
                    found.setdefault((home, name), {}).setdefault((posting.path, posting.unit), posting)
        return self._writers[name]

    def _home(self, posting: Posting, name: str) -> str | None:
        owner, bases, *_ = posting.detail
        if owner == MODULE:
            return posting.path
        if "[" in name:
            return "" if owner == "*" else f"{posting.path}:{owner}" if owner.endswith(":") else owner
        if name not in self._owners:
            self._owners[name] = owners(self._view, name)
        place = self._owners[name].of(owner, posting.path, bases.split())
        return None if place is None else f"{place[0]}:{place[1]}"

    def partners(self, field: Field) -> list[Field]:
        """What is written together with the field in enough units."""
        mine = self.writers(field[1])[field]
        names = Counter(name for posting in mine.values() for name in posting.detail[2:] if name != field[1])
        often = sorted(name for name, count in names.items() if count >= DRIFT["support"])
        others = [(other, places) for name in often for other, places in self.writers(name).items()]
        return [other for other, places in others if len(mine.keys() & places.keys()) >= DRIFT["support"]]

    def group(self, field: Field) -> Group:
        """Everything that is tied to the field, directly or not."""
        fields, waiting, ties = {field}, [field], dict[Pair, float]()
        while waiting:
            one = waiting.pop()
            for other in self.partners(one):
                pair = (min(one, other), max(one, other))
                confidence = self._confidence(pair)
                if confidence >= DRIFT["confidence"]:
                    ties[pair] = confidence
                    waiting += () if other in fields else (other,)
                    fields.add(other)
        return self._group(sorted(fields), ties)

    def _group(self, fields: Sequence[Field], ties: Mapping[Pair, float]) -> Group:
        written: dict[Place, set[Field]] = {}
        sites: dict[Place, Posting] = {}
        for field in fields:
            for place, posting in self.writers(field[1])[field].items():
                written.setdefault(place, set()).add(field)
                sites.setdefault(place, posting)
        held = {place: frozenset(here) for place, here in written.items()}
        return Group(tuple(fields), ties, held, sites, frozenset(self._excused))

    def _confidence(self, pair: Pair) -> float:
        """The part of the more frequent one's writers that write both."""
        if pair not in self._ties:
            one, other = pair
            first, second = self.writers(one[1])[one], self.writers(other[1])[other]
            together = len(first.keys() & second.keys())
            alone = max(self._alone(one, other, together), self._alone(other, one, together))
            self._ties[pair] = together / (together + alone)
        return self._ties[pair]

    def _alone(self, one: Field, other: Field, together: int) -> int:
        """How many units write the one and do not see to the other."""
        mine, theirs = self.writers(one[1])[one], self.writers(other[1])[other]
        lone = mine.keys() - theirs.keys()
        if not lone or len(lone) > _FEW * together:
            return len(lone)
        setters = {short(unit) for _, unit in theirs}
        excused = {place for place in lone if one[1] in setters or setters & self._called(place)}
        self._excused.update((place, other) for place in excused)
        return len(lone) - len(excused)

    def _called(self, place: Place) -> frozenset[str]:
        path, unit = place
        if path not in self._calls:
            facts = self._view.facts(path)
            self._calls[path] = {found.qualname: frozenset(found.calls) for found in facts.units}
        return self._calls[path].get(unit, frozenset())
