"""The same behaviour in many dresses: the honest way of writing it must be the cheapest."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

Delta = Callable[[Mapping[str, str], Mapping[str, str]], dict[str, float]]

HONEST = """
def price(user, items, coupon):
    if user is None or not user["active"]:
        return 0
    total = sum(cost(item) for item in items)
    if coupon == "half":
        return total / 2
    if coupon == "ten":
        return total - 10
    return total

def cost(item):
    if item["stock"] > 0:
        return item["price"]
    return item["price"] * 2
"""
DISGUISES = {
    "nested": """
def price(user, items, coupon):
    total = 0
    if user is not None:
        if user["active"]:
            for item in items:
                if item["stock"] > 0:
                    total += item["price"]
                else:
                    total += item["price"] * 2
            if coupon == "half":
                total = total / 2
            else:
                if coupon == "ten":
                    total = total - 10
    return total
""",
    "comprehensions": """
def price(user, items, coupon):
    return [
        [total / 2 if coupon == "half" else total - 10 if coupon == "ten" else total
         for total in [sum([item["price"] if item["stock"] > 0 else item["price"] * 2 for item in items])]][0]
        if active else 0
        for active in [user is not None and user["active"]]
    ][0]
""",
    "boolean algebra": """
def price(user, items, coupon):
    total = sum(item["stock"] > 0 and item["price"] or item["price"] * 2 for item in items)
    return (user is not None and user["active"] and (
        coupon == "half" and total / 2 or coupon == "ten" and total - 10
        or coupon not in ("half", "ten") and total)) or 0
""",
    "index arithmetic": """
def price(user, items, coupon):
    active = (user or {"active": False})["active"]
    total = sum((item["price"] * 2, item["price"])[item["stock"] > 0] for item in items)
    return (total, total / 2, total - 10)[(coupon == "half") * 1 + (coupon == "ten") * 2] * bool(active)
""",
    "dict of functions": """
def price(user, items, coupon):
    cost = {True: lambda item: item["price"], False: lambda item: item["price"] * 2}
    total = sum(cost[item["stock"] > 0](item) for item in items)
    finish = {"half": lambda: total / 2, "ten": lambda: total - 10}
    active = {True: lambda: 0, False: lambda: user["active"] and finish.get(coupon, lambda: total)() or 0}
    return active[user is None]()
""",
    "exceptions": """
def price(user, items, coupon):
    try:
        active = user["active"]
    except TypeError:
        return 0
    try:
        [][not active]
    except IndexError:
        try:
            {True: 1}[active]
        except KeyError:
            return 0
    total = 0
    for item in items:
        try:
            {True: 1}[item["stock"] > 0]
            total += item["price"]
        except KeyError:
            total += item["price"] * 2
    try:
        return {"half": total / 2, "ten": total - 10}[coupon]
    except KeyError:
        return total
""",
    "shredded": """
def price(user, items, coupon):
    return priced(items, coupon) if is_active(user) else 0

def is_active(user):
    return exists(user) and active(user)

def exists(user):
    return user is not None

def active(user):
    return user["active"]

def priced(items, coupon):
    return reduced(total(items), coupon)

def total(items):
    return sum(cost(item) for item in items)

def cost(item):
    return plain(item) if in_stock(item) else doubled(item)

def in_stock(item):
    return item["stock"] > 0

def plain(item):
    return item["price"]

def doubled(item):
    return item["price"] * 2

def reduced(total, coupon):
    return halved(total) if coupon == "half" else less_ten(total, coupon)

def halved(total):
    return total / 2

def less_ten(total, coupon):
    return total - 10 if coupon == "ten" else total
""",
    "text": """
def price(user, items, coupon):
    scope = dict(user=user, items=items, coupon=coupon)
    exec("total = 0 if user is None or not user['active'] else "
         "sum(i['price'] * (1 + (i['stock'] <= 0)) for i in items)", scope)
    total = scope["total"]
    return eval("0 if user is None or not user['active'] else total / 2 if coupon == 'half' else "
                "total - 10 if coupon == 'ten' else total", scope)
""",
    "twin": """
def price(user, items, coupon):
    if user is None or not user["active"]:
        return 0
    if coupon == "half":
        total = 0
        for item in items:
            if item["stock"] > 0:
                total += item["price"]
            else:
                total += item["price"] * 2
        return total / 2
    if coupon == "ten":
        total = 0
        for item in items:
            if item["stock"] > 0:
                total += item["price"]
            else:
                total += item["price"] * 2
        return total - 10
    total = 0
    for item in items:
        if item["stock"] > 0:
            total += item["price"]
        else:
            total += item["price"] * 2
    return total
""",
    "conditions as statements": """
def price(user, items, coupon):
    result = [0]
    def add(amount):
        result[0] = result[0] + amount
    user is not None and user["active"] and [
        item["stock"] > 0 and (add(item["price"]) or True) or add(item["price"] * 2) for item in items]
    user is not None and user["active"] and coupon == "half" and add(-result[0] / 2)
    user is not None and user["active"] and coupon == "ten" and add(-10)
    return result[0]
""",
}
USERS: list[dict[str, Any] | None] = [None, {"active": False}, {"active": True}]
ITEMS = [[], [{"stock": 1, "price": 30}], [{"stock": 0, "price": 7}, {"stock": 3, "price": 20}]]


def behaviour(source: str) -> list[float]:
    scope: dict[str, Any] = {}
    exec(source, scope)
    price = scope["price"]
    return [price(user, items, coupon) for user in USERS for items in ITEMS for coupon in (None, "half", "ten")]


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguise_does_the_same(name: str) -> None:
    assert behaviour(DISGUISES[name]) == behaviour(HONEST)


@pytest.mark.parametrize("name", DISGUISES)
def test_a_disguise_costs_more_than_the_honest_way(delta: Delta, name: str) -> None:
    honest, disguised = (sum(delta({}, {"a.py": text}).values()) for text in (HONEST, DISGUISES[name]))
    assert disguised > honest + 0.5, f"{name}: {disguised:.1f} against {honest:.1f}"


def points(delta: Delta, base: str, head: str) -> float:
    return sum(delta({"a.py": base}, {"a.py": head}).values())


IFS = """
def area(kind, a, b, c):
    if kind == "square":
        return a * a
    elif kind == "circle":
        return 3 * b
    elif kind == "box":
        show(a, b)
        return a + b + c
    else:
        raise ValueError(kind)
"""
MATCH = """
def area(kind, a, b, c):
    match kind:
        case "square":
            return a * a
        case "circle":
            return 3 * b
        case "box":
            show(a, b)
            return a + b + c
        case _:
            raise ValueError(kind)
"""


def test_a_chain_of_ifs_gains_nothing_as_a_match(delta: Delta) -> None:
    assert points(delta, IFS, MATCH) == pytest.approx(0.0, abs=0.2)


def test_a_match_that_takes_apart_gains_nothing_over_its_ifs(delta: Delta) -> None:
    first, second = "isinstance(p, P) and p.x == 0", "isinstance(p, Q) and p.y"
    ifs = f"def f(p):\n    if {first}:\n        return 1\n    elif {second}:\n        return 2\n"
    match = "def f(p):\n  match p:\n    case P(x=0):\n      return 1\n    case Q(y=True):\n      return 2\n"
    assert points(delta, ifs, match) == pytest.approx(0.0, abs=0.3)


LONG = """
def report(orders):
    lines = []
    for order in orders:
        lines.append(order.name)
    for order in orders:
        if order.late:
            lines.append(order.day)
    return lines
"""
EXTRACTED = """
def report(orders):
    lines = []
    for order in orders:
        lines.append(order.name)
    add_days(orders, lines)
    return lines

def add_days(orders, lines):
    for order in orders:
        if order.late:
            lines.append(order.day)
"""


def test_extraction_is_about_neutral(delta: Delta) -> None:
    assert points(delta, LONG, EXTRACTED) == pytest.approx(0.6, abs=0.3)


def test_extraction_of_nested_code_pays(delta: Delta) -> None:
    nested = LONG.replace(
        "    for order in orders:\n        if", "    while orders:\n      for order in orders:\n        if"
    )
    moved = EXTRACTED.replace("    add_days(orders, lines)\n", "    while orders:\n        add_days(orders, lines)\n")
    assert points(delta, nested, moved) < -0.5


def test_early_returns_pay(delta: Delta) -> None:
    nested = "def f(a, b):\n    if a:\n        if b:\n            for x in b:\n                use(x)\n"
    flat = (
        "def f(a, b):\n    if not a:\n        return\n    if not b:\n        return\n    for x in b:\n        use(x)\n"
    )
    assert points(delta, nested, flat) < -2


WRITTEN = """
class Point:
    def __init__(self, x, y, z=0):
        self.x = x
        self.y = y
        self.z = z

    def __eq__(self, other):
        if not isinstance(other, Point):
            return NotImplemented
        return self.x == other.x and self.y == other.y and self.z == other.z

    def __repr__(self):
        return f"Point({self.x!r}, {self.y!r}, {self.z!r})"
"""


@pytest.mark.parametrize(
    "generated",
    [
        "@dataclass(frozen=True)\nclass Point:\n    x: int\n    y: int\n    z: int = 0\n",
        "class Point(NamedTuple):\n    x: int\n    y: int\n    z: int = 0\n",
        "@attrs.define\nclass Point:\n    x: int\n    y: int\n    z: int = attrs.field(default=0)\n",
    ],
)
def test_a_generated_value_class_is_cheaper(delta: Delta, generated: str) -> None:
    constructor = WRITTEN[: WRITTEN.index("    def __eq__")]
    assert points(delta, WRITTEN, generated) < -2
    assert points(delta, constructor, generated) < 0


def test_a_table_of_data_is_cheap(delta: Delta) -> None:
    table = "AREAS = {'a': 1, 'b': 2, 'c': 3, 'd': 4, 'e': 5}\n\ndef area(kind):\n    return AREAS[kind]\n"
    chain = "def area(kind):\n" + "".join(f"    if kind == '{k}':\n        return {n}\n" for n, k in enumerate("abcde"))
    assert points(delta, chain, table) < -3


HEADER, ENDING = "def f(a, b, c, d, e, g, h):\n", "    return 1\n"
GUARD = "    if {}.x:\n        return None\n"
CHAINED = HEADER + GUARD.format(".x or ".join("abcdegh")) + ENDING
SPELLED = HEADER + "".join(map(GUARD.format, "abcdegh")) + ENDING


def test_a_condition_that_is_spelled_out_does_not_cost_a_branch_each(delta: Delta) -> None:
    """Seven guards in place of one `or` of seven: dearer, but not by the five that cognitive complexity asks."""
    assert 0 < points(delta, CHAINED, SPELLED) < 3
    assert points(delta, SPELLED, SPELLED.replace("if c.x:\n        return None", "if c.x:\n        return c")) > 0.4
