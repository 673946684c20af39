"""Conditions: each kind holds on one tree, not on another, and says where; what cannot be read says what it wants."""

from collections.abc import Mapping

import pytest

from pareback.workspaces.conditions.check import check
from pareback.workspaces.conditions.condition import Held, Tree
from pareback.workspaces.conditions.grammar import FORMS, BadCondition, read

FILES = {
    "src/shop/cart.py": '''"""A cart."""

import logging
import warnings

log = logging.getLogger(__name__)
RATE = 3


class Cart:
    limit: int = 3

    @staticmethod
    def total(items, *, tax=0.1):
        log.warning("order %s is  LATE", items)
        warnings.warn("old, use new", DeprecationWarning, stacklevel=2)
        if not items:
            raise ValueError(f"no {items} here")
        return helper(items, rate=RATE)


def helper(items, rate):
    return items * rate
''',
    "src/shop/broken.py": "def odd(:\n",
    "src/shop/other.py": "from shop.cart import helper\n\n\ndef twin():\n    return helper(1, 2)\n",
    "src/shop/third.py": "def twin():\n    return 2\n",
    "tests/test_cart.py": "from shop import aid\n",
    "README.md": "Orders of 50.00 ship free.\n",
}


def held(line: str, files: Mapping[str, str] = FILES, *, delta: float | None = None) -> Held:
    condition = read(line)
    assert condition is not None
    return check(condition, Tree({path: path for path in files}, lambda blob: files[blob].encode()), delta=delta)


@pytest.mark.parametrize(
    ("line", "holds", "place"),
    [
        ("defined src/shop/cart.py:Cart.total", True, 14),
        ("defined src/shop/cart.py:Cart.limit", True, 11),
        ("defined RATE", True, 7),
        ("defined Cart.price", False, 0),
        ("defined src/shop/new.py", False, 0),
        ("gone helper", False, 22),
        ("gone aid", True, 0),
        ("gone Cart.total", False, 14),
        ("gone src/shop/cart.py:aid", True, 0),
        ("renamed src/shop/cart.py:aid helper", True, 22),
        ("renamed helper aid", False, 0),
        ("decorated Cart.total staticmethod", True, 13),
        ("decorated shop.cart:Cart.total @classmethod", False, 14),
        ("calls Cart.total helper()", True, 19),
        ("calls src/shop/cart.py:helper Cart.total", False, 22),
        ("uses src/shop/cart.py:Cart.total RATE", True, 19),
        ("uses src/shop/cart.py:helper RATE", False, 22),
        ("parameter Cart.total tax=.1", True, 14),
        ("parameter Cart.total tax=0.2", False, 14),
        ("parameter src/shop/cart.py:helper rate", True, 22),
        ("parameter src/shop/cart.py:helper rate=1", False, 22),
        ('raises Cart.total ValueError "no {items} here"', True, 18),
        ("raises Cart.total KeyError", False, 14),
        ('warns Cart.total DeprecationWarning "use new"', True, 16),
        ("warns Cart.total UserWarning", False, 14),
        ('logs Cart.total warning "is late"', True, 15),
        ("logs Cart.total error", False, 14),
        ('text README.md "50.00 ship"', True, 1),
        ('text README.md "40.00 ship"', False, 0),
        ("not calls src/shop/cart.py:helper print", True, 22),
        ("not decorated Cart.total staticmethod", False, 13),
    ],
)
def test_each_kind_is_told_from_its_opposite(line: str, holds: bool, place: int) -> None:
    found = held(line)
    assert (found.holds, found.line) == (holds, place), found.message


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("calls twin print", "'src/shop/other.py', 'src/shop/third.py' define 'twin': name the file"),
        ("calls nothing print", "nothing defines 'nothing'"),
        ("defined src/shop/broken.py:odd", "does not parse (line 1"),
        ('text NEWS.md "x"', "there is no file 'NEWS.md'"),
        ("not calls nothing print", "nothing defines 'nothing'"),
        ("delta <= -3", "points of this change are not known"),
    ],
)
def test_what_cannot_be_said_is_no_yes(line: str, why: str) -> None:
    found = held(line)
    assert found.holds is None
    assert why in found.message


def test_points_are_compared_as_they_are() -> None:
    assert [held("delta <= -3", delta=delta).holds for delta in (-3.5, -3.0, -2.9, 0.0)] == [True, True, False, False]


def test_a_rename_leaves_no_use_of_the_old_name() -> None:
    fresh = FILES["src/shop/cart.py"].replace("helper", "aid")
    half = FILES | {"src/shop/cart.py": fresh}
    whole = half | {"src/shop/other.py": FILES["src/shop/other.py"].replace("helper", "aid")}
    assert (held("renamed src/shop/cart.py:helper aid").holds, held("gone helper", half).path) == (
        False,
        "src/shop/other.py",
    )
    assert held("renamed src/shop/cart.py:helper aid", half).message == "the old name 'helper' is still used"
    assert held("renamed src/shop/cart.py:helper to aid", whole).holds


@pytest.mark.parametrize("line", ["calls nothing", "decorated", "delta is small", "text README.md words", "renamed a"])
def test_what_begins_like_a_condition_and_is_none_is_answered(line: str) -> None:
    with pytest.raises(BadCondition, match=f"expected `{line.split(maxsplit=1)[0]} "):
        read(line)


def test_other_lines_are_passed_over_and_decoration_too() -> None:
    assert [read(line) for line in ("The method is static.", "", "```python", "import os")] == [None] * 4
    plain = "decorated Cart.total staticmethod"
    read_as = {
        read(line)
        for line in (plain, f"- `{plain}`", f"`{plain}`", f"{plain}.", "decorated `Cart.total` `staticmethod`")
    }
    assert {each and (each.kind, each.symbol, each.name) for each in read_as} == {
        ("decorated", "Cart.total", "staticmethod")
    }


def test_every_kind_says_how_it_is_written() -> None:
    assert all(form.startswith(kind) for kind, (form, _) in FORMS.items())
