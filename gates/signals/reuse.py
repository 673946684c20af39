"""S16, lost reuse: a function that calls what another one calls and has the same texts, put together another way.

It costs nothing: it is a hint that what is needed may be there. Two functions are alike if they share four fifths of
all their calls and texts; those of one shape are clones, and those are priced.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from pareback.gates.facts import FileFacts
from pareback.gates.points import REUSE
from pareback.gates.reading.owners import short
from pareback.gates.signal import Example
from pareback.gates.syntax.tokens import digest
from pareback.gates.wide import Entry, Load, Posting, Told, View, WideSignal

_PREFIX = "bag:"
_ALIKE = REUSE["alike"]

_READ = """
def settings(path):
    text = path.read_text("utf-8")
    lines = [line.strip() for line in text.splitlines()]
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.rstrip(): value.lstrip() for name, _, value in pairs}
"""
_AGAIN = """
def options(path):
    found = {}
    for line in path.read_text("utf-8").splitlines():
        line = line.strip()
        if line.startswith("#"):
            continue
        name, _, value = line.partition("=")
        found[name.rstrip()] = value.lstrip()
    return found
"""
_OTHER = _AGAIN.replace("partition", "split").replace("rstrip", "upper").replace("lstrip", "lower")


@dataclass(frozen=True, slots=True)
class _Reuse:
    id = "S16"
    name = "lost reuse"
    reads_code = False
    advice = "call what is there, with a parameter where it differs"
    examples = (
        Example(_READ, _READ + _AGAIN, 0.0),
        Example(_READ, _READ + _OTHER, 0.0),
        Example(_READ, _READ + _READ.replace("settings", "options"), 0.0),
    )

    def entries(self, facts: FileFacts, /) -> Iterator[Entry]:
        """A function stands under so many of its words that two which are alike share at least one of these."""
        for unit in facts.units:
            if len(unit.bag) >= REUSE["least"]:
                words = [f"{word:x}" for word in unit.bag]
                detail = (digest(unit.skeletons), " ".join(words))
                yield from (Entry(_PREFIX + word, unit.qualname, unit.line, detail) for word in _first(words))

    def loads(self, keys: Collection[str], view: View, /) -> list[Load]:
        found = {load.subject: load for key in keys if key.startswith(_PREFIX) for load in _loads(view.postings(key))}
        return sorted(found.values(), key=lambda load: load.subject)

    def explain(self, load: Load, _before: Load | None, _view: View, /) -> Told:
        at, other = load.sites
        name = short(other.unit)
        message = (
            f"{short(at.unit)} has the calls and texts of {other.unit} ({other.path}:{other.line}) in another order"
        )
        do = f"call {name} if it does this already; else give it the parameter that differs"
        return Told(at, message, do, None, (other,))


def _first(words: Sequence[str]) -> Sequence[str]:
    """Words in one order everywhere, so many that two bags which are alike have one of them in common: prefix
    filtering (Chaudhuri and others, 2006)."""
    return words[: len(words) - ceil(_ALIKE * len(words)) + 1]


def _loads(postings: Sequence[Posting]) -> Iterator[Load]:
    """A hint at either of two functions that are alike and have another shape and another name: methods of one name
    have one purpose."""
    bags = [(posting, frozenset(posting.detail[1].split())) for posting in postings]
    bags.sort(key=lambda found: len(found[1]))
    for at, (posting, words) in enumerate(bags):
        for other, others in bags[at + 1 :]:
            if len(words) < _ALIKE * len(others):
                break
            if posting.detail[0] != other.detail[0] and _alike(words, others) and _apart(posting, other):
                for one, two in ((posting, other), (other, posting)):
                    yield Load(f"{one.path}:{one.unit} ~ {two.path}:{two.unit}", 0.0, (one, two))


def _alike(words: frozenset[str], others: frozenset[str]) -> bool:
    shared = len(words & others)
    return shared >= _ALIKE * (len(words) + len(others) - shared)


def _apart(posting: Posting, other: Posting) -> bool:
    return short(posting.unit) != short(other.unit)


def build() -> WideSignal:
    return _Reuse()
