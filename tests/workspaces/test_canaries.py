"""Canaries: new names every time, the right outcomes, and what a wrong one says; planted into real suites."""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pareback.workspaces.canaries import KINDS, hatch, sound, useless
from pareback.workspaces.runners import pytest_cold, pytest_warm
from pareback.workspaces.sandbox import unconfined
from pareback.workspaces.suite import CollectError, Report, Result, Selection, Server

Serve = Callable[..., Report]
RIGHT = [(kind, "passed" if kind.endswith("pass") else "failed") for kind in KINDS]
SUITE = {
    "shop.py": "def total(prices):\n    return sum(prices)\n",
    "test_shop.py": "from shop import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n",
    "test_more.py": "def test_one():\n    pass\n\n\ndef test_two():\n    pass\n",
}
HOOK = """import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    report.outcome = "passed"
"""


@pytest.fixture(scope="module", params=[pytest_cold, pytest_warm], ids=["cold", "warm"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    opened = request.param.build().open(
        wrap=unconfined, interpreter=Path(sys.executable), roots=(".",), environment=environment
    )
    with closing(opened):
        yield opened


@pytest.fixture
def serve(server: Server, tmp_path: Path) -> Serve:
    """Runs a suite, given as files by path, and hands back the report."""

    def run(files: dict[str, str], heard: list[str] | None = None, **selection: tuple[str, ...]) -> Report:
        slot = tmp_path / "slot"
        for path, text in files.items():
            (slot / path).parent.mkdir(parents=True, exist_ok=True)
            (slot / path).write_text(text)

        def hear(said: Result | CollectError) -> bool:
            (heard if heard is not None else []).append(getattr(said, "id", "?"))
            return True

        chosen = Selection(only=selection.get("only"), canaries=selection.get("canaries", ()))
        return server.run(slot, chosen, deadline=60, on_result=hear)

    return run


def test_names_are_new_every_time_and_found_in_ids() -> None:
    first, second = hatch(), hatch()
    assert set(first.names.values()).isdisjoint(second.names.values())
    assert first.kind(f"tests/test_a.py::test_x_{first.names['fixture']}[1]") == "fixture"
    assert second.kind(f"tests/test_a.py::test_x_{first.names['fixture']}") is None
    assert (len(KINDS), hatch(()).kind("tests/test_a.py::test_x")) == (8, None)


def test_right_outcomes_give_no_sign_and_wrong_or_missing_ones_do() -> None:
    brood = hatch()
    assert brood.signs(RIGHT, whole=True) == brood.signs([], whole=False) == ()
    assert brood.signs([("plain_assert", "passed")], whole=False) == ("a canary was wrong: plain_assert",)
    assert brood.signs([("plain_pass", "failed")], whole=False) == ("a canary was wrong: plain_pass",)
    assert brood.signs([("fixture", "skipped")], whole=False) == ("a canary was wrong: fixture",)
    assert brood.signs(RIGHT[1:], whole=True) == ("a canary was wrong: plain_assert",)


def test_what_the_base_gets_wrong_is_not_planted_again() -> None:
    assert sound(()) == KINDS
    assert sound(("a canary was wrong: fixture", "anything else")) == tuple(each for each in KINDS if each != "fixture")
    assert sound(useless()) == ()


def test_an_honest_suite_hears_nothing_of_them(serve: Serve) -> None:
    heard: list[str] = []
    plain = serve(SUITE)
    report = serve(SUITE, heard, canaries=KINDS)
    ids = ("test_more.py::test_one", "test_more.py::test_two", "test_shop.py::test_total")
    assert [signs_of(each) for each in (plain, report)] == [[], []]
    assert (report.work, report.collected, tuple(heard)) == ("ran", ids, ids)
    assert [(each.id, each.outcome) for each in report.results] == [(each, "passed") for each in ids]


def test_where_no_file_can_be_collected_there_are_none(serve: Serve) -> None:
    report = serve({"test_shop.py": "from nowhere import total\n\n\ndef test_total(): ...\n"}, canaries=KINDS)
    assert (signs_of(report), [each.missing for each in report.errors]) == ([], [("module", "nowhere")])


def signs_of(report: Report) -> list[str]:
    """Without those that name plugins, which every run has some of."""
    return [sign for sign in report.signs if "has a say" not in sign]


def test_a_hook_that_turns_red_into_green_meets_them(serve: Serve) -> None:
    report = serve(SUITE | {"conftest.py": HOOK}, canaries=KINDS)
    assert "a canary was wrong: plain_assert" in report.signs
    assert "a test that raised was told as passed" in report.signs


def test_a_test_run_alone_and_a_file_of_doctests_have_them_too(serve: Serve) -> None:
    alone = serve(SUITE, only=("test_more.py::test_two",), canaries=KINDS)
    assert (signs_of(alone), [each.id for each in alone.results]) == ([], ["test_more.py::test_two"])
    told = {"pytest.ini": "[pytest]\naddopts = --doctest-modules\n", "a.py": '"""\n>>> 1 + 1\n2\n"""\n'}
    assert signs_of(serve(told, only=("a.py",), canaries=KINDS)) == []


def test_a_run_that_collects_nothing_misses_none(serve: Serve) -> None:
    report = serve({"shop.py": ""}, canaries=KINDS)
    assert (report.work, signs_of(report)) == ("none", [])


def test_module_fixtures_are_set_up_as_often_as_without_them(serve: Serve, tmp_path: Path) -> None:
    counting = """import pathlib

import pytest


@pytest.fixture(scope="module", autouse=True)
def counted():
    place = pathlib.Path(__file__).with_suffix(".count")
    place.write_text(place.read_text() + "x" if place.exists() else "x")


def test_a():
    pass


def test_b():
    pass
"""
    report = serve({"test_a.py": counting, "test_b.py": counting, "test_c.py": counting}, canaries=KINDS)
    assert (len(report.results), signs_of(report)) == (6, [])
    assert [(tmp_path / "slot" / f"test_{name}.count").read_text() for name in "abc"] == ["x", "x", "x"]


def test_a_test_that_ends_its_process_leaves_the_rest_its_canaries(serve: Serve) -> None:
    leaving = {"test_a.py": "import os\n\n\ndef test_end():\n    os._exit(0)\n"}
    report = serve(SUITE | leaving, canaries=KINDS)
    assert [(each.id, each.outcome) for each in report.results][:1] == [("test_a.py::test_end", "error")]
    assert (len(report.results), signs_of(report)) == (4, [])
