"""What the sandbox is made of, piece by piece: the filter, the limits, the look at what a run takes, the profile."""

import errno
import os
import resource
import struct
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pareback.workspaces.confinement import resources, seatbelt, seccomp
from pareback.workspaces.process import run

ALLOWED, REFUSED = 0x7FFF0000, 0x00050000
NUMBERS = {"x86_64": {"read": 0, "clone": 56, "socket": 41}, "aarch64": {"read": 63, "clone": 220, "socket": 198}}


def verdict(code: bytes, number: int, architecture: int, flags: int = 0) -> int:
    """What the kernel would make of a system call: the filter's steps, carried out."""
    data = struct.pack("IIQQ", number, architecture, 0, flags)
    steps = list(struct.iter_unpack("HBBI", code))
    held, at = 0, 0
    while True:
        operation, yes, no, value = steps[at]
        at += 1
        if operation == 0x06:
            return value
        if operation == 0x20:
            held = struct.unpack_from("I", data, value)[0]
        else:
            told = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}[operation]
            at += yes if told else no


@pytest.mark.parametrize("machine", list(NUMBERS))
def test_the_filter_refuses_what_is_listed_and_nothing_else(machine: str) -> None:
    code = seccomp.program(machine)
    column = list(NUMBERS).index(machine)
    architecture = seccomp.ARCHITECTURES[machine]
    denied = {numbers[column] for numbers in seccomp._DENIED.values()} - {-1}
    for number in range(500):
        expected = REFUSED | errno.ENOSYS if number == 435 else REFUSED | errno.EPERM if number in denied else ALLOWED
        assert verdict(code, number, architecture) == expected, number
    assert verdict(code, NUMBERS[machine]["clone"], architecture, 0x10000011) == REFUSED | errno.EPERM
    assert verdict(code, NUMBERS[machine]["read"], architecture + 1) == REFUSED | errno.EPERM
    closed = seccomp.program(machine, sockets=False)
    assert verdict(closed, NUMBERS[machine]["socket"], architecture) == REFUSED | errno.EPERM


def test_the_second_table_of_x86_64_is_refused_whole() -> None:
    assert verdict(seccomp.program("x86_64"), 0x40000000, seccomp.ARCHITECTURES["x86_64"]) == REFUSED | errno.EPERM


def test_a_machine_without_numbers_is_named() -> None:
    with pytest.raises(OSError, match="'riscv64'"):
        seccomp.program("riscv64")


def test_limits_are_lowered_and_never_raised() -> None:
    code = """
import resource
from pareback.workspaces.confinement import resources
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 200))
resources.limit({resource.RLIMIT_NOFILE: 1024, resource.RLIMIT_FSIZE: 1 << 20})
print(resource.getrlimit(resource.RLIMIT_NOFILE), resource.getrlimit(resource.RLIMIT_FSIZE))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"(100, 200) ({1 << 20}, {1 << 20})\n"


def test_a_command_starts_with_limits(tmp_path: Path) -> None:
    code = "import resource as r, time; time.sleep(0.3); print([r.getrlimit(each)[0] for each in (r.RLIMIT_CORE, 1)])"
    done = run([sys.executable, "-Ic", code], cwd=tmp_path, environment={}, deadline=20)
    assert done.output == f"[0, {resources.FILE}]\n"


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_command_that_takes_too_much_memory_is_ended_and_told_why(tmp_path: Path) -> None:
    code = "import time\nheld = b'x' * (150 << 20)\ntime.sleep(60)"
    environment = {resources.MEMORY: "100"}
    done = run([sys.executable, "-Ic", code], cwd=tmp_path, environment=environment, deadline=30)
    assert (done.end, done.why) == ("overuse", "the memory limit of 100 MiB was reached")
    assert done.seconds < 20
    within = run([sys.executable, "-Ic", "print(1)"], cwd=tmp_path, environment=environment, deadline=30)
    assert (within.end, within.why) == ("exited", "")


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_what_forks_share_counts_once(tmp_path: Path) -> None:
    code = """
import os, time
held = b"x" * (60 << 20)
children = [os.fork() for _ in range(4) if os.getpid() == int(os.environ.setdefault("TOP", str(os.getpid())))]
time.sleep(1.2)
"""
    done = run([sys.executable, "-Ic", code], cwd=tmp_path, environment={resources.MEMORY: "200"}, deadline=30)
    assert (done.end, done.code) == ("exited", 0)


def test_a_look_is_due_four_times_a_second(tmp_path: Path) -> None:
    watch = resources.Watch(1 << 40, str(tmp_path))
    assert 0 < watch.left() <= resources.PERIOD
    time.sleep(resources.PERIOD)
    assert (watch.left(), watch.look([os.getpid()])) == (0.0, "")
    assert watch.left() > 0
    assert watch.look(list(range(2 * resources.TASKS + 1))) == f"more than {2 * resources.TASKS} processes were started"


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
def test_descendants_are_found_at_any_depth() -> None:
    deep = [sys.executable, "-c", "import subprocess, sys; subprocess.run(['sleep', '30'])"]
    with subprocess.Popen(deep) as process:
        until = time.monotonic() + 20
        while len(found := resources.descendants(process.pid)) < 1 and time.monotonic() < until:
            time.sleep(0.02)
        assert found[0] in resources.descendants(os.getpid())
        for pid in (*found, process.pid):
            os.kill(pid, 9)


def test_the_profile_for_macos_names_what_is_open_and_quotes_it() -> None:
    text = seatbelt.profile(["/opt/py"], ['/work/a "b"'], network=False)
    assert text.startswith("(version 1)\n(deny default)\n")
    assert '(allow file-read* (subpath "/opt/py"))' in text
    assert '(allow file-write* (subpath "/work/a \\"b\\""))' in text
    assert '(allow file-write* (subpath "/opt/py"))' not in text
    assert ("(allow network*)" in text, "localhost" in text) == (False, True)
    assert "(allow network*)" in seatbelt.profile([], [], network=True)


def test_root_can_have_no_more_tasks_than_it_has_and_some() -> None:
    assert resources.TASKS < resources.tasks() < resource.getrlimit(resource.RLIMIT_NPROC)[1] or os.getuid() != 0
