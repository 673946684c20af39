"""S9, cast pressure: values made into another type, worst where function after function does it to the same thing.

Every cast costs a little, wherever it stands. Once three functions cast one and the same thing, it should have had that
type from the start: where one producer gives it another form than the others, that one makes them all convert. What is
an ordinary expression elsewhere (a text in lower case, the value of an Enum's member) presses only there.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

from pareback.gates.facts import Cast, FileFacts, Unit
from pareback.gates.points import CAST, PLACES, RECAST
from pareback.gates.reading import producers
from pareback.gates.reading.asked import about, listed, newest, one_each, touched
from pareback.gates.reading.conversions import LEAVING, MEMBERS, PRICED, TEXTUAL, wanted
from pareback.gates.reading.owners import Place, declared_at, owners, short
from pareback.gates.reading.producers import Producer, odd
from pareback.gates.signal import Advice, Charge, Example, counted, dearest
from pareback.gates.ties import TEXTS
from pareback.gates.wide import Entry, Load, Posting, Told, View, WideSignal

_PREFIX = "cast:"
_NAMELESS = ("$", "…", "?")
_METHODS = {*("encode", "decode", "isoformat", "tolist", "to_dict", "as_posix"), *TEXTUAL}
_BECOMES = {
    "encode": "bytes",
    "decode": "str",
    "loads": "an object",
    "dumps": "text",
    "strip": "text without space around",
    **dict.fromkeys(MEMBERS, "what the others give"),
    **{name: f"text in {name} case" for name in ("lower", "upper")},
}
_ALONE = frozenset((*LEAVING, "chr", "dumps", *TEXTUAL, *MEMBERS))
"""Conversions that press only where one producer differs from the others."""
_NAMED = 4
"""Casts that a message names."""

_ROW = "class Row:\n    def __init__(self, price):\n        self.price = price\n"
_READS = "def {0}(row):\n    return {0}_of(int(row.price))\n"
_THREE = _ROW + "".join(map(_READS.format, ("tax", "sum", "due")))
_FLAGS = """
class Flags:
    def __init__(self):
        self.mode = 'r'
    def load(self, text):
        self.mode = {0}
"""
_MODES = "".join(map("def {0}(flags):\n    return {0}_of(flags.mode.value)\n".format, ("tax", "sum", "due")))
_ONE_ODD = _FLAGS.format("Mode.READ") + _MODES
_OTHER = "class Offer:\n    def __init__(self, price):\n        self.price = price\n"


@dataclass(frozen=True, slots=True)
class _Casts:
    id = "S9"
    name = "cast pressure"
    reads_code = False
    advice = "take a value in as the type it is used as: convert once, where it enters"
    examples = (
        Example(_ROW, _THREE, 3 * CAST + RECAST),
        Example(_THREE, {"shop.py": _THREE, "pay.py": _READS.format("pay")}, CAST + RECAST),
        Example(_THREE, _THREE.replace("int(row.price)", "row.price").replace("= price", "= int(price)"), -3 * CAST),
        Example(_THREE, _THREE.replace("price", "cost"), 0.0),
        Example(_THREE, _THREE.replace("(row)", "(row: object)"), 0.0),
        Example(_THREE, _THREE + _OTHER, -RECAST),
        Example(_FLAGS.format("'w'") + _MODES, _ONE_ODD, RECAST),
        Example("", "def f(a):\n    return str(a), tuple(a.b), json.loads(a.c), a.d.encode('utf-8')\n", 4 * CAST),
        Example("", "def f(a):\n    print(str(a), f'{int(a.b)}')\n    raise ValueError('no ' + str(a.c))\n", 0.0),
        Example("", "def f(self, a):\n    return tuple(a.items()), list(a.b), int(a // 2), int('1')\n", 0.0),
        Example("", "def f(a):\n    try:\n        a()\n    except OSError as e:\n        return str(e)\n", 0.0),
        Example("", "class A:\n    def __str__(self):\n        return str(self.a) + repr(self)\n", 0.0),
        Example("", "def f(encoder, data, name):\n    return encoder.encode(data), data.encode(name)\n", 0.0),
    )

    def price(self, facts: FileFacts) -> tuple[Charge, ...]:
        return tuple(
            Charge(unit.qualname, cast.line, CAST, cast.target, cast.name.replace("$", ""))
            for unit in facts.units
            for cast in unit.casts
            if cast.target in PRICED
        )

    def entries(self, facts: FileFacts, /) -> Iterator[Entry]:
        bases = {unit.qualname: unit.bases for unit in facts.units if unit.kind == "class"}
        for unit in facts.units:
            seen: set[tuple[str, ...]] = set()
            for cast in filter(_named, unit.casts):
                inherited = bases.get(unit.owner, ()) if cast.owner == short(unit.owner) else ()
                detail = (cast.target, cast.owner, _thing(cast.name), *inherited)
                if detail not in seen:
                    seen.add(detail)
                    yield Entry(_PREFIX + about(cast.name), unit.qualname, cast.line, detail)

    def loads(self, keys: Collection[str], view: View, /) -> list[Load]:
        names = {*touched(keys, _PREFIX), *producers.touched(keys, view)}
        found = [load for name in sorted(names) for load in _loads(name, view)]
        return sorted(found, key=lambda load: load.subject)

    @overload
    def explain(self, unit: Unit, charges: Sequence[Charge], /) -> Advice: ...
    @overload
    def explain(self, load: Load, before: Load | None, view: View, /) -> Told | None: ...
    def explain(self, what: Unit | Load, *known: Any) -> Advice | Told | None:
        """As a `Signal` of a unit and its charges, as a `WideSignal` of a load, the one before it and the tree."""
        return _advice(*known) if isinstance(what, Unit) else _told(what, *known)


def _named(cast: Cast) -> bool:
    """Whether what is cast means the same in every unit, and could be kept as what it is made into."""
    name = _thing(cast.name)
    if cast.owner in _NAMELESS or any(mark in name for mark in _NAMELESS):
        return False
    return bool(cast.owner) or "." in name or _answers(name)  # a bare name may be another one in the next file


def _answers(thing: str) -> bool:
    return thing.endswith("()")


def _thing(name: str) -> str:
    """What a cast is about; an answer whatever was asked with."""
    return f"{name.partition('(')[0]}()" if name.endswith(")") else name


def _loads(name: str, view: View) -> Iterator[Load]:
    """What is cast of the things about one name: to each type, of each thing."""
    found, groups = owners(view, name), dict[str, dict[Place | None, list[Posting]]]()
    for posting in view.postings(_PREFIX + name):
        target, owner, thing, *bases = posting.detail
        family = found.of(owner, posting.path, bases) if owner and not _answers(thing) else None
        if family or not owner or _answers(thing):
            groups.setdefault(_subject(target, thing, family), {}).setdefault(family, []).append(posting)
    for subject, by_family in groups.items():
        many = ((family, one_each(postings)) for family, postings in by_family.items())
        pressed = [sites for family, sites in many if len(sites) > PLACES and _presses(sites[0], family, view)]
        if pressed:
            points = RECAST * sum(len(sites) - PLACES for sites in pressed)
            yield Load(subject, points, tuple(site for sites in pressed for site in sites))


def _presses(site: Posting, family: Place | None, view: View) -> bool:
    """Whether the thing could have the wanted form from the start, as far as one can see."""
    target, _, thing, *_ = site.detail
    plain = target in PRICED and target not in _ALONE and not _answers(thing)
    return plain or bool(_odd(site, family, view))


def _odd(site: Posting, family: Place | None, view: View) -> list[Producer]:
    """The producers that give the thing another form than the one which it is cast to; where nobody gives that one,
    those of a function that always answers otherwise."""
    target, _, thing, *_ = site.detail
    if not _answers(thing):
        return odd(producers.of_attribute(about(thing), family, view), wanted(target)) if family else []
    answers = producers.of_answer(about(thing), view)
    functions = {(found.at.path, found.at.unit) for found in answers}
    known = all(found.sort for found in answers) and len(functions) == 1
    return odd(answers, wanted(target)) or (answers if known and target in PRICED and target not in _ALONE else [])


def _subject(target: str, thing: str, family: Place | None) -> str:
    return _cast(target, f"{short(family[1])}.{thing}" if family else thing)


def _cast(target: str, thing: str) -> str:
    if target in _METHODS:
        return f"{thing}.{target}()"
    if target in MEMBERS:
        return f"{thing}.{target}"
    return f"json.{target}({thing})" if target in {"loads", "dumps"} else f"{target}({thing})"


def _advice(charges: Sequence[Charge]) -> Advice:
    worst = dearest(charges)
    places = [f"{_cast(charge.kind, charge.subject or '…')} on line {charge.line}" for charge in charges]
    named = ", ".join([*dict.fromkeys(places)][:_NAMED])
    again = len(charges) - len({(charge.kind, charge.subject or charge) for charge in charges})
    message = f"{counted(len(charges), 'value')} made into another type: {named}"
    do = "take it in as the type it is used as; where it comes from outside, convert it once, there"
    return Advice(worst.line, message, do, again * CAST or None)


def _told(load: Load, before: Load | None, view: View) -> Told:
    """The producer that differs, else where the thing is declared: there it can have its type once and for all."""
    at, others = newest(load, before)
    target, owner, name, *bases = at.detail
    answers = _answers(name)
    family = owners(view, about(name)).of(owner, at.path, bases) if owner and not answers else None
    differing = _odd(at, family, view)
    becomes = _BECOMES.get(target, target)
    message = f"`{load.subject}` in {len(load.sites)} functions: {listed((at, *others))}"
    if differing:
        lone = differing[0]
        verb = "answer with" if answers else "give"
        do = f"{verb} {becomes} in {lone.at.unit} ({lone.at.path}:{lone.at.line}), which gives {_said(lone.sort)}"
        return Told(lone.at, message, f"{do}; delete the {len(load.sites)} casts", _saves(load), (at, *others))
    home = declared_at(view, about(name), family) if family else None
    where = f"once, where {home.unit} sets it ({home.path}:{home.line})" if home else "where it comes from"
    do = f"make it {becomes} {where}; delete the {len(load.sites)} casts"
    return Told(home or at, message, do, _saves(load), (at, *others) if home else others)


def _said(sort: str) -> str:
    """A sort in words."""
    return f"a member of {sort.removesuffix('.')}" if sort.endswith(".") else "str" if sort in TEXTS else sort


def _saves(load: Load) -> float:
    """The casts and what they cost together, less the one that is left."""
    each = CAST if load.sites[0].detail[0] in PRICED else 0.0
    return load.points + each * (len(load.sites) - 1)


def build() -> WideSignal:
    return _Casts()
