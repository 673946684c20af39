"""How many tickets may run side by side: as many as there are places, and as the memory has room for."""

import os
from collections.abc import Callable
from pathlib import Path

PEAK = 300_000_000
"""Bytes that one more ticket is expected to take at its peak: its process, a test server and two tests of a small
project. Tests have their own limit (`memory_mb`); a machine that fills up all the same starts no further ticket."""

_MEMORY = Path("/proc/meminfo")
_GROUP = Path("/sys/fs/cgroup")


def cores() -> int:
    """Processors that this process may use: the places where nobody said otherwise."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def places(count: int) -> Callable[[int], bool]:
    """Whether there is room for one more beside so many that run. One may always run."""

    def room(running: int) -> bool:
        return running == 0 or (running < count and free() >= PEAK)

    return room


def free() -> float:
    """Bytes that can be had without swapping, in the machine and in our control group; infinite where nobody says."""
    return min(_in_machine(), _in_group())


def _in_machine() -> float:
    if not _MEMORY.exists():
        return float("inf")
    lines = dict(line.split(":", 1) for line in _MEMORY.read_text(encoding="ascii").splitlines())
    return int(lines["MemAvailable"].split()[0]) * 1024


def _in_group() -> float:
    """What the group's limit leaves, without what the kernel would drop from its caches."""
    try:
        limit = (_GROUP / "memory.max").read_text(encoding="ascii").strip()
        used = int((_GROUP / "memory.current").read_text(encoding="ascii"))
        stat = dict(line.split() for line in (_GROUP / "memory.stat").read_text(encoding="ascii").splitlines())
    except OSError:
        return float("inf")
    return float("inf") if limit == "max" else int(limit) - used + int(stat["inactive_file"])
