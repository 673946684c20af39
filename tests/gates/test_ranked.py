"""The survey's one list: an origin of every kind first in its example, and a twin without it."""

from collections.abc import Callable, Mapping

import pytest

from pareback.gates.languages import python
from pareback.gates.survey.origin import Origin
from pareback.gates.survey.ranked import ranked
from pareback.gates.survey.whole import whole

Survey = Callable[[str | Mapping[str, str]], tuple[Origin, ...]]

USERS = ("tax", "rate", "label", "audit", "show", "send", "pack", "store")


def users(form: str) -> str:
    """The form once for every user, with the name in place of USER."""
    return "".join(form.replace("USER", name) for name in USERS)


CART = """
class Cart:
    def __init__(self):
        self.coupon = None
    def redeem(self, coupon):
        self.coupon = coupon
"""
CHECKS = users("    def USER(self):\n        if self.coupon is not None:\n            self.coupon.USER()\n")
FIND = """
def look_up(users, name):
    for user in users:
        if user.name == name:
            return user
    return None
"""
ASKS = users(
    "def USER(users):\n    user = look_up(users, 'a')\n    if user is None:\n        raise OSError\n    keep(user)\n"
)
ROW = """
class Row:
    def __init__(self, text):
        self.price = int(text)
    def reload(self, text):
        self.price = str(text)
"""
INTS = users("def USER(row):\n    keep(int(row.price))\n")
VALUES = users("def USER(row):\n    keep(row.price.value)\n")
PATHS = users("def USER(root):\n    keep(Path(home(root)))\n")
HOME = "def home(root):\n    if root:\n        return Path(root)\n    return 'here'\n"
NAMES = "def names(a):\n    if a:\n        return [a, a]\n    return 'none'\n"
TESTS = users(
    "def USER(a):\n    found = names(a)\n    if isinstance(found, str):\n        raise OSError\n    keep(found)\n"
)
CELL = """
class Cell:
    def __init__(self, value):
        self.value = [value, value]
    def clear(self):
        self.value = ''
"""
CELLS = users("    def USER(self):\n        if isinstance(self.value, str):\n            raise OSError\n")
JOB = """
class Job:
    def __init__(self):
        self.on = False
    def start(self):
        self.on = True
    def stop(self):
        self.on = False
    def fail(self):
        self.on = False
"""
PHASES = users("    def USER(self):\n        if self.on:\n            USER()\n")
TABLE = "TABLE = {}\n\n" + users("def USER(key):\n    TABLE[key] = 1\n")
CLOCK = "import time\n\n" + users("def USER(end):\n    if time.time() > end:\n        raise OSError\n")
ORDER = "class Order:\n    def __init__(self, kind):\n        self.kind = kind\n"
KINDS = users("def USER(order):\n    if order.kind == 'open':\n        keep(order)\n")
RULES = users("def USER(user, doc):\n    return user.active and not user.banned and doc.owner == user.id\n")
PAIR = """
class Pair:
    def __init__(self):
        self.low = 0
        self.high = 0
"""
MOVES = users("    def USER(self):\n        self.low = 1\n        self.high = 2\n")


@pytest.fixture(scope="module")
def survey() -> Survey:
    """The list of a tree of texts; one text is a tree of one file."""

    def run(texts: str | Mapping[str, str]) -> tuple[Origin, ...]:
        files = {"shop/cart.py": texts} if isinstance(texts, str) else texts
        return ranked(whole({path: python.build().extract(text.encode()) for path, text in files.items()}))

    return run


@pytest.mark.parametrize(
    ("kind", "what", "line", "text", "twin"),
    [
        ("nil", "Cart.coupon", 4, CART + CHECKS, CART.replace("None", "Coupon()") + CHECKS),
        ("nil", "look_up()", 6, FIND + ASKS, FIND.replace("return None", "raise KeyError(name)") + ASKS),
        ("cast", "int(Row.price)", 6, ROW + INTS, ROW + INTS.replace("int(row.price)", "row.price")),
        ("cast", "Row.price.value", 6, ROW.replace("str(text)", "Price.FREE") + VALUES, ROW + VALUES),
        ("cast", "Path(home())", 4, HOME + PATHS, HOME.replace("'here'", "Path('here')") + PATHS.replace("Path(", "(")),
        ("type", "names() answers with list, literal", 4, NAMES + TESTS, NAMES.replace("'none'", "[]") + TESTS),
        ("type", "the type of `Cell.value`, is it str", 6, CELL + CELLS, CELL),
        ("state", "Job.on", 6, JOB + PHASES, JOB.replace("def start(self):\n        self.on = True", "x = 1") + JOB),
        ("state", "TABLE", 4, TABLE, TABLE.replace("TABLE[key] = 1", "return TABLE[key]")),
        ("time", "time.time in shop/cart.py", 4, CLOCK, CLOCK.replace("time.time() > end", "end > 3")),
        ("condition", "Order.kind == 'open'", 3, ORDER + KINDS, ORDER + KINDS.replace("order.kind", "kind")),
        (
            "conjunction",
            "a.active and b.owner == a.id and not a.banned",
            8,
            RULES,
            RULES.replace(" and not user.banned and doc.owner == user.id", ""),
        ),
        ("drift", "Pair.high + Pair.low", 17, PAIR + MOVES, PAIR + MOVES.replace("self.low", "low")),
    ],
)
def test_an_origin_comes_first_and_its_twin_has_none(
    survey: Survey, kind: str, what: str, line: int, text: str, twin: str
) -> None:
    first = survey(text)[0]
    assert (first.kind, first.what, first.path, first.line) == (kind, what, "shop/cart.py", line)
    assert first.frees >= 1
    assert len(first.places) == first.decisions == len(USERS)
    assert [origin for origin in survey(twin) if origin.kind == kind] == []


OPTION = "class Cart:\n    def __init__(self, coupon=None):\n        self.coupon = coupon\n"
COUNTS = users("    def USER(self):\n        self.low += 1\n    def d_USER(self):\n        keep(self.low > 1)\n")
LINK = CART.replace("coupon", "parent")


@pytest.mark.parametrize(
    "text",
    [
        OPTION + "".join(CHECKS.splitlines(keepends=True)[:12]),
        LINK + CHECKS.replace("coupon", "parent"),
        FIND + "".join(ASKS.splitlines(keepends=True)[:15]),
        "class Row:\n    price = None\n\n" + INTS.replace("int(row.price)", "row.price or 0"),
        "from shop import TABLE\n" + TABLE.removeprefix("TABLE = {}\n"),
        PAIR
        + users("    def USER(self):\n        self.low += 1\n")
        + users("    def d_USER(self):\n        keep(self.low > 1)\n"),
    ],
)
def test_what_nobody_would_act_on_is_left_out(survey: Survey, text: str) -> None:
    """An option, a link, an answer that three ask for, a default that nobody fills, what is another module's, a
    counter."""
    assert survey(text) == ()


def test_places_of_other_files_belong_to_the_origin(survey: Survey) -> None:
    files = {"shop/find.py": FIND, "shop/use.py": ASKS}
    alone, apart = survey(FIND + ASKS)[0], survey(files)[0]
    assert (apart.path, apart.decisions, apart.frees) == ("shop/find.py", alone.decisions, alone.frees)
    assert {place.path for place in apart.places} == {"shop/use.py"}


def test_the_order_does_not_depend_on_the_order_of_files(survey: Survey) -> None:
    files = {"a.py": CART + CHECKS, "b.py": FIND + ASKS, "c.py": ROW + INTS}
    found = survey(files)
    assert survey(dict(reversed(files.items()))) == found
    assert [origin.frees for origin in found] == sorted((origin.frees for origin in found), reverse=True)
