"""Who gives a thing its form: the producers of an attribute or of an answer, and the ones that differ from the others.

An attribute is produced where it is written, an answer where a function of that name returns; what a function answered
and an attribute keeps is traced once. Where one producer gives text and all others an Enum, that one makes everybody
ask or convert.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from pareback.gates.facts import FileFacts
from pareback.gates.reading.owners import UNKNOWN, Place, class_of, owners, short
from pareback.gates.ties import TEXTS
from pareback.gates.wide import Entry, Posting, View

_KEPT, _ANSWERED = "given:", "answers:"
"""Prefixes of keys: of what attributes of one name are given, of what functions of one name answer with."""
_GIVES, _FEEDS = "gives", "feeds"
"""What a posting under an answer says: that a function of that name answers so, that an attribute keeps what it
answers. Then: the sort and the class of the method; the attribute."""


@dataclass(frozen=True, slots=True)
class Producer:
    """A place that gives a thing a form; the `sort` is empty where it cannot be told."""

    sort: str
    at: Posting


def entries(facts: FileFacts) -> Iterator[Entry]:
    """What a file gives to attributes, and what its functions answer with."""
    bases = {unit.qualname: unit.bases for unit in facts.units if unit.kind == "class"}
    for unit in facts.units:
        holder = short(class_of(unit))
        for given in unit.given:
            if not given.name:
                yield Entry(_ANSWERED + short(unit.qualname), unit.qualname, given.line, (_GIVES, given.sort, holder))
                continue
            above = () if given.owner else bases.get(class_of(unit), ())
            detail = (given.sort, given.owner or holder, *above)
            yield Entry(_KEPT + given.name, unit.qualname, given.line, detail)
            if given.sort.endswith("()"):
                function = given.sort.removesuffix("()")
                yield Entry(_ANSWERED + function, unit.qualname, given.line, (_FEEDS, given.name))


def touched(keys: Collection[str], view: View) -> set[str]:
    """The attributes and functions whose producers can depend on any of these keys."""
    answered = {key.removeprefix(_ANSWERED) for key in keys if key.startswith(_ANSWERED)}
    fed = {found.detail[1] for name in answered for found in _answers(name, view) if found.detail[0] == _FEEDS}
    return answered | fed | {key.removeprefix(_KEPT) for key in keys if key.startswith(_KEPT)}


def of_attribute(name: str, family: Place, view: View) -> list[Producer]:
    """Who gives the attribute of a family of classes its form, in order of place."""
    declared = owners(view, name)
    found = []
    for posting in view.postings(_KEPT + name):
        sort, owner, *bases = posting.detail
        if declared.of(owner, posting.path, bases) == family:
            sorts = _answered(sort.removesuffix("()"), view) if sort.endswith("()") else (sort,)
            found += [Producer(each, posting) for each in sorts]
    return found


def of_answer(name: str, view: View) -> list[Producer]:
    """Who answers where a function of that name is called, in order of place."""
    gives = (found for found in _answers(name, view) if found.detail[0] == _GIVES)
    return [Producer("" if found.detail[1].endswith("()") else found.detail[1], found) for found in gives]


def _answers(name: str, view: View) -> Sequence[Posting]:
    return view.postings(_ANSWERED + name)


def _answered(name: str, view: View) -> Collection[str]:
    """The sorts that functions of that name answer with; unknown where none is in the tree."""
    return dict.fromkeys(found.sort for found in of_answer(name, view)) or ("",)


def odd(found: Sequence[Producer], wanted: Collection[str]) -> list[Producer]:
    """The producers that give something else than what is wanted, those that are sure to give it to this thing first;
    of each sort no more than give what is wanted, none where nobody does."""
    known = [producer for producer in found if producer.sort]
    giving = sum(producer.sort in wanted for producer in known)
    sorts = Counter(_broad(producer.sort) for producer in known if producer.sort not in wanted)
    other = [producer for producer in known if 0 < sorts[_broad(producer.sort)] <= giving]
    return sorted((each for each in other if each.sort not in wanted), key=lambda each: UNKNOWN in each.at.detail)


def special(found: Sequence[Producer], tested: Collection[str]) -> list[Producer]:
    """The producers that give one of the sorts that are asked for, where no more of them do than give another; where
    nobody gives a sort that is asked for, none."""
    others = {producer.sort for producer in found} - {
        producer.sort for producer in found if _broad(producer.sort) in tested
    }
    return odd(found, others)


def _broad(sort: str) -> str:
    """The type of a sort: all texts are one."""
    return "str" if sort in TEXTS else sort.removesuffix(".")
