"""One command, run to its end or ended."""

import sys
import time
from pathlib import Path
from threading import Event, Timer

import pytest

from pareback.workspaces.process import CAP, HEAD, TAIL, Capture, Finished, clean, run
from pareback.workspaces.suite import WorkspaceError

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}


def python(code: str, tmp_path: Path, *, deadline: float = 20.0, halt: Event | None = None) -> Finished:
    return run([sys.executable, "-Ic", code], cwd=tmp_path, environment=ENVIRONMENT, deadline=deadline, halt=halt)


def alive(pid: int) -> bool:
    """A process that is more than a zombie."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_command_ends_with_its_code_and_both_outputs(tmp_path: Path) -> None:
    done = python("import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)", tmp_path)
    assert (done.code, done.output, done.end) == (3, "out\nerr\n", "exited")


def test_standard_input_is_empty(tmp_path: Path) -> None:
    assert python("import sys; print(repr(sys.stdin.read()))", tmp_path, deadline=5).output == "''\n"


def test_the_environment_is_what_was_given_and_a_mark(tmp_path: Path) -> None:
    done = python("import os; print(sorted(set(os.environ) - {'LC_CTYPE'}))", tmp_path)
    assert done.output == "['PAREBACK_RUN', 'PATH']\n"


def test_a_sleeper_meets_its_deadline(tmp_path: Path) -> None:
    done = python("import time; print('here', flush=True); time.sleep(60)", tmp_path, deadline=1.0)
    assert (done.code, done.output, done.end) == (-15, "here\n", "timeout")
    assert done.seconds < 3


def test_one_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
    done = python(code, tmp_path, deadline=1.0)
    assert (done.code, done.end) == (-9, "timeout")
    assert done.seconds < 9


def test_the_caller_ends_it_at_once(tmp_path: Path) -> None:
    halt = Event()
    Timer(0.5, halt.set).start()
    done = python("import time; time.sleep(60)", tmp_path, halt=halt)
    assert done.end == "stopped"
    assert done.seconds < 3


def test_a_daemon_that_holds_the_pipe_does_not_hold_us(tmp_path: Path) -> None:
    daemon = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    code = f"import subprocess, sys; subprocess.Popen([sys.executable, '-Ic', {daemon!r}], start_new_session=True)"
    done = python(code + "; import time; time.sleep(1)", tmp_path)
    assert (done.code, done.end) == (0, "exited")
    assert done.seconds < 6
    assert not alive(int(done.output))


def test_a_daemon_without_a_pipe_is_gone_too(tmp_path: Path) -> None:
    code = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open("pid", "w").write(str(os.getpid()))
        time.sleep(60)
    os._exit(0)
time.sleep(1)
"""
    done = python(code, tmp_path)
    assert done.end == "exited"
    assert not alive(int((tmp_path / "pid").read_text()))


def test_a_flood_keeps_head_and_tail(tmp_path: Path) -> None:
    done = python("import sys; sys.stdout.write('a' * 70_000 + 'b' * 1_000_000 + 'c' * 300_000)", tmp_path)
    left_out = 70_000 + 1_000_000 + 300_000 - HEAD - TAIL
    assert done.output == "a" * HEAD + f"\n[{left_out} bytes left out]\n" + "c" * TAIL


def test_an_endless_flood_is_ended(tmp_path: Path) -> None:
    started = time.monotonic()
    done = python("while True: print('x' * 100_000)", tmp_path, deadline=60)
    assert done.end == "flood"
    assert time.monotonic() - started < 30
    assert len(done.output) < HEAD + TAIL + 100


def test_a_command_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="'no-such-command' cannot be started"):
        run(["no-such-command"], cwd=tmp_path, environment=ENVIRONMENT, deadline=1)


def test_a_capture_below_its_bounds_keeps_everything() -> None:
    capture = Capture()
    for chunk in (b"one ", b"two ", b"three"):
        capture.add(chunk)
    assert (capture.text(), capture.total, capture.flooded) == ("one two three", 13, False)
    capture.add(b"x" * CAP)
    assert capture.flooded


@pytest.mark.parametrize(
    ("dirty", "cleaned"),
    [
        ("plain\ttext\n", "plain\ttext\n"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]52;c;ZXZpbA==\x07copied", "copied"),
        ("a\r\nb\rc", "a\nbc"),
        ("bell\x07 null\x00 c1\x9b", "bell null c1"),
        ("\u202egnp.exe\u200b", "gnp.exe"),
        ("half \ud800", "half ?"),
    ],
)
def test_output_is_harmless_on_a_terminal(dirty: str, cleaned: str) -> None:
    assert clean(dirty) == cleaned
