"""Which files the model is shown: what is pointed at, else what the failures lead to, within the window."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from pareback.adapters.model import Failure, Frame
from pareback.orchestrator.context import Context
from pareback.orchestrator.nodes.round import question
from pareback.orchestrator.sources import BYTES_PER_TOKEN, SHARE, Shelf, Wanted, choose, module_paths
from pareback.orchestrator.state import State

TEST = "tests/test_a.py"
PLENTY = 100_000


def shelf(files: Mapping[str, str | bytes], roots: tuple[str, ...] = (".",)) -> Shelf:
    """A tree in memory; every path is its own blob id."""
    raw = {path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()}
    return Shelf({path: path for path in raw}, raw.__getitem__, roots)


def wanted(**facts: Any) -> Wanted:
    plain: dict[str, Any] = {"edit": (), "see": (), "test_files": (TEST,), "failures": ()}
    return Wanted(**(plain | facts))


def shown(
    files: Mapping[str, str | bytes], *, tokens: int = PLENTY, roots: tuple[str, ...] = (".",), **facts: Any
) -> list[str]:
    """The paths of the files that are not tests, in their order; those for reading alone in parentheses."""
    sources, _ = choose(shelf(files, roots), wanted(**facts), tokens=tokens)
    return [source.path if source.editable else f"({source.path})" for source in sources]


def failure(*paths: str) -> Failure:
    return Failure(f"{TEST}::test_it", "assert 1 == 2", tuple(Frame(path, 1, "f") for path in paths))


def test_what_a_failing_test_imports_comes_before_what_that_imports() -> None:
    files = {"b.py": "import c\n", "c.py": "import d\n", "d.py": "x = 1\n", "other.py": "x = 1\n", TEST: "import b\n"}
    assert shown(files) == ["b.py", "c.py"]


def test_frames_come_first_innermost_before_its_callers() -> None:
    files = {"b.py": "import c\n", "c.py": "x = 1\n", "deep.py": "x = 1\n", TEST: "import b\n"}
    assert shown(files, failures=[failure(TEST, "b.py", "deep.py")]) == ["deep.py", "b.py", "c.py"]
    assert shown(files, failures=[failure("gone.py")]) == ["b.py", "c.py"]


def test_tests_are_shown_apart_and_never_to_be_edited() -> None:
    files = {"b.py": "x = 1\n", "tests/conftest.py": "import b\n", TEST: "import b\nimport tests.conftest\n"}
    sources, tests = choose(shelf(files), wanted(), tokens=PLENTY)
    assert [(each.path, each.editable) for each in (*sources, *tests)] == [("b.py", True), (TEST, False)]


def test_what_the_ticket_names_replaces_the_search_and_keeps_its_order() -> None:
    files = {"a.py": "x = 1\n", "b.py": "x = 1\n", "lib/c.py": "x = 1\n", "notes.md": "x\n", TEST: "import a\n"}
    assert shown(files, edit=("lib/*", "b.py")) == ["lib/c.py", "b.py"]
    assert shown(files, edit=("b.py",), see=("*.md", "b.py")) == ["b.py", "(notes.md)"]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("import pkg.mod", ["pkg/mod.py", "pkg/__init__.py"]),
        ("from pkg import mod", ["pkg/mod.py", "pkg/__init__.py"]),
        ("from pkg.mod import name", ["pkg/mod.py", "pkg/__init__.py"]),
        ("from pkg import name", ["pkg/__init__.py"]),
        ("import os, json as j", []),
        ("def f():\n    import pkg.mod", ["pkg/mod.py", "pkg/__init__.py"]),
    ],
)
def test_imports_lead_to_modules_and_their_packages(statement: str, found: list[str]) -> None:
    files = {"pkg/__init__.py": "x = 1\n", "pkg/mod.py": "x = 1\n", TEST: f"{statement}\n"}
    assert shown(files) == found


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("from . import near", ["pkg/sub/mod.py", "pkg/sub/near.py"]),
        ("from .near import x", ["pkg/sub/mod.py", "pkg/sub/near.py"]),
        ("from .. import far", ["pkg/sub/mod.py", "pkg/far.py"]),
        ("from ..far import x", ["pkg/sub/mod.py", "pkg/far.py"]),
    ],
)
def test_relative_imports_are_taken_from_where_they_stand(statement: str, found: list[str]) -> None:
    files = {
        "pkg/sub/mod.py": f"{statement}\n",
        "pkg/sub/near.py": "x = 1\n",
        "pkg/far.py": "x = 1\n",
        "near.py": "x = 1\n",
    }
    assert shown({**files, TEST: "import pkg.sub.mod\n"}) == found
    sourced = {f"src/{path}": text for path, text in files.items()}
    led = [f"src/{path}" for path in found]
    assert shown({**sourced, TEST: "import pkg.sub.mod\n"}, roots=("src",)) == led
    assert shown({**sourced, TEST: "import pkg.sub.mod\n"}, roots=("src", ".")) == led


def test_roots_are_looked_through_in_order() -> None:
    files = ("src/a.py", "a.py", "src/b/__init__.py")
    assert module_paths("a", files, ("src", ".")) == ["src/a.py", "a.py"]
    assert module_paths("b.c", files, ("src", ".")) == ["src/b/__init__.py"]
    assert module_paths("b.c", files, (".",)) == []


def test_what_does_not_fit_is_left_out_and_smaller_things_after_it_are_not() -> None:
    tokens = 1000
    room = int(tokens * SHARE) * BYTES_PER_TOKEN
    test = "import large\nimport small\n"
    files = {"large.py": "x" * (room - len(test) + 1), "small.py": "x = 1\n", TEST: test}
    assert shown(files, tokens=tokens) == ["small.py"]
    assert shown({**files, "large.py": "x" * (room - len(test))}, tokens=tokens) == ["large.py"]


def test_tests_take_their_room_first() -> None:
    files = {"b.py": "x = 1\n" * 20, TEST: "import b\n" + "#" * 100}
    sources, tests = choose(shelf(files), wanted(), tokens=100)
    assert ([each.path for each in sources], [each.path for each in tests]) == ([], [TEST])


def test_what_cannot_be_read_or_parsed_leads_nowhere_and_harms_nothing() -> None:
    broken, binary, latin = "import d\ndef f(:\n", b"\x00\x01", "é = 1\n".encode("latin-1")
    files: dict[str, str | bytes] = {
        "b.py": broken,
        "c.py": binary,
        "e.py": latin,
        "d.py": "x = 1\n",
        TEST: "import b, c, e\n",
    }
    assert shown(files) == ["b.py"]
    assert shown({**files, "b.py": "import d\n", "e.py": "x = 1\n"}) == ["b.py", "e.py", "d.py"]


def test_blank_files_are_not_shown_unless_they_are_named() -> None:
    files = {"pkg/__init__.py": "\n", "pkg/mod.py": "x = 1\n", TEST: "import pkg.mod\n"}
    assert shown(files) == ["pkg/mod.py"]
    assert shown(files, edit=("pkg/__init__.py",)) == ["pkg/__init__.py"]


def test_the_tickets_own_tests_are_shown_as_they_will_run(bench: Any, opening: Callable[[Context], State]) -> None:
    """T wins where the patch has not touched a file; the patch wins where it has."""
    context = bench(["unused"]).context
    repository = context.repository
    old, new = (b"from shop.cart import shipping\n# before\n", b"from shop.cart import shipping\n# after\n")
    base = repository.commit(context.base, {"tests/test_cart.py": old}, message="base")
    tests_tree = repository.commit(base, {"tests/test_cart.py": new}, message="tests")
    start = repository.commit(base, {"shop/cart.py": b"import shop.money\n", "shop/money.py": None}, message="patch")
    context = replace(context, base=base, tests_tree=tests_tree)
    asked = question(replace(opening(context), start=start), context, context.ladder[0])
    assert [(each.path, each.text) for each in asked.tests] == [("tests/test_cart.py", new.decode())]
    assert [(each.path, each.text) for each in asked.files] == [("shop/cart.py", "import shop.money\n")]
