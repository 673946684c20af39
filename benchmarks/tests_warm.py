"""Warm against cold: how long a verdict takes, from the order to the report, and what a candidate costs besides.

    python benchmarks/tests_warm.py [--python PATH] [--imports pandas,sqlalchemy.orm] [--sandbox none,strict] [--runs N]

Three toy projects are made: `tiny` imports nothing; `heavy` imports what `--imports` names (installed beside
`--python`); `large` has 80 files of 50 tests each, one of which fails. Plain is `python -m pytest` in a process, as a
person would type it, with bytecode. The ways take turns, so that all of them meet the same load; every figure is the
median wall time in milliseconds. For `large` there are three figures: until the failing test is known, where plain is
told to stop there (-x), or is told its name; and until everything has run. A candidate's own costs: to make its slot
show it, and an empty run of the server, which is the floor of its forks.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pareback.workspaces.forks import Launch, start
from pareback.workspaces.projection import Slots, open_slots
from pareback.workspaces.repository import Repository, open_repository
from pareback.workspaces.runners import pytest_cold, pytest_warm
from pareback.workspaces.sandbox import Wrap
from pareback.workspaces.sandboxes import none, strict
from pareback.workspaces.suite import Selection, Server

FILES, TESTS = 80, 50
RED = "tests/test_40.py::test_25"


@dataclass(frozen=True, slots=True)
class Stage:
    """A project in a slot, twice: for the servers, and for plain runs."""

    slots: Slots
    commits: tuple[str, str]
    plain: Path


def main() -> None:
    options = _options()
    print(f"<!-- {options.runs} runs each, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores -->")
    print("| project, until | plain |", " | ".join(f"{level} cold | {level} warm | x" for level in options.levels), "|")
    print("|---|---|" + "---|---|---|" * len(options.levels))
    heavy = "".join(f"import {name}\n" for name in options.imports.split(","))
    _project("tiny, green", _one_test(""), options, {"": ()})
    _project(f"heavy ({options.imports}), green", _one_test(heavy), options, {"": ()})
    _project("large, ", _many_tests(), options, {"first red, plain -x": ("-x",), "first red": (RED,), "all": None})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=Path, default=Path(sys.executable))
    parser.add_argument("--imports", default="pydantic,httpx,langgraph.graph")
    parser.add_argument("--sandbox", dest="levels", type=lambda text: text.split(","), default=["none", "strict"])
    parser.add_argument("--runs", type=int, default=9)
    return parser.parse_args()


def _one_test(imports: str) -> dict[str, bytes]:
    shop = imports + "def total(xs):\n    return sum(xs)\n"
    test = "from shop import total\n\ndef test_total():\n    assert total([1, 2]) == 3\n"
    return {"shop.py": shop.encode(), "test_shop.py": test.encode()}


def _many_tests() -> dict[str, bytes]:
    files = {"shop.py": b"def total(xs):\n    return sum(xs)\n"}
    for file in range(FILES):
        tests = (
            f"def test_{n}():\n    assert total([1, 2]) == {4 if f'tests/test_{file}.py::test_{n}' == RED else 3}\n\n"
            for n in range(TESTS)
        )
        files[f"tests/test_{file}.py"] = f"from shop import total\n\n{''.join(tests)}".encode()
    return files


def _project(
    name: str, files: Mapping[str, bytes], options: argparse.Namespace, words: Mapping[str, tuple[str, ...] | None]
) -> None:
    """`words` are what plain is told; where it is told something, we stop at the failing test, which we know."""
    with _staged(files) as (stage, place), ExitStack() as stack:
        variables = {"PATH": os.environ["PATH"], "HOME": str(place), "PYTHONDONTWRITEBYTECODE": "1", "CI": "1"}
        servers = {
            (level, way): stack.enter_context(closing(_opened(part, level, place, options, variables)))
            for level in options.levels
            for way, part in (("cold", pytest_cold), ("warm", pytest_warm))
        }
        for server in servers.values():  # starts the servers, and leaves bytecode
            _run(server, stage, 0, Selection(keep=True))
        for until, told in words.items():
            selection = Selection(first=(RED,) if told else ())
            ways = {"plain": _plainly(stage, options.python, variables, told or ())}
            ways |= {" ".join(key): _ordered(server, stage, selection) for key, server in servers.items()}
            _print(name + until, _in_turn(ways, options.runs), options.levels)
        _costs(name, stage, _launched(options, variables), options)


@contextmanager
def _staged(files: Mapping[str, bytes]) -> Iterator[tuple[Stage, Path]]:
    with tempfile.TemporaryDirectory(prefix="warm-") as folder:
        place = Path(folder)
        place.chmod(0o755)  # a sandbox runs as somebody else
        (place / "repository").mkdir()
        subprocess.run(["git", "init", "-q"], cwd=place / "repository", check=True)
        with open_repository(place / "repository", shadow=place / "shadow") as repository:
            commits = _commits(repository, files)
            with open_slots(repository, commits[0], cache=place / "cache", folder=place / "slots") as slots:
                slots.slot(0).show(commits[0])
                shutil.copytree(slots.slot(0).path, place / "plain")
                yield Stage(slots, commits, place / "plain"), place


def _commits(repository: Repository, files: Mapping[str, bytes]) -> tuple[str, str]:
    one = repository.commit(repository.freeze(date=0), dict(files), message="base")
    return one, repository.commit(one, {"shop.py": files["shop.py"] + b"# changed\n"}, message="candidate")


def _opened(part: object, level: str, place: Path, options: argparse.Namespace, variables: Mapping[str, str]) -> Server:
    build = getattr(part, "build")  # noqa: B009  a module as a value has no type that names it
    server: Server = build().open(
        wrap=_wrap(level, place), interpreter=options.python, roots=(".",), environment=variables
    )
    return server


def _wrap(level: str, place: Path) -> Wrap:
    return strict.build(slots=place / "slots").wrap if level == "strict" else none.build().wrap


def _launched(options: argparse.Namespace, variables: Mapping[str, str]) -> Launch:
    return Launch(none.build().wrap, options.python, (".",), variables)


def _run(server: Server, stage: Stage, number: int, selection: Selection) -> None:
    """One candidate: alternately the base and a change of it."""
    slot = stage.slots.slot(0)
    slot.show(stage.commits[number % 2])
    stop = bool(selection.first)
    report = server.run(
        slot.path, selection, deadline=300, on_result=lambda said: not (stop and getattr(said, "id", "") == RED)
    )
    assert report.results, report
    if selection.keep and number == 0:
        slot.keep_bytecode()


def _ordered(server: Server, stage: Stage, selection: Selection) -> Callable[[int], None]:
    return lambda number: _run(server, stage, number + 1, selection)


def _plainly(stage: Stage, python: Path, variables: Mapping[str, str], words: tuple[str, ...]) -> Callable[[int], None]:
    environment = {name: value for name, value in variables.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    return lambda _: void(
        subprocess.run(command, cwd=stage.plain, env=environment, check=False, stdout=subprocess.DEVNULL)
    )


def void(_: object) -> None:
    """Nothing of it is needed."""


def _in_turn(ways: Mapping[str, Callable[[int], None]], runs: int) -> dict[str, list[float]]:
    """Milliseconds of each run of each way; the first round does not count."""
    times: dict[str, list[float]] = {way: [] for way in ways}
    for number in range(runs + 1):
        for way, work in ways.items():
            started = time.perf_counter()
            work(number)
            times[way] += [1000 * (time.perf_counter() - started)] if number else []
    return times


def _print(name: str, times: Mapping[str, list[float]], levels: list[str]) -> None:
    plain = statistics.median(times["plain"])
    cells = []
    for level in levels:
        cold, warm = (statistics.median(times[f"{level} {way}"]) for way in ("cold", "warm"))
        cells.append(f"{cold:.0f} | {warm:.1f} | {plain / warm:.1f}")
    print(f"| {name} | {plain:.0f} | {' | '.join(cells)} |", flush=True)


def _costs(name: str, stage: Stage, launch: Launch, options: argparse.Namespace) -> None:
    """What a candidate costs besides its tests: the slot, and the forks of a run that is given up at once."""
    slot = stage.slots.slot(0)
    forks = start(launch, ["pytest"])

    def forked(_: int) -> None:
        wires = forks.fork()
        wires.channel.shutdown(1)
        while wires.line.recv(64):
            pass
        wires.close()

    ways = {"show": lambda number: slot.show(stage.commits[number % 2]), "fork": forked}
    times = _in_turn(ways, options.runs)
    forks.close()
    figures = ", ".join(f"{way} {statistics.median(found):.1f}" for way, found in times.items())
    print(f"<!-- {name}: {figures} ms -->", flush=True)


if __name__ == "__main__":
    main()
