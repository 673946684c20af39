"""The fork server: imports once, then forks a process per run. It runs under the target's interpreter.

Standard library only, Python 3.8 syntax. A run is two processes: a supervisor, which adopts whatever the tests leave
behind and ends it, and the child that runs the tests. When the other side closes its end, or dies, everything ends.

    supervisor hears: d (dump the child's traceback into the channel), k or the end of the line (kill)
    supervisor says:  the child's wait status in digits, when nothing of the run is left
"""

import array
import faulthandler
import gc
import importlib
import importlib.util
import json
import os
import select
import signal
import socket
import sys
import threading
import time

try:
    import ctypes
except ImportError:
    ctypes = None
try:
    import resource
except ImportError:
    resource = None

_DUMP = getattr(signal, "SIGRTMIN", signal.SIGUSR2) + (9 if hasattr(signal, "SIGRTMIN") else 0)
_SUBREAPER, _DEATH_SIGNAL = 36, 1  # numbers of prctl(2)
_LIMITS = {"RLIMIT_FSIZE": 1 << 30, "RLIMIT_CORE": 0, "RLIMIT_NOFILE": 1024}


def main(descriptor, reporter, preload):
    """Import what every run needs, then fork a run for each triple of descriptors that arrives."""
    control = socket.socket(fileno=descriptor)
    control.set_inheritable(False)
    for name in preload:
        say(control, preloading=name)
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    if preload:
        load(reporter)
        gc.collect()
        gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for supervisors
    say(control, ready=sorted({name.partition(".")[0] for name in sys.modules}), threads=threads())
    while True:
        descriptors = receive(control)
        if not descriptors:
            return
        if os.fork() == 0:
            control.close()
            supervise(reporter, *descriptors)
        for number in descriptors:
            os.close(number)


def say(control, **fields):
    control.sendall((json.dumps(fields) + "\n").encode())


def load(path):
    """The reporter as a module of a name that nobody else uses; loaded once."""
    name = "_pareback_reporter"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def threads():
    """How many threads there are: a fork copies only one of them, and the locks of all."""
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()


def receive(control):
    """The descriptors of the next run: channel, output, control of that run. Empty when the other side is gone."""
    numbers = array.array("i")
    try:
        _, ancillary, _, _ = control.recvmsg(1, socket.CMSG_SPACE(3 * numbers.itemsize))
    except ConnectionError:
        return []
    for _, _, data in ancillary:
        numbers.frombytes(data[: len(data) - len(data) % numbers.itemsize])
    for number in numbers:
        os.set_inheritable(number, False)
    return list(numbers)


def prctl(option, value):
    """Ask Linux for a property of this process; elsewhere it goes without."""
    if ctypes is not None and sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def supervise(reporter, channel, output, line):
    """Run the tests in a child, obey the line, and leave nothing behind."""
    os.setsid()
    prctl(_SUBREAPER, 1)
    hears, wakes = os.pipe()
    os.set_blocking(wakes, False)
    signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    child = os.fork()
    if child == 0:
        for number in (line, hears):
            os.close(number)
        signal.set_wakeup_fd(-1)
        os.close(wakes)
        run(reporter, channel, output)
    os.close(channel)
    os.close(output)
    status = wait(child, line, hears)
    sweep()
    try:
        os.write(line, b"%d" % status)
    except OSError:
        pass
    os._exit(0)


def wait(child, line, hears):
    """Until the child ended: pass a request for a dump on, kill on demand or when nobody listens any more."""
    watched = [line, hears]
    while True:
        ready = select.select(watched, [], [])[0]
        if hears in ready:
            os.read(hears, 512)
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid:
                return status
        if line in ready:
            try:
                heard = os.read(line, 16)
            except OSError:
                heard = b""
            if b"d" in heard:
                os.kill(child, _DUMP)
            if not heard or b"k" in heard:
                watched = [hears]
                os.kill(child, signal.SIGKILL)


def sweep():
    """End everything that descends from us. All orphans are ours, so none left means nothing left."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            left = descendants(os.getpid())
            for number in (signal.SIGSTOP, signal.SIGKILL):  # stopped first, a fork bomb cannot outrun us
                for pid in left:
                    end(pid, number)
            time.sleep(0.002)


def end(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def descendants(root):
    """The processes below this one, from /proc."""
    children = {}
    for entry in os.listdir("/proc") if os.path.isdir("/proc/self") else ():
        try:
            with open("/proc/%s/stat" % entry, "rb") as stat:
                parent = int(stat.read().rpartition(b")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        children.setdefault(parent, []).append(int(entry))
    found = [root]
    for pid in found:  # grows while it is read
        found += children.get(pid, [])
    return found[1:]


def run(reporter, channel, output):
    """The child: become a process like a freshly started one, then run the tests."""
    os.setsid()
    prctl(_DEATH_SIGNAL, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(output)
    limit()
    with open(channel, "rb", buffering=0, closefd=False) as line:
        request = json.loads(b"".join(iter(lambda: line.read(1 << 16), b"")))
    enter(request)
    faulthandler.register(_DUMP, file=channel, all_threads=False)
    load(reporter).main(request, channel)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def limit():
    """No endless files, no core dumps; limits of the machine that are lower stay."""
    for name, value in _LIMITS.items() if resource is not None else ():
        number = getattr(resource, name)
        soft, hard = resource.getrlimit(number)
        lower = value if soft == resource.RLIM_INFINITY else min(soft, value)
        resource.setrlimit(number, (lower, hard))


def enter(request):
    """Make the slot the place where imports are found first."""
    os.chdir(request["slot"])
    roots = [os.path.normpath(os.path.join(request["slot"], root)) for root in request["roots"]]
    inherited = [path for path in [os.environ.get("PYTHONPATH", "")] if path]
    os.environ["PYTHONPATH"] = os.pathsep.join(roots + inherited)
    os.environ["PWD"] = request["slot"]
    sys.path[:0] = roots
    sys.dont_write_bytecode = True  # a slot's next candidate may have the same size in the same second
    importlib.invalidate_caches()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]))
