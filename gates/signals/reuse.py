"""S16, lost reuse: a function that calls what another one calls and has the same texts, put together another way.

It costs nothing: it is a hint that what is needed may be there. Two functions are alike if they share four fifths of
all their calls and texts; those of one shape are clones, and those are priced.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from pareback.gates.facts import FileFacts
from pareback.gates.owners import short
from pareback.gates.points import REUSE
from pareback.gates.signal import Example
from pareback.gates.syntax.tokens import digest
from pareback.gates.wide import Entry, Load, Posting, Told, View, WideSignal

_PREFIX = "bag:"
_ALIKE = REUSE["alike"]
_SHOWN = 3

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
    advice = "call what is there, with a parameter where it differs"
    examples = (
        Example(_READ, _READ + _AGAIN, 0.0),
        Example(_READ, _READ + _OTHER, 0.0),
        Example(_READ, _READ + _READ.replace("settings", "options"), 0.0),
    )

    def entries(self, facts: FileFacts, /) -> Iterator[Entry]:
        """A function stands under so many of its words, in order, that two alike ones share at least one of these."""
        for unit in facts.units:
            if len(unit.bag) >= REUSE["least"]:
                words = [f"{word:x}" for word in unit.bag]
                detail = (digest(unit.skeletons), " ".join(words))
                yield from (Entry(_PREFIX + word, unit.qualname, unit.line, detail) for word in _first(words))

    def loads(self, keys: Collection[str], view: View, /) -> list[Load]:
        asked = {posting for key in keys if key.startswith(_PREFIX) for posting in view.postings(key)}
        near = {other for posting in asked for other in _alike(posting, view)}
        found = {load.subject: load for posting in asked | near for load in _load(posting, view)}
        return sorted(found.values(), key=lambda load: load.subject)

    def explain(self, load: Load, _before: Load | None, _view: View, /) -> Told:
        at, *others = load.sites
        there = ", ".join(f"{site.unit} ({site.path}:{site.line})" for site in others[:_SHOWN])
        name = short(others[0].unit)
        message = f"{short(at.unit)} calls nearly the same and has the same texts as {there}"
        do = f"call {name} if it does this already; else give it the parameter that differs"
        return Told(at, message, do, None, tuple(others))


def _load(posting: Posting, view: View) -> Iterator[Load]:
    """A hint at a function, with those that are like it."""
    others = _alike(posting, view)
    if others:
        yield Load(f"{posting.path}:{posting.unit}", 0.0, (posting, *others))


def _alike(posting: Posting, view: View) -> list[Posting]:
    """The functions that share enough of its words and have another shape and name: methods of one name have one
    purpose."""
    shape, text = posting.detail
    words = text.split()
    mine = frozenset(words)
    others = {other for word in _first(words) for other in view.postings(_PREFIX + word) if other.detail[0] != shape}
    return sorted(
        other for other in others if short(other.unit) != short(posting.unit) and _share(mine, other) >= _ALIKE
    )


def _first(words: Sequence[str]) -> Sequence[str]:
    """Words in one order everywhere, so many that two bags which are alike have one of them in common: prefix
    filtering (Chaudhuri and others, 2006)."""
    return words[: len(words) - ceil(_ALIKE * len(words)) + 1]


def _share(mine: frozenset[str], other: Posting) -> float:
    theirs = frozenset(other.detail[1].split())
    return len(mine & theirs) / len(mine | theirs)


def build() -> WideSignal:
    return _Reuse()
