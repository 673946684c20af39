"""Signs of a run that was influenced: forged lines, a missing last record, a runner or a test that was replaced."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pareback.workspaces import baseline
from pareback.workspaces.baseline import Baseline, Targets
from pareback.workspaces.hearing import Hearing
from pareback.workspaces.runners import pytest_warm
from pareback.workspaces.sandbox import unconfined
from pareback.workspaces.standing import WRITTEN, standing, tampering
from pareback.workspaces.suite import Place, Report, Result, Selection, Server

TEST = "from shop import total\n\n\ndef test_total():\n    assert total([1, 2]) == 3\n"
SHOP = "{0}\n\ndef total(prices):\n    return sum(prices)\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("home")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    opened = pytest_warm.build().open(
        wrap=unconfined, interpreter=Path(sys.executable), roots=(".",), environment=environment
    )
    with closing(opened):
        yield opened


@pytest.fixture
def signs(server: Server, tmp_path: Path) -> Callable[..., list[str]]:
    """The signs of a suite whose code says this at its import, beyond those of one whose code says nothing."""

    def run(code: str, test: str = TEST) -> list[str]:
        told = []
        for text in ("", code):
            slot = Path(tempfile.mkdtemp(dir=tmp_path))
            (slot / "shop.py").write_text(SHOP.format(text))
            (slot / "test_shop.py").write_text(test)
            told.append(server.run(slot, Selection(), deadline=60, on_result=lambda _: True).signs)
        return [sign for sign in told[1] if sign not in told[0]]

    return run


@pytest.mark.parametrize(
    ("code", "sign"),
    [
        ("from _pytest import runner\nrunner.CallInfo.from_call = None", "_pytest.runner.CallInfo.from_call"),
        (
            "import _pytest.python as p\np.pytest_pyfunc_call.__code__ = (lambda pyfuncitem: True).__code__",
            "pyfunc_call",
        ),
        ("import unittest\nunittest.TestCase.run = None", "unittest.case.TestCase.run"),
        ("import builtins\nbuiltins.round = lambda *_: 0", "builtins.round"),
        ("from _pytest import reports\nreports.TestReport.__setattr__ = object.__setattr__", "TestReport.__setattr__"),
        ("import sys\nsys.settrace(lambda *_: None)", "sys.settrace"),
    ],
)
def test_what_is_replaced_in_the_runner_names_itself(signs: Callable[..., list[str]], code: str, sign: str) -> None:
    assert any(sign in each for each in signs(code))


def test_honest_code_gives_no_sign(signs: Callable[..., list[str]]) -> None:
    assert signs("import math\nmath.shop = 1") == []


def test_the_code_of_a_test_is_sealed(signs: Callable[..., list[str]]) -> None:
    meddling = TEST + "\n\ntest_total.__code__ = test_total.__code__\n"
    assert signs("", test=meddling) == []
    late = "import sys\n\ndef calm():\n    sys._getframe(1).f_globals['test_b'].__code__ = calm.__code__\n"
    test = "from shop import *\n\ndef test_a():\n    globals().get('calm', int)()\n\ndef test_b():\n    pass\n"
    assert signs(late, test=test) == ["the code of a test was replaced"]


def hearing(said: list[str] | None = None) -> Hearing:
    return Hearing(Selection(), lambda each: said is None or said.append(getattr(each, "id", "")) is None, "/slot")


def event(heard: Hearing, kind: str, **fields: object) -> None:
    heard.hear({"event": kind, "nonce": heard.nonce, **fields})


def result(test: str, outcome: str) -> dict[str, object]:
    return {"id": test, "outcome": outcome, "seconds": 0.0, "message": "", "places": []}


def report(heard: Hearing) -> Report:
    return heard.report(work=None, seconds=0.0, output="", reason="")


@pytest.mark.parametrize("line", [{"nonce": "x"}, {}, {"event": "no such event"}])
def test_a_line_without_the_nonce_is_forged_and_says_nothing(line: dict[str, str]) -> None:
    said: list[str] = []
    heard = hearing(said)
    nonce = {"nonce": heard.nonce} if "event" in line else {}
    heard.hear({"event": "result", **result("t::a", "passed"), **nonce, **line})
    assert (report(heard).signs, said) == (("a line was forged",), [])


def test_an_exit_code_that_hides_failures_is_a_sign() -> None:
    for outcome, code, expected in (
        ("failed", 0, ("pytest's exit code hides failures",)),
        ("failed", 1, ()),
        ("passed", 0, ()),
    ):
        heard = hearing()
        event(heard, "items", ids=["t::a"])
        event(heard, "result", **result("t::a", outcome))
        event(heard, "end", code=code, signs=[], installed=[])
        assert (heard.conclude(""), report(heard).signs) == (False, expected)


def test_a_run_whose_last_record_is_missing_is_a_sign() -> None:
    heard = hearing()
    event(heard, "items", ids=["t::a"])
    event(heard, "result", **result("t::a", "passed"))
    assert (heard.conclude("it ended"), report(heard).signs) == (False, ("the run ended without its last record",))


BASE = Baseline(passed=("t::b",), red=("t::a",), collected=("t::a", "t::b"), signs=("the suite's own",))
GREEN = (Result("t::a", "passed", 0.0), Result("t::b", "passed", 0.0))


def test_signs_that_the_base_shows_by_itself_mean_nothing() -> None:
    own = Report("ran", GREEN, signs=("the suite's own",))
    new = Report("ran", GREEN, signs=("the suite's own", "a line was forged"))
    stood = [standing(each, baseline=BASE, targets=Targets(("t::a",))) for each in (own, new)]
    assert [(each.green, each.tampered) for each in stood] == [(True, ()), (False, ("a line was forged",))]


def test_files_beside_the_tests_that_were_written_are_told_apart() -> None:
    wrote = Report("ran", GREEN, signs=(f"{WRITTEN}tests/data.txt",))
    stood = standing(wrote, baseline=BASE, targets=Targets(("t::a",)))
    assert (stood.green, stood.written, tampering(wrote, BASE)) == (True, ("tests/data.txt",), ())


def test_a_baseline_knows_the_signs_of_both_runs() -> None:
    first, second = (Report("ran", GREEN, collected=("t::a",), signs=(sign,), installed=(sign,)) for sign in "ab")
    judged = baseline.judge(first, second, tree=["t"])
    assert (judged.signs, judged.installed) == (("a", "b"), ("a", "b"))


def test_a_target_that_the_code_itself_skips_is_not_set_aside() -> None:
    """Of a file that could not be collected every test counts, but those that the tests themselves skip."""
    skipped = Result("tests/test_n.py::x", "skipped", 0.0, "not today", (Place("shop.py", 3, "total"),))
    own = Result("tests/test_n.py::y", "skipped", 0.0, "elsewhere", (Place("tests/test_n.py", 3, "y"),))
    marked = Result("tests/test_n.py::z", "skipped", 0.0, "later")
    for aside, total in (((own, marked), 1), ((own, marked, skipped), 2)):
        run = Report("ran", (Result("tests/test_n.py::a", "passed", 0.0), *aside))
        stood = standing(run, baseline=Baseline(), targets=Targets(groups=("tests/test_n.py",)))
        assert (stood.target_total, stood.target_green, stood.green) == (total, 1, total == 1)
