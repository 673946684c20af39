"""A pay-down ticket through a batch: nothing is red, the suite stays green, and less has to be there than before."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

USERS = ("tax", "label", "audit", "show", "send", "pack")
CART = '''"""A cart with a coupon, or without one."""


class Cart:
    def __init__(self, total):
        self.total = total
        self.coupon = None

    def redeem(self, coupon):
        self.coupon = coupon
'''
ASKING = "".join(
    f"""
    def {name}(self):
        if self.coupon is not None:
            return self.total - self.coupon.{name}(self.total)
        return self.total
"""
    for name in USERS
)
EMPTY = '''

class NoCoupon:
    """Takes nothing off."""

    def off(self, total):
        return 0

'''
TESTS = """from shop.cart import Cart


def test_without_a_coupon_all_of_it_is_charged():
    cart = Cart(100)
    assert [cart.tax(), cart.label(), cart.audit(), cart.show(), cart.send(), cart.pack()] == [100] * 6
"""
TIDY = CART.replace("\n\nclass Cart:", EMPTY + "    " + " = ".join(USERS) + " = off\n\n\nclass Cart:").replace(
    "self.coupon = None", "self.coupon = NoCoupon()"
) + "".join(f"\n    def {name}(self):\n        return self.total - self.coupon.{name}(self.total)\n" for name in USERS)


def written(text: str) -> str:
    """A reply that writes the cart anew."""
    return f"shop/cart.py\n```python\n{text}```\n"


IDLE = written(f"# tidied up\n{CART}{ASKING}")
WRONG = written(TIDY.replace("return 0", "return 1"))
RIGHT = written(TIDY)


@pytest.fixture
def debts(make: Any) -> Any:
    """A small shop whose carts may lack a coupon, which six methods ask for; everything is green."""
    return make({"shop/__init__.py": "", "shop/cart.py": CART + ASKING, "tests/test_cart.py": TESTS})


@pytest.fixture
def ticket(debts: Any, tmp_path: Path) -> dict[str, Any]:
    """The first pay-down ticket of the shop, in a file that a batch reads."""
    said = debts.pareback("survey", "--tickets", "1")
    (tmp_path / "paydown.jsonl").write_text(said.out)
    return dict(json.loads(said.out))


def paid(debts: Any, replies: Sequence[str]) -> dict[str, Any]:
    """What became of the ticket with a model that gives these replies, one a round."""
    folder = debts.home.parent
    words = ("--out", str(folder / "out"), "--python", str(debts.python), "--model", debts.script(*replies))
    said = debts.pareback("batch", str(folder / "paydown.jsonl"), *words, "--candidates", "1", "--json")
    line: dict[str, Any] = json.loads((folder / "out" / "results.jsonl").read_text())
    assert said.exit == (0 if line["accepted"] else 1), said.err
    return line


def test_it_is_accepted_once_the_code_is_simpler_and_still_green(debts: Any, ticket: dict[str, Any]) -> None:
    assert (ticket["files"], ticket["title"]) == (["shop/cart.py"], "Pay down Cart.coupon")
    found = paid(debts, [IDLE, WRONG, RIGHT])
    assert (found["accepted"], found["ending"], found["rounds"]) == (True, "accepted", 3)
    assert found["delta"] == found["charged"] <= found["budget"] == float(ticket["budget"]) < 0
    assert (found["calls"]["total"], found["specified"]["by"]) == (3, "ticket")
    changed = [line for line in Path(found["patch"]).read_text().splitlines() if line.startswith("+++")]
    assert changed == ["+++ b/shop/cart.py"]


def test_a_patch_that_frees_nothing_is_refused_however_green(debts: Any, ticket: dict[str, Any]) -> None:
    found = paid(debts, [IDLE, "Nothing has to change.\n"])
    assert (found["accepted"], found["delta"], found["budget"]) == (False, 0.0, float(ticket["budget"]))
    assert (found["ending"], found["conditions"][0]["met"]) == ("red", False)
