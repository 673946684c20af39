"""One run as two processes: a supervisor, which adopts whatever the tests leave behind, and the child that runs them.

Standard library only, Python 3.8 syntax: it runs under the target's interpreter. When the other side closes its end,
or dies, everything of the run ends.

    the supervisor hears: d (dump the child's traceback into the channel), k or the end of the line (kill)
    the supervisor says:  the child's wait status in digits and why it ended the child, if it did, once nothing of the
                          run is left
"""

from __future__ import annotations

import faulthandler
import importlib
import json
import os
import select
import signal
import sys
import time
from contextlib import suppress
from typing import Any

try:
    from ctypes import CDLL
except ImportError:
    CDLL = None  # type: ignore[assignment,misc]  # an interpreter built without it cannot adopt orphans

_DUMP = getattr(signal, "SIGRTMIN", signal.SIGUSR2) + (9 if hasattr(signal, "SIGRTMIN") else 0)
_SUBREAPER, _DEATH_SIGNAL, _DUMPABLE = 36, 1, 4  # numbers of prctl(2)


def prctl(option: int, value: int) -> None:
    """Ask Linux for a property of this process; elsewhere it goes without."""
    if CDLL is not None and sys.platform.startswith("linux"):
        CDLL(None).prctl(option, value, 0, 0, 0)


def supervise(forked: Any, channel: int, output: int, line: int) -> dict[str, Any]:
    """Obey the line while a child runs the tests, and leave nothing behind. Returns in the child only, with what to
    run; the supervisor ends with it. `forked` says how the run is confined."""
    os.setsid()
    prctl(_SUBREAPER, 1)
    request = hear(channel)
    forked.supervise(request)
    prctl(_DUMPABLE, 0)  # the tests run as the same user: its memory is not theirs to read or write
    hears, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    child = 0 if forked.failed else os.fork()
    if child == 0 and not forked.failed:
        for number in (line, hears):
            os.close(number)
        signal.set_wakeup_fd(-1)
        os.close(wakes)
        begin(forked, request, channel, output)
        return request
    os.close(channel)
    os.close(output)
    if forked.failed:
        status, why = 1 << 8, "the sandbox cannot hold a run: " + forked.failed
    else:
        status, why = wait(child, line, hears, forked.watch(request))
    sweep(forked.resources)
    forked.end()
    with suppress(OSError):
        os.write(line, ("%d %s" % (status, why)).encode())
    os.close(line)  # the other side need not wait until this process has given its memory back
    os._exit(0)


def hear(channel: int) -> dict[str, Any]:
    """What to run; without it, the other side is gone."""
    with open(channel, "rb", buffering=0, closefd=False) as line:
        said = b"".join(iter(lambda: line.read(1 << 16), b""))
    if not said:
        os._exit(0)
    request: dict[str, Any] = json.loads(said)
    return request


def wait(child: int, line: int, hears: int, watch: Any) -> tuple[int, str]:
    """Until the child ended: pass a request for a dump on, kill on demand, when nobody listens any more, or when the
    run takes too much of the machine. Returns the wait status, and which limit was met."""
    watched, why = [line, hears], ""
    while True:
        ready = select.select(watched, [], [], None if why else watch.left())[0]
        if hears in ready:
            os.read(hears, 512)
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid:
                return status, why
        if line in ready and not obey(child, listen(line)):
            watched = [hears]
        if not why and watch.left() == 0:
            why = watch.look(watch.descendants(os.getpid()))
            if why:
                os.kill(child, signal.SIGKILL)


def listen(line: int) -> bytes:
    """What the other side asks for; nothing where it is gone."""
    try:
        return os.read(line, 16)
    except OSError:
        return b""


def obey(child: int, heard: bytes) -> bool:
    """Pass the requests on to the child; whether there can be more of them."""
    if b"d" in heard:
        os.kill(child, _DUMP)
    if heard and b"k" not in heard:
        return True
    os.kill(child, signal.SIGKILL)
    return False


def sweep(resources: Any) -> None:
    """End everything that descends from us. All orphans are ours, so none left means nothing left."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            end_all(resources)
            time.sleep(0.002)


def end_all(resources: Any) -> None:
    """The first process of a namespace reaches all the others at once, and none of them can reach it."""
    if os.getpid() == 1:
        os.kill(-1, signal.SIGKILL)
        return
    left = resources.descendants(os.getpid())
    for number in (signal.SIGSTOP, signal.SIGKILL):  # stopped first, a fork bomb cannot outrun us
        for pid in left:
            end(pid, number)


def end(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def begin(forked: Any, request: dict[str, Any], channel: int, output: int) -> None:
    """The child: become a process like a freshly started one, in its slot, with nothing but what it may have."""
    os.setsid()
    prctl(_DUMPABLE, 1)
    prctl(_DEATH_SIGNAL, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(output)
    forked.begin(request)
    enter(request)
    faulthandler.register(_DUMP, file=channel, all_threads=False)


def leave() -> None:
    """The child's end: nothing that the tests left in the interpreter has a say in it."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def enter(request: dict[str, Any]) -> None:
    """Make the slot the place where imports are found first."""
    os.chdir(request["slot"])
    roots = [os.path.normpath(os.path.join(request["slot"], root)) for root in request["roots"]]
    inherited = [path for path in [os.environ.get("PYTHONPATH", "")] if path]
    os.environ["PYTHONPATH"] = os.pathsep.join(roots + inherited)
    os.environ["PWD"] = request["slot"]
    sys.path[:0] = roots
    sys.dont_write_bytecode = True  # a slot's next candidate may have the same size in the same second
    importlib.invalidate_caches()
