"""What the sandbox holds and what it costs.

    .venv/bin/python benchmarks/sandbox.py probes|faults|siblings|cost [--python PATH] [--level strict] [--times N]

`probes`: twenty ways out, tried inside the real runner, warm and cold. `faults`: tests that hang, bomb, flood and fill.
`siblings`: two candidates at once, one reaching for the other. `cost`: a candidate's projection, fork and sandbox. Run
it as root and as an ordinary user: they take different ways. Each prints a table in Markdown.
"""

import argparse
import importlib.util
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from pareback.orchestrator import parts
from pareback.workspaces.confinement.resources import MEMORY, descendants
from pareback.workspaces.runners import pytest_cold, pytest_warm
from pareback.workspaces.sandbox import Bind, Sandbox
from pareback.workspaces.suite import Report, Selection, Server

HERE = Path(__file__).parent
SCRIPTS = HERE.parent / "workspaces"
SERVER = 5  # processes that a server is: the sandbox's two, the server, and the next run's two
KINDS: dict[str, Any] = {"warm": pytest_warm, "cold": pytest_cold}


def beside(name: str) -> ModuleType:
    """A file beside this one, whatever the path for imports is."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


attacks, faults = beside("attacks"), beside("faults")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", choices=list(STUDIES))
    parser.add_argument("--python", type=Path, default=Path(sys.executable))
    parser.add_argument("--level", default="strict", choices=["strict", "standard", "none"])
    parser.add_argument("--times", type=int, default=0)
    options = parser.parse_args()
    user = "root" if os.geteuid() == 0 else "an ordinary user"
    print(f"\nlevel {options.level}, as {user}, {options.python}, load {os.getloadavg()[0]:.1f}\n")
    STUDIES[options.study](options)


def sandbox(level: str, slots: Path) -> Sandbox:
    """The level, or the end of this script where it is not offered."""
    built: Sandbox = parts.build("sandboxes", level, {} if level == "none" else {"slots": slots})
    lack = built.lack()
    if lack is not None:
        sys.exit(f"{level} is not offered here: {lack.why}; {lack.mend}")
    return built


@contextmanager
def serving(kind: str, confined: Sandbox, python: Path, home: Path) -> Iterator[Server]:
    """A server of this kind, closed with the block."""
    home.mkdir(exist_ok=True)
    environment = {"PATH": os.defpath, "HOME": str(home), MEMORY: str(faults.MEMORY_MB), "CI": "1"}
    server = KINDS[kind].build().open(wrap=confined.wrap, interpreter=python, roots=(".",), environment=environment)
    with closing(server):
        yield server


def run(server: Server, slot: Path, **selection: Any) -> Report:
    """All tests of the slot."""
    return server.run(slot, Selection(**{"limit": 60.0, **selection}), deadline=120, on_result=lambda _: True)


def probe(kind: str, level: str, python: Path, folder: Path) -> tuple[Report, list[str]]:
    """The attempts inside the real runner: what the run said, and which got through."""
    installed = folder / "installed"
    installed.mkdir(parents=True)
    with attacks.Prey(folder, installed=installed, scripts=SCRIPTS) as prey:
        with serving(kind, sandbox(level, prey.slots), python, folder / "run") as server:
            report = run(server, prey.slot)
        return report, prey.leaks()


def fault(server: Server, slots: Path, wrong: Any) -> tuple[Report, float, list[int]]:
    """A misbehaving test between two honest ones: the report, our own growth in MiB, and who is left of the run."""
    slot = slots / f"{wrong.row}-{wrong.name}".replace(" ", "-")
    slot.mkdir()
    slot.chmod(0o777)
    (slot / "test_fault.py").write_text(wrong.text)
    if wrong in faults.FLOODS:
        (slot / "pytest.ini").write_text("[pytest]\naddopts = -s\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    family = set(descendants(os.getpid()))
    report = run(server, slot, limit=wrong.limit)
    left = _left(family)
    return report, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, left


def _left(family: set[int]) -> list[int]:
    """The processes below us that have come and stayed: more than a server and its next run need, after two seconds."""

    def strangers() -> list[int]:
        found = [pid for pid in descendants(os.getpid()) if pid not in family]
        return found if len(found) > SERVER else []

    with suppress(TimeoutError):
        wait_until(lambda: not strangers(), seconds=2)
    return strangers()


def wait_until(condition: Callable[[], bool], *, seconds: float = 30) -> None:
    """Raises TimeoutError where the condition does not come true."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.01)


def duel(server: Server, slots: Path, number: int) -> tuple[Report, Report]:
    """A patient candidate and its rival, both running: their reports."""
    patient, rival = slots / f"patient-{number}", slots / f"rival-{number}"
    for slot in (patient, rival):
        slot.mkdir()
    (patient / "test_patient.py").write_text(faults.PATIENT)
    reports: list[Report] = []
    waiting = threading.Thread(target=lambda: reports.append(run(server, patient)))
    waiting.start()
    wait_until((patient / "ready").exists)
    aims = {
        "pids": [os.getpid(), *descendants(os.getpid())],
        "places": [str(patient / "own.txt"), str(patient / "test_patient.py")],
        "slots": str(slots),
        "words": ["patient"],
    }
    (rival / "test_rival.py").write_text(faults.RIVAL.format(aims=aims))
    second = run(server, rival)
    (patient / "done").touch()
    waiting.join()
    return reports[0], second


def _probes(options: argparse.Namespace) -> None:
    print("| runner | attempts | got through |\n|---|---|---|")
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            report, leaks = probe(kind, options.level, options.python, Path(folder) / "prey")
        honest = {result.id.split("::")[1]: result.outcome for result in report.results}
        print(f"| {kind} | {len(attacks.ATTEMPTS)} | {len(leaks)} {', '.join(leaks)} |")
        print(f"| | what honest tests need | {honest.get('test_what_honest_tests_need')} |")


def _faults(options: argparse.Namespace) -> None:
    print("| row | the test | warm | as it must | seconds | left | we grew by MiB |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        slots = Path(folder) / "slots"
        slots.mkdir()
        with serving("warm", sandbox(options.level, slots), options.python, Path(folder) / "run") as server:
            for wrong in (*faults.FAULTS, *faults.FLOODS):
                report, grown, left = fault(server, slots, wrong)
                ends = {result.id.split("::")[1]: result for result in report.results}
                own = ends.get("test_fault")
                said = f"{own.outcome}: {own.message}"[:90].replace("\n", " ") if own else report.reason
                right = own is not None and own.outcome in wrong.ends and wrong.says in own.message
                good = "yes" if right and not left else "NO"
                figures = f"{report.seconds:.1f} | {len(left)} | {grown:.0f}"
                print(f"| {wrong.row} | {wrong.name} | {said} | {good} | {figures} |", flush=True)


def _siblings(options: argparse.Namespace) -> None:
    times = options.times or 100
    reached, harmed = 0, 0
    with tempfile.TemporaryDirectory() as folder:
        slots = Path(folder) / "slots"
        slots.mkdir()
        with serving("warm", sandbox(options.level, slots), options.python, Path(folder) / "run") as server:
            for number in range(times):
                patient, rival = duel(server, slots, number)
                print(*(f"<!-- {result.message} -->\n" for result in rival.results if result.message), sep="", end="")
                reached += [result.outcome for result in rival.results] != ["passed"]
                harmed += [result.outcome for result in patient.results] != ["passed"]
    print("| duels | rival reached something | patient was harmed |\n|---|---|---|")
    print(f"| {times} | {reached} | {harmed} |")


def _cost(options: argparse.Namespace) -> None:
    """Wall time of a run of one empty test without and with the sandbox, in turns, and of one command."""
    times = options.times or 20
    print("| what | median ms | least ms |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        slots = Path(folder) / "slots"
        slot = slots / "0"
        slot.mkdir(parents=True)
        (slot / "test_a.py").write_text("def test_a(): pass\n")
        ways: dict[str, Callable[[], object]] = {}
        for kind in KINDS:
            for level in dict.fromkeys(["none", options.level]):
                confined = sandbox(level, slots)
                server = stack.enter_context(serving(kind, confined, options.python, Path(folder) / "run"))
                ways[f"{kind} run of one test, {level}"] = partial(run, server, slot)
                argv = confined.wrap(["/usr/bin/true"], binds=[Bind(slot, writable=True)])
                ways[f"a command that does nothing, {level}"] = partial(subprocess.run, argv, cwd=slot, check=True)
        found: dict[str, list[float]] = {what: [] for what in ways}
        for _ in range(times + 1):
            for what, once in ways.items():
                started = time.perf_counter()
                once()
                found[what].append(1000 * (time.perf_counter() - started))
                time.sleep(0.2)  # the server forks ahead meanwhile: a model would take longer
        for what, each in found.items():
            print(f"| {what} | {statistics.median(each[1:]):.1f} | {min(each[1:]):.1f} |")


STUDIES = {"probes": _probes, "faults": _faults, "siblings": _siblings, "cost": _cost}

if __name__ == "__main__":
    main()
