"""The order of tests: who entered what changes comes first, then who imports it."""

import hashlib

import pytest

from pareback.workspaces.impact import Impact, changed_functions, importers, order

CART = b"""\
import functools

RATE = 2


@functools.cache
def total(n):
    def half(n):
        return n / 2

    return half(n) * RATE


class Cart:
    def add(self, n):
        self.n = n
"""


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        (b"        return n / 2", b"        return n // 2", (8,)),
        (b"    return half(n)", b"    return 1 + half(n)", (6,)),
        (b"@functools.cache\n", b"", (6,)),
        (b"        self.n = n\n", b"        self.n = n\n        self.m = n\n", (15,)),
        (b"RATE = 2", b"RATE = 3", ()),
        (b"half", b"third", (8, 6)),
        (CART, b"", (6, 8, 15)),
        (b"", b"", ()),
    ],
)
def test_the_functions_that_differ(old: bytes, new: bytes, lines: tuple[int, ...]) -> None:
    assert changed_functions(CART, CART.replace(old, new)) == lines


def test_a_file_that_cannot_be_parsed_has_no_functions() -> None:
    assert changed_functions(b"def f(:\n    pass\n", b"") == ()


TREE = {
    "src/shop/__init__.py": b"from .cart import total\n",
    "src/shop/cart.py": b"from . import (\n  rates,  # the rates\n  taxes as t,\n)\ndef f():\n    import shop.late\n",
    "src/shop/rates.py": b"import json, os.path\n",
    "src/shop/taxes.py": b"",
    "src/shop/late.py": b"",
    "tests/conftest.py": b"import shop\n",
    "tests/unit/test_rates.py": b"from shop import rates\n",
    "tests/test_other.py": b"# import shop\nimport os\n",
}


def graph() -> dict[str, tuple[str, ...]]:
    blobs = {hashlib.sha1(raw, usedforsecurity=False).hexdigest(): raw for raw in TREE.values()}
    files = {path: hashlib.sha1(raw, usedforsecurity=False).hexdigest() for path, raw in TREE.items()}
    return importers(files, blobs.__getitem__, ("src", "."))


def test_who_imports_whom() -> None:
    assert graph() == {
        "src/shop/cart.py": ("src/shop/__init__.py",),
        "src/shop/rates.py": ("src/shop/cart.py", "tests/unit/test_rates.py"),
        "src/shop/taxes.py": ("src/shop/cart.py",),
        "src/shop/late.py": ("src/shop/cart.py",),
        "src/shop/__init__.py": ("src/shop/cart.py", "tests/conftest.py", "tests/unit/test_rates.py"),
    }


def test_files_that_import_what_changes_come_in_order_of_nearness() -> None:
    found = order(Impact(importers=graph()), {"src/shop/rates.py": (b"import json, os.path\n", b"")})
    assert [path for path in found if path.startswith("tests")] == ["tests/unit/test_rates.py", "tests"]
    assert order(Impact(importers=graph()), {"tests/test_other.py": (b"", b"x = 1\n")}) == ("tests/test_other.py",)


def test_tests_that_entered_what_changes_come_first() -> None:
    touched = {"cart.py:6": ("t.py::a", "t.py::b"), "cart.py:8": ("t.py::b",), "cart.py:15": ("t.py::c",)}
    impact = Impact(touched, {"cart.py": ("t.py", "u.py")})
    after = CART.replace(b"half", b"third")
    assert order(impact, {"cart.py": (CART, after)}) == ("t.py::b", "t.py::a", "cart.py", "t.py", "u.py")
    assert order(impact, {"cart.py": (CART, CART)}) == ("cart.py", "t.py", "u.py")
    assert order(Impact(), {"cart.py": (CART, None)}) == ("cart.py",)
