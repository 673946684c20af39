"""S6, condition pressure: one condition on one thing of the repository, asked in function after function.

Each place that asks decides anew what the thing itself could know. Left out: questions without identity beyond their
unit, those that end a loop, and those of the platform; whether something is there at all, where its class may hold
None, is nil pressure.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from pareback.gates.facts import Atom, FileFacts, Unit
from pareback.gates.points import CONDITION, PLACES
from pareback.gates.reading.asked import (
    Question,
    about,
    asked,
    by_owner,
    filed,
    listed,
    newest,
    one_each,
    touched,
    units,
)
from pareback.gates.reading.owners import class_of, short
from pareback.gates.signal import Example
from pareback.gates.wide import Entry, Load, Posting, Told, View, WideSignal

_PREFIX = "condition:"
_NULLABLE = "nullable"
_KINDS = {"eq", "truthy", "call", "in", "ord"}
_PLACES = {"if", "assert", "case"}
_QUESTION = re.compile(r"(?:^|\.)_*(?:is|has|can|should|must|may|needs|supports|allows|are|was)(?:_|[A-Z])[^.(]*\(")
"""Calls that ask and do nothing, as their names say."""
_PLATFORM = ("sys.", "os.name", "os.environ", "os.getenv", "platform.", "__debug__", "TYPE_CHECKING", "typing.")

_CLASS = "class Order:\n    def __init__(self, state):\n        self.state = state\n"
_ASKS = 'def {0}(order):\n    if order.state == "open":\n        {0}_it(order)\n'
_THREE = _CLASS + "".join(_ASKS.format(name) for name in ("pay", "ship", "cancel"))
_DOOR = "class Door:\n    def __init__(self, state):\n        self.state = state\n"
_TYPED = _THREE.replace("(order):", "(order: Order):")
_LOCAL = "def {0}(state):\n    if state == 'open':\n        {0}_it()\n"


@dataclass(frozen=True, slots=True)
class _Conditions:
    id = "S6"
    name = "condition pressure"
    reads_code = False
    advice = "let the thing that knows the answer do what depends on it"
    examples = (
        Example(_CLASS, _THREE, CONDITION),
        Example(_THREE, _THREE + _ASKS.format("refund"), CONDITION),
        Example(_THREE, {"orders.py": _THREE, "tax.py": _ASKS.format("tax")}, CONDITION),
        Example(_CLASS, _CLASS + _ASKS.format("pay") + _ASKS.format("ship"), 0.0),
        Example(_THREE, _THREE + _ASKS.format("refund").replace("open", "paid"), 0.0),
        Example(_THREE, _THREE.replace('order.state == "open"', 'not "open" != order.state'), 0.0),
        Example(_THREE, _THREE + "class Big(Order):\n    state = 'big'\n", 0.0),
        Example(_THREE, _THREE + _DOOR, -CONDITION),
        Example(_TYPED, _TYPED + _DOOR, 0.0),
        Example(_CLASS, _CLASS + "".join(_LOCAL.format(name) for name in ("pay", "ship", "cancel")), 0.0),
    )

    def entries(self, facts: FileFacts, /) -> Iterator[Entry]:
        yield from filed(facts, _counts, lambda atom: [_PREFIX + about(atom.name)])
        for unit in facts.units:
            for nil in unit.nils:
                if nil.name and not nil.owner:
                    yield Entry(_PREFIX + nil.name, unit.qualname, nil.line, (_NULLABLE, short(class_of(unit))))

    def loads(self, keys: Collection[str], view: View, /) -> list[Load]:
        found = [load for name in touched(keys, _PREFIX) for load in _loads(name, view)]
        return sorted(found, key=lambda load: load.subject)

    def explain(self, load: Load, before: Load | None, _view: View, /) -> Told:
        at, others = newest(load, before)
        message = f"{len(load.sites)} functions ask `{load.subject}`: this one, {listed(others)}"
        return Told(at, message, _way_out(asked(at), load.subject), load.points, others)


def _counts(_unit: Unit, atom: Atom) -> bool:
    platform = not atom.owner and atom.name.startswith(_PLATFORM)
    acts = atom.kind == "call" and not _QUESTION.search(atom.name)
    return atom.kind in _KINDS and atom.place in _PLACES and not platform and not acts


def _loads(name: str, view: View) -> Iterator[Load]:
    """What is asked of attributes of one name, in more units than may ask for nothing."""
    postings = view.postings(_PREFIX + name)
    if len(postings) <= PLACES:
        return
    asking = [posting for posting in postings if posting.detail[0] != _NULLABLE]
    nullable = {posting.detail[1] for posting in postings if posting.detail[0] == _NULLABLE}
    groups: dict[str, list[Posting]] = {}
    for posting, owner in by_owner(asking, view, name).items():
        found = asked(posting)
        if found.kind != "truthy" or not nullable.intersection((owner, found.owner)):
            groups.setdefault(found.text(owner), []).append(posting)
    for text, sites in groups.items():
        points = CONDITION * (units(sites) - PLACES)
        if points > 0:
            yield Load(text, points, one_each(sites))


def _way_out(found: Question, asked: str) -> str:
    if not found.owner:
        return f"decide `{asked}` in one place and hand on what follows from it: a function, an object, a default"
    if found.kind == "truthy":
        return f"make it two types, or a method beside `{found.name}` that does what depends on it; call that unasked"
    if found.kind == "call":
        return f"let one function ask `{found.name}` and do what its callers do with the answer; call that instead"
    return f"put what depends on `{asked}` into one method beside `{found.name}`; call that without asking first"


def build() -> WideSignal:
    return _Conditions()
