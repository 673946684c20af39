"""The fork server: imports once, then forks a process per run. It runs under the target's interpreter.

Standard library only, Python 3.8 syntax. Nothing of ours lies on the target's path: the files beside this one are
loaded by path, under names that nobody else uses.
"""

from __future__ import annotations

import array
import importlib
import importlib.util
import json
import os
import signal
import socket
import sys
import tempfile
import threading
from contextlib import suppress
from typing import Any


def main(descriptor: int, preload: list[str], own: list[str]) -> None:
    """Import what every run needs, then fork a run for each triple of descriptors that arrives."""
    control = socket.socket(fileno=descriptor)
    control.set_inheritable(False)
    load("supervisor")
    forked = load("confinement/forked").Forked(load, os.environ)
    if preload:
        warm(control, preload, own)

    def take() -> tuple[dict[str, Any], int]:
        return next_run(control, forked)

    if "pytest" in sys.modules:
        load("held").hold(take, load("reporter"), own)
    else:
        run = take()  # before the reporter: it imports pytest, which finds what the slot has of its own
        load("reporter").main(*run)
    load("supervisor").leave()


def next_run(control: socket.socket, forked: Any) -> tuple[dict[str, Any], int]:
    """Keep one process in wait for the next run until the other side is gone. Returns only in the processes of runs:
    the request, the channel's number. To fork ahead saves the run a tenth of its time."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for supervisors
    say(control, ready=sorted({name.partition(".")[0] for name in sys.modules}), threads=threads())
    while True:
        reads, taken = os.pipe()
        if os.fork() == 0:
            os.close(reads)
            forked.withdraw()
            descriptors = receive(control)
            if not descriptors:
                os.write(taken, b"x")
                os._exit(0)
            os.close(taken)
            control.close()
            request = load("supervisor").supervise(forked, *descriptors)
            sys.dont_write_bytecode = not request["keep"]
            return request, descriptors[0]
        os.close(taken)
        if os.read(reads, 1):
            os._exit(0)
        os.close(reads)


def warm(control: socket.socket, preload: list[str], own: list[str]) -> None:
    """Import what is asked for and what pytest brings with it, but nothing of the slot's own."""
    for name in preload:
        fetch(control, name)
    load("reporter")
    for name in rehearse():
        if name.partition(".")[0] not in own:
            fetch(control, name)


def fetch(control: socket.socket, name: str) -> None:
    """Import a module; one that cannot be imported is left to the runs."""
    say(control, preloading=name)
    with suppress(ImportError):
        importlib.import_module(name)


def rehearse() -> list[str]:
    """The modules that pytest and its plugins import for any run, learnt from a child that runs two."""
    reads, writes = os.pipe()
    with tempfile.TemporaryDirectory() as stage:
        if os.fork() == 0:
            nothing = os.open(os.devnull, os.O_RDWR)
            for target in (0, 1, 2):
                os.dup2(nothing, target)
            os.chdir(stage)
            with open("test_stage.py", "w") as test:
                test.write("def test_nothing(): pass\ndef test_red(): assert [1] == [2]")
            sys.modules["pytest"].main(["-q", "--tb=short", "--rootdir", stage, "-p", "no:cacheprovider"])
            names = [name for name in sys.modules if name not in ("__main__", "test_stage")]
            os.write(writes, "\n".join(names).encode())  # a few thousand names at most: the parent reads on
            os._exit(0)
        os.close(writes)
        with os.fdopen(reads) as said:
            learnt = [name for name in said.read().split("\n") if name and name not in sys.modules]
        os.wait()
    return learnt


def say(control: socket.socket, **fields: Any) -> None:
    control.sendall((json.dumps(fields) + "\n").encode())


def load(stem: str) -> Any:
    """A file beside this one as a module; loaded once."""
    name = "_pareback_" + stem
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, os.path.join(os.path.dirname(__file__), stem + ".py"))
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def threads() -> int:
    """How many threads there are: a fork copies only one of them, and the locks of all."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()


def receive(control: socket.socket) -> list[int]:
    """The descriptors of the next run: channel, output, control of that run. Empty when the other side is gone."""
    numbers = array.array("i")
    try:
        _, ancillary, _, _ = control.recvmsg(1, socket.CMSG_SPACE(3 * numbers.itemsize))
    except ConnectionError:
        return []
    for _, _, data in ancillary:
        numbers.frombytes(data[: len(data) - len(data) % numbers.itemsize])
    for number in numbers:
        os.set_inheritable(number, False)  # noqa: FBT003  it takes no keywords
    return list(numbers)


if __name__ == "__main__":
    main(int(sys.argv[1]), *json.loads(sys.argv[2]))
