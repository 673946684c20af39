"""Warm against cold: how long a verdict on one test takes, from the order to the report.

    .venv/bin/python benchmarks/tests_warm.py [--python PATH] [--imports pandas,sqlalchemy] [--runs N]

Two toy projects are made: one imports nothing, the other what `--imports` names (they must be installed beside
`--python`). Plain is `python -m pytest` in a process, as a person would type it, with bytecode cached for everything
but the slot. Every figure is wall time; the machine's load is printed because it decides what they are worth.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pareback.workspaces.runners import pytest_cold, pytest_warm
from pareback.workspaces.sandbox import unconfined
from pareback.workspaces.suite import Selection, Server


def main() -> None:
    options = _options()
    print(f"{options.runs} runs each, load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, {options.python}")
    print(f"{'project':<32}{'way':<8}{'first ms':>10}{'median ms':>11}{'least ms':>10}{'x plain':>9}")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for name, imports in (("tiny", []), (options.imports, options.imports.split(","))):
            slot = _project(home / name.replace(",", "_"), imports)
            _measure(name, slot, home=home, options=options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", type=Path, default=Path(sys.executable))
    parser.add_argument("--imports", default="pydantic,httpx,langgraph.graph")
    parser.add_argument("--runs", type=int, default=9)
    return parser.parse_args()


def _project(slot: Path, imports: list[str]) -> Path:
    slot.mkdir()
    (slot / "shop.py").write_text(
        "".join(f"import {name}\n" for name in imports) + "def total(xs):\n    return sum(xs)\n"
    )
    (slot / "test_shop.py").write_text("from shop import total\n\ndef test_total():\n    assert total([1, 2]) == 3\n")
    return slot


def _measure(name: str, slot: Path, *, home: Path, options: argparse.Namespace) -> None:
    environment = {"PATH": os.defpath, "HOME": str(home), "CI": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    def plain() -> None:
        command = [options.python, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        subprocess.run(command, cwd=slot, env=environment, check=True, stdout=subprocess.DEVNULL)

    yardstick = _times(plain, options.runs)
    _print(name, "plain", yardstick, yardstick)
    for way, part in (("cold", pytest_cold), ("warm", pytest_warm)):
        server = part.build().open(wrap=unconfined, interpreter=options.python, roots=(".",), environment=environment)
        with _closing(server):
            _print(name, way, _times(lambda server=server: _run(server, slot), options.runs), yardstick)


@contextmanager
def _closing(server: Server) -> Iterator[None]:
    try:
        yield
        if server.note:
            print(f"  note: {server.note}")
    finally:
        server.close()


def _run(server: Server, slot: Path) -> None:
    report = server.run(slot, Selection(), deadline=120, on_result=lambda _: True)
    assert [result.outcome for result in report.results] == ["passed"], report


def _times(work: Callable[[], None], runs: int) -> list[float]:
    """Milliseconds of each run; the first one is kept apart by the table."""
    found = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        work()
        found.append(1000 * (time.perf_counter() - started))
    return found


def _print(name: str, way: str, times: list[float], yardstick: list[float]) -> None:
    median = statistics.median(times[1:])
    ratio = statistics.median(yardstick[1:]) / median
    print(f"{name:<32}{way:<8}{times[0]:>10.0f}{median:>11.1f}{min(times[1:]):>10.1f}{ratio:>9.1f}", flush=True)


if __name__ == "__main__":
    main()
