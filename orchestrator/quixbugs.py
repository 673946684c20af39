"""QuixBugs as tickets: each program in a repository of its own with its tests and nothing that shows the answer."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

SHARED = ("conftest.py", "python_testcases/load_testdata.py", "python_testcases/node.py", "python_programs/node.py")
"""Files beside a program that its tests need, where they exist."""

TEST_SECONDS = 2.0
"""Seconds for one test at first: the programs take milliseconds, and several bugs are endless loops."""


@dataclass(frozen=True, slots=True)
class Row:
    """One program's ending."""

    id: str
    ending: str
    accepted: bool
    delta: float | None
    rounds: int
    candidates: int
    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class How:
    """How every program is run: the models, the interpreter of the tests, and seconds in all for one program."""

    models: tuple[str, ...]
    python: str
    seconds: float


def programs(checkout: Path) -> list[str]:
    """The programs that have pytest test cases, by name."""
    tests = (checkout / "python_testcases").glob("test_*.py")
    names = (test.stem.removeprefix("test_") for test in tests)
    return sorted(name for name in names if (checkout / "python_programs" / f"{name}.py").exists())


def run(checkout: Path, names: Sequence[str], how: How, *, jobs: int) -> Iterator[Row]:
    """A row per program as it ends. Each runs in a process of its own, as a person would start it."""
    with tempfile.TemporaryDirectory(prefix="quixbugs-") as folder, ThreadPoolExecutor(jobs) as pool:
        place = Path(folder)
        futures = [pool.submit(_one, checkout, name, place, how) for name in names]
        for future in as_completed(futures):
            yield future.result()


def document(rows: Sequence[Row]) -> dict[str, Any]:
    """The form every bench shares."""
    accepted = sum(row.accepted for row in rows)
    return {
        "schema": "pareback/bench/1",
        "tickets": [asdict(row) for row in rows],
        "accepted": accepted,
        "total": len(rows),
    }


def table(rows: Sequence[Row]) -> str:
    """Markdown, a row per program and the sum below."""
    lines = ["| program | ending | rounds | candidates | seconds | delta CP |", "|---|---|--:|--:|--:|--:|"]
    for row in rows:
        delta = "" if row.delta is None else f"{row.delta + 0.0:+.1f}".replace("-0.0", "+0.0")
        ending = row.ending if row.accepted else f"{row.ending} ({row.reason})"
        lines.append(f"| {row.id} | {ending} | {row.rounds} | {row.candidates} | {row.seconds:.1f} | {delta} |")
    return "\n".join([*lines, "", f"fixed {sum(row.accepted for row in rows)} of {len(rows)}"])


def _one(checkout: Path, name: str, place: Path, how: How) -> Row:
    repository = _laid_out(checkout, name, place / name)
    command = [sys.executable, "-m", "pareback.orchestrator.cli", "run", f"Repair {name}: its tests are red", "--json"]
    command += ["--tests", f"python_testcases/test_{name}.py", "--files", f"python_programs/{name}.py"]
    command += ["--python", how.python, "--max-seconds", str(how.seconds), "--patch", str(place / f"{name}.diff")]
    command += [word for model in how.models for word in ("--model", model)]
    environ = os.environ | {"PAREBACK_HOME": str(place / "home"), "PAREBACK_TEST_SECONDS": str(TEST_SECONDS)}
    done = subprocess.run(command, cwd=repository, env=environ, capture_output=True, text=True, check=False)
    return _row(name, done)


def _row(name: str, done: "subprocess.CompletedProcess[str]") -> Row:
    try:
        result = json.loads(done.stdout)
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["no output"])[-1]
        return Row(name, "crashed", accepted=False, delta=None, rounds=0, candidates=0, seconds=0.0, reason=last)
    return Row(
        id=name,
        ending=result["ending"],
        accepted=result["accepted"],
        delta=result["delta"],
        rounds=result["rounds"],
        candidates=result["candidates"],
        seconds=result["seconds"]["total"],
        reason=result["reason"],
    )


def _laid_out(checkout: Path, name: str, repository: Path) -> Path:
    """A git repository with the program, its tests and their data. The corrected programs stay behind."""
    own = (f"python_programs/{name}.py", f"python_testcases/test_{name}.py", f"json_testcases/{name}.json")
    for path in (*own, *SHARED):
        if (checkout / path).exists():
            (repository / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(checkout / path, repository / path)
    who = ["-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    for words in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", name]):
        subprocess.run(["git", *who, *words], cwd=repository, check=True)
    return repository
