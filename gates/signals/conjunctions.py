"""S11, repeated conjunction: the same conditions spelled out together in function after function, without a name.

What has no name gets forgotten: a place that asks all of them but one is told as a possible slip, for nothing. A set
counts where no larger one has the same places, and only for the places that no larger one is charged for.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pareback.gates.facts import Conjunction, FileFacts
from pareback.gates.points import CONJUNCTION, FLOW, INTERFACE, MISSED, PLACES
from pareback.gates.reading.asked import compares, listed, newest
from pareback.gates.reading.conjuncts import (
    AND,
    Recurring,
    canonical,
    chosen,
    closed,
    covered,
    pairs,
    recurring,
    spelled,
    telling,
)
from pareback.gates.signal import Example
from pareback.gates.wide import Entry, Load, Posting, Told, View, WideSignal

_PREFIX = "together:"
_WITHOUT = " without "
_TWO = 2
_END = "\n"
"""Between the parts of a key: no part has it."""
_LOCAL = re.compile(r"\$(\w+)")

_RULE = "def can_{0}(user, doc):\n    return user.active and not user.banned and doc.owner == user.id\n"
_THREE = "".join(map(_RULE.format, ("edit", "delete", "pin")))
_SHARE = "def can_share(user, doc):\n    return user.active and doc.owner == user.id\n"
_NAMED = "def controls(user, doc):\n    return user.active and not user.banned and doc.owner == user.id\n" + "".join(
    f"def can_{name}(user, doc):\n    return controls(user, doc)\n" for name in ("edit", "delete", "pin", "share")
)
_GUARD = "def can_{0}(u, doc):\n    if u.banned or doc.owner != u.id or not u.active:\n        raise Denied\n"
_NONE = "def {0}(a, b):\n    return a is None or b is None\n"


@dataclass(frozen=True, slots=True)
class _Conjunctions:
    id = "S11"
    name = "repeated conjunction"
    reads_code = True
    advice = "give conditions that belong together a name"
    examples = (
        Example("", _THREE, CONJUNCTION),
        Example(_THREE, _THREE + _RULE.format("move"), CONJUNCTION),
        Example(_THREE, {"rules.py": _THREE, "share.py": _RULE.format("share")}, CONJUNCTION),
        Example(_THREE, _THREE + _GUARD.format("move"), CONJUNCTION),
        Example(_THREE, _THREE + _SHARE, CONJUNCTION),
        Example(_THREE + _SHARE, _NAMED, -2 * CONJUNCTION),
        Example(_THREE, _THREE.replace("user", "account").replace("doc", "page"), 0.0),
        Example(_THREE, _THREE + "def tall(user, box):\n    return user.active and box.height > 3\n", 0.0),
        Example("", _RULE.format("edit") + _RULE.format("pin"), 0.0),
        Example("", "".join(map(_NONE.format, "abcd")), 0.0),
    )

    def entries(self, facts: FileFacts, /) -> Iterator[Entry]:
        for unit in facts.units:
            for found in () if compares(unit) else unit.conjunctions:
                parts = telling(found.parts)
                for pair in pairs(parts):
                    yield Entry(_PREFIX + _END.join(pair), unit.qualname, found.line, parts)

    def loads(self, keys: Collection[str], view: View, /) -> list[Load]:
        touched = [key.removeprefix(_PREFIX) for key in keys if key.startswith(_PREFIX)]
        found = {load.subject: load for pair in touched for load in _loads(tuple(pair.split(_END)), view)}
        return [found[subject] for subject in sorted(found)]

    def explain(self, load: Load, before: Load | None, view: View, /) -> Told:
        subject, _, missing = load.subject.partition(_WITHOUT)
        return _slip(load, subject, missing, view) if missing else _repeated(load, before, view)


def _loads(pair: tuple[str, ...], view: View) -> Iterator[Load]:
    """The sets with these two parts that stand in more units than may have them for nothing."""
    found = _recurring(pair, view)
    for parts, here in found.items():
        if len(here.sites) > PLACES and closed(found, parts):
            free = max(PLACES, len(covered(found, parts, least=PLACES + 1)))
            points = CONJUNCTION * (len(here.sites) - free)
            if points > 0:
                yield Load(AND.join(parts), points, tuple(sorted(here.sites.values())))
            yield from _missed(parts, here, view)


def _recurring(pair: tuple[str, ...], view: View) -> Mapping[tuple[str, ...], Recurring]:
    postings = view.postings(_PREFIX + _END.join(pair))
    return recurring(postings, pair) if len(postings) > PLACES else {}


def _missed(parts: tuple[str, ...], here: Recurring, view: View) -> Iterator[Load]:
    """Places that ask all but one of three or more, where nearly everybody asks that one too, and do not ask for its
    opposite."""
    if len(parts) == _TWO:
        return
    for part in parts:
        rest = canonical(tuple(other for other in parts if other != part))
        sites = _recurring(canonical(rest[:_TWO]), view)[rest].sites
        lone = [sites[site] for site in sorted(sites.keys() - here.sites.keys())]
        slips = [site for site in lone if not _denies(site, rest, parts, view)]
        if slips and len(here.sites) >= MISSED * len(sites):
            yield Load(AND.join(parts) + _WITHOUT + part, 0.0, (*slips, *sorted(here.sites.values())))


def _denies(site: Posting, rest: tuple[str, ...], parts: tuple[str, ...], view: View) -> bool:
    """Whether the place asks for the opposite of what it leaves out."""
    stands = chosen(site.detail, rest)
    return any(canonical((*stands, denied)) == parts for denied in _source(site, view).denied)


def _source(site: Posting, view: View) -> Conjunction:
    """The conjunction as it stands in the file."""
    found = [each for unit in view.facts(site.path).units if unit.qualname == site.unit for each in unit.conjunctions]
    return next(each for each in found if each.line == site.line and telling(each.parts) == site.detail)


def _repeated(load: Load, before: Load | None, view: View) -> Told:
    at, others = newest(load, before)
    sources = {site: _source(site, view) for site in load.sites}
    shown = next((site for site in (at, *others) if not sources[site].either), at)
    text = _written(sources[shown], spelled(shown, load.subject))
    message = f"{len(load.sites)} functions spell out `{_plain(text)}`: this one, {listed(others)}"
    whole = [site for site, source in sources.items() if len(source.parts) == len(spelled(site, load.subject))]
    saves = load.points + FLOW["bool"].flat * (len(whole) - 1) - INTERFACE["function"]
    do = f"name it once, `{_definition(text)}`, with the word that your domain has for it; ask that in all of them"
    return Told(at, message, do, saves if saves > 0 else None, others)


def _slip(load: Load, subject: str, missing: str, view: View) -> Told:
    """The first place that asks all but one, in its own words; then those that ask all of it."""
    full = [site for site in load.sites if spelled(site, subject)]
    at, shown = load.sites[0], spelled(full[0], subject)
    whole = canonical(shown)
    rest = canonical(tuple(part for part in whole if part != missing))
    forgotten = next(part for part in shown if canonical(tuple(other for other in shown if other != part)) == rest)
    asks = AND.join(part for part in _source(at, view).parts if part in chosen(at.detail, rest))
    message = (
        f"possible slip: this asks `{_plain(asks)}` without `{_plain(forgotten)}`, which {len(full)} of "
        f"{len(load.sites)} places ask along with it: {listed(full)}"
    )
    do = f"ask `{_plain(forgotten)}` here too if it was forgotten; else say in a comment why this place differs"
    return Told(at, message, do, None, load.sites[1:])


def _written(source: Conjunction, parts: Sequence[str]) -> str:
    """These parts as they stand in the source, locals still marked."""
    pairs = zip(source.parts, source.denied, strict=True)
    return (" or " if source.either else AND).join(
        denied if source.either else part for part, denied in pairs if part in parts
    )


def _definition(text: str) -> str:
    """A function or method that says it, with what it needs as parameters."""
    names = sorted(dict.fromkeys(_LOCAL.findall(text)), key=lambda name: name not in {"self", "cls"})
    return f"def means({', '.join(names)}): return {_plain(text)}"


def _plain(text: str) -> str:
    return _LOCAL.sub(r"\1", text)


def build() -> WideSignal:
    return _Conjunctions()
