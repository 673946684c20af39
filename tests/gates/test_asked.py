"""What is said of questions that recur: who asks, what was forgotten, one way out with a saving."""

from collections.abc import Mapping

from pareback.gates.index.view import plain
from pareback.gates.languages import python
from pareback.gates.scores import filings, wide
from pareback.gates.wide import Load, Told, View, WideSignal

RULE = "def can_{0}(user, doc):\n    return user.active and not user.banned and doc.owner == user.id\n"
THREE = "".join(map(RULE.format, ("edit", "delete", "pin")))
SHARE = "def can_share(who, doc):\n    return who.active and doc.owner == who.id\n"
ORDER = "class Order:\n    def __init__(self, state):\n        self.state = state\n"
ASKS = "def {0}(order):\n    if order.state == 'open':\n        {0}_it(order)\n"
SHAPES = "class Circle:\n    r = 1\nclass Square:\n    s = 1\n"
SWITCH = "def {0}(s):\n    if isinstance(s, Circle):\n        c_{0}()\n    if isinstance(s, Square):\n        s_{0}()\n"


def signal(number: str) -> WideSignal:
    return next(part for part in wide() if part.id == number)


def view(files: Mapping[str, str]) -> View:
    return plain({path: python.build().extract(text.encode()) for path, text in files.items()}, filings())


def loads(number: str, files: Mapping[str, str]) -> dict[str, Load]:
    facts = {path: python.build().extract(text.encode()) for path, text in files.items()}
    keys = {entry.key for each in facts.values() for filing in filings() for entry in filing(each)}
    return {load.subject: load for load in signal(number).loads(sorted(keys), view(files))}


def told(number: str, base: Mapping[str, str], head: Mapping[str, str], subject: str) -> Told:
    found = signal(number).explain(loads(number, head)[subject], loads(number, base).get(subject), view(head))
    assert found is not None
    return found


def test_a_place_that_forgets_a_condition_is_told_for_nothing() -> None:
    whole = "$1.active and $2.owner == $1.id and not $1.banned"
    found = loads("S11", {"rules.py": THREE, "share.py": SHARE})
    assert {subject: load.points for subject, load in found.items()} == {
        whole: 1.0,
        "$1.active and $2.owner == $1.id": 1.0,
        f"{whole} without not $1.banned": 0.0,
    }
    said = told("S11", {"rules.py": THREE}, {"rules.py": THREE, "share.py": SHARE}, f"{whole} without not $1.banned")
    assert (said.at.path, said.at.unit, said.saves) == ("share.py", "can_share", None)
    assert said.message == (
        "possible slip: this asks `who.active and doc.owner == who.id` without `not user.banned`, which 3 of 4 places "
        "ask along with it: rules.py:4 can_delete, rules.py:2 can_edit, rules.py:6 can_pin"
    )


def test_a_place_that_asks_for_the_opposite_forgot_nothing() -> None:
    banned = SHARE.replace("who.active and", "who.active and who.banned and")
    assert not any(" without " in subject for subject in loads("S11", {"rules.py": THREE, "share.py": banned}))


def test_a_repeated_conjunction_is_told_at_the_new_place_with_a_function_to_write() -> None:
    head = {"rules.py": THREE, "a.py": RULE.format("move")}
    said = told("S11", {"rules.py": THREE}, head, "$1.active and $2.owner == $1.id and not $1.banned")
    assert (said.at.path, len(said.others), said.saves) == ("a.py", 3, 4.5)
    text = "user.active and not user.banned and doc.owner == user.id"
    assert said.message.startswith(f"4 functions spell out `{text}`: this one, rules.py:4 can_delete")
    assert f"def means(user, doc): return {text}" in said.do


def test_a_condition_is_told_with_its_owner_and_at_the_new_place() -> None:
    base = {"orders.py": ORDER + "".join(map(ASKS.format, ("pay", "ship", "cancel")))}
    said = told("S6", base, {**base, "tax.py": ASKS.format("tax")}, "Order.state == 'open'")
    assert (said.at.path, said.at.line, len(said.others), said.saves) == ("tax.py", 2, 3, 0.5)
    assert said.message.startswith("4 functions ask `Order.state == 'open'`: this one, orders.py:")


def test_two_classes_of_one_name_are_two_owners_and_told_apart_by_their_file() -> None:
    one = ORDER + "    def {0}(self):\n        if self.state:\n            go()\n"
    methods = "".join(f"    def {name}(self):\n        if self.state:\n            go()\n" for name in "abc")
    found = loads("S6", {"a.py": ORDER + methods, "b.py": one.format("x")})
    assert {subject: load.points for subject, load in found.items()} == {"a.py:Order.state": 0.25}


def test_types_told_apart_are_told_with_the_method_to_write() -> None:
    base = {"shapes.py": SHAPES + "".join(map(SWITCH.format, ("area", "name")))}
    said = told("S8", base, {**base, "draw.py": SWITCH.format("draw")}, "Circle or Square")
    assert (said.at.path, said.at.unit) == ("draw.py", "draw")
    assert "give Circle and Square a method each" in said.do
    assert "`def draw(self)`" in said.do
    assert loads("S8", base) == {}
