"""The fork server by itself: what it imports beforehand, when it refuses, and that nothing outlives its owner."""

import ast
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import iniconfig
import pytest

from pareback.workspaces.forks import SCRIPTS, Launch, start
from pareback.workspaces.imports import third_party, top_names
from pareback.workspaces.runners import pytest_warm
from pareback.workspaces.sandbox import unconfined
from pareback.workspaces.suite import Report, Selection, Server, WorkspaceError


@pytest.fixture
def extra(tmp_path: Path) -> Path:
    """A folder of installed modules."""
    folder = tmp_path / "installed"
    folder.mkdir()
    return folder


def launch(tmp_path: Path, extra: Path, interpreter: str = sys.executable) -> Launch:
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "PYTHONPATH": str(extra),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return Launch(unconfined, Path(interpreter), (".",), environment)


def opened(tmp_path: Path, extra: Path) -> Server:
    how = launch(tmp_path, extra)
    return pytest_warm.build().open(
        wrap=how.wrap, interpreter=how.interpreter, roots=how.roots, environment=how.environment
    )


def slot_with(tmp_path: Path, name: str, files: dict[str, str]) -> Path:
    slot = tmp_path / name
    slot.mkdir()
    for path, text in files.items():
        (slot / path).write_text(text)
    return slot


def run(server: Server, slot: Path) -> Report:
    return server.run(slot, Selection(), deadline=60, on_result=lambda _: True)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_what_the_target_runs_is_old_syntax_and_imports_nothing_of_ours(script: Path) -> None:
    tree = ast.parse(script.read_text(), feature_version=(3, 8))
    imported = {
        name.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names | {"pytest", "_pytest"}


def test_the_third_party_modules_are_found_and_the_project_s_own_are_not(tmp_path: Path) -> None:
    files = {
        "shop.py": "import os, yaml.nodes as n\nfrom attrs import define\nfrom . import x\ndef f():\n    import lazy\n",
        "test_shop.py": "import shop, requests\n  # import not_me\n",
        "setup.py": "from setuptools import setup\n",
    }
    slot = slot_with(tmp_path, "slot", files)
    (slot / ".venv").mkdir()
    (slot / ".venv" / "hidden.py").write_text("import hidden_one\n")
    names = top_names(slot, (".",))
    assert names == {"shop", "test_shop"}
    assert third_party(slot, names) == ("attrs", "requests", "setuptools", "yaml.nodes")


def test_a_dependency_is_imported_once_and_the_project_each_time(tmp_path: Path, extra: Path) -> None:
    log = tmp_path / "log"
    tell = f"open({str(log)!r}, 'a').write(__name__ + '\\n')\n"
    (extra / "heavy.py").write_text(tell)
    slot = slot_with(tmp_path, "slot", {"own.py": tell, "test_a.py": "import heavy\nimport own\ndef test_a(): pass\n"})
    server = opened(tmp_path, extra)
    assert [run(server, slot).results[0].outcome for _ in range(3)] == ["passed"] * 3
    server.close()
    assert log.read_text().split() == ["heavy", "own", "own", "own"]
    assert server.note == ""


@pytest.mark.parametrize(
    "code", ["raise SystemExit(3)", "raise RuntimeError", "import os; os._exit(0)", "import absent"]
)
def test_a_dependency_that_cannot_be_imported_beforehand_is_left_to_the_tests(
    code: str, tmp_path: Path, extra: Path
) -> None:
    (extra / "touchy.py").write_text(f"import sys\nif 'pytest' in sys.argv[0]:\n    X = 1\nelse:\n    {code}\n")
    (extra / "fine.py").write_text("")
    slot = slot_with(tmp_path, "slot", {"test_a.py": "import touchy, fine\ndef test_a(): assert touchy.X\n"})
    server = opened(tmp_path, extra)
    report = run(server, slot)
    server.close()
    assert [result.outcome for result in report.results] == ["passed"]
    assert server.note == ""


def test_dependencies_that_start_threads_are_imported_by_each_run(tmp_path: Path, extra: Path) -> None:
    (extra / "busy.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
    )
    slot = slot_with(tmp_path, "slot", {"test_a.py": "import busy\ndef test_a(): pass\n"})
    server = opened(tmp_path, extra)
    report = run(server, slot)
    server.close()
    assert [result.outcome for result in report.results] == ["passed"]
    assert server.note == "half warm: the project's dependencies start threads (1); each run imports them"


def test_a_project_that_pytest_itself_uses_runs_cold_and_says_so(tmp_path: Path, extra: Path) -> None:
    slot = slot_with(tmp_path, "slot", {"test_a.py": "import iniconfig\ndef test_a(): assert iniconfig.MINE\n"})
    shutil.copytree(Path(iniconfig.__file__).parent, slot / "iniconfig")
    with (slot / "iniconfig" / "__init__.py").open("a") as module:
        module.write("\nMINE = True\n")
    server = opened(tmp_path, extra)
    report = run(server, slot)
    assert server.note == "cold: 'iniconfig' belongs to the project and is a part of pytest or of a dependency too"
    assert [result.outcome for result in report.results] == ["passed"]
    server.close()


def test_a_server_that_was_killed_is_started_again(tmp_path: Path, extra: Path) -> None:
    slot = slot_with(tmp_path, "slot", {"test_a.py": "import os, signal\ndef test_a(): pass\n"})
    server = opened(tmp_path, extra)
    assert run(server, slot).work == "ran"
    for pid in children_of(os.getpid()):
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.2)
    assert run(server, slot).work == "ran"
    server.close()


def test_an_interpreter_that_does_not_run_is_named(tmp_path: Path, extra: Path) -> None:
    with pytest.raises(WorkspaceError, match="'/no/python' cannot be started"):
        start(launch(tmp_path, extra, "/no/python"))
    with pytest.raises(WorkspaceError, match="'/bin/false' ended before it could run anything: no output"):
        start(launch(tmp_path, extra, "/bin/false"))


def test_nothing_outlives_an_owner_that_was_killed(tmp_path: Path) -> None:
    test = "import os, time\ndef test_a():\n    open('pid', 'w').write(str(os.getpid()))\n    time.sleep(600)\n"
    slot = slot_with(tmp_path, "slot", {"test_a.py": test})
    owner = f"""
from collections.abc import Callable
from pathlib import Path
from pareback.workspaces.runners import pytest_warm
from pareback.workspaces.sandbox import unconfined
from pareback.workspaces.suite import Selection
server = pytest_warm.build().open(
    wrap=unconfined, interpreter=Path({sys.executable!r}), roots=(".",), environment={{"HOME": {str(tmp_path)!r}}}
)
server.run(Path({str(slot)!r}), Selection(limit=900), deadline=900, on_result=lambda _: True)
"""
    process = subprocess.Popen([sys.executable, "-c", owner])
    pid = slot / "pid"
    wait_until(lambda: pid.exists() and pid.read_text() != "")
    family = [pid_ for child in children_of(process.pid) for pid_ in (child, *children_of(child))]
    process.kill()
    process.wait()
    wait_until(lambda: not any(Path(f"/proc/{number}").exists() for number in (*family, int(pid.read_text()))))


def children_of(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text()
        except OSError:
            continue
        if stat.rpartition(")")[2].split()[1] == str(parent):
            found.append(int(entry.name))
    return found


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_trusted_run_tells_what_each_test_entered_where_the_interpreter_can(tmp_path: Path, extra: Path) -> None:
    files = {
        "own.py": "def one():\n    return two()\n\ndef two():\n    return 2\n",
        "test_a.py": "import own\ndef test_a(): assert own.one()\ndef test_b(): assert own.two()\n",
    }
    slot = slot_with(tmp_path, "slot", files)
    server = opened(tmp_path, extra)
    kept = server.run(slot, Selection(keep=True), deadline=60, on_result=lambda _: True)
    plain = run(server, slot)
    server.close()
    both = ("test_a.py::test_a", "test_a.py::test_b")
    inside = {function: tests for function, tests in kept.touched.items() if function.startswith("own.py")}
    expected = {"own.py:1": both[:1], "own.py:4": both} if hasattr(sys, "monitoring") else {}
    assert (kept.collected, inside, plain.touched) == (both, expected, {})


def test_what_the_server_holds_open_is_left_as_it_was(tmp_path: Path, extra: Path) -> None:
    test = """
import os
import _pytest.main, _pytest.tmpdir
def test_names(request, tmp_path, monkeypatch, capsys):
    assert "tmp_path" in dir(_pytest.tmpdir) and "Path" in dir(_pytest.tmpdir)
    assert "pytest_collection" not in vars(_pytest.tmpdir) and "items" in dir(request.session)
    assert "__dir__" not in vars(_pytest.tmpdir) and "__dir__" not in vars(_pytest.main.Session)
    assert str(request.config.invocation_params.dir) == os.getcwd() == str(request.config.rootpath)
    assert os.environ.get("PYTEST_DISABLE_PLUGIN_AUTOLOAD") == "1"
"""
    server = opened(tmp_path, extra)
    report = run(server, slot_with(tmp_path, "slot", {"test_a.py": test}))
    server.close()
    assert [(result.outcome, result.message) for result in report.results] == [("passed", "")]
