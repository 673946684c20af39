"""Tests that misbehave, and rivals that reach for each other: what they do, and how a run of them has to end.

Each fault is the text of one test; it runs between two honest ones, with 200 MiB of memory and few seconds to itself.
`ends` says what its own result has to be, and `says` what has to be in its message.
"""

from dataclasses import dataclass

MEMORY_MB = 200
LIMITS = {"F14": 2.0, "F15": 2.0}  # seconds for a test that hangs; every other one has half a minute

_HONEST = "def test_before(): pass\n\n{body}\n\ndef test_z_after(): pass\n"


@dataclass(frozen=True, slots=True)
class Fault:
    """One misbehaving test, by its row of the fault matrix."""

    row: str
    name: str
    body: str
    ends: tuple[str, ...]
    says: str = ""
    slow: bool = False

    @property
    def limit(self) -> float:
        """Seconds that the test gets."""
        return LIMITS.get(self.row, 30.0)

    @property
    def text(self) -> str:
        """The test file."""
        return _HONEST.format(body=f"def test_fault(tmp_path):\n{_indented(self.body)}")


def _indented(body: str) -> str:
    return "".join(f"    {line}\n" for line in body.strip().splitlines())


_BOMB = """
import os, time
while True:
    try:
        {split}
    except OSError:
        time.sleep(0.01)
"""
_DAEMON = """
import os, subprocess
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", "86399.5"])
    os._exit(0)
"""
_MEMORY = """
held = []
while True:
    held.append(b"x" * (8 << 20))
"""
_MEMORY_OF_CHILDREN = """
import os, time
for number in range(30):
    if os.fork() == 0:
        held = b"x" * (24 << 20)
        time.sleep(60)
        os._exit(0)
time.sleep(60)
"""
_SMALL_DISK = """
import errno
try:
    with open("/tmp/filler", "wb") as file:
        for _ in range(400):
            file.write(b"x" * (1 << 20))
            file.flush()
except OSError as error:
    assert error.errno == errno.ENOSPC
else:
    raise AssertionError("there was room")
"""
_LARGE_FILE = """
import errno, os
with open("filler", "wb") as file:
    try:
        os.ftruncate(file.fileno(), (1 << 30) + 1)
    except OSError as error:
        assert error.errno == errno.EFBIG
    else:
        raise AssertionError("there was room")
"""
_DISK = """
import os, time
for number in range(4):
    with open("filler%d" % number, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, 900 << 20)
    time.sleep(0.05)
time.sleep(60)
"""
_VANDAL = """
import os, shutil
for name in os.listdir("."):
    shutil.rmtree(name) if os.path.isdir(name) else os.remove(name)
os.symlink("/", "tests")
os.chmod(".", 0)
"""
_SILENT = "import time, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"
FAULTS = (
    Fault("F14", "sleeps", "import time; time.sleep(60)", ("timeout",), "limit of 2 s"),
    Fault("F14", "ignores SIGTERM", _SILENT, ("timeout",), "limit of 2 s"),
    Fault("F14", "loops", "while True: pass", ("timeout",), "limit of 2 s"),
    Fault("F14", "reads standard input", "import sys; assert sys.__stdin__.read() == ''", ("passed",)),
    Fault("F15", "fork bomb", _BOMB.format(split="os.fork()"), ("timeout", "error")),
    Fault(
        "F15", "fork bomb in sessions", _BOMB.format(split="os.fork() or os.setsid()"), ("timeout", "error"), slow=True
    ),
    Fault("F15", "daemon holds the pipe", _DAEMON, ("passed",)),
    Fault("F16", "memory bomb", _MEMORY, ("error",), "memory limit of 200 MiB"),
    Fault("F16", "memory of 30 children", _MEMORY_OF_CHILDREN, ("error",), "memory limit of 200 MiB"),
    Fault("F18", "temporary folder filled", _SMALL_DISK, ("passed",)),
    Fault("F18", "file too large", _LARGE_FILE, ("passed",)),
    Fault("F18", "disk filled", _DISK, ("error",), "written to the disk", slow=True),
    Fault("F19", "kills its parent", "import os; os.kill(os.getppid(), 9)", ("passed",)),
    Fault(
        "F19",
        "kills everybody",
        "import os, contextlib\nwith contextlib.suppress(OSError): os.kill(-1, 9)",
        ("passed",),
    ),
    Fault("F20", "deletes the workspace", _VANDAL, ("passed", "failed", "error")),
)
"""What a test can do to the machine; output is `FLOODS`."""

_FLOOD = """
import os, sys
block = b"x" * (1 << 20){end}
real = os.dup(2)
for _ in range({times}):
    os.write(real, block)
"""

FLOODS = (
    Fault("F17", "100 MB in one line", _FLOOD.format(end="", times=100), ("passed", "error")),
    Fault("F17", "1 GB in lines", _FLOOD.format(end=' + b"\\n"', times=1024), ("passed", "error"), slow=True),
)
"""What a test can print; pytest does not capture it (-s), so that it arrives here."""

PATIENT = """\
import os, socket, tempfile, time

def test_patient():
    # what a rival could reach for; then wait for it to have tried
    open("own.txt", "w").write("untouched")
    open("/tmp/patient.txt", "w").write("untouched")
    open("/dev/shm/patient.txt", "w").write("untouched")
    server = socket.create_server(("127.0.0.1", 45678))
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind("\\0patient")
    abstract.listen()
    open("ready", "w").close()
    until = time.monotonic() + 20
    while not os.path.exists("done") and time.monotonic() < until:
        time.sleep(0.005)
    server.setblocking(False)
    abstract.setblocking(False)
    for listener in (server, abstract):
        try:
            listener.accept()
        except BlockingIOError:
            continue
        raise AssertionError("somebody called")
    for place in ("own.txt", "/tmp/patient.txt", "/dev/shm/patient.txt"):
        assert open(place).read() == "untouched"
"""

RIVAL = """\
import ctypes, os, socket

def test_rival():
    aims = {aims!r}
    reached = []
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    strangers = [pid for pid in pids if pid not in (os.getpid(), os.getppid())]
    if strangers:
        reached.append("sees %r" % strangers)
    for pid in aims["pids"] + [1]:
        if ctypes.CDLL(None).ptrace(0x4206, pid, None, None) == 0:
            reached.append("traces %d" % pid)
        for name in ("mem", "environ", "root/tmp", "cwd/own.txt", "fd/0"):
            try:
                os.close(os.open("/proc/%d/%s" % (pid, name), os.O_RDONLY))
            except OSError:
                continue
            if pid != os.getpid():
                reached.append("opens %s of %d" % (name, pid))
    for pid in aims["pids"]:
        try:
            os.kill(pid, 0)
        except OSError:
            continue
        if pid not in pids:
            reached.append("signals %d" % pid)
    try:
        os.kill(-1, 15)
    except OSError:
        pass
    for place in aims["places"]:
        for mode in ("r", "w"):
            try:
                open(place, mode).close()
            except OSError:
                continue
            reached.append("%s %s" % (mode, place))
    for family, address in ((socket.AF_INET, ("127.0.0.1", 45678)), (socket.AF_UNIX, "\\0patient")):
        with socket.socket(family) as caller:
            if caller.connect_ex(address) == 0:
                reached.append("calls %r" % (address,))
    for folder in (aims["slots"], "/tmp", "/dev/shm"):
        if any(word in name for name in os.listdir(folder) for word in aims["words"]):
            reached.append("lists %s" % folder)
    assert reached == []
"""
