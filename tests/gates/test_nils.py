"""Where None is made, who asks for it because of that, and what is said of it."""

import textwrap
from collections.abc import Mapping

import pytest

from pareback.gates.facts import FileFacts, Nil
from pareback.gates.index.view import plain
from pareback.gates.languages import python
from pareback.gates.scores import filings
from pareback.gates.signals import nils
from pareback.gates.wide import Load, Told, View


def facts(source: str) -> FileFacts:
    found = python.build().extract(textwrap.dedent(source).encode())
    assert not found.problems
    return found


def made(source: str) -> list[tuple[str, str, str, str]]:
    """Unit, kind, owner and name of every place where None is made."""
    units = facts(source).units
    return [
        (unit.qualname, nil.kind, nil.owner, nil.name) for unit in units for nil in unit.nils if nil.kind != "value"
    ]


def answer(*lines: str, name: str = "f", head: str = "(a, b)", above: str = "") -> str:
    body = "".join(f"    {line}\n" for line in lines)
    units = facts(f"{above}def {name}{head}:\n{body}").units
    kinds = [nil.kind for unit in units if unit.qualname == name for nil in unit.nils]
    return kinds[0] if kinds else ""


def tree(files: Mapping[str, str]) -> tuple[list[Load], View]:
    known = {path: facts(text) for path, text in files.items()}
    view = plain(known, filings())
    keys = {entry.key for found in known.values() for filing in filings() for entry in filing(found)}
    return list(nils.build().loads(sorted(keys), view)), view


def prices(source: str | Mapping[str, str]) -> dict[str, float]:
    files = {"shop.py": source} if isinstance(source, str) else source
    return {load.subject: load.points for load in tree(files)[0]}


def told(source: str) -> Told:
    loads, view = tree({"shop.py": source})
    found = nils.build().explain(max(loads, key=lambda load: load.points), None, view)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (["if a:", "    return 1", "return None"], "none"),
        (["return b if a else None"], "none"),
        (["return a or None"], "none"),
        (["if a:", "    return", "return 1"], "bare"),
        (["if a:", "    return 1"], "end"),
        (["for x in a:", "    return x"], "end"),
        (["for x in a:", "    if x:", "        break", "else:", "    return 1"], "end"),
        (["while a:", "    return 1"], "end"),
        (["while True:", "    if a: break", "    return 1"], "end"),
        (["try:", "    return a()", "except OSError:", "    b()"], "end"),
        (["with suppress(OSError):", "    return a()"], "end"),
        (["match a:", "    case 1: return 1", "    case _: b()"], "end"),
        # a value on every path
        (["if a:", "    return 1", "else:", "    return 2"], "value"),
        (["if a:", "    return 1", "elif b:", "    raise KeyError", "else:", "    return 2"], "value"),
        (["for x in a:", "    pass", "else:", "    return 1"], "value"),
        (["while True:", "    for x in a:", "        break", "    if b: return 1"], "value"),
        (["try:", "    x = a()", "except OSError:", "    raise", "else:", "    return x"], "value"),
        (["try:", "    a()", "finally:", "    return 1"], "value"),
        (["with open(a) as f:", "    return f.read()"], "value"),
        (["match a:", "    case 1: return 1", "    case 2: return 2"], "value"),
        (["if a:", "    return 1", "sys.exit(2)"], "value"),
        (["if a:", "    return 1", "leave(b)"], "value"),
        (["if a:", "    return 1", "assert False, a"], "value"),
        # nothing is answered at all, or nobody asks for it
        (["a()"], ""),
        (["return None"], ""),
        (["yield a", "return None"], ""),
        (["x = yield a", "if x: return 1"], ""),
        (["def g():", "    return 1", "g()"], ""),
    ],
)
def test_how_a_function_ends(lines: list[str], kind: str) -> None:
    never = "def leave(x) -> NoReturn:\n    raise SystemExit(x)\n\n"
    assert answer(*lines, above=never) == kind


def test_methods_that_the_language_calls_and_names_of_built_in_ones_are_no_answers() -> None:
    assert answer("if a: return 1", name="get") == answer("if a: return 1", name="__getitem__") == ""
    assert answer("if a: return 1", name="got") == "end"


def test_an_annotation_alone_makes_no_none() -> None:
    assert answer("return a", head="(a: int | None) -> int | None") == answer("return a") == "value"
    assert made("class A:\n    x: int | None\n    y: Optional[int] = None\n") == [("A", "default", "", "y")]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("self.x = None", ("set", "", "x")),
        ("self.x: int | None = None", ("set", "", "x")),
        ("self.x = self.y = None", ("set", "", "x")),
        ("self.x, self.z = None, 1", ("set", "", "x")),
        ("self.x = p if o else None", ("set", "", "x")),
        ("if p:\n            self.x = None", ("set", "", "x")),
        ("self.x = o", ("parameter", "", "x")),
        ("p.x = None", ("set", "*", "x")),
        # not these
        ("self.x = p", None),
        ("if o is None:\n            o = []\n        self.x = o", None),
        ("if o is not None:\n            self.x = o", None),
        ("self.x = o or []", None),
        ("x = None", None),
        ("p.x = o", None),
        ("def g():\n            self.x = 1", None),
    ],
)
def test_attributes_that_may_be_none(body: str, found: tuple[str, str, str] | None) -> None:
    source = f"class A:\n    def __init__(self, p, o=None):\n        {body}\n"
    assert made(source)[:1] == ([("A.__init__", *found)] if found else [])


def test_fields_and_properties_may_be_none() -> None:
    source = """
        class A:
            x = None
            y: int = field(default=None)
            z: list = field(default_factory=list)
            w: int = Field(None, gt=1)
            @property
            def p(self):
                return self.x if self.z else None
            @cached_property
            def q(self):
                return self.x
    """
    assert made(source) == [*(("A", "default", "", name) for name in "xyw"), ("A.p", "property", "", "p")]


def test_an_empty_answer_of_the_same_sort_is_noted() -> None:
    unit = facts("def f(a):\n    if a:\n        found = []\n        return found\n    return None\n").units[-1]
    assert unit.nils == (Nil("none", "", "", 5, "[]"),)


CLASS = "class Cart:\n    def __init__(self):\n        self.coupon = None\n"
ASKS = "def {0}(cart):\n    if cart.coupon is None:\n        {0}_none()\n"
THREE = "".join(map(ASKS.format, ("a", "b", "c")))


def test_checks_cost_from_the_third_function_on() -> None:
    assert prices(CLASS + THREE) == {"Cart.coupon": 1.0}
    assert prices(CLASS + ASKS.format("a") + ASKS.format("b")) == {"Cart.coupon": 0.5}
    assert prices({"cart.py": CLASS, "a.py": ASKS.format("a"), "b.py": ASKS.format("a"), "c.py": THREE}) == {
        "Cart.coupon": 0.5 + 3 * 0.5
    }


def test_asking_twice_in_one_function_counts_once() -> None:
    twice = THREE + "def d(cart):\n    if cart.coupon: x()\n    if cart.coupon is None: y()\n"
    assert prices(CLASS + twice) == prices(CLASS + THREE + ASKS.format("d"))


@pytest.mark.parametrize(
    "asking",
    [
        "def d(cart):\n    if cart.coupon: x()\n",
        "def d(cart):\n    return cart.coupon or []\n",
        "def d(cart):\n    coupon = cart.coupon\n    while coupon is not None: x()\n",
        "def d(cart: Cart):\n    return 1 if cart.coupon is None else 2\n",
        "def d(box):\n    return [1 for x in box if x.cart.coupon is None]\n",
        "class Big(Cart):\n    def d(self):\n        if self.coupon is None: x()\n",
    ],
)
def test_every_way_of_asking_counts(asking: str) -> None:
    assert prices(CLASS + THREE + asking) == {"Cart.coupon": 1.5}


@pytest.mark.parametrize(
    "asking",
    [
        "def d(cart):\n    assert cart.coupon is not None\n",
        "def d(cart):\n    return cast(Coupon, cart.coupon).name\n",
        "def d(cart):\n    try:\n        return cart.coupon.name\n    except AttributeError:\n        return 0\n",
    ],
)
def test_denying_it_counts_half(asking: str) -> None:
    assert prices(CLASS + THREE + asking) == {"Cart.coupon": 1.25}


def test_whose_attribute_it_is_must_be_certain() -> None:
    other = "class Order:\n    def __init__(self, coupon):\n        self.coupon = coupon\n"
    typed = THREE.replace("(cart)", "(cart: Cart)")
    assert prices(CLASS + other + THREE) == {"Cart.coupon": 0.5}
    assert prices(CLASS + other + typed) == {"Cart.coupon": 1.0}
    assert prices(CLASS + other.replace("Order", "Order(Cart)") + THREE) == {"Cart.coupon": 1.0}


def test_what_nobody_in_the_tree_makes_none_costs_nothing() -> None:
    assert prices(CLASS.replace("None", "Coupon()") + THREE) == {}


LOOK = "def look_up(rows, key):\n    for row in rows:\n        if row.key == key:\n            return row\n"
USES = "def {0}(rows):\n    row = look_up(rows, 1)\n    if row is None:\n        {0}_none()\n    return row.{0}\n"
USED = "".join(map(USES.format, ("a", "b", "c")))


def test_a_function_is_an_origin_where_every_one_of_its_name_is() -> None:
    assert prices(LOOK + USED) == {"look_up()": 1.0}
    assert prices({"a.py": LOOK + USED, "b.py": LOOK}) == {"look_up()": 1.5}
    assert prices({"a.py": LOOK + USED, "b.py": "def look_up(x):\n    return x\n"}) == {"look_up()": 0.5}
    assert prices({"a.py": LOOK + USED, "b.py": "class A:\n    def look_up(self):\n        return 1\n"}) == {
        "look_up()": 1.0
    }


def test_running_off_the_end_is_a_source_only_where_the_answer_is_used() -> None:
    assert prices(LOOK) == {}
    assert prices(LOOK + "def go(rows):\n    look_up(rows, 1)\n    return look_up(rows, 2)\n") == {}
    assert prices(LOOK + "def go(rows):\n    print(look_up(rows, 1))\n") == {"look_up()": 0.5}
    assert prices(LOOK + "    return None\n") == {"look_up()": 0.5}


def test_methods_the_environment_context_variables_and_items_are_origins() -> None:
    method = "class Box:\n    def top(self):\n        return self.all[0] if self.all else None\n"
    asks = "def {0}(box):\n    top = box.top()\n    if top is None: x()\n    return top\n"
    assert prices(method + "".join(map(asks.format, "abc"))) == {"Box.top()": 1.0}
    environment = "def {0}():\n    if os.environ.get('HOME') is None: x()\n"
    assert prices("import os\n" + "".join(map(environment.format, "abcd"))) == {"os.environ['HOME']": 1.0}
    variable = "import contextvars\n_app = contextvars.ContextVar('app')\n"
    current = "def {0}():\n    if _app.get(None) is None: x()\n"
    assert prices(variable + "".join(map(current.format, "abc"))) == {"_app.get()": 0.5}
    assert prices("".join(map(current.format, "abc"))) == {}
    held = "class A:\n    def __init__(self):\n        self.kept = {}\n"
    items = "    def {0}(self):\n        if self.kept.get('x') is None: y()\n"
    assert prices(held + "".join(map(items.format, "abc"))) == {"A.kept['x']": 0.5}


def test_the_message_names_the_source_first_then_who_asks_with_the_new_ones_before() -> None:
    (before,), _ = tree({"shop.py": CLASS + THREE})
    (after,), view = tree({"shop.py": CLASS + THREE + ASKS.format("d")})
    found = nils.build().explain(after, before, view)
    assert found is not None
    assert (found.at.path, found.at.line, found.at.unit) == ("shop.py", 3, "Cart.__init__")
    assert found.message == (
        "Cart.coupon is set to None here; 4 functions ask for it: "
        "d shop.py:14 (new), a shop.py:5, b shop.py:8, c shop.py:11"
    )
    assert [other.line for other in found.others] == [5, 8, 11, 14]


@pytest.mark.parametrize(
    ("source", "words", "saves"),
    [
        # four conditions, the check and the source, less a class and four methods
        (CLASS + THREE + ASKS.format("d"), "class NoCoupon", 4 + 1 + 0.5 - 1 - 4 * 0.5),
        (CLASS + "    def redeem(self, c):\n        self.coupon = c\n" + THREE, "redeem() returns an object", 3.0),
        (CLASS.replace("(self)", "(self, c=None)").replace("= None\n", "= c\n") + THREE, "make it required", 4.0),
        (
            CLASS
            + "    def get_coupon(self):\n        if self.coupon is None:\n            self.coupon = 1\n"
            + ASKS.format("a")
            + ASKS.format("b"),
            "@cached_property def coupon(self)",
            3.5,
        ),
        (LOOK + USED, "let `look_up()` raise LookupError", 1.0),
        (
            "def names(a):\n    if a:\n        return [x for x in a]\n    return None\n"
            + "".join(map("def {0}(a):\n    n = names(a)\n    if n is None: go()\n    return n\n".format, "abc")),
            "return [] in place of None",
            4.0,
        ),
        (
            "class A:\n    @property\n    def x(self):\n        return self.y if self.z else None\n"
            + "".join(map("def {0}(a):\n    if a.x is None: go()\n".format, "abc")),
            "let `x` raise",
            1.0,
        ),
    ],
)
def test_the_way_out_is_what_the_code_shows_and_its_saving_is_computed(source: str, words: str, saves: float) -> None:
    found = told(source)
    assert words in found.do
    assert found.saves == pytest.approx(saves)


def test_a_source_that_nobody_asks_for_is_not_spoken_of() -> None:
    (load,), view = tree({"shop.py": CLASS})
    assert load.points == 0.5
    assert nils.build().explain(load, None, view) is None
