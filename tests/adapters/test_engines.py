"""What every engine holds, on the local one: real forks, real signals, nothing left behind."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pareback.adapters.engine import Engine, Happening, Work
from pareback.adapters.engines import local


def target(spec: Mapping[str, Any], line: socket.socket) -> int:
    """What a work can do: say a line and wait for the answer, print, sleep, refuse to die, die, or come to its end."""
    if spec.get("stubborn"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "say" in spec:
        line.sendall(spec["say"].encode() + b"\n")
        sys.stdout.write(line.recv(1000).decode())
    if "child" in spec:
        subprocess.Popen(["sleep", str(spec["child"])])
    if "die" in spec:
        os.kill(os.getpid(), spec["die"])
    if "throw" in spec:
        raise ValueError(spec["throw"])
    time.sleep(spec.get("sleep", 0))
    return int(spec.get("exit", 0))


@pytest.fixture
def engine() -> Iterator[Engine]:
    with closing(local.build(target=target, grace=0.3)) as made:
        yield made


def until_gone(engine: Engine, key: str, *, seconds: float = 20.0) -> list[Happening]:
    """Everything that happened until the work ended or was lost."""
    found: list[Happening] = []
    limit = time.monotonic() + seconds
    while not any(each.key == key and each.kind in {"ended", "lost"} for each in found):
        assert time.monotonic() < limit, found
        found += engine.events(1.0)
    return found


def handles() -> set[str]:
    """The descriptors that are open in this process."""
    return {entry.name for entry in Path("/proc/self/fd").iterdir()}


def told(found: Sequence[Happening]) -> list[tuple[str, str]]:
    return [(each.key, each.kind) for each in found]


def alive(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def group(pgid: int) -> list[int]:
    """The live processes of a group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and alive(int(entry.name)):
            try:
                member = os.getpgid(int(entry.name)) == pgid
            except ProcessLookupError:
                continue
            found += [int(entry.name)] if member else []
    return found


def test_a_work_starts_and_ends_with_its_exit_code(engine: Engine, tmp_path: Path) -> None:
    engine.submit(Work("one", {"exit": 75}, str(tmp_path / "one")))
    found = until_gone(engine, "one")
    assert told(found) == [("one", "started"), ("one", "ended")]
    assert found[-1].data == {"exit": 75}
    assert engine.events(0) == []


def test_a_line_is_asked_and_answered_and_what_is_printed_goes_to_the_works_log(engine: Engine, tmp_path: Path) -> None:
    engine.submit(Work("one", {"say": '{"may": "I"}'}, str(tmp_path / "one")))
    found = list(engine.events(5))
    while not any(each.kind == "asked" for each in found):
        found += engine.events(5)
    asked = found[-1]
    assert (asked.data, asked.answer is not None) == ({"may": "I"}, True)
    assert asked.answer is not None
    asked.answer({"go": True})
    assert told(until_gone(engine, "one"))[-1] == ("one", "ended")
    assert (tmp_path / "one" / "output.log").read_text() == '{"go": true}\n'
    asked.answer({"go": True})  # too late: nothing happens


def test_a_last_word_is_heard_before_the_end(engine: Engine, tmp_path: Path) -> None:
    engine.submit(Work("one", {"say": '{"a": 1}\n{"b": 2}', "exit": 0}, str(tmp_path)))
    engine.submit(Work("two", {}, str(tmp_path)))
    found: list[Happening] = []
    while told(found).count(("one", "asked")) < 2:
        found += engine.events(5)
    for each in found:
        if each.answer is not None:
            each.answer({})
    found += until_gone(engine, "one")
    assert [each.data for each in found if each.kind == "asked"] == [{"a": 1}, {"b": 2}]


def test_a_killed_process_is_lost_at_once_and_its_key_is_free_again(engine: Engine, tmp_path: Path) -> None:
    engine.submit(Work("one", {"die": signal.SIGKILL}, str(tmp_path)))
    began = time.monotonic()
    found = until_gone(engine, "one")
    assert found[-1].data == {"signal": signal.SIGKILL, "cancelled": False}
    assert time.monotonic() - began < 5
    engine.submit(Work("one", {}, str(tmp_path)))
    assert told(until_gone(engine, "one"))[-1] == ("one", "ended")


def test_an_exception_is_a_bug_with_its_traceback_in_the_log(engine: Engine, tmp_path: Path) -> None:
    engine.submit(Work("one", {"throw": "no such thing"}, str(tmp_path)))
    assert until_gone(engine, "one")[-1].data == {"exit": 3}
    assert "ValueError: no such thing" in (tmp_path / "output.log").read_text()


@pytest.mark.parametrize(("stubborn", "by"), [(False, signal.SIGTERM), (True, signal.SIGKILL)])
def test_cancel_ends_the_whole_group(engine: Engine, tmp_path: Path, stubborn: bool, by: int) -> None:
    spec = {"sleep": 60, "child": 60, "stubborn": stubborn, "say": "{}"}
    engine.submit(Work("one", spec, str(tmp_path)))
    pid = engine.events(5)[0].data["pid"]
    for each in engine.events(5):
        assert each.answer is not None
        each.answer({})
    while len(group(pid)) < 2:
        time.sleep(0.01)
    engine.cancel("one")
    engine.cancel("one")
    engine.cancel("nobody")
    assert until_gone(engine, "one")[-1].data == {"signal": by, "cancelled": True}
    assert group(pid) == []


def test_one_key_runs_once(engine: Engine, tmp_path: Path) -> None:
    engine.submit(Work("one", {"sleep": 60}, str(tmp_path)))
    with pytest.raises(ValueError, match="'one' runs already"):
        engine.submit(Work("one", {}, str(tmp_path)))


def test_it_does_not_fork_a_process_with_threads(engine: Engine, tmp_path: Path) -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait, name="table")
    thread.start()
    try:
        with pytest.raises(RuntimeError, match="table"):
            engine.submit(Work("one", {}, str(tmp_path)))
    finally:
        end.set()
        thread.join()
    engine.submit(Work("one", {}, str(tmp_path)))
    assert told(until_gone(engine, "one"))[-1] == ("one", "ended")


def test_two_hundred_children_leave_no_zombie_and_no_descriptor(tmp_path: Path) -> None:
    before = handles()
    pids = []
    with closing(local.Local(target, grace=1.0)) as engine:
        inside = handles()
        for number in range(200):
            engine.submit(Work(str(number), {"say": "{}"}, str(tmp_path)))
            while len(engine._children) > 20:
                pids += [each.data["pid"] for each in settle(engine) if each.kind == "started"]
        while engine._children:
            pids += [each.data["pid"] for each in settle(engine) if each.kind == "started"]
        assert handles() == inside
    assert (len(set(pids)), [pid for pid in pids if Path(f"/proc/{pid}").exists()]) == (200, [])
    assert handles() == before


def settle(engine: Engine) -> Sequence[Happening]:
    found = engine.events(1.0)
    for each in found:
        if each.answer is not None:
            each.answer({})
    return found


def test_close_ends_what_runs(tmp_path: Path) -> None:
    with closing(local.build(target=target, grace=0.2)) as engine:
        engine.submit(Work("one", {"sleep": 60, "stubborn": True}, str(tmp_path)))
        pid = engine.events(5)[0].data["pid"]
    assert group(pid) == []


KILLED = """
import sys, time
sys.path.insert(0, sys.argv[1])
from test_engines import target
from pareback.adapters.engine import Work
from pareback.adapters.engines import local
engine = local.build(target=target)
for key in ("one", "two"):
    engine.submit(Work(key, {"sleep": 60, "child": 60, "stubborn": True}, sys.argv[2]))
print(*[each.data["pid"] for each in engine.events(5)], flush=True)
time.sleep(60)
"""


def test_a_killed_supervisor_takes_every_group_with_it(tmp_path: Path) -> None:
    words = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(tmp_path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        pids = [int(word) for word in supervisor.stdout.readline().split()]
        time.sleep(0.3)
        assert [len(group(pid)) for pid in pids] == [2, 2]
        supervisor.kill()
    limit = time.monotonic() + 10
    while any(group(pid) for pid in pids) and time.monotonic() < limit:
        time.sleep(0.05)
    assert [group(pid) for pid in pids] == [[], []]
