"""Parts of files: what is looked for stays in full, the rest as signatures or not at all, and every gap is marked."""

import pytest

from pareback.orchestrator.excerpt import Interest, defined, excerpt, mentioning, used_in

PLENTY = 10_000

CODE = """\
\"\"\"Why.\"\"\"
import os

RATE = 2


class Cart:
    \"\"\"Goods.\"\"\"

    limit = 3

    def __init__(self, goods):
        self.goods = goods

    def total(self):
        return sum(map(price, self.goods))

    @property
    def empty(self):
        count = len(self.goods)
        return not count


def price(good):
    cost = good.cost
    return cost * RATE


async def fetch(
    name,
    place=None,
):
    found = os.environ[name]
    return found


def short(): return 1
"""


def names(*wanted: str) -> Interest:
    return Interest(names=frozenset(wanted))


def test_what_is_named_stays_with_what_it_uses_and_of_the_rest_the_signatures() -> None:
    part = excerpt(CODE, names("total"), room=PLENTY, outline=True)
    assert part is not None
    assert "        return sum(map(price, self.goods))\n" in part
    assert "    return cost * RATE\n" in part
    assert "    @property\n    def empty(self):\n        # ... 4 lines not shown ...\n" in part
    assert "async def fetch(\n    name,\n    place=None,\n):\n    # ... 4 lines not shown ...\n" in part
    assert part.endswith("def short(): return 1\n")


def test_without_an_outline_nothing_of_the_rest_stays() -> None:
    part = excerpt(CODE, names("price"), room=PLENTY, outline=False)
    assert part is not None
    assert ("def price" in part, "def total" in part, "def fetch" in part, "limit = 3" in part) == (
        True,
        False,
        False,
        True,
    )


def test_a_class_that_is_named_brings_its_methods_after_what_is_named_itself() -> None:
    roomy = excerpt(CODE, names("Cart", "fetch"), room=PLENTY, outline=True)
    assert roomy is not None
    assert ("return found" in roomy, "return not count" in roomy) == (True, True)
    tight = excerpt(CODE, names("Cart", "fetch"), room=len(roomy) - 1, outline=True)
    assert tight is not None
    assert ("return found" in tight, "return not count" in tight) == (True, False)


def test_a_line_of_a_traceback_brings_the_function_around_it() -> None:
    line = CODE.split("\n").index("    found = os.environ[name]") + 1
    part = excerpt(CODE, Interest(lines=frozenset({line})), room=PLENTY, outline=True)
    assert part is not None
    assert ("return found" in part, "return not count" in part) == (True, False)


def test_long_tables_are_left_out_unless_they_are_looked_for() -> None:
    table = "TABLE = {\n" + "".join(f"    {number}: 'x',\n" for number in range(30)) + "}\n\n\n"
    part = excerpt(table + CODE, names("price"), room=PLENTY, outline=True)
    assert part is not None
    assert part.startswith("TABLE = {\n    # ... 33 lines not shown ...\n")
    kept = excerpt(table + CODE, names("TABLE"), room=PLENTY, outline=True)
    assert kept is not None
    assert kept.startswith(table)


@pytest.mark.parametrize("outline", [True, False])
def test_there_is_no_part_of_what_cannot_be_parsed_or_does_not_fit_or_is_not_found(outline: bool) -> None:
    assert excerpt("def f(:\n", names("f"), room=PLENTY, outline=outline) is None
    assert excerpt(CODE, names("price"), room=40, outline=outline) is None
    assert excerpt(CODE, names("absent"), room=PLENTY, outline=outline) is None


def test_lines_are_counted_as_the_parser_counts_them() -> None:
    odd = "A = '\\x0c'  # \x0c\n" + CODE
    part = excerpt(odd, names("price"), room=PLENTY, outline=True)
    assert part is not None
    assert "def price(good):\n    cost = good.cost\n    return cost * RATE\n" in part


def test_names_of_a_file() -> None:
    assert defined(CODE) == {"Cart", "__init__", "total", "empty", "price", "fetch", "short"}
    assert defined("def f(:\n") == frozenset()
    assert used_in(CODE, {"price"}) == {"good", "cost", "RATE"}
    assert used_in(CODE, {"absent"}) > {"os", "goods", "environ"}
    assert mentioning(CODE, {"RATE", "environ"}) == {"price", "fetch"}
