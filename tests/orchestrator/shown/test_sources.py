"""Which files the model is shown, and how much of them: what is pointed at, else what failures and ticket lead to."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from pareback.adapters.messages import render
from pareback.adapters.model import Failure, Frame, Source
from pareback.orchestrator.context import Context
from pareback.orchestrator.nodes.round import question
from pareback.orchestrator.shown.clues import clues
from pareback.orchestrator.shown.pool import pool
from pareback.orchestrator.shown.shelf import Shelf
from pareback.orchestrator.shown.sources import NAMED, SMALL, Sight, Trees, Wanted, choose
from pareback.orchestrator.state import State
from pareback.workspaces.imports import module_paths

TEST = "tests/test_a.py"
PLENTY = Sight(100_000)
Files = Mapping[str, str | bytes]
MakeShelf = Callable[..., Shelf]
Show = Callable[..., tuple[tuple[Source, ...], tuple[Source, ...]]]


@pytest.fixture
def show(shelf: MakeShelf) -> Show:
    """What is chosen of a tree; `before` is the base where it is another tree, the rest are fields of `Wanted`."""

    def chosen(files: Files, sight: Sight = PLENTY, *, before: Files | None = None, **facts: Any) -> Any:
        roots = facts.pop("roots", (".",))
        plain: dict[str, Any] = {"edit": (), "see": (), "test_files": (TEST,), "failures": ()}
        trees = Trees(shelf(files, roots), shelf(files if before is None else before, roots))
        return choose(trees, Wanted(**(plain | facts)), sight)

    return chosen


@pytest.fixture
def shown(show: Show) -> Callable[..., list[str]]:
    """The paths of the files that are not tests, in their order; those for reading alone in parentheses."""

    def paths(files: Files, sight: Sight = PLENTY, **facts: Any) -> list[str]:
        return [each.path if each.editable else f"({each.path})" for each in show(files, sight, **facts)[0]]

    return paths


def failure(*paths: str) -> Failure:
    return Failure(f"{TEST}::test_it", "assert 1 == 2", tuple(Frame(path, 1, "f") for path in paths))


def functions(count: int, *, lines: int = 20, name: str = "name") -> str:
    """A module of so many functions, `name_0` to the last, each with a number of lines in its body."""
    body = "".join(f"    value = {number}\n" for number in range(lines))
    return "".join(f"def {name}_{number}():\n{body}    return value\n\n\n" for number in range(count))


Paths = Callable[..., list[str]]


def test_what_a_failing_test_names_comes_before_what_is_like_the_ticket(shown: Paths) -> None:
    files = {"b.py": "import d\ndef area(): ...\n", "d.py": "def parse_weeks(): ...\n"}
    assert shown({**files, TEST: "import b\n"}, text="Parse weeks.")[0] == "d.py"
    assert shown({**files, TEST: "import b\nb.area()\n"}, text="Parse weeks.") == ["b.py", "d.py"]


def test_a_name_in_the_ticket_leads_to_its_definition_without_any_test(shown: Paths) -> None:
    files = {"a.py": "def other(): ...\n", "b.py": "def parse_weeks(): ...\n", "c.py": "def parse(): ...\n"}
    assert shown(files, text="Make `parse_weeks` static.", test_files=())[0] == "b.py"
    assert shown(files, text="Deprecate other().", test_files=()) == ["a.py"]


def test_what_a_suspect_uses_is_shown_and_what_nobody_speaks_of_is_not(show: Show) -> None:
    code = f"from c import inner\n\n\ndef outer():\n    return inner()\n\n\n{functions(5)}"
    files = {"b.py": code, "c.py": f"def inner():\n    return 1\n\n\n{functions(5, name='far')}", TEST: "import b\n"}
    (b, c), _ = show(files, text="outer() is off by one")
    assert ("return inner()" in b.text, "name_0" in b.text) == (True, False)
    assert (c.path, "return 1" in c.text, "far_0" in c.text) == ("c.py", True, False)


def test_frames_come_first_innermost_before_its_callers(shown: Paths) -> None:
    files = {"b.py": "def f(): ...\n", "c.py": "def g(): ...\n", "deep.py": "def h(): ...\n", TEST: "import b\n"}
    assert shown(files, failures=(failure(TEST, "b.py", "deep.py"),)) == ["deep.py", "b.py"]
    assert shown(files, failures=(failure(TEST, "deep.py", "b.py"),)) == ["b.py", "deep.py"]


def test_a_large_file_is_shown_in_part_and_a_small_one_whole(show: Show) -> None:
    large, small = functions(count=SMALL // 100), "def near():\n    return 1\n"
    files = {"b.py": large, "c.py": small, TEST: "import b, c\n\n\ndef test_it():\n    b.name_7() + c.near()\n"}
    found, _ = show(files, failures=(failure(),))
    by_path = {each.path: each for each in found}
    part = by_path["b.py"]
    assert by_path["c.py"] == Source("c.py", small)
    assert (part.whole, part.full, part.all) == (False, large, large)
    assert functions(count=8).split("def name_7")[1].rstrip() in part.text
    assert "name_8" not in part.text
    uncut, _ = show(files, replace(PLENTY, parts=False), failures=(failure(),))
    assert Source("b.py", large) in uncut
    roomy, _ = show(files, replace(PLENTY, small=len(large)), failures=(failure(),))
    assert Source("b.py", large) in roomy


def test_a_file_the_user_named_is_shown_whole_until_it_is_large_and_then_with_all_heads(show: Show) -> None:
    files = {"b.py": functions(count=5), TEST: "import b\n\n\ndef test_it():\n    b.name_2()\n"}
    (whole,), _ = show(files, edit=("b.py",), failures=(failure(),))
    assert whole == Source("b.py", files["b.py"])
    large = {**files, "b.py": functions(count=NAMED // 200)}
    (part,), _ = show(large, edit=("b.py",), failures=(failure(),))
    assert not part.whole
    assert "def name_9():\n    ⋮ 23 lines not shown\n" in part.text
    assert functions(count=3).split("def name_2")[1].rstrip() in part.text


def test_of_a_large_test_file_the_failing_tests_and_what_they_use_are_shown(show: Show) -> None:
    text = f"import b\n\n\n{functions(20)}def given():\n    return 3\n\n\ndef test_it():\n    assert b.x == given()\n"
    files = {"b.py": "x = 1\n", TEST: text}
    _, (test,) = show(files, failures=(failure(),))
    assert (test.whole, test.editable, test.full) == (False, False, text)
    assert test.text.rstrip() == (
        "import b\n\n\n⋮ 480 lines not shown\ndef given():\n    return 3\n\n\ndef test_it():\n    assert b.x == given()"
    )
    _, (uncut,) = show(files, replace(PLENTY, parts=False), failures=(failure(),))
    assert uncut == Source(TEST, text, editable=False)


def test_of_a_test_file_that_cannot_be_collected_what_mentions_the_missing_name_is_shown(show: Show) -> None:
    text = f"from b import area\n\n\n{functions(20)}def test_it():\n    assert area() == 3\n"
    missing = Failure(TEST, "ImportError: cannot import name 'area' from 'b'")
    _, (test,) = show({"b.py": "x = 1\n", TEST: text}, failures=(missing,))
    assert test.text.rstrip().endswith("lines not shown\ndef test_it():\n    assert area() == 3")


def test_of_many_failing_tests_as_many_are_shown_as_fit(show: Show) -> None:
    text = functions(40, name="test")
    failures = tuple(Failure(f"{TEST}::test_{number}", "assert 0") for number in range(40))
    _, (test,) = show({TEST: text, "b.py": "x = 1\n"}, Sight(4_000), failures=failures)
    assert len(test.text) <= Sight(4_000).room
    assert ("def test_0()" in test.text, "def test_39()" in test.text) == (True, False)


def test_everything_shown_keeps_to_the_room(show: Show) -> None:
    files = {f"m{number}.py": functions(10, name=f"find_{number}") for number in range(10)}
    text = " ".join(f"find_{number}_{inner}" for number in range(10) for inner in range(10))
    for tokens in (2_000, 8_000):
        found, tests = show({**files, TEST: "import m1\n"}, Sight(tokens), text=text)
        size = sum(len(each.text) for each in (*found, *tests))
        assert 0.6 * Sight(tokens).room < size <= Sight(tokens).room


def test_a_wide_sight_shows_whom_less_points_at(show: Show) -> None:
    files = {
        "b.py": functions(20),
        "c.py": "from d import beside\n\n\ndef start():\n    return name_3() + beside()\n",
        "d.py": f"def beside():\n    return 1\n\n\n{functions(20, name='far')}",
        TEST: "import b, c\nb.name_3()\n",
    }
    narrow, wide = (show(files, replace(PLENTY, wide=each), text="name_3() is wrong")[0] for each in (False, True))
    assert [each.path for each in narrow] == ["b.py", "c.py"]
    assert [each.path for each in wide] == ["b.py", "c.py", "d.py"]


def test_what_the_patch_changed_and_where_it_failed_and_was_blamed_comes_on_top(show: Show) -> None:
    base = {"b.py": functions(20), "c.py": functions(20, name="far"), TEST: "import b\nb.name_3()\n"}
    first, _ = show(base)
    now = {**base, "b.py": f"{base['b.py']}def fresh():\n    return 3\n", "new.py": "def newer():\n    return 4\n"}
    line = base["c.py"].split("\n").index("def far_5():") + 2
    later = (Failure(f"{TEST}::test_it", "boom", (Frame("c.py", line, "far_5"),)),)
    findings = ("[1] S4 b.py:30 name_1: is a copy of b.py:200, DO: use it",)
    second, _ = show(now, before=base, later=later, findings=findings)
    by_path = {each.path: each.text for each in second}
    assert [each.path for each in first] == ["b.py"]
    assert list(by_path) == ["b.py", "new.py", "c.py"]
    assert all(f"def {name}():\n    " in by_path["b.py"] for name in ("name_3", "fresh", "name_1", "name_8"))
    assert ("def far_5" in by_path["c.py"], "def far_6" in by_path["c.py"]) == (True, False)
    assert "name_1()" not in first[0].text


def test_what_was_chosen_stays_when_only_the_failures_change(show: Show) -> None:
    files = {"b.py": functions(20), "c.py": functions(20, name="far"), TEST: "import b\nb.name_3()\n"}
    first = show(files, failures=(failure(),))
    again = show(files, failures=(failure(),), later=(Failure(f"{TEST}::test_it", "another message"),))
    assert first == again


def test_tests_are_shown_apart_and_never_to_be_edited(show: Show) -> None:
    files = {"b.py": "x = 1\n", "tests/conftest.py": "import b\n", TEST: "import b\nimport tests.conftest\n"}
    sources, tests = show(files)
    assert [(each.path, each.editable) for each in (*sources, *tests)] == [("b.py", True), (TEST, False)]


def test_what_the_ticket_names_replaces_the_search_and_keeps_its_order(shown: Paths) -> None:
    files = {"a.py": "x = 1\n", "b.py": "x = 1\n", "lib/c.py": "x = 1\n", "notes.md": "x\n", TEST: "import a\n"}
    assert shown(files, edit=("lib/*", "b.py")) == ["lib/c.py", "b.py"]
    assert shown(files, edit=("b.py",), see=("*.md", "b.py")) == ["b.py", "(notes.md)"]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("import pkg.mod", {"pkg/mod.py", "pkg/__init__.py"}),
        ("from pkg import mod", {"pkg/mod.py", "pkg/__init__.py"}),
        ("from pkg import name", {"pkg/__init__.py"}),
        ("def f():\n    import pkg.mod", {"pkg/mod.py", "pkg/__init__.py"}),
        ("from pkg.sub import mod", {"pkg/sub/mod.py", "pkg/near.py", "pkg/__init__.py"}),
    ],
)
def test_imports_of_the_failing_test_lead_to_modules_and_their_packages(
    shelf: MakeShelf, statement: str, found: set[str]
) -> None:
    files = {"pkg/__init__.py": "x = 1\n", "pkg/mod.py": "x = 1\n", "pkg/near.py": "x = 1\n", TEST: f"{statement}\n"}
    files["pkg/sub/mod.py"] = "from .. import near\n"
    for roots, folder in (((".",), ""), (("src",), "src/"), (("src", "."), "src/")):
        tree = shelf({path if path == TEST else f"{folder}{path}": text for path, text in files.items()}, roots)
        assert set(pool(tree, clues(tree, "", (), (TEST,)))) == {f"{folder}{path}" for path in found}


def test_a_line_is_quoted_without_its_indent_where_there_is_one(shelf: MakeShelf) -> None:
    tree = shelf({"b.py": "def f():\n    return 1\n", "c.bin": b"\x00\n"})
    assert [tree.line("b.py", number) for number in (0, 1, 2, 3, 4)] == ["", "def f():", "return 1", "", ""]
    assert (tree.line("c.bin", 1), tree.line("gone.py", 1)) == ("", "")


def test_roots_are_looked_through_in_order() -> None:
    files = ("src/a.py", "a.py", "src/b/__init__.py")
    assert module_paths("a", files, ("src", ".")) == ["src/a.py", "a.py"]
    assert module_paths("b.c", files, ("src", ".")) == ["src/b/__init__.py"]
    assert module_paths("b.c", files, (".",)) == []


def test_what_cannot_be_read_or_parsed_leads_nowhere_and_harms_nothing(shown: Paths) -> None:
    files: dict[str, str | bytes] = {
        "b.py": "import d\ndef f(:\n",
        "c.py": b"\x00\x01",
        "e.py": "é = 1\n".encode("latin-1"),
        "d.py": "x = 1\n",
        TEST: "import b, c, e\n",
    }
    assert shown(files) == []
    assert shown({**files, "b.py": "import d\n"}) == ["b.py"]
    assert shown(files, edit=("b.py", "c.py")) == ["b.py"]


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


def test_two_rounds_share_their_first_bytes(bench: Any, opening: Callable[[Context], State]) -> None:
    """Nothing before the file that was changed may differ, for a provider's cache to be of use."""
    context = bench(["unused"]).context
    first = question(opening(context), context, context.ladder[0])
    changed = context.repository.read_file(context.base, "shop/cart.py").replace(b"> 5000", b">= 5000")
    start = context.repository.commit(context.base, {"shop/cart.py": changed}, message="patch")
    second = question(replace(opening(context), start=start), context, context.ladder[0])
    (rules, before), (same, after) = render(first), render(second)
    assert rules == same
    stable = before.content.partition("## FILE (best written whole): shop/cart.py")[0]
    assert "tests/test_cart.py" in stable
    assert after.content.startswith(stable)
    assert before != after


def test_the_setting_caps_what_the_models_window_would_hold(bench: Any, opening: Callable[[Context], State]) -> None:
    context: Context = bench(["unused"]).context
    tight = replace(context, settings=context.settings.model_copy(update={"context_tokens": 100}))
    roomy, cut = (question(opening(each), each, each.ladder[0]) for each in (context, tight))
    assert [each.path for each in roomy.files] == ["shop/cart.py"]
    assert sum(len(each.text) for each in (*cut.files, *cut.tests)) <= Sight(100).room < len(roomy.files[0].text)
