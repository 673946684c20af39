"""S13, data clumps: parameters that three functions take together, or attributes that they hand on together.

What always travels together is one thing without a name. Functions of one name count once: overrides, twins and what
implements one interface must have one signature. Left out are functions whose signature somebody else asks for: those
with a decorator of another package, and methods of a class that looks up computed names. Of clumps within each other
the smallest counts: all functions of the larger ones have it too.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from pareback.gates.facts import FileFacts, Unit
from pareback.gates.points import CLUMP, INTERFACE, PLACES
from pareback.gates.reading.owners import computing, short
from pareback.gates.signal import Example
from pareback.gates.wide import Entry, Load, Posting, Told, View, WideSignal

_TAKEN, _HANDED = "taken:", "handed:"
_PLAIN = {"staticmethod", "classmethod", "cache", "lru_cache", "cached_property", "contextmanager", "override", "wraps"}
"""Decorators that leave a signature to whoever writes the function."""

_NAMED = 5

_CONNECT = "def {0}(host, port, user):\n    {0}_it(host, port, user)\n"
_THREE = "".join(_CONNECT.format(name) for name in ("connect", "probe", "close"))
_FOUR = _THREE + _CONNECT.format("reset")
_WIDER = "".join(f"def {name}(host, port, user, key):\n    {name}_it(host)\n" for name in ("dig", "sync", "push"))
_ENDPOINT = "class Endpoint:\n    def __init__(self, host, port, user):\n        self.host = host\n"
_AT = "".join(f"def {name}(at):\n    {name}_it(at)\n" for name in ("connect", "probe", "close", "reset"))
_HANDS = "def {0}(order):\n    return {0}_it(order.id, order.day, order.sum)\n"
_HANDING = "".join(_HANDS.format(name) for name in ("book", "bill"))
_OVERRIDE = "class {0}:\n    def send(self, host, port, user):\n        return {0}(host)\n"
_HANDLERS = """
class Server:
    def ask(self, name, a, b, c):
        return getattr(self, "on_" + name)(a, b, c)
    def on_get(self, a, b, c):
        return a
    def on_put(self, a, b, c):
        return b
    def on_del(self, a, b, c):
        return c
"""
_OVERRIDES = "".join(_OVERRIDE.format(name) for name in ("A", "B", "C", "D"))


@dataclass(frozen=True, slots=True)
class _Clumps:
    id = "S13"
    name = "data clumps"
    reads_code = False
    advice = "give what travels together a name: one object in place of many parameters"
    examples = (
        Example("", _THREE, CLUMP["place"]),
        Example(_THREE, _FOUR, CLUMP["place"]),
        Example(_FOUR, _ENDPOINT + _AT, -2 * CLUMP["place"]),
        Example("", _CONNECT.format("connect") + _CONNECT.format("probe"), 0.0),
        Example(_THREE, _THREE.replace("user)", "user, retries)"), 0.0),
        Example(_THREE, _THREE + _ENDPOINT, 0.0),
        Example(_THREE, _THREE + "@route('/')\n" + _CONNECT.format("reset"), 0.0),
        Example("", _OVERRIDES, 0.0),
        Example("", _HANDLERS, 0.0),
        Example(_THREE, _THREE + _WIDER, 3 * CLUMP["place"]),
        Example(_WIDER, _WIDER + _CONNECT.format("connect"), CLUMP["place"]),
        Example(_HANDING, _HANDING + _HANDS.format("ship"), CLUMP["place"]),
        Example(_THREE, {"a.py": _THREE, "b.py": "def send(user, host, *, port):\n    pass\n"}, CLUMP["place"]),
    )

    def entries(self, facts: FileFacts, /) -> Iterator[Entry]:
        computed = computing(facts)
        for unit in facts.units:
            names = tuple(sorted(set(unit.parameters)))
            if len(names) >= CLUMP["names"] and _free(unit) and unit.owner not in computed:
                yield from (Entry(_TAKEN + name, unit.qualname, unit.line, names) for name in names)
            for names, line in sorted({passed.names: passed.line for passed in unit.passed}.items()):
                yield from (Entry(_HANDED + name, unit.qualname, line, names) for name in names)

    def loads(self, keys: Collection[str], view: View, /) -> list[Load]:
        found = {load.subject: load for key in keys if key.startswith((_TAKEN, _HANDED)) for load in _loads(key, view)}
        return sorted(found.values(), key=lambda load: load.subject)

    def explain(self, load: Load, before: Load | None, _view: View, /) -> Told:
        how, _, names = load.subject.partition(" ")
        known = {(site.path, site.unit) for site in before.sites} if before else set()
        at = next((site for site in load.sites if (site.path, site.unit) not in known), load.sites[0])
        others = tuple(site for site in load.sites if site != at)
        message = f"{len(load.sites)} functions {_VERBS[how]} {names} together: {short(at.unit)}, {_units(others)}"
        saves = load.points - (INTERFACE["class"] if how == "taken" else 0.0)  # the clump goes, its class comes
        return Told(at, message, _way_out(how, names.split(", "), at), saves if saves > 0 else None, others)


def _free(unit: Unit) -> bool:
    """Whether the author of the function chose its signature; a constructor is where a clump should end."""
    name = short(unit.qualname)
    special = name.startswith("__") and name.endswith("__")
    return not special and _PLAIN.issuperset(unit.decorators)


def _loads(key: str, view: View) -> Iterator[Load]:
    """Every clump with that name in it: three names or more with all functions that have them, nothing left out that
    these have in common, and no clump within it. What it costs depends on the functions that have any three of its
    names, whichever of these was asked for."""
    prefix, _, name = key.partition(":")
    postings = view.postings(key)
    often = Counter(other for posting in postings for other in posting.detail)
    partners = {other for other, count in often.items() if count > PLACES} - {name}
    sharing: dict[tuple[str, ...], list[Posting]] = {}
    for posting in postings:
        for pair in combinations(sorted(partners.intersection(posting.detail)), int(CLUMP["names"]) - 1):
            sharing.setdefault(pair, []).append(posting)
    found = {_common(having): having for having in sharing.values() if len(having) > PLACES}
    for names, having in found.items():
        sites = _one_each(having)
        if len(sites) > PLACES and len(having) == _having_three(names, prefix, view):
            yield Load(f"{prefix} {', '.join(names)}", CLUMP["place"] * (len(sites) - PLACES), sites)


def _having_three(names: Sequence[str], prefix: str, view: View) -> int:
    """How many functions have three of these names or more: those of the clump, and more where there is one within."""
    having = Counter((found.path, found.unit) for name in names for found in view.postings(f"{prefix}:{name}"))
    return sum(count >= CLUMP["names"] for count in having.values())


def _common(sites: Sequence[Posting]) -> tuple[str, ...]:
    return tuple(sorted(set.intersection(*(set(site.detail) for site in sites))))


def _one_each(sites: Sequence[Posting]) -> tuple[Posting, ...]:
    """The first function of every name."""
    found: dict[str, Posting] = {}
    for site in sites:
        found.setdefault(short(site.unit), site)
    return tuple(found.values())


_VERBS = {"taken": "take", "handed": "hand on"}


def _way_out(how: str, names: Sequence[str], at: Posting) -> str:
    if how == "handed":
        return f"hand on the object itself in place of {', '.join(names)}"
    taker = short(at.unit)
    fields = ", ".join(names)
    return f"make one frozen dataclass of {fields}, named for what they are; let {taker} and the others take that"


def _units(sites: Sequence[Posting]) -> str:
    names = [f"{short(site.unit)} {site.path}:{site.line}" for site in sites[:_NAMED]]
    more = len(sites) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")


def build() -> WideSignal:
    return _Clumps()
