"""What a hostile test tries: twenty ways out of a sandbox, and the prey on the outside that shows which of them worked.

The functions named `try_…` run inside, as part of a test; they need the standard library only and return True where
they got through. `Prey` runs outside: it lays out what there is to steal, and finds what was taken or left behind.
"""

from __future__ import annotations

import ctypes
import json
import os
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Self

    Aims = dict[str, Any]

SECRET = "sk-prey-0123456789"
SLEEPER = "86399.5"  # seconds: the argument by which a daemon that stayed behind is known
TEST = """\
import json
import os
import attacks

def test_attacks():
    aims = json.loads(open("aims.json").read())
    leaks = []
    for name, attempt in attacks.ATTEMPTS.items():
        try:
            if attempt(aims):
                leaks.append(name)
        except (OSError, ValueError):
            pass
    with open("leaks.json", "w") as file:
        json.dump(leaks, file)

def test_what_honest_tests_need(tmp_path):
    import multiprocessing, pty, socket, tempfile
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()):
        pass
    with multiprocessing.Lock(), tempfile.TemporaryFile() as file:
        file.write(b"x")
    (tmp_path / "x").write_text("x")
    for end in pty.openpty():
        os.close(end)
    open("/dev/shm/mine", "w").close()
"""


def try_write_home(aims: Aims) -> bool:
    with Path(aims["home"], ".bashrc").open("a") as file:
        file.write("echo stolen\n")
    return True


def try_read_key(aims: Aims) -> bool:
    return "PRIVATE" in Path(aims["home"], ".ssh/id_rsa").read_text()


def try_list_home(aims: Aims) -> bool:
    return any(Path(aims["home"]).iterdir())


def try_own_environment(aims: Aims) -> bool:
    return any(aims["secret"] in value for value in os.environ.values())


def try_environment_of_others(aims: Aims) -> bool:
    return any(aims["secret"].encode() in content for content in _of_others("environ"))


def try_memory_of_others(_: Aims) -> bool:
    for pid in _others():
        with suppress(OSError):
            os.close(os.open(f"/proc/{pid}/mem", os.O_RDWR))
            return True
    return False


def try_see_orchestrator(aims: Aims) -> bool:
    return any(aims["sign"].encode("latin-1") == content for content in _of_others("cmdline"))


def try_signal_orchestrator(aims: Aims) -> bool:
    os.kill(aims["pid"], 0)
    return True


def try_trace(aims: Aims) -> bool:
    """PTRACE_SEIZE, which does not stop its victim; it lets go when this process ends."""
    return any(ctypes.CDLL(None).ptrace(0x4206, pid, None, None) == 0 for pid in [*_others(), aims["pid"]])


def try_tcp(aims: Aims) -> bool:
    with socket.create_connection(("127.0.0.1", aims["tcp"]), timeout=2):
        return True


def try_udp(aims: Aims) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"stolen", ("127.0.0.1", aims["udp"]))
    return False  # the outside knows


def try_abstract_socket(aims: Aims) -> bool:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect("\0" + aims["abstract"])
    return True


def try_path_socket(aims: Aims) -> bool:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(aims["socket"])
    return True


def try_metadata_address(_: Aims) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as caller:
        caller.setblocking(0)
        return caller.connect_ex(("169.254.169.254", 80)) in (0, 115)  # in progress: there is a way


def try_write_hooks(aims: Aims) -> bool:
    Path(aims["repository"], ".git/hooks/pre-commit").write_text("#!/bin/sh\n")
    return True


def try_user_namespace(_: Aims) -> bool:
    pid = os.fork()
    if pid == 0:
        os._exit(0 if ctypes.CDLL(None).unshare(0x10000000) == 0 else 1)
    return os.waitpid(pid, 0)[1] == 0


def try_odd_system_calls(_: Aims) -> bool:
    """io_uring_setup and bpf, by their numbers on this machine; anything but "not permitted" means they are there."""
    numbers = {"x86_64": (425, 321), "aarch64": (425, 280)}[os.uname().machine]
    libc = ctypes.CDLL(None, use_errno=True)
    for number in numbers:
        libc.syscall(number, 0, 0, 0)
        if ctypes.get_errno() not in (1, 38):
            return True
    return False


def try_rights(aims: Aims) -> bool:
    """Become root, mount, write a setting of the kernel, make a device."""
    with suppress(OSError):
        os.setuid(0)
        return os.getuid() == 0 and aims["uid"] != 0
    with suppress(OSError):
        Path("/proc/sys/kernel/hostname").write_text("stolen")
        return True
    with suppress(OSError):
        os.mknod("device", 0o600 | 0o060000, os.makedev(7, 0))
        return True
    return ctypes.CDLL(None).mount(b"none", b"/mnt", b"tmpfs", 0, None) == 0


def try_neighbour(aims: Aims) -> bool:
    """Read or write another candidate's slot, or see that there is one."""
    with suppress(OSError):
        return "secret" in Path(aims["neighbour"], "own.py").read_text()
    with suppress(OSError):
        Path(aims["neighbour"], "planted.py").touch()
        return True
    return False


def try_write_installed(aims: Aims) -> bool:
    """Change what later runs will import: the environment, the runner's own files."""
    for place in (aims["installed"], aims["scripts"]):
        with suppress(OSError):
            Path(place, "planted.py").touch()
    return False  # the outside knows: below a private folder a file may be made that nobody else ever sees


def try_daemon(aims: Aims) -> bool:  # the last: what it leaves is no stranger's memory
    """Leave a process behind, out of the group, the session and the family, holding the output open."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execvp("sleep", ["sleep", aims["sleeper"]])
        os._exit(0)
    return False  # the outside knows


ATTEMPTS = {name[len("try_") :]: value for name, value in list(globals().items()) if name.startswith("try_")}


def _others() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if int(entry.name) != os.getpid()]


def _of_others(file: str) -> Iterator[bytes]:
    for pid in _others():
        with suppress(OSError):
            yield Path("/proc", str(pid), file).read_bytes()


class Prey:
    """A home with a key in it, listening sockets, a repository and a neighbour, for as long as the block lasts."""

    def __init__(self, folder: Path, *, installed: Path, scripts: Path) -> None:
        self.folder = folder
        self.slots = folder / "slots"
        self.slot = self.slots / "0"
        self.neighbour = self.slots / "1"
        self.installed, self.scripts = installed, scripts
        self.sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        for place in ("home/.ssh", "repository/.git/hooks", "slots/0", "slots/1"):
            (self.folder / place).mkdir(parents=True)
        (self.folder / "home/.ssh/id_rsa").write_text("PRIVATE KEY")
        (self.folder / "home/.bashrc").write_text("")
        (self.neighbour / "own.py").write_text("secret = 1\n")
        self.holder = subprocess.Popen(["sleep", "3600"], env={**os.environ, "PREY_API_KEY": SECRET})
        aims = self._listen() | {
            "home": str(self.folder / "home"),
            "secret": SECRET,
            "pid": os.getpid(),
            "sign": Path("/proc/self/cmdline").read_bytes().decode("latin-1"),
            "uid": os.getuid(),
            "repository": str(self.folder / "repository"),
            "neighbour": str(self.neighbour),
            "installed": str(self.installed),
            "scripts": str(self.scripts),
            "sleeper": SLEEPER,
        }
        self.slot.joinpath("aims.json").write_text(json.dumps(aims))
        self.slot.joinpath("attacks.py").write_text(Path(__file__).read_text())
        self.slot.joinpath("test_attacks.py").write_text(TEST)
        return self

    def __exit__(self, *_: object) -> None:
        self.holder.kill()
        self.holder.wait()
        for each in self.sockets:
            each.close()
        for pid in sleepers():
            os.kill(pid, 9)

    def leaks(self) -> list[str]:
        """The attempts that got through, as the inside and the outside saw it. "nothing ran" where no attempt did."""
        found = self.slot / "leaks.json"
        inside = json.loads(found.read_text()) if found.exists() else ["nothing ran"]
        found.unlink(missing_ok=True)
        with suppress(BlockingIOError):
            while self.sockets[1].recv(99):
                inside.append("udp")
        time.sleep(0.2)
        inside += ["daemon"] if sleepers() else []
        inside += ["write_home"] if (self.folder / "home/.bashrc").read_text() else []
        planted = [*self.neighbour.glob("planted*"), *self.installed.glob("planted*"), *self.scripts.glob("planted*")]
        for path in planted:
            path.unlink()
        return sorted({*inside, *(f"planted {path.name}" for path in planted)})

    def _listen(self) -> dict[str, object]:
        tcp = socket.create_server(("127.0.0.1", 0))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        udp.setblocking(0)
        abstract = f"prey-{os.getpid()}"
        self.sockets = [tcp, udp]
        for address in ("\0" + abstract, str(self.folder / "s")):
            each = socket.socket(socket.AF_UNIX)
            each.bind(address)
            each.listen()
            self.sockets.append(each)
        ports = {"tcp": tcp.getsockname()[1], "udp": udp.getsockname()[1]}
        return {**ports, "abstract": abstract, "socket": str(self.folder / "s")}


def sleepers() -> list[int]:
    """The daemons that stayed behind."""
    done = subprocess.run(["pgrep", "-f", f"^sleep {SLEEPER}$"], capture_output=True, text=True, check=False)
    return [int(line) for line in done.stdout.split()]
