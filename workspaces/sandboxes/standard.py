"""Files and network fenced off, processes not: Landlock and seccomp on Linux, sandbox-exec on macOS."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pareback.workspaces.confinement import landlock, seatbelt
from pareback.workspaces.confinement.orders import Orders, launched
from pareback.workspaces.sandbox import (
    CONFINEMENT,
    Bind,
    Inseparable,
    Lack,
    Level,
    Purpose,
    Sandbox,
    needs,
    outermost,
    tried,
)

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = (
    *("/etc/alternatives", "/etc/group", "/etc/host.conf", "/etc/hosts", "/etc/ld.so.cache", "/etc/localtime"),
    *("/etc/mime.types", "/etc/nsswitch.conf", "/etc/os-release", "/etc/passwd", "/etc/protocols", "/etc/services"),
)
_WITH_NETWORK = ("/etc/ca-certificates", "/etc/pki", "/etc/resolv.conf", "/etc/ssl", "/run/systemd/resolve")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/dev/pts")
_BETTER = "install bubblewrap: apt-get install bubblewrap"


@dataclass(frozen=True, slots=True)
class Fence:
    """Runs a command behind rules on files. What they cost: no sockets but pairs of them, no /proc, no shared memory,
    so that tests with a server of their own, or with a pool of processes, need bubblewrap."""

    slots: Path | None
    read: tuple[Path, ...]
    level: Level = field(default="standard", init=False)

    def wrap(self, argv: list[str], *, binds: Sequence[Bind] = (), purpose: Purpose = "command") -> list[str]:
        """As the protocol says."""
        if purpose == "server" and not self.keeps_apart():
            raise Inseparable("this system's sandbox cannot narrow what a running process may do")
        shown = [*map(Bind, self.read), *needs(Path(argv[0])), *binds]
        if purpose == "server" and self.slots is not None:
            shown.append(Bind(self.slots, writable=True))
        places = outermost(shown)
        read = [str(bind.path) for bind in places if not bind.writable]
        write = [str(bind.path) for bind in places if bind.writable]
        if sys.platform == "darwin":
            write.append(os.environ.get("TMPDIR", "/private/tmp"))
            rules = seatbelt.profile(read, write, network=purpose == "setup")
            return ["/usr/bin/sandbox-exec", "-p", rules, *argv]
        return _fenced(argv, read, write, purpose)

    def lack(self) -> Lack | None:
        """As the protocol says; the try is a command that does nothing."""
        if os.geteuid() == 0:
            return Lack("root may change the rights of its own files, whatever it can open", _BETTER)
        if sys.platform == "linux" and not landlock.version():
            return Lack("the kernel has no Landlock", f"Linux 5.13 or newer started with lsm=landlock; or {_BETTER}")
        printed = tried(self.wrap(["/usr/bin/true"]))
        return None if printed is None else Lack(printed, _BETTER)

    def keeps_apart(self) -> bool:
        """As the protocol says; below version 6 of Landlock, runs can still send each other signals."""
        return sys.platform == "linux"


def build(*, slots: Path | None = None, read: tuple[Path, ...] = ()) -> Sandbox:
    """`slots` is the folder of all slots of a run, `read` what every command may see beside what its program needs."""
    return Fence(None if slots is None else slots.resolve(), read)


def _fenced(argv: list[str], read: list[str], write: list[str], purpose: Purpose) -> list[str]:
    """The supervisors of a server's runs look at /proc; the runs themselves narrow down further, without it."""
    system = [*_SYSTEM, *_ETC, *(str(path) for path in Path("/etc").glob("python3*"))]
    system += _WITH_NETWORK if purpose == "setup" else ()
    allowed = (*system, *read, *(("/proc",) if purpose == "server" else ()))
    orders = Orders(fenced=True, read=allowed, write=(*_DEVICES, *write), network=purpose == "setup")
    if purpose != "server":
        return launched(orders, argv)
    runs = json.dumps({"level": "standard", "read": [*system, *read], "write": _DEVICES})
    return launched(orders, ["/usr/bin/env", f"{CONFINEMENT}={runs}", *argv])
