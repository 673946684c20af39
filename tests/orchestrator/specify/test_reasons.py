"""Which red tests ask for something, and which are broken themselves or need what will never be there."""

import pytest

from pareback.orchestrator.specify.reasons import Ground, fault, hindrance
from pareback.workspaces.suite import CollectError, Outcome, Place, Result

GROUND = Ground({"shop", "helpers"}, "Add shop.rates, and shipping() to it.")
TEST = "tests/test_new.py::test_it"


def red(message: str, *paths: str, outcome: Outcome = "failed") -> Result:
    places = tuple(Place(path, 3, "f") for path in paths or ("tests/test_new.py",))
    return Result(TEST, outcome, 0.1, message, places)


@pytest.mark.parametrize(
    "message",
    [
        "assert 490 == 0",
        "AssertionError: too much",
        "Failed: DID NOT RAISE <class 'ValueError'>",
        "AttributeError: type object 'Cart' has no attribute 'free'",
        "ImportError: cannot import name 'shipping' from 'shop.cart' (/x/shop/cart.py)",
        "ModuleNotFoundError: No module named 'shop.rates'",
        "TypeError: total() got an unexpected keyword argument 'express'",
    ],
)
def test_what_is_not_done_yet_is_the_right_reason(message: str) -> None:
    assert fault(red(message), GROUND) == ""


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("NameError: name 'pytst' is not defined", "it is broken itself"),
        ("TypeError: total() missing 1 required positional argument: 'items'", "it is broken itself"),
        ("ModuleNotFoundError: No module named 'requests'", "'requests' is no module of this repository"),
        ("ModuleNotFoundError: No module named 'shop.prices'", "the ticket asks for none"),
        ("ImportError: cannot import name 'get' from 'requests'", "'requests' is no module of this repository"),
    ],
)
def test_a_test_that_would_stay_red_says_nothing(message: str, why: str) -> None:
    assert why in fault(red(message), GROUND)


def test_an_error_that_the_code_itself_raised_is_the_codes() -> None:
    message = "ZeroDivisionError: division by zero"
    assert "it is broken itself" in fault(red(message), GROUND)
    assert fault(red(message, "tests/test_new.py", "shop/cart.py"), GROUND) == ""
    assert "'timeout'" in fault(red("", outcome="timeout"), GROUND)


@pytest.mark.parametrize(
    ("missing", "why"),
    [
        (("module", "shop.rates"), ""),
        (("name", "shop.cart"), ""),
        (("module", "shop.prices"), "there is no module 'shop.prices', and the ticket asks for none"),
        (("module", "requests"), "'requests' is no module of this repository and is not installed"),
        (("fixture", "client"), "it cannot be collected: first line"),
        (None, "it cannot be collected: first line"),
    ],
)
def test_a_file_that_cannot_be_collected_asks_only_for_what_the_tree_may_have(
    missing: tuple[str, str] | None, why: str
) -> None:
    assert hindrance(CollectError("tests/test_new.py", "first line\nsecond", missing=missing), GROUND) == why
