"""What a run may take of the machine: limits that the kernel keeps, and a look at what it does not.

Standard library only, Python 3.8 syntax: it runs under the target's interpreter too. The look is taken four times a
second, and a memory bomb meets it first; the limit on addresses only stops what grows faster than anybody can look. It
is far above, because some runtimes reserve addresses that they never use.
"""

from __future__ import annotations

import functools
import os
import resource
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PERIOD = 0.25  # seconds between two looks
TASKS = 512  # processes and threads of one run, where they are counted by run
DISK = 2 << 30  # bytes a run may write into its folder
FILE = 1 << 30  # bytes of one file
MEMORY = "PAREBACK_MEMORY_MB"  # the variable that says how many MiB a run may use
_DEFAULT_MEMORY = "4096"
FILES = resource.RLIMIT_FSIZE
_OPEN = 1024
_ADDRESSES = 4  # times the memory
_ASKED, _CROWD = 2, 64
_PAGE = resource.getpagesize()
_BLOCK = 512  # bytes of st_blocks, see stat(2)


def memory(environ: Mapping[str, str]) -> int:
    """The bytes that the processes of one run may use together. Raises ValueError for a value that is no number."""
    return int(environ.get(MEMORY, _DEFAULT_MEMORY)) << 20


def limits(bytes_of_memory: int) -> dict[int, int]:
    """The kernel's limits for one process, by the number of the resource; that on tasks depends on who counts."""
    found = {FILES: FILE, resource.RLIMIT_CORE: 0, resource.RLIMIT_NOFILE: _OPEN}
    if sys.platform == "linux":  # elsewhere addresses cannot be limited
        found[resource.RLIMIT_AS] = bytes_of_memory * _ADDRESSES
    return found


def limit(wanted: Mapping[int, int], pid: int = 0) -> None:
    """Lower a process's limits, this one's for 0; what the machine has lower already stays. Raises OSError where the
    process is gone or another user's."""
    change = functools.partial(resource.prlimit, pid) if pid else _own
    for number, value in wanted.items():
        soft, hard = (value if each == resource.RLIM_INFINITY else min(each, value) for each in change(number))
        change(number, (soft, hard))


def _own(number: int, new: tuple[int, int] | None = None) -> tuple[int, int]:
    if new is not None:
        resource.setrlimit(number, new)
    return resource.getrlimit(number)


def tasks() -> int:
    """How many tasks the user may have where the kernel counts all of them, whatever they belong to; 0 where they
    cannot be counted."""
    found = 0
    for entry in _processes():
        with suppress(OSError):  # it ended meanwhile
            if os.stat(f"/proc/{entry}").st_uid == os.getuid():  # noqa: PTH116  as below
                found += int(_facts(entry)[17])
    return found + TASKS if found else 0


def descendants(root: int) -> list[int]:
    """The processes below this one; none where there is no /proc."""
    children: dict[int, list[int]] = {}
    for entry in _processes():
        with suppress(OSError):
            children.setdefault(int(_facts(entry)[1]), []).append(int(entry))
    found = [root]
    for pid in found:  # grows while it is read
        found += children.get(pid, [])
    return found[1:]


def _processes() -> Iterator[str]:
    with suppress(FileNotFoundError):
        yield from filter(str.isdigit, os.listdir("/proc"))  # noqa: PTH208  plain strings: a bomb makes many of them


def _facts(pid: str) -> list[bytes]:
    """What proc(5) tells of a process, from its state on."""
    with open(f"/proc/{pid}/stat", "rb") as stat:  # noqa: PTH123  as above
        return stat.read().rpartition(b")")[2].split()


def used(processes: list[int]) -> float:
    """Bytes of memory that the processes have together, about. What forks share counts once; how much that is, is asked
    of the largest two only, as the kernel is slow to say. Of a crowd nobody is asked: the answer would have to wait for
    every fork that is under way, and a bomb makes no others."""
    resident = sorted(((_resident(pid), pid) for pid in processes), reverse=True)
    few = resident[:_ASKED]
    total, sample = sum(size for size, _ in resident), sum(size for size, _ in few)
    return total * sum(_share(pid, size) for size, pid in few) / sample if sample and len(processes) < _CROWD else total


class Watch:
    """Looks at the processes of one run and at the folder it works in."""

    def __init__(self, bytes_of_memory: int, folder: str) -> None:
        self.memory = bytes_of_memory
        self.folder = folder
        self.started = time.time()
        self.descendants = descendants
        self.due = time.monotonic() + PERIOD
        self.free = _free(folder)

    def left(self) -> float:
        """Seconds until the next look."""
        return max(0.0, self.due - time.monotonic())

    def look(self, processes: list[int]) -> str:
        """Which limit these processes are over, in words; empty where none."""
        self.due = time.monotonic() + PERIOD
        if len(processes) > 2 * TASKS:
            return f"more than {2 * TASKS} processes were started"
        if self.memory < sum(map(_resident, processes)) and self.memory < used(processes):
            return f"the memory limit of {self.memory >> 20} MiB was reached"
        return self._disk()

    def _disk(self) -> str:
        """The space left on the disk is cheap to ask for; whose files took it is looked up once much of it is gone."""
        left = _free(self.folder)
        if self.free - left < DISK:
            return ""
        if _written(self.folder, self.started) > DISK:
            return f"more than {DISK >> 20} MiB were written to the disk"
        self.free = left
        return ""


def _free(folder: str) -> int:
    try:
        found = os.statvfs(folder)
    except OSError:  # the tests removed it, or locked it
        return 0
    return found.f_bavail * found.f_frsize


def _resident(pid: int) -> int:
    """Bytes in memory, those that a fork shares with its parent included."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as sizes:  # noqa: PTH123  as below
            return int(sizes.read().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _share(pid: int, otherwise: int) -> int:
    """Bytes in memory, each page divided by the number of processes that have it: exact, and slow to ask for."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines()
    except OSError:
        return otherwise
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith(b"Pss:"))


def _written(folder: str, since: float) -> int:
    """Bytes on the disk of the files below that were changed since."""
    total = 0
    for above, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                found = os.lstat(os.path.join(above, name))  # noqa: PTH118  many files: plain strings are quicker
                total += found.st_blocks * _BLOCK if found.st_mtime >= since else 0
    return total
