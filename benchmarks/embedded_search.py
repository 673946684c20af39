"""The embedded model alone against a checkout of jkoppel/QuixBugs: how many programs it mends, after how many tries.

    python benchmarks/embedded_search.py PATH [--only NAME…] [--rounds 8] [--candidates 32] [--jobs 2] [--show]

TEST_SECONDS in the environment is the limit of each test (3). A plain loop without the gate: every reply is applied to
a copy of the base and judged by the program's whole test file, in a forked child with time limits; nothing is written
into PATH. `embedded_seeded.py` does the same for standard-library modules with one seeded mistake each.
"""

import argparse
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType

import pytest

from pareback.adapters.model import Attempt, Failure, Frame, Model, Request, Source
from pareback.adapters.models.embedded import build, digest

TEST_SECONDS = float(os.environ.get("TEST_SECONDS", "3"))
SUITE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Target:
    """One program to mend: the folder copied for each candidate, the file that may change, its tests."""

    name: str
    folder: Path
    program: str
    tests: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run of a target's tests said. `green` is False too where nothing ran."""

    green: bool
    failures: tuple[Failure, ...]


class OverLimit(BaseException):
    """A test took longer than its limit; no product code may catch it."""


class Recorder:
    """A pytest plugin that keeps what failed and gives each test its time limit."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.passed = 0
        self.failures: list[Failure] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:  # pytest asks for the name
        signal.setitimer(signal.ITIMER_REAL, TEST_SECONDS)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        if call.excinfo is None:
            self.passed += call.when == "call"
        elif not call.excinfo.errisinstance(pytest.skip.Exception):
            self.failures.append(self._failure(item.nodeid, call.excinfo))
        return (yield)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failures.append(Failure(report.nodeid, report.longreprtext[-2000:]))

    def _failure(self, test: str, info: "pytest.ExceptionInfo[BaseException]") -> Failure:
        frames = [
            Frame(str(Path(entry.path).relative_to(self.root)), entry.lineno + 1, entry.name)
            for entry in info.traceback
            if Path(entry.path).is_relative_to(self.root)
        ]
        message = "timeout: the test ran over its limit" if info.errisinstance(OverLimit) else info.exconly()
        return Failure(test, message, tuple(frames[:4] + frames[4:][-4:]))


def judged(target: Target, changes: Mapping[str, str], first: tuple[str, ...], *, stop: bool) -> Outcome:
    """Run the target's tests on a copy with the changes, in a child that is killed with its children at the limit."""
    with tempfile.TemporaryDirectory(prefix="pareback-search-") as name:
        slot = Path(name).resolve() / "slot"
        shutil.copytree(target.folder, slot, ignore=shutil.ignore_patterns(".git", "*java*", "__pycache__"))
        for path, text in changes.items():
            (slot / path).write_text(text, encoding="utf-8")
        ours, theirs = multiprocessing.Pipe(duplex=False)
        context = multiprocessing.get_context("fork")
        child = context.Process(
            target=_child, args=(slot, ["-x"] if stop else ["--maxfail=5"], [*first, target.tests], theirs)
        )
        child.start()
        theirs.close()
        heard = _heard(ours)
        if child.pid and child.is_alive():
            child.join(0.2)
            if child.is_alive():
                child.kill()
        child.join()
    return heard or Outcome(green=False, failures=(Failure(target.tests, "timeout: the suite ran over its limit"),))


def _heard(ours: Connection) -> Outcome | None:
    try:
        return ours.recv() if ours.poll(SUITE_SECONDS) else None
    except EOFError:
        return None


def _over(_number: int, _frame: FrameType | None) -> None:
    raise OverLimit


def _child(slot: Path, flags: list[str], tests: list[str], answer: Connection) -> None:
    os.setsid()
    os.chdir(slot)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(slot))
    signal.signal(signal.SIGALRM, _over)
    sys.setrecursionlimit(600)
    recorder = Recorder(slot)
    arguments = ["-p", "no:cacheprovider", "--rootdir", str(slot), "-p", "no:terminal", *flags]
    code = pytest.main([*arguments, *tests], plugins=[recorder])
    answer.send(Outcome(code == 0 and recorder.passed > 0, tuple(recorder.failures)))
    os._exit(0)


def applied(reply: str, texts: Mapping[str, str]) -> dict[str, str]:
    """The files a region reply changes. Raises ValueError where a quotation is not there exactly once."""
    changed = dict(texts)
    for block in reply.split(">>>>>>> REPLACE\n"):
        if block.strip():
            head, rest = block.lstrip("\n").split("\n<<<<<<< SEARCH\n", 1)
            old, new = rest.split("\n=======\n", 1) if not rest.startswith("=======\n") else ("", rest[8:])
            if changed[head].count(f"{old}\n" if new else old) != 1 and changed[head].count(old) != 1:
                raise ValueError(f"{old!r} does not stand exactly once in {head!r}")
            changed[head] = (changed[head] + "\n" * (not changed[head].endswith("\n"))).replace(f"{old}\n", new, 1)
    return changed


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `tries` counts candidates up to the winner; an empty `reply` is no repair."""

    name: str
    tries: int
    seconds: float
    reply: str
    note: str = "-"


Judge = Callable[[Target, str, str, tuple[str, ...]], bool]
"""Whether a reply to a target's text makes its tests green; the tests named are asked first."""


def mended(target: Target, rounds: int, candidates: int, jobs: int, judge: Judge | None = None) -> Row:
    """Rounds of candidates until one is green, by pytest or by a quicker judge."""
    judge = judge or _green
    began = time.monotonic()
    text = (target.folder / target.program).read_text(encoding="utf-8")
    tests = (target.folder / target.tests).read_text(encoding="utf-8")
    base = judged(target, {}, (), stop=False)
    if base.green:
        return Row(target.name, 0, 0.0, "", note="green before")
    model = build(candidates=candidates)
    files, suite = (Source(target.program, text),), (Source(target.tests, tests, editable=False),)
    request = Request("", "", files, suite, base.failures[:5])
    first = tuple(failure.test for failure in base.failures[:3] if "::" in failure.test)
    tried: list[Attempt] = []
    with ThreadPoolExecutor(jobs) as pool:
        for turn in range(1, rounds + 1):
            replies = [_reply(model, request, tuple(tried), turn, index) for index in range(candidates)]
            replies = [reply for reply in replies if reply]
            outcomes = pool.map(lambda reply: judge(target, reply, text, first), replies)
            for at, (reply, green) in enumerate(zip(replies, outcomes, strict=True)):
                if green:
                    pool.shutdown(wait=False, cancel_futures=True)
                    return Row(target.name, len(tried) + at + 1, time.monotonic() - began, reply)
            tried.extend(Attempt(digest(reply), "red") for reply in replies)
    return Row(target.name, len(tried), time.monotonic() - began, "")


def _green(target: Target, reply: str, text: str, first: tuple[str, ...]) -> bool:
    return judged(target, applied(reply, {target.program: text}), first, stop=True).green


def _reply(model: Model, request: Request, tried: tuple[Attempt, ...], turn: int, index: int) -> str:
    asked = replace(request, tried=tried, round=turn, index=index)
    return "".join(piece for piece in model.complete(asked) if isinstance(piece, str))


def quixbugs(checkout: Path) -> list[Target]:
    """The programs of a checkout that have a test file."""
    names = sorted(path.stem[5:] for path in (checkout / "python_testcases").glob("test_*.py"))
    return [Target(name, checkout, f"python_programs/{name}.py", f"python_testcases/test_{name}.py") for name in names]


def parsed(description: str) -> argparse.ArgumentParser:
    """The options that this harness and its sibling share."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--candidates", type=int, default=32)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--show", action="store_true", help="print each winning reply")
    return parser


def main() -> None:
    parser = parsed(__doc__ or "")
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    targets = [target for target in quixbugs(options.checkout) if not options.only or target.name in options.only]
    report(targets, options)


def ready() -> None:
    """Import once what pytest needs, so that children inherit it."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    with tempfile.TemporaryDirectory() as nothing:
        pytest.main(["-p", "no:terminal", "-p", "no:cacheprovider", nothing])


def report(targets: list[Target], options: argparse.Namespace) -> None:
    """Mend every target and print the table."""
    ready()
    rows: list[Row] = []
    for target in targets:
        row = mended(target, options.rounds, options.candidates, options.jobs)
        rows.append(row)
        print(
            f"{row.name:32} {'fixed' if row.reply else row.note:6} {row.tries:5} tries {row.seconds:7.1f} s", flush=True
        )
        if options.show and row.reply:
            print(row.reply)
    print(f"{sum(bool(row.reply) for row in rows)} of {len(rows)} fixed in {sum(row.seconds for row in rows):.0f} s")


if __name__ == "__main__":
    main()
