"""S7, nil pressure: where None is made, and how many functions have to ask for it because of that.

An origin costs for every unit in which None is made there, and for every function beyond the second that asks. A check
whose origin cannot be told costs nothing, and an annotation alone makes no None: typing code never costs.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from math import fsum

from pareback.gates.facts import FileFacts, Unit
from pareback.gates.points import INTERFACE, NIL_CHECK, NIL_SOURCE, PLACES
from pareback.gates.reading.origins import ANSWERS, ASKS, Origin, entries, found, touched
from pareback.gates.reading.owners import short
from pareback.gates.reading.relief import relief
from pareback.gates.signal import Example
from pareback.gates.wide import Entry, Load, Posting, Told, View, WideSignal

_CART = """
class Cart:
    def __init__(self):
        self.coupon = None
    def redeem(self, coupon):
        self.coupon = coupon
"""
_CHECK = "    def {0}(self):\n        if self.coupon is not None:\n            self.coupon.{0}()\n"
_CHECKS = "".join(map(_CHECK.format, ("total", "label", "audit")))
_OTHER = "class Order:\n    def __init__(self, coupon):\n        self.coupon = coupon\n"
_ASKED = "def {0}(cart):\n    if cart.coupon:\n        show(cart)\n"
_FIND = """
def look_up(users, name):
    for user in users:
        if user.name == name:
            return user
    return None
"""
_FOUND = """
def {0}(users):
    user = look_up(users, "{0}")
    if user is None:
        return 0
    return user.{0}
"""
_FINDS = "".join(map(_FOUND.format, ("age", "size", "rank")))
_SENT = "def relay(box):\n    if box:\n        return send(box)\n"

_NAMED = 5
"""Functions that a message names."""


@dataclass(frozen=True, slots=True)
class _Nils:
    id = "S7"
    name = "nil pressure"
    reads_code = False
    advice = "let a value always be there: make it where None is made now, or raise there"
    examples = (
        Example("", _CART, NIL_SOURCE),
        Example(_CART, _CART + _CHECKS, NIL_CHECK),
        Example(_CART + _CHECKS, _CART.replace("None", "NoCoupon()"), -NIL_SOURCE - NIL_CHECK),
        Example(_CART + _CHECKS, {"cart.py": _CART + _CHECKS, "tax.py": _ASKED.format("tax")}, NIL_CHECK),
        Example(_CART + _CHECKS, _CART + _CHECKS.replace("is not None", "!= None"), 0.0),
        Example(_CART, _CART.replace("self.coupon = None", "self.coupon: Coupon | None = None"), 0.0),
        Example(_CART, _CART.replace("coupon):", "coupon: Coupon | None) -> Cart | None:"), 0.0),
        Example(_CART, _CART + _CHECK.format("total") + _CHECK.format("label"), 0.0),
        # whose coupon is asked for is open from here on
        Example(_CART + "".join(map(_ASKED.format, "abc")), _CART + _OTHER + "".join(map(_ASKED.format, "abc")), -0.5),
        Example("", _FIND + _FINDS, NIL_SOURCE + NIL_CHECK),
        Example(_FIND + _FINDS, _FIND.replace("return None", "raise KeyError(name)") + _FINDS, -NIL_SOURCE - NIL_CHECK),
        Example("", _FIND.replace("    return None\n", ""), 0.0),
        Example("", _FIND.replace("    return None\n", "") + _FOUND.format("age"), NIL_SOURCE),
        Example("", _SENT + "def go(box):\n    relay(box)\n", 0.0),
    )

    def entries(self, facts: FileFacts, /) -> Iterator[Entry]:
        return entries(facts)

    def loads(self, keys: Collection[str], view: View, /) -> list[Load]:
        origins = [origin for group in touched(keys) for origin in found(group, view)]
        names = sorted({origin.name for origin in origins})
        loads = (_load(name, [origin for origin in origins if origin.name == name]) for name in names)
        return [load for load in loads if load.points]

    def explain(self, load: Load, before: Load | None, view: View, /) -> Told | None:
        return _told(load, before, view)


def _load(name: str, origins: Sequence[Origin]) -> Load:
    """What the origins of one name cost; there are several where classes of one name have nothing to do with each
    other."""
    sites = [site for origin in origins for site in (*sorted(origin.made), *sorted(origin.checks.values()))]
    return Load(name, fsum(map(_points, origins)), tuple(sites))


def _points(origin: Origin) -> float:
    return NIL_SOURCE * len(origin.sources) + NIL_CHECK * max(0.0, origin.weight - PLACES)


_HOW = {
    "set": "{0} is set to None here",
    "default": "{0} is None from its class on, here",
    "parameter": "{0} is taken from a parameter whose default is None, here",
    "property": "{0} can be None: its property gives None here",
    "none": "{0} returns None here",
    "bare": "{0} returns without a value here",
    "end": "{0} can run off its end and then gives None",
    "context": "{0} gives None before it is set",
    "": "{0} may be None",
}


def _told(load: Load, before: Load | None, view: View) -> Told | None:
    """The first place where None is made, who asks for it because of that, and one way to need no asking."""
    asks = [site for site in load.sites if site.detail[0] == ASKS]
    if not asks:
        return None
    made = [site for site in load.sites if site.detail[0] != ASKS]
    at = (made or asks)[0]
    known = {(site.path, site.unit) for site in before.sites} if before else set()
    fresh = sorted(asks, key=lambda site: ((site.path, site.unit) in known, site))
    named = [_place(site, new=before is not None and (site.path, site.unit) not in known) for site in fresh[:_NAMED]]
    if len(asks) > _NAMED:
        named.append(f"{len(asks) - _NAMED} more")
    who = "1 function asks" if len(asks) == 1 else f"{len(asks)} functions ask"
    how = _HOW[made[0].detail[1] if made else ""].format(load.subject)
    also = "".join(f" and at {site.path}:{site.line}" for site in made[1:3])
    message = f"{how}{also}; {who} for it: {', '.join(named)}"
    do, saves = _remedy(load, made, asks, view)
    return Told(at, message, do, saves if saves > 0 else None, tuple(site for site in load.sites if site != at))


def _place(site: Posting, *, new: bool) -> str:
    return f"{short(site.unit)} {site.path}:{site.line}{' (new)' if new else ''}"


def _remedy(load: Load, made: Sequence[Posting], asks: Sequence[Posting], view: View) -> tuple[str, float]:
    """What to write in place of None, and what it saves: what the origin costs and the conditions that then can go,
    less what is new."""
    freed = load.points + _relief(asks, view)
    if not made or made[0].detail[1] == "context":
        return _kept(load, freed)
    if made[0].detail[0] == ANSWERS:
        return _answered(load, made, freed)
    holder, _, name = load.subject.partition(".")
    if {site.detail[1] for site in made} == {"parameter"}:
        do = f"make it required in {short(made[0].unit)}(), or give it a default that needs no check; delete the checks"
        return do, freed
    if made[0].detail[1] == "property":
        return f"let `{name}` raise where it has nothing to give, or give what needs no check", load.points
    asking = {site.unit for site in asks}
    units = [unit for unit in _units(holder, made, view) if unit.qualname not in asking or _lazy(unit, name)]
    nothing = INTERFACE["class"] + INTERFACE["function"] * len(asks)
    return _attribute(name, units, once=len(made) == 1, freed=freed, nothing=nothing)


def _relief(asks: Sequence[Posting], view: View) -> float:
    """What the conditions cost that ask for None by themselves. One that asks for truth may mean more."""
    lines: dict[tuple[str, str], set[int]] = {}
    for site in asks:
        if site.detail[1] == "nil":
            lines.setdefault((site.path, site.unit), set()).add(site.line)
    units = {(path, unit.qualname): unit for path in {path for path, _ in lines} for unit in view.facts(path).units}
    return fsum(relief(units[place], found) for place, found in lines.items())


def _kept(load: Load, freed: float) -> tuple[str, float]:
    """Of what no class or function makes: the environment, an item, a context variable."""
    if load.subject.startswith("os."):
        return f"read `{load.subject}` once, where the program starts, with its default; hand the value on", load.points
    if load.subject.endswith("]"):
        return f"put a value there where the container is made; read `{load.subject}` and delete the checks", freed
    return "read it in one function that raises where nothing is set; call that and delete the checks", load.points


def _answered(load: Load, made: Sequence[Posting], freed: float) -> tuple[str, float]:
    empty = {site.detail[3] for site in made}
    if len(empty) == 1 and empty != {""}:
        return f"return {empty.pop()} in place of None; delete the checks, an empty one needs none", freed
    name = load.subject.rpartition(".")[2]
    return f"let `{name}` raise LookupError where it has nothing to give, or return what needs no check", load.points


def _attribute(name: str, units: Sequence[Unit], *, once: bool, freed: float, nothing: float) -> tuple[str, float]:
    """One that is None but `once` and filled when it is first asked for is a cached property; one that a later call
    sets belongs to an object of its own; else something that does `nothing`, at that cost at most, stands for it."""
    setters = sorted((not _lazy(unit, name), short(unit.qualname)) for unit in units if _sets(unit, name))
    if once and len(setters) == 1 and not setters[0][0]:
        do = f"make it a property that is computed once: @cached_property def {name}(self); delete the checks"
        return do, freed - INTERFACE["function"]
    if once and setters and setters[0][0]:
        do = f"split the type: {setters[0][1]}() returns an object that always has `{name}`; what asks goes there"
        return do, freed - INTERFACE["class"]
    title = "".join(word.capitalize() for word in name.split("_"))
    do = f"put there what needs no check: an empty value, or class No{title}, which does nothing; delete the checks"
    return do, freed - nothing


def _lazy(unit: Unit, name: str) -> bool:
    """Whether it fills the attribute where it finds it None."""
    return any(state.kind == "lazy" and state.subject.endswith(f".{name}") for state in unit.shared)


def _sets(unit: Unit, name: str) -> bool:
    """Whether a method gives the attribute a value, after the object was made."""
    nothing = any(nil.name == name for nil in unit.nils) or short(unit.qualname).startswith("__")
    return unit.kind == "function" and not nothing and any(member.name == name for member in unit.members)


def _units(holder: str, made: Sequence[Posting], view: View) -> list[Unit]:
    """The methods of the class, as far as they stand in the file where the None is made."""
    return [unit for unit in view.facts(made[0].path).units if short(unit.owner) == holder]


def build() -> WideSignal:
    return _Nils()
