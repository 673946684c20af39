"""The sandbox from the inside: what hostile tests reach, how they end, and what honest tests still can do."""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pareback.workspaces.process import run
from pareback.workspaces.runners import command, pytest_cold, pytest_warm
from pareback.workspaces.sandbox import Bind, Sandbox, needs, outermost
from pareback.workspaces.sandboxes import none, standard, strict
from pareback.workspaces.suite import Report, Selection, Server

ROOT = Path(__file__).resolve().parents[2]
PYTHON = Path(sys.executable)
ENVIRONMENT = {"PATH": os.defpath, "HOME": "/tmp"}
LACK = strict.build().lack()
needs_strict = pytest.mark.skipif(LACK is not None, reason=f"strict is not offered here: {LACK and LACK.why}")
linux = pytest.mark.skipif(sys.platform != "linux", reason="the probes are Linux's")


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"study_{name}", ROOT / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


study = loaded("sandbox")
QUICK = [wrong for wrong in (*study.faults.FAULTS, *study.faults.FLOODS) if not wrong.slow]


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that an ordinary user of the sandbox could reach if it were shown."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "slots").mkdir()
        yield Path(folder).resolve()


@pytest.fixture(scope="module")
def server(place: Path) -> Iterator[Server]:
    """One warm server in the sandbox, for slots below `place`."""
    with study.serving("warm", strict.build(slots=place / "slots"), PYTHON, place / "home") as opened:
        yield opened


def slot_with(place: Path, name: str, **files: str) -> Path:
    slot = place / "slots" / name
    slot.mkdir()
    for stem, text in files.items():
        (slot / f"{stem}.py").write_text(text)
    return slot


def outcomes(report: Report) -> dict[str, str]:
    return {result.id.split("::")[1]: result.outcome for result in report.results}


def ran(sandbox: Sandbox, code: str, *binds: Bind, cwd: Path, **options: Any) -> tuple[int, str]:
    """What a Python program in the sandbox ended with and printed."""
    wrapped = sandbox.wrap([str(PYTHON), "-c", code], binds=binds, **options)
    done = run(wrapped, cwd=cwd, environment=ENVIRONMENT | {"HOME": str(cwd)}, deadline=30)
    return done.code, done.output


@needs_strict
@pytest.mark.parametrize("kind", ["warm", "cold"])
def test_no_attempt_gets_out_of_the_strict_sandbox(kind: str, tmp_path: Path) -> None:
    report, leaks = study.probe(kind, "strict", PYTHON, tmp_path / "prey")
    assert leaks == []
    assert outcomes(report) == {"test_attacks": "passed", "test_what_honest_tests_need": "passed"}


@linux
def test_without_a_sandbox_the_same_attempts_get_through(tmp_path: Path) -> None:
    _, leaks = study.probe("warm", "none", PYTHON, tmp_path / "prey")
    assert {"read_key", "write_home", "tcp", "udp", "path_socket", "write_hooks", "neighbour"} <= set(leaks)


@needs_strict
def test_where_namespaces_are_forbidden_strict_says_so_and_standard_holds(tmp_path: Path) -> None:
    code = f"""
import importlib.util, json, sys
from pathlib import Path
from pareback.workspaces.sandboxes import standard, strict
sys.path.insert(0, {str(ROOT / "benchmarks")!r})
import sandbox as study
why = strict.build().lack()
if standard.build().lack() is not None:
    print(json.dumps([True, None, [], []]))
    raise SystemExit
report, leaks = study.probe("warm", "standard", Path(sys.executable), Path({str(tmp_path / "prey")!r}))
print(json.dumps([why is not None, why.mend, leaks, [result.outcome for result in report.results]]))
"""
    ordinary = ["bwrap", "--dev-bind", "/", "/", "--unshare-user", "--uid", "1234", "--gid", "1234", "--disable-userns"]
    done = subprocess.run([*ordinary, str(PYTHON), "-c", code], capture_output=True, text=True, check=False)
    refused, mend, leaks, ends = json.loads(done.stdout.splitlines()[-1])
    if mend is None:
        pytest.skip("this kernel has no Landlock")
    assert (refused, mend != "", leaks, ends[0]) == (True, True, [], "passed")


@needs_strict
@pytest.mark.parametrize("wrong", QUICK, ids=lambda wrong: f"{wrong.row} {wrong.name}")
def test_a_test_that_misbehaves_ends_alone(wrong: Any, server: Server, place: Path) -> None:
    report, grown, left = study.fault(server, place / "slots", wrong)
    ends = {result.id.split("::")[1]: result for result in report.results}
    assert ends["test_fault"].outcome in wrong.ends
    assert wrong.says in ends["test_fault"].message
    assert ends["test_before"].outcome == "passed"
    assert left == []
    assert grown < 100


@needs_strict
@pytest.mark.parametrize("number", range(3))
def test_rivals_do_not_reach_each_other(number: int, server: Server, place: Path) -> None:
    patient, rival = study.duel(server, place / "slots", number)
    assert [result.message for result in (*rival.results, *patient.results)] == ["", ""]
    assert outcomes(patient) | outcomes(rival) == {"test_patient": "passed", "test_rival": "passed"}


@needs_strict
def test_paths_that_are_read_only_stay_as_they_are(server: Server, place: Path) -> None:
    test = """
import pytest
def test_own():
    open("free.py", "w").close()
    for name in ("kept.py", "kept/inner.py"):
        with pytest.raises(OSError):
            open(name, "w")
        assert open(name).read() == "x = 1"
"""
    slot = slot_with(place, "read-only", kept="x = 1", test_own=test)
    (slot / "kept").mkdir()
    (slot / "kept" / "inner.py").write_text("x = 1")
    selection = Selection(readonly=("kept.py", "kept"))
    report = server.run(slot, selection, deadline=60, on_result=lambda _: True)
    assert outcomes(report) == {"test_own": "passed"}
    assert ((slot / "kept.py").read_text(), (slot / "free.py").exists()) == ("x = 1", True)


@needs_strict
def test_where_forks_cannot_be_kept_apart_each_run_has_a_sandbox_of_its_own(place: Path) -> None:
    slot_with(place, "other", own="secret = 1")
    test = "import os\ndef test_alone():\n    assert os.listdir('..') == ['alone']\n    open('mine', 'w').close()\n"
    slot = slot_with(place, "alone", test_alone=test)
    sandbox = strict.build(slots=place / "slots", separable=False)
    with study.serving("warm", sandbox, PYTHON, place / "home") as opened:
        assert outcomes(study.run(opened, slot)) == {"test_alone": "passed"}
        assert opened.note == "cold: a sandbox inside the sandbox is not allowed on this machine"
    assert (slot / "mine").exists()


@needs_strict
def test_a_command_sees_its_slot_alone_and_its_exit_code_counts(place: Path) -> None:
    slot = slot_with(place, "command", check="import os, sys\nsys.exit(os.listdir('..') != ['command'])\n")
    runner = command.build(command="python check.py")
    with closing(
        runner.open(
            wrap=strict.build(slots=place / "slots").wrap,
            interpreter=PYTHON,
            roots=(".",),
            environment=ENVIRONMENT,
        )
    ) as opened:
        assert study.run(opened, slot).results[0].outcome == "passed"
        (slot / "check.py").write_text("raise SystemExit(3)")
        assert study.run(opened, slot).results[0].message == "exit code 3"


@needs_strict
def test_a_set_up_has_a_network_and_one_folder(tmp_path: Path) -> None:
    code = """
import os, socket
with socket.create_server(("127.0.0.1", 0)):
    print(sorted(name for _, name in socket.if_nameindex()) == {here!r}, os.path.exists({home!r}))
open("made", "w").close()
"""
    here = sorted(name for _, name in __import__("socket").if_nameindex())
    made = ran(
        strict.build(),
        code.format(here=here, home=str(Path.home() / ".bashrc")),
        Bind(tmp_path, writable=True),
        cwd=tmp_path,
        purpose="setup",
    )
    assert made == (0, "True False\n")
    assert (tmp_path / "made").exists()


@needs_strict
def test_a_command_that_cannot_be_found_is_not_there_inside_either(tmp_path: Path) -> None:
    done = run(strict.build().wrap(["no-such-command"]), cwd=tmp_path, environment=ENVIRONMENT, deadline=30)
    assert done.code == 127


def test_an_interpreter_needs_its_environment_and_what_that_was_made_from() -> None:
    shown = {bind.path for bind in needs(PYTHON)}
    assert Path(sys.prefix) in shown
    assert any(Path(sys.base_prefix).resolve() == path for path in shown) or sys.base_prefix.startswith("/usr")
    assert not any(bind.writable for bind in needs(PYTHON))
    assert needs(Path("/usr/bin/true")) == needs(Path("make")) == ()


def test_an_environment_shows_what_its_links_lead_to_unless_a_set_up_made_it(tmp_path: Path) -> None:
    packages = tmp_path / "made" / "venv" / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    (tmp_path / "made" / "venv" / "bin").mkdir()
    (tmp_path / "made" / "venv" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (tmp_path / "made" / "venv" / "bin" / "python").touch()
    for name in ("elsewhere", "linked"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "module.py").touch()
    (tmp_path / "papers").mkdir()
    (packages / "project.pth").write_text(f"{tmp_path / 'elsewhere'}\n{tmp_path / 'papers'}\nimport x\n")
    (packages / "linked").symlink_to(tmp_path / "linked")
    program = tmp_path / "made" / "venv" / "bin" / "python"
    shown = [bind.path for bind in needs(program)]
    assert shown == [tmp_path / "made" / "venv", tmp_path / "linked", tmp_path / "elsewhere"]
    (tmp_path / "made" / "ready").touch()
    assert [bind.path for bind in needs(program)] == [tmp_path / "made" / "venv"]


def test_places_come_outermost_first_and_never_the_home_folder(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    binds = [Bind(inner), Bind(tmp_path), Bind(inner, writable=True), Bind(tmp_path / "absent")]
    assert outermost(binds) == [Bind(tmp_path), Bind(inner, writable=True)]
    for wide in (Path.home(), Path("/")):
        with pytest.raises(ValueError, match="would show a sandbox the whole home folder"):
            outermost([Bind(wide)])


def test_no_sandbox_changes_nothing() -> None:
    sandbox = none.build()
    assert (sandbox.level, sandbox.wrap(["a", "b"], purpose="server"), sandbox.lack()) == ("none", ["a", "b"], None)


@pytest.mark.skipif(os.geteuid() != 0, reason="asked as root")
def test_root_is_not_offered_the_level_that_cannot_hold_it() -> None:
    lack = standard.build().lack()
    assert lack is not None
    assert lack.mend == "install bubblewrap: apt-get install bubblewrap"


@needs_strict
@pytest.mark.parametrize("part", [pytest_warm, pytest_cold], ids=["warm", "cold"])
def test_nothing_outlives_an_owner_that_was_killed(part: ModuleType, tmp_path: Path) -> None:
    slot = tmp_path / "slots" / "0"
    slot.mkdir(parents=True)
    (slot / "test_a.py").write_text("import time\ndef test_a():\n    open('on', 'w').close()\n    time.sleep(86397)\n")
    owner = f"""
import sys
from pathlib import Path
from pareback.workspaces.runners import {part.__name__.rpartition(".")[2]} as part
from pareback.workspaces.sandboxes import strict
from pareback.workspaces.suite import Selection
server = part.build().open(
    wrap=strict.build(slots=Path({str(tmp_path / "slots")!r})).wrap, interpreter=Path(sys.executable),
    roots=(".",), environment={{"PATH": "/usr/bin:/bin", "HOME": {str(tmp_path)!r}}})
server.run(Path({str(slot)!r}), Selection(limit=900), deadline=900, on_result=lambda _: True)
"""
    process = subprocess.Popen([sys.executable, "-c", owner])
    study.wait_until((slot / "on").exists)
    family = study.descendants(process.pid)
    assert len(family) > 2
    process.kill()
    process.wait()
    study.wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))
