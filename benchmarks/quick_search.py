"""The embedded model alone over tasks of one program and one test file each, judged in some milliseconds a reply.

No loop, no gate, no sandbox: pytest tells how the task fails once, then each reply is a program that runs in a forked
child to its end. This is for sets of hundreds; what the whole loop does with them is asked on a sample.
"""

import os
import resource
import runpy
import signal
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

from embedded_search import Target, applied, mended, ready

from pareback.orchestrator.benches.task import Task

PROGRAM, TESTS = "solution.py", "test_solution.py"
IMPORT = "from solution import *"
"""The first line of every test file; the functions `test_…` of it are called in their order."""

PROCESSOR_SECONDS = 2.0
MEMORY = 2 * 1024**3
ROUNDS, CANDIDATES = 8, 32
"""As many replies as the loop would ask for."""


def task(name: str, text: str, program: str, tests: str) -> Task:
    """A task of this shape."""
    contents = {PROGRAM: program.encode(), TESTS: f"{IMPORT}\n\n\n{tests}".encode()}
    return Task(name, text, contents, (PROGRAM,), (TESTS,))


def search(chosen: Iterable[Task], out: Path | None) -> None:
    """Print a line for each task and the sum; mended programs go to `out`, as `<task>.py`."""
    ready()
    fixed = total = 0
    for each in chosen:
        with tempfile.TemporaryDirectory(prefix="pareback-search-") as name:
            for path, content in each.contents.items():
                (Path(name) / path).write_bytes(content)
            began = os.times()
            row = mended(Target(each.id, Path(name), PROGRAM, TESTS), ROUNDS, CANDIDATES, 1, judge=green)
            used = sum(os.times()[:4]) - sum(began[:4])
        total, fixed = total + 1, fixed + bool(row.reply)
        print(f"{each.id} {'fixed' if row.reply else row.note:6} {row.tries:4} replies {used:6.1f} s", flush=True)
        if row.reply and out:
            out.mkdir(parents=True, exist_ok=True)
            changed = applied(row.reply, {PROGRAM: each.contents[PROGRAM].decode()})
            (out / f"{each.id}.py").write_text(changed[PROGRAM], encoding="utf-8")
    print(f"{fixed} of {total} fixed")


def green(target: Target, reply: str, text: str, _first: tuple[str, ...]) -> bool:
    """Whether every test passes with the reply applied."""
    changed = applied(reply, {PROGRAM: text})[PROGRAM]
    tests = (target.folder / TESTS).read_text(encoding="utf-8").removeprefix(IMPORT)
    calls = [line[4:].partition("(")[0] + "()" for line in tests.splitlines() if line.startswith("def test_")]
    candidate = target.folder / "candidate.py"
    candidate.write_text("\n".join([changed, tests, *calls]), encoding="utf-8")
    child = os.fork()
    if child == 0:
        _tried(candidate)
    return os.waitpid(child, 0)[1] == 0


def _tried(candidate: Path) -> NoReturn:
    """Run it as a program and leave with 0 or 1; endless loops are ended after some seconds of the processor."""
    signal.setitimer(signal.ITIMER_PROF, PROCESSOR_SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    code = 1
    try:
        runpy.run_path(str(candidate))
        code = 0
    finally:
        os._exit(code)
