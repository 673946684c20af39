"""A forked run in namespaces of its own: its slot, empty temporary folders, its own processes, and nobody else's.

Standard library only, Python 3.8 syntax: it runs under the target's interpreter, in the process that a fork server has
just forked, before anything of the project is imported. Two user namespaces lie inside each other: the outer one owns
the mounts (a terminal folder wants a root), the inner one holds the run, which so has no right over them at all.
Numbers are those of unshare(2), mount(2), prctl(2) and netdevice(7).
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import struct
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

NEW_MOUNTS, NEW_USER, NEW_PIDS = 0x20000, 0x10000000, 0x20000000
_NEW_CGROUP, _NEW_HOST_NAME, _NEW_IPC, _NEW_NETWORK = 0x2000000, 0x4000000, 0x8000000, 0x40000000
_ALL = NEW_MOUNTS | NEW_USER | NEW_PIDS | _NEW_CGROUP | _NEW_HOST_NAME | _NEW_IPC | _NEW_NETWORK
READ_ONLY, _NO_SETUID, _NO_DEVICES, _NO_PROGRAMS = 1, 2, 4, 8
REMOUNT, BIND, RECURSIVE, PRIVATE = 32, 4096, 16384, 1 << 18
_FLAGS_UP = 0x8914  # SIOCSIFFLAGS
_UP, _RUNNING = 0x1, 0x40
NO_NEW_RIGHTS = 38
_BOUNDING, _AMBIENT, _CLEAR_ALL = 24, 47, 4
_CAPABILITIES = 64
_CAPABILITY_VERSION = 0x20080522
TEMPORARY = ("/tmp", "/dev/shm")  # noqa: S108  the names inside the run, where both are its own


def kernel(name: str, *arguments: Any) -> int:
    """Call a function of the C library. Raises OSError with the function's name."""
    result = int(getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def withdraw(slots: str, keep: list[str], size: int) -> None:
    """Go on as the first process of new namespaces; the caller's process ends here. `slots` is the folder of all slots,
    covered from now on; `keep` are the server's own binds: those below a temporary folder are bound again into the new
    one. `size` is bytes for each temporary folder. The slots' folder becomes the current one, the way to what is
    covered. Raises OSError where the kernel refuses."""
    user, group = os.getuid(), os.getgid()
    kernel("unshare", _ALL)
    _map(inside=(0, 0), outside=(user, group))
    _raise_loopback()
    _cover(slots, keep=keep, size=size)
    if os.fork():
        os._exit(0)  # only a child lives in the new process namespace
    mount("proc", "/proc", "proc", _NO_SETUID | _NO_DEVICES | _NO_PROGRAMS)


def enter(slot: str, readonly: list[str], *, slots: str, user: int, group: int) -> None:
    """After `withdraw`: uncover the slot, its `readonly` paths (relative to it; what is not there is left out) bound
    once more so that nothing can be written there, and give up every right over the namespaces. Raises OSError."""
    _bind(os.path.relpath(slot, slots), slot, folder=True)
    os.chdir(slot)
    for place in (str(Path(slot, path)) for path in readonly if Path(slot, path).exists()):
        mount(place, place, "", BIND)
        mount("none", place, "", BIND | REMOUNT | READ_ONLY | _NO_SETUID | _NO_DEVICES)
    kernel("unshare", NEW_USER)
    _map(inside=(user, group), outside=(0, 0))
    renounce()


def renounce() -> None:
    """Drop every capability, for this process and all that it starts, and the way to get one back."""
    prctl(NO_NEW_RIGHTS, 1)
    prctl(_AMBIENT, _CLEAR_ALL)
    drop = ctypes.CDLL(None).prctl
    for number in range(_CAPABILITIES):
        drop(_BOUNDING, number, 0, 0, 0)  # those the kernel does not know are refused
    header = struct.pack("Ii", _CAPABILITY_VERSION, 0)
    kernel("capset", header, bytes(24))


def prctl(option: int, value: int) -> None:
    """Set a property of this process. Raises OSError."""
    kernel("prctl", *(ctypes.c_ulong(each) for each in (option, value, 0, 0, 0)))


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Attach something at the target. Raises OSError naming the target."""
    try:
        names = (os.fsencode(source), os.fsencode(target), kind.encode())
        kernel("mount", *names, ctypes.c_ulong(flags), options.encode())
    except OSError as error:
        raise OSError(error.errno, f"{error.strerror} at {target!r}") from error


def _map(inside: tuple[int, int], outside: tuple[int, int]) -> None:
    """One user and one group, and no way to change groups."""
    own = Path("/proc/self")
    (own / "setgroups").write_text("deny")
    for name, here, there in zip(("uid_map", "gid_map"), inside, outside):  # noqa: B905  Python 3.8 knows no strict
        (own / name).write_text(f"{here} {there} 1")


def _raise_loopback() -> None:
    """Tests talk to servers of their own; a new network namespace has its loopback down."""
    import socket  # a command line that is only launched has no use for it

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _FLAGS_UP, struct.pack("16sh14x", b"lo", _UP | _RUNNING))


def _cover(slots: str, *, keep: list[str], size: int) -> None:
    """Lay empty folders over what is shared, and bind again what of it all runs may see."""
    mount("none", "/", "", RECURSIVE | PRIVATE)
    below = tuple(top + "/" for top in TEMPORARY)
    held = {path: os.open(path, os.O_PATH) for path in keep if path.startswith(below)}
    os.chdir(slots)
    for folder in TEMPORARY:
        mount("tmpfs", folder, "tmpfs", _NO_SETUID | _NO_DEVICES, f"size={size},mode=1777")
    for path, descriptor in held.items():
        source = f"/proc/self/fd/{descriptor}"
        _bind(source, path, folder=Path(source).is_dir())
        os.close(descriptor)
    Path(slots).mkdir(parents=True, exist_ok=True)
    mount("tmpfs", slots, "tmpfs", _NO_SETUID | _NO_DEVICES, "size=4096,mode=755")
    mount("devpts", "/dev/pts", "devpts", _NO_SETUID | _NO_PROGRAMS, "newinstance,ptmxmode=0666,mode=620")


def _bind(source: str, target: str, *, folder: bool) -> None:
    place = Path(target)
    place.parent.mkdir(parents=True, exist_ok=True)
    if folder:
        place.mkdir(exist_ok=True)
    else:
        place.touch()
    mount(source, target, "", BIND | RECURSIVE)
