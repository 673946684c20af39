"""Which file an import means, and which files need each other to be loaded."""

import pytest

from pareback.gates.languages import python
from pareback.gates.reading.modules import edges, knots, module, way_back


def needed(**files: str) -> dict[str, tuple[str, ...]]:
    """The imports of files by the name of the file, as they are filed."""
    return {f"{name}.py": tuple(imports.split()) for name, imports in files.items()}


@pytest.mark.parametrize(
    ("path", "parts"),
    [("a.py", ("a",)), ("a/b.py", ("a", "b")), ("src/a/__init__.py", ("src", "a")), ("__init__.py", ())],
)
def test_a_file_has_a_dotted_name(path: str, parts: tuple[str, ...]) -> None:
    assert module(path) == parts


@pytest.mark.parametrize(
    ("imports", "target"),
    [
        ("shop.tax:", "shop/tax.py"),
        ("shop.tax:rate", "shop/tax.py"),
        ("shop:tax", "shop/tax.py"),
        (".:tax", "shop/tax.py"),
        (".tax:rate", "shop/tax.py"),
        ("..shop.tax:rate", "shop/tax.py"),
        ("shop:VERSION", "shop/__init__.py"),
        (".:VERSION", "shop/__init__.py"),
        ("tax:", None),
        ("os:", None),
        ("...tax:rate", None),
        (".....tax:rate", None),
        (".other:rate", None),
    ],
)
def test_an_import_means_a_file_of_the_tree_or_none(imports: str, target: str | None) -> None:
    files = {"shop/__init__.py": (), "shop/cart.py": (imports,), "shop/tax.py": ()}
    assert list(edges(files)["shop/cart.py"]) == ([target] if target else [])


def test_both_a_submodule_and_a_name_are_meant() -> None:
    files = {"shop/__init__.py": (), "shop/cart.py": (".:VERSION tax",), "shop/tax.py": ()}
    assert list(edges(files)["shop/cart.py"]) == ["shop/tax.py", "shop/__init__.py"]


def test_packages_may_lie_in_a_folder_and_scripts_see_their_neighbours() -> None:
    files = {
        "src/shop/__init__.py": ("shop.tax:",),
        "src/shop/tax.py": ("json:",),
        "src/shop/json.py": (),
        "tools/run.py": ("make:", "shop.tax:"),
        "tools/make.py": (),
    }
    found = edges(files)
    assert list(found["src/shop/__init__.py"]) == ["src/shop/tax.py"]
    assert list(found["src/shop/tax.py"]) == []  # a package's own json is not the one that `import json` means
    assert list(found["tools/run.py"]) == ["tools/make.py"]


def test_a_package_goes_before_a_module_of_its_name() -> None:
    files = {"a.py": (), "a/__init__.py": (), "b.py": ("a:",), "c.py": (".:a",)}
    assert list(edges(files)["b.py"]) == list(edges(files)["c.py"]) == ["a/__init__.py"]


def test_a_knot_is_all_that_need_each_other() -> None:
    found = edges(needed(a="b:", b="c:", c="a: d:", d="e:", e="", f="a:"))
    assert list(knots(found)) == [frozenset({"a.py", "b.py", "c.py"})]
    assert way_back(found, "b.py", "a.py") == ["b.py", "c.py", "a.py"]
    assert list(knots(edges(needed(a="b:", b="c:", c="d:", d="e:", e="", f="a:")))) == []


def test_a_long_chain_is_not_deep() -> None:
    chain = {f"m{n}.py": (f"m{n + 1}:",) for n in range(5000)} | {"m5000.py": ("m0:",)}
    assert [len(knot) for knot in knots(edges(chain))] == [5001]


SOURCE = b"""
import os.path
from . import b as c
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from .types import T
else:
    from .real import T
try:
    import fast
except ImportError:
    fast = None
def f():
    import late
class C:
    from .inside import x
if __name__ == "__main__":
    import script
"""


def test_only_imports_that_run_when_the_file_is_loaded_count() -> None:
    found = python.build().extract(SOURCE).imports
    assert [(one.module, one.names, one.line) for one in found] == [
        ("os.path", (), 2),
        (".", ("b",), 3),
        ("typing", ("TYPE_CHECKING",), 4),
        (".real", ("T",), 8),
        ("fast", (), 10),
        (".inside", ("x",), 16),
    ]
