"""H9: product code may not lean on what has no price, and a patch may not change what the gate is told."""

from collections.abc import Callable, Mapping

import pytest

from pareback.gates.verdict import Verdict

Judge = Callable[..., Verdict]

HELPER = "def rate():\n    return 3\n"
PLAIN = "def price(x):\n    return x\n"
TREE = {"shop/__init__.py": "", "shop/cart.py": PLAIN, "tests/__init__.py": "", "tests/money.py": HELPER}


def ids(judge: Judge, base: Mapping[str, str], head: Mapping[str, str]) -> list[str]:
    return [finding.id for finding in judge(base, head).hard if finding.id.startswith("H9")]


@pytest.mark.parametrize(
    "head",
    [
        "from tests.money import rate\n" + PLAIN,
        "import tests.money\n" + PLAIN,
        "from tests import money\n" + PLAIN,
        "def price(x):\n    from tests.money import rate\n    return rate()\n",
    ],
)
def test_product_code_that_needs_tests_blocks(judge: Judge, head: str) -> None:
    assert ids(judge, TREE, {**TREE, "shop/cart.py": head}) == ["H9:shop/cart.py:<module>:tests/money.py"]


def test_it_is_told_where_and_what_instead(judge: Judge) -> None:
    head = {**TREE, "shop/cart.py": "import os\nfrom tests.money import rate\n" + PLAIN}
    [finding] = [found for found in judge(TREE, head).hard if found.signal == "S19"]
    assert (finding.path, finding.line) == ("shop/cart.py", 2)
    assert "tests/money.py" in finding.message
    assert "priced file" in finding.do


@pytest.mark.parametrize(
    "head",
    [
        {"shop/cart.py": "from money import rate\n" + PLAIN},
        {"shop/cart.py": "import unittest\nfrom shop import tests\n" + PLAIN},
        {"tests/test_cart.py": "from tests.money import rate\n"},
        {"shop/cart.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import tests.money\n" + PLAIN},
        {"shop/cart.py": "from shop.rates_pb2 import rate\n" + PLAIN, "shop/rates_pb2.py": HELPER},
    ],
)
def test_other_imports_do_not(judge: Judge, head: Mapping[str, str]) -> None:
    assert ids(judge, TREE, {**TREE, **head}) == []


def test_what_was_imported_before_may_stay(judge: Judge) -> None:
    base = {**TREE, "shop/cart.py": "from tests.money import rate\n" + PLAIN}
    assert ids(judge, base, {**base, "shop/cart.py": base["shop/cart.py"] + "X = 1\n"}) == []


def test_new_code_in_a_vendored_folder_is_no_way_out_and_old_code_there_may_be_used(judge: Judge) -> None:
    vendored = {"shop/_vendor/__init__.py": "", "shop/_vendor/money.py": HELPER}
    uses = {"shop/cart.py": "from shop._vendor.money import rate\n" + PLAIN}
    assert ids(judge, TREE, {**TREE, **vendored, **uses}) == ["H9:shop/cart.py:<module>:shop/_vendor/money.py"]
    assert ids(judge, {**TREE, **vendored}, {**TREE, **vendored, **uses}) == []


SETTINGS = '[project]\nname = "shop"\n\n[tool.pareback]\nbudget = "fix"\n'


@pytest.mark.parametrize(
    ("path", "base", "head", "keys"),
    [
        ("pyproject.toml", SETTINGS, SETTINGS.replace("fix", "large"), ["budget"]),
        ("pyproject.toml", SETTINGS, SETTINGS + 'waive = ["H4:a.py:f"]\n', ["waive"]),
        ("pyproject.toml", SETTINGS, '[project]\nname = "shop"\n', ["budget"]),
        ("pareback.toml", 'budget = "fix"\n', 'budget = "auto"\nallow = ["tests/*"]\n', ["allow", "budget"]),
        ("pareback.toml", "", 'model = "x"\n', []),
        ("pyproject.toml", SETTINGS, SETTINGS.replace("shop", "store"), []),
        ("pyproject.toml", SETTINGS, "not = [toml", ["budget"]),
        ("shop/pyproject.toml", SETTINGS, SETTINGS.replace("fix", "large"), []),
    ],
)
def test_a_change_of_the_gates_own_settings_blocks(
    judge: Judge, path: str, base: str, head: str, keys: list[str]
) -> None:
    found = ids(judge, {**TREE, path: base}, {**TREE, path: head})
    assert found == [f"H9:{path}:<module>:{key}" for key in keys]
