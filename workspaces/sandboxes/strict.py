"""Bubblewrap: a file system of named places, no network, no other processes, no rights; root becomes nobody first."""

import json
import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pareback.workspaces.confinement import resources, staging
from pareback.workspaces.confinement.orders import FILTER, Orders, launched
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

BWRAP = "/usr/bin/bwrap"  # never one from PATH: a distribution's permission is for this file only
SIZE = 256 << 20  # bytes of each temporary folder
_LINKS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_ETC = (
    *("alternatives", "group", "host.conf", "hosts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime"),
    *("locale.alias", "mime.types", "nsswitch.conf", "os-release", "passwd", "protocols", "services", "timezone"),
)
_ETC_WITH_NETWORK = ("ca-certificates", "pki", "resolv.conf", "ssl")
_ALONE = ("--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--new-session")
_TASKS = f'ulimit -u {resources.TASKS} 2>/dev/null || ulimit -p {resources.TASKS}; exec "$@"'
_ALLOW = """\
let bubblewrap make user namespaces: write
  abi <abi/4.0>,
  include <tunables/global>
  profile bwrap /usr/bin/bwrap flags=(unconfined) { userns, }
to /etc/apparmor.d/bwrap and run: apparmor_parser -r /etc/apparmor.d/bwrap"""
_NAMESPACES = """\
allow user namespaces: sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone=1; for a container:
  --security-opt seccomp=unconfined --security-opt systempaths=unconfined"""
_MENDS = (  # what bubblewrap prints, and what it means
    ("uid map: Permission denied", _ALLOW),
    ("RTM_NEWADDR", _ALLOW),
    ("Unknown option", "install bubblewrap 0.7 or newer"),
    ("mount_setattr", "run as an ordinary user: this kernel or file system cannot translate root's files"),
    ("system call", "run as an ordinary user, or give root the right to mount (CAP_SYS_ADMIN)"),
    ("unshare", "run as an ordinary user, or give root the right to mount (CAP_SYS_ADMIN)"),
    ("namespace", _NAMESPACES),
)


@dataclass(frozen=True, slots=True)
class Bubblewrap:
    """Runs a command in what bubblewrap makes. `slots` is shown to servers, `read` to everything."""

    slots: Path | None
    read: tuple[Path, ...]
    separable: bool
    level: Level = field(default="strict", init=False)

    def wrap(self, argv: list[str], *, binds: Sequence[Bind] = (), purpose: Purpose = "command") -> list[str]:
        """As the protocol says."""
        if purpose == "server" and (self.slots is None or not self.separable):
            raise Inseparable("a sandbox inside the sandbox is not allowed on this machine")
        shown = [*map(Bind, self.read), *needs(Path(argv[0])), *binds]
        if purpose == "server" and self.slots is not None:
            shown.append(Bind(self.slots, writable=True))
        places = outermost(shown)
        root = os.geteuid() == 0
        orders = Orders(staged=tuple(str(bind.path) for bind in places) if root else (), network=purpose == "setup")
        shows = [word for number, bind in enumerate(places) for word in _shown(bind, number if root else None)]
        inside = [*_told(self, places, purpose), "--", *_limited(argv, purpose)]
        return launched(orders, [BWRAP, *_ALONE, *_system(network=purpose == "setup"), *shows, *inside])

    def lack(self) -> Lack | None:
        """As the protocol says; the try is a command that does nothing."""
        try:
            found = Path(BWRAP).stat()
        except OSError:
            return Lack("bubblewrap is not installed", "install it: apt-get install bubblewrap")
        if found.st_uid != 0 or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return Lack(f"{BWRAP} is not root's alone", f"chown root:root {BWRAP} && chmod 755 {BWRAP}")
        printed = tried(self.wrap(["/usr/bin/true"]))
        return None if printed is None else Lack(printed, _mend(printed))

    def keeps_apart(self) -> bool:
        """As the protocol says; the try makes namespaces inside bubblewrap's."""
        with tempfile.TemporaryDirectory() as slots:
            server = Bubblewrap(Path(slots), (), separable=True)
            inner = ["unshare", "--user", "--map-root-user", "--mount", "--pid", "--ipc", "--net", "--uts", "--fork"]
            return tried(server.wrap([*inner, "--mount-proc", "true"], purpose="server")) is None


def build(*, slots: Path | None = None, read: tuple[Path, ...] = (), separable: bool = True) -> Sandbox:
    """`slots` is the folder of all slots of a run, `read` what every command may see beside what its program needs;
    not `separable` where a try has shown that forked runs cannot be kept apart."""
    return Bubblewrap(None if slots is None else slots.resolve(), read, separable)


def _system(*, network: bool) -> Iterator[str]:
    """The system's programs, a few named settings, devices, and empty temporary folders."""
    yield from ("--ro-bind", "/usr", "/usr")
    for name in _LINKS:
        place = Path("/", name)
        if place.is_symlink():
            yield from ("--symlink", str(place.readlink()), str(place))
        elif place.is_dir():
            yield from ("--ro-bind", str(place), str(place))
    settings = (*_ETC, *(path.name for path in Path("/etc").glob("python3*")))
    for name in (*settings, *_ETC_WITH_NETWORK) if network else settings:
        if Path("/etc", name).exists():
            yield from ("--ro-bind", str(Path("/etc", name).resolve()), f"/etc/{name}")
    yield from ("--dev", "/dev", "--proc", "/proc", "--dir", "/run", "--dir", "/var", "--symlink", "../tmp", "/var/tmp")  # noqa: S108  inside
    for folder in ("/dev/shm", "/tmp"):  # noqa: S108  inside, where both are the sandbox's own
        yield from ("--size", str(SIZE), "--tmpfs", folder)
    if not network:
        yield "--unshare-net"


def _shown(bind: Bind, number: int | None) -> tuple[str, str, str]:
    """A place, or where it was staged."""
    source = bind.path if number is None else staging.staged(number)
    return "--bind" if bind.writable else "--ro-bind", str(source), str(bind.path)


def _told(sandbox: Bubblewrap, places: Sequence[Bind], purpose: Purpose) -> list[str]:
    """The last options. A server's runs confine themselves further, so it keeps what they need for it."""
    closed = ["--remount-ro", "/", "--remount-ro", "/dev"]
    if purpose == "setup":
        return [*closed, "--die-with-parent", "--cap-drop", "ALL", "--seccomp", FILTER]
    home = ["--setenv", "HOME", "/tmp", "--setenv", "TMPDIR", "/tmp"]  # noqa: S108  inside
    if purpose == "command":
        return [*closed, *home, "--die-with-parent", "--cap-drop", "ALL", "--seccomp", FILTER]
    keep = [str(bind.path) for bind in places if bind.path != sandbox.slots]
    runs = {"level": "strict", "slots": str(sandbox.slots), "keep": keep, "size": SIZE}
    return [*closed, *home, "--chdir", "/tmp", "--setenv", CONFINEMENT, json.dumps(runs)]  # noqa: S108  inside


def _limited(argv: list[str], purpose: Purpose) -> list[str]:
    """Processes are counted inside the namespace, so the limit is set there."""
    return list(argv) if purpose == "server" else ["/bin/sh", "-c", _TASKS, "sh", *argv]


def _mend(printed: str) -> str:
    return next((mend for sign, mend in _MENDS if sign in printed), "see `bwrap --unshare-all --ro-bind / / true`")
