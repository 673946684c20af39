"""HumanEvalFix through the whole loop: 164 small functions, each with one mistake put in by hand, and its tests.

    python benchmarks/humanevalfix.py PATH [--model NAME…] [--every 1] [--seconds 60] [--python LEAN] [--out DIR]
    python benchmarks/humanevalfix.py PATH --search [--every 1] [--out DIR]

PATH is a checkout of bigcode-project/octopack. The task is the function with its docstring; its tests decide, and the
solution stays behind. `--out` keeps patches and records, so that a second start goes on; `beyond.py` reads them.
`--search` asks the embedded model alone, without the loop around it: up to as many replies as the loop would ask for.
"""

import argparse
import json
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from embedded_search import Target, applied, mended, ready

from pareback.orchestrator import bench
from pareback.orchestrator.bench import How, Task

DATA = "evaluation/create/humaneval-x/data/python/data/humanevalpack.jsonl"
PROGRAM, TESTS = "solution.py", "test_solution.py"
PROCESSOR_SECONDS = 2.0
MEMORY = 2 * 1024**3


def entries(checkout: Path) -> Iterator[dict[str, Any]]:
    """The set's own records, in its order."""
    return (json.loads(line) for line in (checkout / DATA).read_text(encoding="utf-8").splitlines())


def tasks(checkout: Path) -> list[Task]:
    """Every entry as a task, named `HE000` to `HE163`."""
    return [_task(entry) for entry in entries(checkout)]


def name(entry: dict[str, Any]) -> str:
    return f"HE{int(entry['task_id'].rpartition('/')[2]):03d}"


def program(entry: dict[str, Any], solution: str) -> str:
    """The module with one of the entry's two solutions."""
    return str(entry["prompt"] + entry[solution])


def tests(entry: dict[str, Any]) -> str:
    """The entry's tests as pytest finds them; the set calls `check` when the module is run."""
    called = f"check({entry['entry_point']})"
    body = entry["test"].strip().removesuffix(called).rstrip()
    return f"from solution import *\n\n\n{body}\n\n\ndef test_{entry['entry_point']}():\n    {called}\n"


def _task(entry: dict[str, Any]) -> Task:
    contents = {PROGRAM: program(entry, "buggy_solution"), TESTS: tests(entry)}
    text = f"Repair {entry['entry_point']}: its test is red"
    return Task(name(entry), text, {path: text.encode() for path, text in contents.items()}, (PROGRAM,), (TESTS,))


def green(target: Target, reply: str, text: str, _first: tuple[str, ...]) -> bool:
    """Whether the whole test passes, in a forked child without pytest: the base's failure was told by pytest before."""
    changed = applied(reply, {PROGRAM: text})[PROGRAM]
    body = (target.folder / TESTS).read_text(encoding="utf-8").replace("from solution import *", "")
    last = next(line for line in reversed(body.splitlines()) if line.strip()).strip()
    child = os.fork()
    if child == 0:
        _tried(f"{changed}\n{body}\n{last}\n")
    return os.waitpid(child, 0)[1] == 0


def _tried(source: str) -> NoReturn:
    """Run it as a program and leave with 0 or 1; endless loops are ended after some seconds of the processor."""
    signal.setitimer(signal.ITIMER_PROF, PROCESSOR_SECONDS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
    code = 1
    try:
        exec(compile(source, "candidate.py", "exec"), {"__name__": "candidate"})  # noqa: S102 - what this is for
        code = 0
    finally:
        os._exit(code)


def search(chosen: list[Task], out: Path | None) -> None:
    """What the search alone mends, a line each; the mended programs go to `out` for `beyond.py`."""
    ready()
    fixed = 0
    for task in chosen:
        with tempfile.TemporaryDirectory(prefix="pareback-fix-") as name:
            for path, content in task.contents.items():
                (Path(name) / path).write_bytes(content)
            began = os.times()
            row = mended(Target(task.id, Path(name), PROGRAM, TESTS), rounds=8, candidates=32, jobs=1, judge=green)
            used = sum(os.times()[:4]) - sum(began[:4])
        fixed += bool(row.reply)
        print(f"{task.id} {'fixed' if row.reply else row.note:6} {row.tries:4} replies {used:6.1f} s", flush=True)
        if row.reply and out:
            out.mkdir(parents=True, exist_ok=True)
            mended_program = applied(row.reply, {PROGRAM: task.contents[PROGRAM].decode()})[PROGRAM]
            (out / f"{task.id}.py").write_text(mended_program, encoding="utf-8")
    print(f"{fixed} of {len(chosen)} fixed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--model", action="append", default=[])
    parser.add_argument("--every", type=int, default=1, help="every n-th task only")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--search", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    chosen = tasks(options.checkout)[:: options.every]
    if options.search:
        search(chosen, options.out)
        return
    how = How(tuple(options.model), options.python, options.seconds)
    rows = sorted(bench.run(chosen, how, jobs=options.jobs, keep=options.out), key=lambda row: row.id)
    print(json.dumps(bench.document(rows), indent=2) if options.json else bench.table(rows))


if __name__ == "__main__":
    main()
