"""System calls that no test needs: refused by the kernel, with EPERM, for a process and all that it starts.

Standard library only, Python 3.8 syntax: it runs under the target's interpreter too. The filter is a program of classic
BPF (seccomp(2)); system call numbers are those of the kernel's tables for the two architectures.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_DENIED = {  # name: (x86_64, aarch64); -1 where there is none
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "setns": (308, 268),
    "unshare": (272, 97),
    "open_by_handle_at": (304, 265),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "settimeofday": (164, 170),
    "adjtimex": (159, 171),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "acct": (163, 89),
    "syslog": (103, 116),
    "vhangup": (153, 58),
    "iopl": (172, -1),
    "ioperm": (173, -1),
    "modify_ldt": (154, -1),
}
_SOCKET, _CLONE, _CLONE3 = (41, 198), (56, 220), (435, 435)
_NEW_USER = 0x10000000
_X32 = 0x40000000  # numbers from here on are a second table of x86_64
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in seccomp_data
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_SET_FILTER, _NO_NEW_RIGHTS = 22, 38  # of prctl(2)


def program(machine: str = "", *, sockets: bool = True) -> bytes:
    """The filter in the kernel's format, eight bytes a step; without `sockets` only pairs of them can be made.
    `machine` is as `uname -m` says, this one if empty. Raises OSError for one whose numbers are not known."""
    machine = machine or os.uname().machine
    if machine not in ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"no system call numbers are known for {machine!r}")
    column = list(ARCHITECTURES).index(machine)
    refused = [numbers[column] for numbers in _DENIED.values() if numbers[column] >= 0]
    refused += [] if sockets else [_SOCKET[column]]
    refusal = (_RETURN, 0, 0, _REFUSE | errno.EPERM)
    head = [(_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, ARCHITECTURES[machine]), refusal, (_LOAD, 0, 0, _NUMBER)]
    checks = [(_AT_LEAST, _X32)] if machine == "x86_64" else []
    checks += [(_EQUAL, number) for number in refused]
    tail = [  # clone3 takes its flags from memory, where no filter can look: the C library falls back to clone
        (_EQUAL, 0, 1, _CLONE3[column]),
        (_RETURN, 0, 0, _REFUSE | errno.ENOSYS),
        (_EQUAL, 0, 2, _CLONE[column]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 1, 0, _NEW_USER),
        (_RETURN, 0, 0, _ALLOW),
        refusal,
    ]
    jumps = [
        (test, len(checks) - place - 1 + len(tail) - 1, 0, value) for place, (test, value) in enumerate(checks)
    ]  # to the last step
    return b"".join(struct.pack("HBBI", *step) for step in [*head, *jumps, *tail])


def install(code: bytes) -> None:
    """Put the filter over this process for good. Raises OSError where the kernel refuses."""
    libc = ctypes.CDLL(None, use_errno=True)
    steps = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))

    filter_ = Program(len(code) // 8, ctypes.addressof(steps))
    zero = ctypes.c_ulong(0)
    if libc.prctl(_NO_NEW_RIGHTS, ctypes.c_ulong(1), zero, zero, zero) or libc.prctl(
        _SET_FILTER, ctypes.c_ulong(2), ctypes.byref(filter_), zero, zero
    ):
        number = ctypes.get_errno()
        raise OSError(number, f"seccomp: {os.strerror(number)}")
