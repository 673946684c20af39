"""Every runner on real suites: what each test said, whatever the tests do to their process."""

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pareback.workspaces.pytest_server import SLOW
from pareback.workspaces.runners import command, pytest_cold, pytest_warm
from pareback.workspaces.sandbox import unconfined
from pareback.workspaces.suite import CollectError, Foreign, Place, Report, Result, Selection, Server

PYTHON = Path(sys.executable)
SHOP = {
    "shop/__init__.py": "",
    "shop/cart.py": "def total(prices):\n    return sum(prices) - 1\n",
}
CART = """
import ctypes, os, sys, time, unittest
import pytest
from shop.cart import total

@pytest.fixture
def broken():
    raise RuntimeError("no database")

def test_green():
    assert total([3]) == 2

def test_red():
    assert total([1, 2]) == 3

def test_fixture(broken):
    pass

@pytest.mark.parametrize("n", [1, 2])
def test_n(n):
    assert n == 1

@pytest.mark.skip(reason="later")
def test_skipped():
    pass

@pytest.mark.xfail
def test_xfailed():
    assert 0

@pytest.mark.xfail
def test_xpassed():
    pass

class TestUnit(unittest.TestCase):
    def test_equal(self):
        self.assertEqual(total([1]), 1)

def test_teardown(request):
    request.addfinalizer(lambda: 1 / 0)

def test_deep():
    def dive(n):
        return dive(n + 1)
    dive(0)

def test_huge():
    print("x" * 3_000_000)
    assert 0

def test_forks():
    pid = os.fork()
    if pid == 0:
        sys.exit(0)
    os.waitpid(pid, 0)

def test_address():
    assert object() is None
"""
WILD = """
import ctypes, os, time
import pytest

def test_hang():
    while True:
        pass

def test_exit():
    os._exit(3)

def test_crash():
    ctypes.string_at(0)

def test_interrupt():
    raise KeyboardInterrupt

def test_leave():
    pytest.exit("enough")

def test_survivor():
    pass
"""


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def environment(home: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "TMPDIR": str(home),
        "CI": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    home = environment(tmp_path_factory.mktemp("home"))
    opened = {
        name: part.build().open(wrap=unconfined, interpreter=PYTHON, roots=(".",), environment=home)
        for name, part in (("cold", pytest_cold), ("warm", pytest_warm))
    }
    yield opened
    for server in opened.values():
        server.close()


@pytest.fixture(params=["cold", "warm"])
def server(servers: dict[str, Server], request: pytest.FixtureRequest) -> Server:
    return servers[request.param]


def run(server: Server, slot: Path, selection: Selection | None = None, deadline: float = 60.0) -> Report:
    return server.run(slot, selection or Selection(), deadline=deadline, on_result=lambda _: True)


def outcomes(report: Report) -> dict[str, str]:
    return {result.id.partition("::")[2]: result.outcome for result in report.results}


def by_name(report: Report, name: str) -> Result:
    return next(result for result in report.results if result.id.endswith(f"::{name}"))


def test_a_suite_of_every_kind(server: Server, tmp_path: Path) -> None:
    slot = write(tmp_path, {**SHOP, "tests/test_cart.py": CART})
    report = run(server, slot)
    assert (report.work, report.errors, report.foreign, report.reason) == ("ran", (), (), "")
    assert outcomes(report) == {
        "test_green": "passed",
        "test_red": "failed",
        "test_fixture": "error",
        "test_n[1]": "passed",
        "test_n[2]": "failed",
        "test_skipped": "skipped",
        "test_xfailed": "xfailed",
        "test_xpassed": "xpassed",
        "TestUnit::test_equal": "failed",
        "test_teardown": "error",
        "test_deep": "failed",
        "test_huge": "failed",
        "test_forks": "passed",
        "test_address": "failed",
    }
    assert report.collected == tuple(result.id for result in report.results)
    assert by_name(report, "test_red").message == "assert 2 == 3\n +  where 2 = total([1, 2])"
    assert by_name(report, "test_red").places == (Place("tests/test_cart.py", 14, "test_red"),)
    assert by_name(report, "test_fixture").message == "RuntimeError: no database"
    assert by_name(report, "test_equal").message == "AssertionError: 0 != 1"
    assert by_name(report, "test_skipped").message == "Skipped: later"
    assert by_name(report, "test_green").message == ""
    assert len(by_name(report, "test_deep").places) == 24
    assert len(report.output) < 400_000
    assert list(slot.rglob("__pycache__")) == list(slot.rglob(".pytest_cache")) == []


def test_the_error_s_way_leads_through_the_slot(server: Server, tmp_path: Path) -> None:
    test = "from shop.cart import total\n\ndef test_type():\n    total(None)\n"
    report = run(server, write(tmp_path, {**SHOP, "test_type.py": test}))
    assert report.results[0].message == "TypeError: 'NoneType' object is not iterable"
    assert report.results[0].places == (Place("test_type.py", 4, "test_type"), Place("shop/cart.py", 2, "total"))


def test_what_ends_the_process_costs_one_test(server: Server, tmp_path: Path) -> None:
    report = run(server, write(tmp_path, {"test_wild.py": WILD}), Selection(limit=1.0))
    assert report.work == "ran"
    assert outcomes(report) == {
        "test_hang": "timeout",
        "test_exit": "error",
        "test_crash": "error",
        "test_interrupt": "error",
        "test_leave": "error",
        "test_survivor": "passed",
    }
    assert by_name(report, "test_hang").message == "the limit of 1 s was reached while this test ran"
    assert by_name(report, "test_hang").places[-1].function == "test_hang"
    assert by_name(report, "test_exit").message == "the process ended with exit code 3 while this test ran"
    assert by_name(report, "test_crash").message == "the process died of SIGSEGV while this test ran"
    assert by_name(report, "test_interrupt").message == "KeyboardInterrupt:"


def test_a_test_s_own_limit_counts(server: Server, tmp_path: Path) -> None:
    slot = write(tmp_path, {"test_slow.py": "import time\n\ndef test_slow():\n    time.sleep(1.2)\n"})
    assert outcomes(run(server, slot, Selection(limit=0.5))) == {"test_slow": "timeout"}
    longer = Selection(limit=0.5, limits={"test_slow.py::test_slow": 30.0})
    assert outcomes(run(server, slot, longer)) == {"test_slow": "passed"}


@pytest.mark.parametrize(
    ("code", "missing", "message"),
    [
        (
            "from shop.cart import sub",
            ("name", "shop.cart.sub"),
            "ImportError: cannot import name 'sub' from 'shop.cart' (",
        ),
        ("import shop.money", ("module", "shop.money"), "ModuleNotFoundError: No module named 'shop.money'"),
        ("import nupmy", ("module", "nupmy"), "ModuleNotFoundError: No module named 'nupmy'"),
        (
            "import shop.cart\nshop.cart.sub",
            ("name", "shop.cart.sub"),
            "AttributeError: module 'shop.cart' has no attribute 'sub'",
        ),
        ("from shop.cart import (", None, "SyntaxError: '(' was never closed (test_new.py, line 1)"),
        ("1 / 0", None, "ZeroDivisionError: division by zero"),
    ],
)
def test_a_file_that_cannot_be_collected(
    code: str, missing: tuple[str, str] | None, message: str, servers: dict[str, Server], tmp_path: Path
) -> None:
    slot = write(
        tmp_path, {**SHOP, "test_new.py": f"{code}\ndef test_new(): pass\n", "test_old.py": "def test_old(): 0"}
    )
    report = run(servers["warm"], slot)
    assert (report.work, outcomes(report)) == ("ran", {"test_old": "passed"})
    assert [(error.path, error.missing) for error in report.errors] == [("test_new.py", missing)]
    assert report.errors[0].message.startswith(message)


def test_cold_and_warm_say_the_same_of_a_broken_suite(servers: dict[str, Server], tmp_path: Path) -> None:
    files = {
        "test_a.py": "from shop.cart import sub\n",
        "test_b.py": "def test_b(mocker): pass\n",
        "test_c.py": "import os\nos._exit(5)\n",
        "test_d.py": "def test_d(): pass\n",
    }
    slot = write(tmp_path, {**SHOP, **files})
    cold, warm = (run(servers[name], slot) for name in ("cold", "warm"))
    assert cold.errors == warm.errors
    assert [(error.path, error.missing) for error in cold.errors] == [
        ("test_a.py", ("name", "shop.cart.sub")),
        ("test_c.py", None),
        ("test_b.py", ("fixture", "mocker")),
    ]
    assert cold.errors[1].message == "the process ended with exit code 5 while this file was collected"
    assert outcomes(cold) == outcomes(warm) == {"test_b": "error", "test_d": "passed"}


def test_a_conftest_that_cannot_be_imported(server: Server, tmp_path: Path) -> None:
    slot = write(tmp_path, {**SHOP, "conftest.py": "from shop.cart import sub\n", "test_a.py": "def test_a(): pass\n"})
    report = run(server, slot)
    assert [(error.path, error.missing) for error in report.errors] == [("conftest.py", ("name", "shop.cart.sub"))]
    assert (report.work, report.results) == ("ran", ())


@pytest.mark.parametrize(
    ("ini", "plugin"),
    [
        ("[pytest]\naddopts = --cov=shop\n", "pytest-cov"),
        ("[pytest]\naddopts = -p sugar_on_top\n", "sugar_on_top"),
        ("[pytest]\nrequired_plugins = pytest-sugar\n", "pytest-sugar"),
    ],
)
def test_a_plugin_that_is_not_there_is_named(ini: str, plugin: str, servers: dict[str, Server], tmp_path: Path) -> None:
    slot = write(tmp_path, {"pytest.ini": ini, "test_a.py": "def test_a(): pass\n"})
    report = run(servers["warm"], slot)
    assert report.work == "broken"
    assert [error.missing for error in report.errors] == [("plugin", plugin)]
    assert repr(plugin) in report.reason


def test_a_suite_without_tests(server: Server, tmp_path: Path) -> None:
    report = run(server, write(tmp_path, SHOP))
    assert (report.work, report.reason, report.results) == ("none", "no test was collected", ())


def test_a_configuration_pytest_refuses(servers: dict[str, Server], tmp_path: Path) -> None:
    report = run(servers["warm"], write(tmp_path, {"pytest.ini": "[pytest]\nminversion = 99\n"}))
    assert (report.work, report.errors) == ("broken", ())
    assert "requires pytest-99" in report.reason


def test_the_base_s_configuration_is_kept_but_not_what_hides_results(server: Server, tmp_path: Path) -> None:
    ini = "[pytest]\naddopts = -x -m 'not slow'\nmarkers = slow\npython_functions = check_*\n"
    test = "import pytest\ndef check_a(): assert 0\ndef check_b(): pass\n@pytest.mark.slow\ndef check_c(): pass\n"
    report = run(server, write(tmp_path, {"pytest.ini": ini, "test_a.py": test}))
    assert outcomes(report) == {"check_a": "failed", "check_b": "passed"}


def test_the_first_go_first_and_only_what_is_named_runs(server: Server, tmp_path: Path) -> None:
    test = "import pytest\ndef test_a(): pass\n@pytest.mark.parametrize('n', [1, 2])\ndef test_b(n): pass\n"
    slot = write(tmp_path, {"a/test_x.py": test, "b/test_y.py": test, "test_z.py": "import no_such_module\n"})
    report = run(server, slot, Selection(first=("b/test_y.py::test_b[2]", "./a/test_x.py::test_b")))
    assert [result.id for result in report.results] == [
        "b/test_y.py::test_b[2]",
        "a/test_x.py::test_b[1]",
        "a/test_x.py::test_b[2]",
        "a/test_x.py::test_a",
        "b/test_y.py::test_a",
        "b/test_y.py::test_b[1]",
    ]
    only = run(server, slot, Selection(only=("a/", "b/test_y.py::test_a", "gone.py::test_a")))
    assert only.errors == ()
    assert only.collected == (
        "a/test_x.py::test_a",
        "a/test_x.py::test_b[1]",
        "a/test_x.py::test_b[2]",
        "b/test_y.py::test_a",
    )


def test_a_selection_reads_the_same_configuration(server: Server, tmp_path: Path) -> None:
    files = {
        "pytest.ini": "[pytest]\npython_functions = check_*\n",
        "sub/pytest.ini": "[pytest]\n",
        "sub/test_a.py": "def check_a(): pass\ndef test_a(): pass\n",
    }
    slot = write(tmp_path, files)
    whole, only = run(server, slot), run(server, slot, Selection(only=("sub/test_a.py",)))
    assert whole.collected == only.collected == ("sub/test_a.py::check_a",)


def test_ids_hold_no_addresses(server: Server, tmp_path: Path) -> None:
    values = "[object(), '0x32BE34', '0x32BE35']"
    test = f"import pytest\n@pytest.mark.parametrize('x', {values}, ids=repr)\ndef test_a(x): pass\n"
    report = run(server, write(tmp_path, {"test_a.py": test}))
    cases = ("<object object at 0x>", "'0x32BE34'", "'0x32BE35'")
    assert report.collected == tuple(f"test_a.py::test_a[{case}]" for case in cases)
    assert run(server, tmp_path, Selection(only=report.collected)).collected == report.collected


def test_messages_name_paths_below_the_slot(server: Server, tmp_path: Path) -> None:
    files = {
        "shop.py": "",
        "test_a.py": "import pathlib\ndef test_a(): assert 0, str(pathlib.Path(__file__))\n",
        "test_b.py": "from shop import total\n",
    }
    report = run(server, write(tmp_path, files))
    assert [result.message for result in report.results] == ["AssertionError: test_a.py\nassert 0"]
    assert [error.message for error in report.errors] == [
        "ImportError: cannot import name 'total' from 'shop' (shop.py)"
    ]


def test_the_caller_ends_a_run_at_a_result(server: Server, tmp_path: Path) -> None:
    test = "import time\ndef test_a(): assert 0\ndef test_b(): time.sleep(60)\n"
    slot = write(tmp_path, {"test_a.py": test})
    heard: list[tuple[str, float]] = []

    def hear(result: Result | CollectError) -> bool:
        assert isinstance(result, Result)
        heard.append((result.id, time.monotonic()))
        return False

    report = server.run(slot, Selection(limit=90), deadline=60, on_result=hear)
    ended = time.monotonic()
    assert (report.work, outcomes(report)) == ("stopped", {"test_a": "failed"})
    assert [name for name, _ in heard] == ["test_a.py::test_a"]
    assert ended - heard[0][1] < 3


def test_the_caller_ends_a_run_in_the_middle_of_a_test(server: Server, tmp_path: Path) -> None:
    slot = write(tmp_path, {"test_a.py": "import time\ndef test_a(): pass\ndef test_b(): time.sleep(60)\n"})
    halt = threading.Event()

    def hear(_: Result | CollectError) -> bool:
        threading.Timer(0.2, halt.set).start()
        return True

    report = server.run(slot, Selection(limit=90), deadline=60, on_result=hear, halt=halt)
    assert (report.work, outcomes(report)) == ("stopped", {"test_a": "passed"})
    assert report.reason == "the caller stopped the run at 'test_a.py::test_b'"
    assert report.seconds < 20


def test_the_deadline_of_the_suite_ends_it(server: Server, tmp_path: Path) -> None:
    slot = write(tmp_path, {"test_a.py": "import time\ndef test_a(): pass\ndef test_b(): time.sleep(60)\n"})
    report = run(server, slot, Selection(limit=90), deadline=4.0)
    assert (report.work, outcomes(report)) == ("timeout", {"test_a": "passed"})
    assert report.reason == "the deadline of the suite was reached at 'test_a.py::test_b'"


def test_an_endless_import_meets_the_deadline_and_is_named(server: Server, tmp_path: Path) -> None:
    report = run(server, write(tmp_path, {"test_a.py": "while True: pass\n"}), deadline=4.0)
    assert (report.work, report.reason) == ("timeout", "the deadline of the suite was reached at 'test_a.py'")


def test_nothing_of_a_run_is_left(server: Server, tmp_path: Path) -> None:
    code = """
import os, signal, subprocess, sys, time
def test_daemon():
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0:
            open("pid", "w").write(str(os.getpid()))
            time.sleep(60)
        os._exit(0)
    os.wait()
    while not os.path.exists("pid") or not open("pid").read():
        time.sleep(0.01)
"""
    report = run(server, write(tmp_path, {"test_a.py": code}))
    assert outcomes(report) == {"test_daemon": "passed"}
    assert not Path("/proc", (tmp_path / "pid").read_text()).exists()


def test_a_flood_on_the_descriptor_costs_one_test(servers: dict[str, Server], tmp_path: Path) -> None:
    flood = (
        "import os\ndef test_flood(capfd):\n    with capfd.disabled():\n        while True: os.write(1, b'x' * 65536)\n"
    )
    slot = write(tmp_path, {"test_a.py": f"{flood}\ndef test_b(): pass\n"})
    report = run(servers["warm"], slot)
    assert outcomes(report) == {"test_flood": "error", "test_b": "passed"}
    assert by_name(report, "test_flood").message == "more than 64 MiB were printed while this test ran"


def test_several_runs_at_the_same_time(server: Server, tmp_path: Path) -> None:
    files = {"value.py": "VALUE = {0}\n", "test_a.py": "import value\ndef test_{0}(): assert value.VALUE == {0}\n"}
    slots = [
        write(tmp_path / str(number), {name: text.format(number) for name, text in files.items()})
        for number in range(4)
    ]
    reports: dict[int, Report] = {}

    def work(number: int) -> None:
        reports[number] = run(server, slots[number])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [outcomes(reports[number]) for number in range(4)] == [{f"test_{n}": "passed"} for n in range(4)]


def test_the_slot_is_read_anew_each_time(server: Server, tmp_path: Path) -> None:
    slot = write(tmp_path, {"m.py": "X = 1\n", "test_a.py": "from m import X\ndef test_a(): assert X == 1\n"})
    assert outcomes(run(server, slot)) == {"test_a": "passed"}
    stat = (slot / "m.py").stat()
    (slot / "m.py").write_text("X = 2\n")
    os.utime(slot / "m.py", ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert outcomes(run(server, slot)) == {"test_a": "failed"}


def test_modules_from_elsewhere_are_named(server: Server, tmp_path: Path) -> None:
    checkout = write(tmp_path / "checkout", {"python/shop/__init__.py": "", "other.py": "", "test_a.py": ""})
    test = f"import sys\nsys.path += [{str(checkout)!r}, {str(checkout / 'python')!r}]\nimport shop, other\n"
    slot = write(tmp_path / "slot", {"python/shop/__init__.py": "", "test_a.py": test})
    shop = Foreign("shop", str(checkout / "python" / "shop" / "__init__.py"))
    assert run(server, slot).foreign == (shop,)
    other = Foreign("other", str(checkout / "other.py"))
    assert set(run(server, slot, Selection(checkout=checkout)).foreign) == {other, shop}


def test_the_roots_come_first(tmp_path: Path) -> None:
    slot = write(
        tmp_path, {"src/json5x/__init__.py": "A = 1", "test_a.py": "import json5x\ndef test_a(): assert json5x.A\n"}
    )
    opened = pytest_cold.build().open(
        wrap=unconfined, interpreter=PYTHON, roots=("src", "."), environment=environment(tmp_path)
    )
    assert outcomes(run(opened, slot)) == {"test_a": "passed"}


def test_a_command_has_one_result(tmp_path: Path) -> None:
    opened = command.build(command="sh -c 'echo $PYTHONPATH; exit 3'").open(
        wrap=unconfined, interpreter=PYTHON, roots=("src", "."), environment={"PATH": "/usr/bin:/bin"}
    )
    report = opened.run(tmp_path, Selection(), deadline=20, on_result=lambda _: True)
    assert (report.work, report.collected) == ("ran", ("command",))
    assert report.results[0].outcome == "failed"
    assert report.results[0].message == f"exit code 3\n{tmp_path}/src:{tmp_path}"


@pytest.mark.parametrize(
    ("words", "work", "outcome"),
    [
        (["true"], "ran", ["passed"]),
        (["python", "-c", "raise SystemExit(1)"], "ran", ["failed"]),
        (["sleep", "60"], "timeout", ["timeout"]),
        (["sh", "-c", "exit 127"], "broken", []),
        (["no-such-command"], "broken", []),
    ],
)
def test_a_command_s_end(words: list[str], work: str, outcome: list[str], tmp_path: Path) -> None:
    opened = command.build(command=words).open(
        wrap=unconfined, interpreter=PYTHON, roots=(".",), environment={"PATH": "/usr/bin:/bin"}
    )
    report = opened.run(tmp_path, Selection(), deadline=3, on_result=lambda _: True)
    assert (report.work, [result.outcome for result in report.results]) == (work, outcome)
    assert (report.reason == "") == (work == "ran")


def test_a_command_line_that_needs_a_shell_is_refused() -> None:
    with pytest.raises(ValueError, match="'make && make check' needs a shell"):
        command.build(command="make && make check")
    with pytest.raises(ValueError, match="needs a command"):
        command.build()


def test_where_collecting_is_slow_what_comes_first_collects_nothing_else(tmp_path: Path) -> None:
    slow = f"import time\nopen({str(tmp_path / 'log')!r}, 'a').write('collected ')\ntime.sleep({2 * SLOW})\n"
    slot = write(
        tmp_path / "slot", {"test_a.py": "def test_a(): assert 0\n", "test_b.py": f"{slow}def test_b(): pass\n"}
    )
    opened = pytest_warm.build().open(
        wrap=unconfined, interpreter=PYTHON, roots=(".",), environment=environment(tmp_path)
    )
    with closing(opened):
        whole = run(opened, slot)
        first = Selection(first=("test_a.py::test_a",))
        red = opened.run(slot, first, deadline=60, on_result=lambda _: False)
        assert (red.work, outcomes(red)) == ("stopped", {"test_a": "failed"})
        assert (tmp_path / "log").read_text() == "collected "
        both = run(opened, slot, first)
        assert (both.work, outcomes(both), both.collected) == ("ran", outcomes(whole), whole.collected)
        gone = run(opened, slot, Selection(first=("test_a.py::test_gone",)))
        assert (gone.work, outcomes(gone)) == ("ran", outcomes(whole))
    assert (tmp_path / "log").read_text() == "collected " * 3


JUNIT = """<?xml version="1.0"?>
<testsuites><testsuite name="s" tests="5">
  <testcase classname="shop.Cart" name="adds" time="0.25"/>
  <testcase classname="shop.Cart" name="totals" time="1,200.5"><failure message="3 != 4">at SLOT/cart.x:7</failure>
  </testcase>
  <testcase file="t/cart.x" name="later"><skipped/></testcase>
  <testcase name="bare"><error>no &lt;database&gt;</error><system-err>noise</system-err></testcase>
</testsuite></testsuites>
"""


def commanded(tmp_path: Path, script: str, junit: str = "out/results.xml") -> Report:
    """The report of a shell script in a slot that has old results."""
    slot = write(tmp_path / "slot", {"out/results.xml": "<testsuite><testcase name='stale'/></testsuite>"})
    opened = command.build(command=["sh", "-c", script], junit=junit).open(
        wrap=unconfined, interpreter=PYTHON, roots=(".",), environment={"PATH": "/usr/bin:/bin"}
    )
    return opened.run(slot, Selection(), deadline=20, on_result=lambda _: True)


def test_a_command_that_writes_junit_has_a_result_per_test(tmp_path: Path) -> None:
    (tmp_path / "made.xml").write_text(JUNIT.replace("SLOT", str(tmp_path / "slot")))
    report = commanded(tmp_path, f"cp {tmp_path}/made.xml out/results.xml; exit 1")
    assert [(result.id, result.outcome, result.message, result.seconds) for result in report.results[:4]] == [
        ("shop.Cart::adds", "passed", "", 0.25),
        ("shop.Cart::totals", "failed", "3 != 4\nat cart.x:7", 1200.5),
        ("t/cart.x::later", "skipped", "", 0.0),
        ("bare", "error", "no <database>", 0.0),
    ]
    assert (report.work, report.results[4].id, report.results[4].outcome) == ("ran", "command", "passed")
    assert report.collected == tuple(result.id for result in report.results)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "no results were written to 'out/results.xml'"),
        ("<testsuite>", "it is no well-formed XML"),
        ("<html/>", "it has neither <testsuites> nor <testsuite>"),
        ('<!DOCTYPE t [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><testsuite>&b;</testsuite>', "it has a document type"),
        ('<!DOCTYPE t SYSTEM "/etc/passwd"><testsuite/>', "it has a document type"),
        ('<?xml version="1.0" encoding="nonsense"?><testsuite/>', "it is no well-formed XML"),
    ],
)
def test_results_that_cannot_be_read_leave_the_exit_code(written: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "made.xml").write_text(written)
    report = commanded(tmp_path, f"[ -s {tmp_path}/made.xml ] && cp {tmp_path}/made.xml out/results.xml; exit 3")
    assert [(result.id, result.outcome) for result in report.results] == [("command", "failed")]
    assert why in report.results[0].message


def test_a_code_that_no_red_test_explains_is_red(tmp_path: Path) -> None:
    report = commanded(tmp_path, "echo '<testsuite><testcase name=\"a\"/></testsuite>' > out/results.xml; exit 2")
    assert outcomes_by_id(report) == {"a": "passed", "command": "failed"}
    plain = commanded(tmp_path, "echo '<testsuite><testcase name=\"a\"/></testsuite>' > out/results.xml")
    assert outcomes_by_id(plain) == {"a": "passed", "command": "passed"}


def test_results_behind_a_link_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "made.xml").write_text("<testsuite><testcase name='a'/></testsuite>")
    report = commanded(tmp_path, f"ln -s {tmp_path}/made.xml out/results.xml")
    assert outcomes_by_id(report) == {"command": "passed"}


@pytest.mark.parametrize("path", ["/tmp/r.xml", "../r.xml", "a/../../r.xml"])
def test_results_outside_the_repository_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="leads outside the repository"):
        command.build(command="make check", junit=path)


def outcomes_by_id(report: Report) -> dict[str, str]:
    return {result.id: result.outcome for result in report.results}


WATCHED = """
import sys
from shop.cart import total

def test_one():
    assert total([3]) == 2

def test_two():
    pass

def test_three():
    sys.settrace(None)
"""


@pytest.mark.parametrize(
    ("lines", "reached", "work"),
    [
        ((1, 1), (("shop/cart.py", 1),), "stopped"),
        ((2, 2), (("shop/cart.py", 2),), "stopped"),
        ((3, 3), None, "stopped"),
    ],
)
def test_lines_are_watched_until_all_were_reached_or_a_test_ends_the_watch(
    tmp_path: Path, lines: tuple[int, int], reached: tuple[tuple[str, int], ...] | None, work: str
) -> None:
    for path, text in {**SHOP, "test_cart.py": WATCHED}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    opened = pytest_warm.build().open(
        wrap=unconfined, interpreter=PYTHON, roots=(".",), environment={"PATH": os.environ["PATH"]}
    )
    with closing(opened) as server:
        selection = Selection(lines={"shop/cart.py": (lines,)})
        report = server.run(tmp_path, selection, deadline=60.0, on_result=lambda _: True)
        plain = server.run(tmp_path, Selection(), deadline=60.0, on_result=lambda _: True)
    assert (report.reached, report.work) == (reached, work)
    assert (plain.reached, plain.work, len(plain.results)) == ((), "ran", 3)
