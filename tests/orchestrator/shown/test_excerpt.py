"""Parts of files: what is wanted stays in full, of the rest heads or nothing, and every gap is marked."""

from pareback.gates.languages import python
from pareback.orchestrator.shown.excerpt import LONG, Heads, Wish, excerpt

CODE = '''\
"""Why.

More of why.
"""

import os
from shop import (
    first,
    second,
)

RATE = 2
OTHER = 3


class Cart:
    """Goods."""

    limit = 3

    def __init__(self, goods):
        self.goods = goods

    def total(self):
        return sum(map(price, self.goods))

    @property
    def empty(self):
        count = len(self.goods)
        missing = not count
        return missing


def price(good):
    cost = good.cost
    return cost * RATE


async def fetch(
    name,
    place=None,
):
    found = os.environ[name]
    other = found or place
    return other
'''


def part(*bodies: str, code: str = CODE, heads: Heads = "near", names: tuple[str, ...] = ()) -> str:
    return excerpt(code, python.build().extract(code.encode()), Wish(frozenset(bodies), frozenset(names), heads))


def test_a_body_brings_imports_its_class_what_it_binds_to_and_heads_of_what_it_uses() -> None:
    assert (
        part("Cart.total")
        == '''\
⋮ 5 lines not shown
import os
from shop import (
    first,
    second,
)

RATE = 2
OTHER = 3


class Cart:
    """Goods."""

    limit = 3

    def __init__(self, goods):
        self.goods = goods

    def total(self):
        return sum(map(price, self.goods))

    ⋮ 7 lines not shown
def price(good):
    ⋮ 12 lines not shown'''
    )


def test_a_name_of_the_module_is_shown_where_it_is_spoken_of() -> None:
    long = CODE.replace("OTHER = 3\n", "OTHER = [\n    1,\n    2,\n]\n")
    assert ("RATE = 2" in part("price", code=long), "OTHER" in part("price", code=long)) == (True, False)
    assert "OTHER = [" in part("price", code=long, names=("OTHER",))
    assert "__all__ = [" in part("price", code=long.replace("OTHER", "__all__"))


def test_heads_of_all_of_the_near_ones_or_of_none() -> None:
    signature = "async def fetch(\n    name,\n    place=None,\n):\n    ⋮ 4 lines not shown"
    assert [signature in part("price", heads=heads) for heads in ("all", "near", "none")] == [True, False, False]
    assert "    @property\n    def empty(self):\n        ⋮ 5 lines not shown\n" in part("price", heads="all")
    assert "class Cart" not in part("price")


def test_of_a_long_statement_its_ends_and_what_is_looked_for() -> None:
    table = "TABLE = {\n" + "".join(f"    'key_{number}': {number},\n" for number in range(30)) + "}\n\n\n"
    code = table + "def look(key):\n    return TABLE[key]\n"
    assert part("look", code=code, names=("key_9",)).split("\n\n")[0] == (
        "TABLE = {\n    'key_0': 0,\n    ⋮ 7 lines not shown\n    'key_8': 8,\n    'key_9': 9,\n"
        "    'key_10': 10,\n    ⋮ 18 lines not shown\n    'key_29': 29,\n}"
    )


def test_a_long_docstring_is_left_out_unless_the_ticket_names_the_function() -> None:
    text = "".join(f"    Line {number}.\n" for number in range(LONG))
    code = f'def look(key):\n    """Look.\n\n{text}    """\n    return key\n'
    assert part("look", code=code) == 'def look(key):\n    """Look.\n\n    ⋮ 13 lines not shown\n    return key\n'
    assert part("look", code=code, names=("look",)) == code


def test_of_a_file_without_functions_all_statements_are_kept() -> None:
    code = '"""Exports.\n\nMany.\n"""\n\nfrom shop.a import b\n\n__all__ = [\n    "b",\n]\n'
    assert part("<module>", code=code) == "⋮ 5 lines not shown\n" + code.partition('"""\n\n')[2]


def test_lines_are_counted_as_the_parser_counts_them() -> None:
    odd = "A = '\\x0c'  # \x0c\n" + CODE
    assert "def price(good):\n    cost = good.cost\n    return cost * RATE\n" in part("price", code=odd)
