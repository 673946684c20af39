"""Files as the only thing a process may reach: Landlock, for machines without user namespaces.

Standard library only, Python 3.8 syntax: it runs under the target's interpreter too. Every further call narrows what
is left. Numbers are those of landlock(7).
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from contextlib import suppress

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every architecture
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_TRUNCATE, _IOCTL = 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_RIGHTS = ((1, 13), (2, 14), (3, 15), (5, 16))  # since which version of the interface there are so many rights
_NETWORK_SINCE, _SCOPES_SINCE = 4, 6
_BIND_AND_CONNECT, _SOCKETS_AND_SIGNALS = 3, 3
_NO_NEW_RIGHTS = 38  # of prctl(2)


def version() -> int:
    """The kernel's version of the interface; 0 where there is none."""
    return max(0, int(ctypes.CDLL(None).syscall(_CREATE, None, ctypes.c_size_t(0), 1)))


def restrict(read: list[str], write: list[str], *, network: bool = False) -> None:
    """From now on this process reads and runs only what lies at or below `read` and `write`, and writes only below
    `write`; without `network` it opens no TCP connection; and where the kernel can, it signals nobody outside. What
    does not exist is left out. Raises OSError where the kernel has no Landlock."""
    every = (1 << max((count for since, count in _RIGHTS if since <= version()), default=0)) - 1
    rules = _create(every, _BIND_AND_CONNECT if version() >= _NETWORK_SINCE and not network else 0)
    for paths, rights in ((read, _READ), (write, every)):
        for path in paths:
            with suppress(FileNotFoundError):
                _allow(rules, path, rights & every)
    _call(_no_new_rights(), "prctl")
    _call(_syscall(_RESTRICT, rules, 0), "landlock_restrict_self")
    os.close(rules)


def _create(every: int, network: int) -> int:
    scopes = _SOCKETS_AND_SIGNALS if version() >= _SCOPES_SINCE else 0
    size = 24 if scopes else 16 if network else 8
    return _call(_syscall(_CREATE, struct.pack("QQQ", every, network, scopes), size, 0), "landlock_create_ruleset")


def _allow(rules: int, path: str, rights: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rights &= -1 if stat.S_ISDIR(os.fstat(place).st_mode) else _OF_FILES
        _call(_syscall(_ADD, rules, 1, struct.pack("=Qi", rights, place), 0), "landlock_add_rule")
    finally:
        os.close(place)


def _syscall(number: int, *arguments: int | bytes) -> int:
    plain = [each if isinstance(each, bytes) else ctypes.c_long(each) for each in arguments]
    return int(ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(number), *plain))


def _no_new_rights() -> int:
    zero = ctypes.c_ulong(0)
    return int(ctypes.CDLL(None, use_errno=True).prctl(_NO_NEW_RIGHTS, ctypes.c_ulong(1), zero, zero, zero))


def _call(result: int, name: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result
