"""S15, dead code: what nothing reaches: private functions and classes nobody mentions, parameters and locals nobody
reads, statements that cannot run. It costs its own price once more.

Only private names are certain: a public one may be what others came for. A name is in use if another unit mentions it;
a plain mention in a file that defines the name itself means that one. A text that begins the name mentions it. Left out
are what others may call without naming it (decorated by another package, methods of a class that has bases or looks up
computed names) and parameters of functions that something holds: it may ask for that signature. A new one of these
breaks rule H7, unless its file looks up computed names.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import fsum

from pareback.gates.facts import FileFacts, Size, Unit
from pareback.gates.points import UNUSED, step_points
from pareback.gates.reading.lines import volume_points
from pareback.gates.reading.owners import short
from pareback.gates.reading.reached import Unreached, entries, unreached
from pareback.gates.signal import Example
from pareback.gates.ties import Unused
from pareback.gates.wide import Entry, Load, Posting, Told, View, WideSignal

_WITHIN = "unused:"
_WORDS = {
    "unit": ("nothing mentions {0}", "delete {0}, or call it where the ticket needs it"),
    "parameter": ("{0}() never reads its parameter {1}", "drop the parameter {1} of {0} and what its callers pass"),
    "function": ("nothing in {1}() calls its inner function {0}", "delete the inner function {0}"),
    "local": ("{1}() never reads its local {0}", "drop the name {0}; keep the right side only if it has an effect"),
    "unreachable": ("what follows the return, raise, break or continue in {0}() never runs", "delete these lines"),
    "constant": ("a condition in {0}() is a constant", "keep the branch that runs, without its condition"),
}
"""What is said of each kind of dead thing, and what to do."""

_DEAD = "def _tax(x):\n    if x > 3:\n        return x * 2\n    return x\n"
_USED = _DEAD + "def total(x):\n    return _tax(x)\n"
_LEFT = "def total(x):\n    return x\n    print(x)\n"
_METHOD = "class Cart:\n    def _tax(self):\n        return 3 * self.rate\n"
_RULE = "def _tax(x, rate):\n    return x\n"
_CALLS = "def total(x):\n    return _tax(x, 3)\n"
_LISTED = _DEAD + "HOOKS = [_tax]\n"


@dataclass(frozen=True, slots=True)
class _Dead:
    id = "S15"
    name = "dead code"
    reads_code = True
    advice = "delete what nothing reaches; it comes back from history when it is needed"
    examples = (
        Example(_USED, _USED + _DEAD.replace("_tax", "_toll"), 1.18),
        Example(_DEAD, "", -1.18),
        Example("", _USED, 0.0),
        Example("", {"a.py": _DEAD, "b.py": "from a import _tax\n"}, 0.0),
        Example("", {"a.py": _DEAD, "b.py": "def _tax():\n    pass\n\ndef f():\n    return _tax()\n"}, 1.18),
        Example("", _LISTED, 0.0),
        Example("", "@app.route('/')\n" + _DEAD, 0.0),
        Example("", _METHOD, 0.112),
        Example("", _METHOD.replace("Cart", "Cart(View)"), 0.0),
        Example("", _METHOD + "def f(cart):\n    return getattr(cart, '_tax')\n", 0.0),
        Example("", "__all__ = ['_tax']\n" + _DEAD, 0.0),
        Example("", _METHOD + "    def ask(self, name):\n        return getattr(self, name)()\n", 0.0),
        Example("", "def f(name):\n    return globals()['_t' + name]()\n" + _DEAD, 1.18),
        Example("", "def f(name):\n    return globals()['_tax_' + name]()\n" + _DEAD.replace("_tax", "_tax_in"), 0.0),
        Example("", _RULE + _CALLS, UNUSED["parameter"]),
        Example("", _RULE + _CALLS + "RULES = (_tax,)\n", 0.0),
        Example("", "def f(x):\n    y = x()\n    return 3\n", UNUSED["local"]),
        Example("", "def f(x):\n    y = x()\n    return locals()\n", 0.0),
        Example("", _LEFT, 0.024),
        Example("", _LEFT.replace("print(x)", "yield"), 0.0),
        Example("", "def f(x):\n    if False:\n        x()\n", 1.04),
        Example("", "def f(x):\n    def g():\n        return x\n    return x\n", 0.024),
    )

    def entries(self, facts: FileFacts, /) -> Iterator[Entry]:
        yield from entries(facts)
        for unit in facts.units:
            for thing in unit.unused:
                if thing.kind != "parameter":
                    yield Entry(_WITHIN + short(unit.qualname), unit.qualname, thing.line, (thing.kind, thing.name))

    def loads(self, keys: Collection[str], view: View, /) -> list[Load]:
        found = [load for name in unreached(keys, view) for load in _named(name, view)]
        found += [load for key in sorted(set(keys)) if key.startswith(_WITHIN) for load in _within(key, view)]
        return sorted(found, key=lambda load: load.subject)

    def explain(self, load: Load, _before: Load | None, _view: View, /) -> Told:
        what, *names = load.subject.split(" ")
        message, do = (text.format(*names) for text in _WORDS[what])
        saves = load.points if what in UNUSED else 2 * load.points  # the code goes, and what it costs to be dead
        return Told(load.sites[0], message, do, saves, load.sites[1:])


def _named(found: Unreached, view: View) -> Iterator[Load]:
    """Private definitions that nothing reaches, and parameters that none of their callers needs."""
    rule = "H7" if found.certain else ""
    if found.dead:
        points = fsum(_cost(posting, view) for posting in found.dead)
        yield Load(f"unit {found.name}", points, found.dead, rule)
    for parameter, posting in found.unread:
        yield Load(f"parameter {found.name} {parameter}", UNUSED["parameter"], (posting,), rule)


def _cost(posting: Posting, view: View) -> float:
    """What the unit costs by itself, a class with its methods."""
    units = [unit for unit in view.facts(posting.path).units if f"{unit.qualname}.".startswith(f"{posting.unit}.")]
    flow = fsum(step_points(step.kind, step.nesting) for unit in units for step in unit.flow)
    return flow + fsum(volume_points(size) for unit in units for size in unit.sizes)


def _within(key: str, view: View) -> Iterator[Load]:
    """What is dead inside functions of that name."""
    things: dict[str, list[Posting]] = {}
    for posting in view.postings(key):
        kind, name = posting.detail
        things.setdefault(" ".join(filter(None, (kind, name, key.removeprefix(_WITHIN)))), []).append(posting)
    for subject, sites in things.items():
        points = fsum(_waste(site, view) for site in sites)
        yield Load(subject, points, tuple(sites), "H7" if subject.startswith("function ") else "")


def _waste(site: Posting, view: View) -> float:
    """What a dead thing inside a unit costs: its flow and its size."""
    units = (unit for unit in view.facts(site.path).units if unit.qualname == site.unit)
    place = (*site.detail, site.line)
    things = ((unit, thing) for unit in units for thing in unit.unused)
    return next(_price(unit, thing) for unit, thing in things if (thing.kind, thing.name, thing.line) == place)


def _price(unit: Unit, thing: Unused) -> float:
    if thing.kind in UNUSED:
        return UNUSED[thing.kind]
    flow = fsum(step_points(step.kind, step.nesting) for step in unit.flow if thing.line <= step.line <= thing.end)
    return flow + volume_points(Size(thing.tokens, 0, thing.distinct))


def build() -> WideSignal:
    return _Dead()
