"""What passes, what is red, what is missing; and how a candidate stands against it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pareback.workspaces.baseline import Baseline, Targets, judge, names, targets
from pareback.workspaces.reporter import selectors
from pareback.workspaces.standing import Standing, confirm, confirmed, standing, stop, suspects
from pareback.workspaces.suite import CollectError, Outcome, Place, Report, Result, Work

TREE = ("src/shop/__init__.py", "src/shop/cart.py", "lib/tools/__init__.py", "tests/test_a.py", "tests/util.py")


def report(*said: str | CollectError, work: Work = "ran", seconds: float = 1.0) -> Report:
    """A report from lines such as `t.py::test_a passed 0.5`."""
    results = [result(line) for line in said if isinstance(line, str)]
    errors = tuple(line for line in said if isinstance(line, CollectError))
    return Report(work, tuple(results), errors, tuple(known.id for known in results), seconds=seconds)


def result(line: str) -> Result:
    test, outcome, *seconds = line.split()
    known: dict[str, Outcome] = {
        word: word for word in ("passed", "failed", "error", "skipped", "xfailed", "xpassed", "timeout")
    }
    return Result(test, known[outcome], float(*seconds or [0.1]))


def missing(kind: str, name: str, path: str = "t.py") -> CollectError:
    return CollectError(path, "message", (kind, name), (Place(path, 1, "<module>"),))


def base(*said: str | CollectError) -> Baseline:
    return judge(report(*said), report(*said), tree=TREE, roots=("src", "."))


def test_two_runs_make_a_baseline() -> None:
    first = report("t::a passed 1", "t::b failed", "t::c passed", "t::d skipped", "t::e xpassed", "t::now1 passed")
    second = report("t::a passed 3", "t::b error", "t::c failed", "t::d xfailed", "t::e passed", "t::now2 passed")
    judged = judge(first, replace(second, seconds=7.0), tree=TREE)
    assert judged == Baseline(
        passed=("t::a", "t::e"),
        red=("t::b",),
        flaky=("t::c", "t::now1", "t::now2"),
        collected=("t::a", "t::b", "t::c", "t::d", "t::e", "t::now1", "t::now2"),
        failures=(result("t::b failed"),),
        seconds={"t::a": 3.0, "t::b": 0.1, "t::c": 0.1, "t::d": 0.1, "t::e": 0.1},
        suite_seconds=7.0,
    )


def test_limits_follow_the_baseline() -> None:
    judged = base("t::quick passed 0.1", "t::slow passed 3", "t::red failed 0.1", "t::hang timeout 10")
    assert judged.limits == {"t::quick": 2.0, "t::slow": 15.0, "t::red": 10.0, "t::hang": 10.0}
    assert judged.suite_limit == 40.0
    calm = replace(judged, failures=(), suite_seconds=20.0)
    assert calm.suite_limit == 100.0


@pytest.mark.parametrize(
    "error",
    [
        missing("name", "shop.cart.total"),
        missing("module", "shop.money"),
        missing("module", "shop"),
        missing("module", "tools"),
        missing("name", "util.helper"),
        CollectError("t.py", "ZeroDivisionError: division by zero", None, (Place("src/shop/cart.py", 1, "<module>"),)),
    ],
)
def test_a_file_that_misses_what_the_tree_should_have_is_red(error: CollectError) -> None:
    judged = base("u::a passed", error)
    assert (judged.uncollected, judged.problems, judged.broken) == ((error,), (), "")


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (missing("module", "numpy"), "the module 'numpy' is missing in the environment of the tests (needed by t.py)"),
        (
            missing("name", "numpy.bool"),
            "the name 'numpy.bool' is missing in the environment of the tests (needed by t.py)",
        ),
        (missing("fixture", "db"), "the fixture 'db' is missing in the environment of the tests (needed by t.py)"),
        (missing("plugin", "xdist", ""), "the plugin 'xdist' is missing in the environment of the tests"),
        (CollectError("tests/conftest.py", "it hung"), "tests/conftest.py: it hung"),
    ],
)
def test_what_the_environment_lacks_is_a_problem(error: CollectError, problem: str) -> None:
    judged = base("u::a passed", error)
    assert (judged.uncollected, judged.problems) == ((), (problem,))


def test_a_file_that_cannot_be_collected_though_nothing_is_missing_is_set_aside() -> None:
    error = CollectError("t.py", "PytestCollectionWarning: cannot collect test class")
    judged = base("u::a passed", error)
    assert (judged.aside, judged.uncollected, judged.problems) == ((error,), (), ())
    assert base("u::a passed").aside == ()


def test_a_file_is_named_once_though_its_error_differs_from_run_to_run() -> None:
    one, two = (replace(missing("name", "shop.x"), message=f"at 0x{number}") for number in (1, 2))
    judged = judge(report("u::a passed", one), report("u::a passed", two), tree=TREE)
    assert judged.uncollected == (one,)


def test_a_suite_that_cannot_run_is_broken() -> None:
    nothing = report(work="none")
    unable = Report("broken", reason="exit code 4: no such option")
    assert judge(nothing, nothing, tree=TREE).broken == "no test was collected"
    assert judge(unable, unable, tree=TREE).broken == "exit code 4: no such option"
    assert base("t::a passed").broken == ""


def test_red_tests_and_red_files_are_the_targets() -> None:
    judged = base("t::a failed", "t::b passed", missing("name", "shop.x", "tests/test_new.py"))
    assert targets(judged) == Targets(("t::a",), ("tests/test_new.py",))
    assert targets(base("t::b passed")) == Targets()
    held_up = base(missing("name", "shop.x", "tests/conftest.py"))
    assert targets(held_up) == Targets((), ("tests",))


def test_a_ticket_s_own_selection_comes_first() -> None:
    judged = base("t.py::a failed", "t.py::b[1] passed", "t.py::b[2] passed", missing("name", "shop.x", "new.py"))
    asked = ["t.py::b", "./new.py::test_x", "gone.py"]
    assert targets(judged, asked) == Targets(("t.py::b[1]", "t.py::b[2]"), ("new.py::test_x",), ("gone.py",))


@pytest.mark.parametrize(
    ("selector", "named"),
    [
        ("a/t.py::C::m[1]", True),
        ("a/t.py::C::m", True),
        ("a/t.py::C", True),
        ("./a/t.py", True),
        ("a/", True),
        (".", True),
        ("", True),
        ("a/t", False),
        ("a/t.py::C::", False),
        ("a/t.py::C::m[2]", False),
        ("t.py", False),
    ],
)
def test_a_selector_names_a_test_by_whole_steps(selector: str, named: bool) -> None:
    test = "a/t.py::C::m[1]"
    assert names(selector, test) is named
    plain = selector.removeprefix("./").rstrip("/")
    if plain not in ("", "."):
        assert (plain in selectors(test)) is named  # the reporter, under the target's interpreter, agrees


BASE = base("t::a failed", "t::b passed", "t::c passed", missing("name", "shop.x", "new.py"))
TARGETS = targets(BASE)
FIXED = ("t::a passed", "new.py::n passed", "t::b passed", "t::c passed")


def stand(*said: str | CollectError, work: Work = "ran") -> Standing:
    return standing(report(*said, work=work), baseline=BASE, targets=TARGETS)


def test_green_is_every_target_and_everything_that_passed() -> None:
    assert stand(*FIXED) == Standing(2, 2, (), green=True)
    assert stand(*FIXED, "new.py::m skipped") == Standing(2, 2, (), green=True)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["t::a failed", *FIXED[1:]], (2, 1, ())),
        (["t::a skipped", *FIXED[1:]], (2, 1, ())),
        ([FIXED[0], *FIXED[2:]], (2, 1, ())),
        ([FIXED[0], "new.py::n skipped", *FIXED[2:]], (2, 1, ())),
        ([FIXED[0], "new.py::n passed", "new.py::m failed", *FIXED[2:]], (3, 2, ())),
        ([*FIXED[:3], "t::c failed"], (2, 2, ("t::c",))),
        ([*FIXED[:3], "t::c skipped"], (2, 2, ("t::c",))),
        ([*FIXED[:3], "t::c xfailed"], (2, 2, ("t::c",))),
        (FIXED[:3], (2, 2, ("t::c",))),
    ],
)
def test_anything_else_is_not(said: Sequence[str], expected: tuple[int, int, tuple[str, ...]]) -> None:
    stood = stand(*said)
    assert (stood.target_total, stood.target_green, stood.regressions) == expected
    assert not stood.green


def test_a_run_that_was_ended_early_is_judged_by_what_it_said() -> None:
    stood = stand("t::a passed", "new.py::n failed", work="stopped")
    assert (stood.target_green, stood.regressions, stood.green, stood.complete) == (1, (), False, False)
    assert stood.failures == (result("new.py::n failed"),)


def test_what_could_not_be_collected_before_is_not_shown_as_a_failure() -> None:
    old, new = CollectError("old.py", "a warning"), CollectError("other.py", "a warning")
    before = base("t::a failed", old)
    stood = standing(report("t::a passed", old, new), baseline=before, targets=targets(before))
    assert (stood.green, stood.failures) == (True, (new,))


def test_failures_show_targets_first_then_regressions_then_files() -> None:
    error = missing("name", "shop.y", "new.py")
    stood = stand("t::c failed", "t::b passed", "t::a failed", error)
    assert stood.failures == (result("t::a failed"), result("t::c failed"), error)


def test_a_regression_needs_two_lone_failures_and_a_pass_on_t() -> None:
    stood = stand(*FIXED[:3], "t::c failed")
    assert suspects(stood) == ("t::c",)
    red, green = report("t::c failed"), report("t::c passed")
    assert confirmed("t::c", reruns=(red, red), base=green)
    assert not confirmed("t::c", reruns=(red, green), base=green)
    assert not confirmed("t::c", reruns=(red, red), base=red)
    assert confirmed("t::c", reruns=(report(), report()), base=green)
    assert confirm(stood, ["t::c"]) == stood
    assert confirm(stood, []) == Standing(2, 2, (), green=True)


def heard(*said: str | CollectError) -> list[bool]:
    """What a stop rule says to each result."""
    rule = stop(BASE, TARGETS)
    return [rule(result(line) if isinstance(line, str) else line) for line in said]


def test_a_run_without_failures_is_not_stopped() -> None:
    assert heard(*FIXED) == [True, True, True, True]


def test_a_run_stops_after_the_targets_where_one_failed() -> None:
    assert heard("t::a failed", "new.py::n passed", "t::b passed") == [True, True, False]
    assert heard("t::a passed", "t::b passed", "t::c failed") == [True, True, False]
    assert heard(missing("name", "shop.x", "new.py"), "t::a passed", "t::b passed") == [True, True, False]


def test_a_run_with_named_targets_stops_with_the_last_of_them() -> None:
    rule = stop(BASE, Targets(("t::a", "t::b")))
    assert [rule(result(line)) for line in ("t::a failed", "t::b passed")] == [True, False]


def test_a_target_that_never_came_stops_the_run() -> None:
    rule = stop(BASE, Targets(("t::a",)))
    assert rule(result("t::b passed")) is False


def test_a_file_that_no_longer_collects_is_a_regression() -> None:
    rule = stop(base("t.py::a failed", "u.py::b passed"), Targets(("t.py::a",)))
    assert [rule(missing("name", "shop.x", "u.py")), rule(result("t.py::a passed"))] == [True, False]
