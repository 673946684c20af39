"""What a ticket protects by itself, what it opens, and what may be added."""

import pytest

from pareback.workspaces.guard import Policy, in_test_zone, is_test_file, judges, refusal, shown

FILES = frozenset(
    {
        "src/shop/cart.py",
        "src/shop/pytest_plugin.py",
        "tests/test_cart.py",
        "tests/data/cart.json",
        "src/shop/cart_test.py",
        "checks/all.py",
        "types/__init__.py",
        "pyproject.toml",
        "conftest.py",
        "README.md",
    }
)


def _refused(path: str, policy: Policy) -> str | None:
    return refusal(path, policy, exists=path in policy.files)


@pytest.mark.parametrize(
    "path",
    [
        "src/shop/cart.py",
        "src/shop/new.py",
        "src/shop/random.py",
        "README.md",
        "docs/a.md",
        "src/shop/pytest_plugin.py",
    ],
)
def test_product_files_may_be_edited(path: str) -> None:
    assert _refused(path, Policy(files=FILES)) is None


@pytest.mark.parametrize(
    "path", ["tests/test_new.py", "tests/deep/new_test.py", "src/shop/test_new.py", "test/test_a.py"]
)
def test_new_test_files_may_be_added(path: str) -> None:
    assert _refused(path, Policy(files=FILES)) is None
    assert in_test_zone(path)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("tests/test_cart.py", "an existing test"),
        ("tests/data/cart.json", "an existing test"),
        ("src/shop/cart_test.py", "an existing test"),
        ("tests/shopping.py", "only new test files"),
        ("tests/__init__.py", "only new test files"),
        ("test/data.json", "only new test files"),
        ("conftest.py", "loaded before"),
        ("src/Conftest.py", "loaded before"),
        ("src/sitecustomize.py", "loaded before"),
        ("usercustomize/__init__.py", "loaded before"),
        ("src/a.pth", "loaded before"),
        ("pytest.py", "replace the test runner"),
        ("_pytest/config.py", "replace the test runner"),
        ("pytest.ini", "configures"),
        ("sub/tox.ini", "configures"),
        ("setup.cfg", "configures"),
        ("noxfile.py", "configures"),
        ("Makefile", "configures"),
        (".coveragerc", "configures"),
        ("pyproject.toml", "manifest"),
        ("requirements-dev.txt", "manifest"),
        ("uv.lock", "manifest"),
        ("poetry.lock", "manifest"),
        ("package-lock.json", "manifest"),
        ("src/shop.egg-info/entry_points.txt", "installed distribution"),
        ("shop-1.0.dist-info/RECORD", "installed distribution"),
        (".github/workflows/ci.yml", "orders"),
        (".gitattributes", "orders"),
        ("AGENTS.md", "orders"),
        ("sub/CLAUDE.md", "orders"),
        ("pareback.toml", "orders"),
        ("random.py", "top-level module 'random'"),
        ("json/__init__.py", "top-level module 'json'"),
        ("src/typing.py", "top-level module 'typing'"),
        ("pluggy.py", "top-level module 'pluggy'"),
    ],
)
def test_a_protected_path_names_itself_and_the_entry_that_opens_it(path: str, reason: str) -> None:
    message = _refused(path, Policy(files=FILES)) or "passed"
    assert message.startswith(f"{path!r} is protected: ")
    assert reason in message
    assert f"allow = [{path!r}]" in message
    assert _refused(path, Policy(files=FILES, allow=(path,))) is None


def test_a_module_that_is_there_already_may_grow_whatever_its_name() -> None:
    assert _refused("types/money.py", Policy(files=FILES)) is None
    assert _refused("types/money.py", Policy(files=FILES - {"types/__init__.py"})) is not None


def test_allow_opens_a_folder_but_never_a_path_that_leads_elsewhere() -> None:
    policy = Policy(files=FILES, allow=("tests", "**"), links=frozenset({"tests/link"}))
    assert _refused("tests/data/cart.json", policy) is None
    assert [_refused(path, policy) is None for path in ("../a.py", ".git/config", "tests/link/a.py")] == [False] * 3


def test_files_outside_the_ticket_name_themselves_and_the_files_of_the_ticket() -> None:
    policy = Policy(files=FILES, editable=("src/shop/*.py",))
    assert _refused("src/shop/cart.py", policy) is None
    message = _refused("README.md", policy) or "passed"
    assert "'README.md'" in message
    assert "'src/shop/*.py'" in message
    assert _refused("README.md", Policy(files=FILES, editable=("src/shop/*.py",), allow=("README.md",))) is None


def test_what_the_ticket_may_edit_does_not_open_its_tests() -> None:
    policy = Policy(files=FILES, editable=("tests/test_cart.py", "pyproject.toml"))
    assert "existing test" in (_refused("tests/test_cart.py", policy) or "")
    assert "manifest" in (_refused("pyproject.toml", policy) or "")


def test_the_runner_and_the_ticket_may_name_their_tests_otherwise() -> None:
    policy = Policy(files=FILES, tests=("check_*.py",), given=("checks",))
    assert "existing test" in (_refused("checks/all.py", policy) or "")
    assert _refused("checks/all.py", Policy(files=FILES)) is None
    assert "(check_*.py)" in (_refused("tests/test_new.py", policy) or "")
    assert _refused("tests/check_new.py", policy) is None


def test_what_is_a_test_is_told_by_name_and_what_lies_among_tests_by_folder() -> None:
    paths = [
        "tests/test_a.py",
        "tests/a.py",
        "src/a_test.py",
        "src/conftest.py",
        "django/test/client.py",
        "src/attest.py",
    ]
    assert [is_test_file(path) for path in paths] == [True, False, True, False, False, False]
    assert [in_test_zone(path) for path in paths] == [True, True, True, True, False, False]


def test_a_suite_shows_what_its_names_do_not_say() -> None:
    collected = ["checks/all.py::check_a", "testing/unit/check_b.py::B::check_c[1]", "tests/test_cart.py::test_d"]
    doctests = ["src/shop/cart.py::shop.cart.total", "money.py::money", "docs/shop.rst::shop.rst"]
    assert shown([*collected, *doctests]) == ("checks/all.py", "testing/unit/check_b.py", "docs/shop.rst")
    assert shown(["testing/check_b.py::check_c"]) == ("testing/check_b.py", "testing")


def test_what_the_tests_load_from_elsewhere_may_not_be_replaced() -> None:
    policy = Policy(files=FILES | {"requests/adapters.py"}, installed=frozenset({"attr", "requests"}))
    assert "top-level module 'attr'" in (_refused("attr.py", policy) or "")
    assert [_refused(path, policy) for path in ("shop/attr.py", "attributes.py", "requests/new.py")] == [None] * 3


def test_what_judges_is_told_by_its_name() -> None:
    judging = ["tests/test_a.py", "src/a_test.py", "sub/conftest.py", "pytest.ini", "setup.cfg", "pyproject.toml"]
    assert [judges(path) for path in [*judging, "sitecustomize.py", "tests/data.txt", "src/shop.py"]] == [
        *[True] * 7,
        *[False] * 2,
    ]
