"""The survey's one list: an origin of every kind first in its example, and a twin without it."""

from collections.abc import Callable, Mapping

import pytest

from pareback.gates.languages import python
from pareback.gates.survey.origin import Origin
from pareback.gates.survey.ranked import ranked
from pareback.gates.survey.whole import whole

Survey = Callable[[str | Mapping[str, str]], tuple[Origin, ...]]

CART = """
class Cart:
    def __init__(self):
        self.coupon = {made}
    def redeem(self, coupon):
        self.coupon = coupon
"""
CHECK = "    def {0}(self):\n        if self.coupon is not None:\n            self.coupon.{0}()\n"
CHECKS = "".join(map(CHECK.format, ("total", "label", "audit", "show")))


@pytest.fixture(scope="module")
def survey() -> Survey:
    """The list of a tree of texts; one text is a tree of one file."""

    def run(texts: str | Mapping[str, str]) -> tuple[Origin, ...]:
        files = {"shop/cart.py": texts} if isinstance(texts, str) else texts
        return ranked(whole({path: python.build().extract(text.encode()) for path, text in files.items()}))

    return run


def test_an_attribute_that_is_none_at_first(survey: Survey) -> None:
    first = survey(CART.format(made="None") + CHECKS)[0]
    assert (first.kind, first.what, first.path, first.line, first.decisions) == (
        "nil", "Cart.coupon", "shop/cart.py", 4, 4,
    )  # fmt: skip
    assert [place.unit for place in first.places] == ["Cart.audit", "Cart.label", "Cart.show", "Cart.total"]


def test_the_same_without_the_none(survey: Survey) -> None:
    assert [origin for origin in survey(CART.format(made="Coupon()") + CHECKS) if origin.kind == "nil"] == []
