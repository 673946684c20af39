"""Which files are not priced."""

import pytest

from pareback.gates.zones import zone


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("shop/cart.py", None),
        ("src/shop/testing_tools.py", None),
        ("contest.py", None),
        ("latest/test.py", None),
        ("test_cart.py", "tests"),
        ("shop/cart_test.py", "tests"),
        ("conftest.py", "tests"),
        ("tests/factory.py", "tests"),
        ("a/Test/x.js", "tests"),
        ("pkg/testing/tools.py", "tests"),
        ("docs/conf.py", "docs"),
        ("examples/a.py", "docs"),
        ("README.md", "docs"),
        ("LICENSE", "docs"),
        ("Makefile", None),
        ("pip/_vendor/x.py", "vendored"),
        ("api_pb2.py", "generated"),
        ("app/migrations/0001_initial.py", "migrations"),
        ("shop/cart.pyi", "stubs"),
    ],
)
def test_a_zone_is_known_by_its_path(path: str, expected: str | None) -> None:
    assert zone(path) == expected


def test_generated_bytes_of_the_base_make_a_zone() -> None:
    assert zone("shop/cart.py", generated=True) == "generated"
