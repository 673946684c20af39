"""Which files the model is shown: what is pointed at, else what the failures lead to, within the window."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from pareback.adapters.model import Failure, Frame, Source
from pareback.orchestrator.context import Context
from pareback.orchestrator.nodes.round import question
from pareback.orchestrator.shelf import Shelf
from pareback.orchestrator.sources import BYTES_PER_TOKEN, LARGE, LARGE_TEST, SHARE, Wanted, choose
from pareback.orchestrator.state import State
from pareback.workspaces.imports import module_paths

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
    files = {"b.py": "import c\n", "c.py": "import d\n", "d.py": "import e\n", "e.py": "import f\n", "f.py": "x = 1\n"}
    assert shown({**files, TEST: "import b\n", "other.py": "x = 1\n"}) == ["b.py", "c.py", "d.py", "e.py"]


def test_what_imports_lead_to_is_ordered_by_likeness_to_the_ticket() -> None:
    files = {"b.py": "import c, d\n", "c.py": "x = 1\n", "d.py": "def parse_weeks(): ...\n", TEST: "import b\n"}
    assert shown(files) == ["b.py", "c.py", "d.py"]
    assert shown(files, text="Parse ISO weeks.") == ["d.py", "b.py", "c.py"]


def test_a_file_that_the_test_imports_and_names_comes_before_what_is_like_the_ticket() -> None:
    files = {"b.py": "import d\ndef area(): ...\n", "d.py": "def parse_weeks(): ...\n"}
    assert shown({**files, TEST: "import b\n"}, text="Parse weeks.") == ["d.py", "b.py"]
    assert shown({**files, TEST: "import b\nb.area()\n"}, text="Parse weeks.") == ["b.py", "d.py"]


def test_where_no_import_leads_anywhere_the_ticket_decides() -> None:
    files = {"b.py": "x = 1\n", "d.py": "def parse_weeks(): ...\n", TEST: "import subprocess\n"}
    assert shown(files, text="Parse ISO weeks.") == ["d.py", "b.py"]


def functions(count: int, *, lines: int = 20) -> str:
    """A module of so many functions, `name_0` to the last, each with a number of lines in its body."""
    body = "".join(f"    value = {number}\n" for number in range(lines))
    return "".join(f"def name_{number}():\n{body}    return value\n\n\n" for number in range(count))


def test_a_large_file_that_nobody_named_is_shown_in_part() -> None:
    large = functions(count=LARGE // 200)
    files = {"b.py": large, "c.py": functions(count=2), TEST: "import b, c\n\n\ndef test_it():\n    b.name_7()\n"}
    (part, whole), _ = choose(shelf(files), wanted(failures=[failure()]), tokens=PLENTY)
    assert (part.path, part.whole, whole) == ("b.py", False, Source("c.py", files["c.py"]))
    assert functions(count=8).split("def name_7")[1].rstrip() in part.text
    assert "def name_8():\n    # ... 23 lines not shown ...\n" in part.text
    sources, _ = choose(shelf(files), wanted(edit=("b.py",)), tokens=PLENTY)
    assert sources == (Source("b.py", large),)
    (uncut, *_), _ = choose(shelf(files), wanted(failures=[failure()]), tokens=PLENTY, parts=False)
    assert uncut == Source("b.py", large)


def test_a_file_that_does_not_fit_is_shown_in_part_where_that_fits() -> None:
    files = {"b.py": functions(count=40), TEST: "import b\n\n\ndef test_it():\n    b.name_7()\n"}
    (part,), _ = choose(shelf(files), wanted(edit=("b.py",), failures=[failure()]), tokens=2000)
    assert not part.whole
    assert choose(shelf(files), wanted(edit=("b.py",), failures=[failure()]), tokens=2000, parts=False)[0] == ()


def test_of_a_large_test_file_the_failing_tests_and_what_they_use_are_shown() -> None:
    filler = functions(count=LARGE_TEST // 200)
    text = f"import b\n\n\n{filler}def given():\n    return 3\n\n\ndef test_it():\n    assert b.x == given()\n"
    files = {"b.py": "x = 1\n", TEST: text}
    _, (test,) = choose(shelf(files), wanted(failures=[failure()]), tokens=PLENTY)
    assert not test.whole
    assert test.text == (
        "import b\n\n\n# ... 1200 lines not shown ...\ndef given():\n    return 3\n\n\n"
        "def test_it():\n    assert b.x == given()\n"
    )
    _, (uncut,) = choose(shelf(files), wanted(failures=[failure()]), tokens=PLENTY, parts=False)
    assert uncut == Source(TEST, text, editable=False)


def test_of_a_large_test_file_that_cannot_be_collected_what_mentions_the_missing_name_is_shown() -> None:
    text = f"from b import area\n\n\n{functions(count=LARGE_TEST // 200)}def test_it():\n    assert area() == 3\n"
    missing = Failure(TEST, "ImportError: cannot import name 'area' from 'b'")
    _, (test,) = choose(shelf({"b.py": "x = 1\n", TEST: text}), wanted(failures=[missing]), tokens=PLENTY)
    assert test.text.endswith("lines not shown ...\ndef test_it():\n    assert area() == 3\n")


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


def test_a_line_is_quoted_without_its_indent_where_there_is_one() -> None:
    tree = shelf({"b.py": "def f():\n    return 1\n", "c.bin": b"\x00\n"})
    assert [tree.line("b.py", number) for number in (0, 1, 2, 3, 4)] == ["", "def f():", "return 1", "", ""]
    assert (tree.line("c.bin", 1), tree.line("gone.py", 1)) == ("", "")


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
