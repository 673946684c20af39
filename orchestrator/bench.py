"""What every bench shares: small tasks, each laid out as a repository of its own and driven through the whole loop.

Each task runs in a process of its own, as a person would start it, so its processor seconds can be told. With a folder
to keep things in, a finished task is never run again and its patch and record stay there to be read.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

SCHEMA = "pareback/bench/1"
"""docs/schemas/bench.schema.json describes the document."""

TEST_SECONDS = 2.0
"""Seconds for one test at first: what the tasks hold takes milliseconds, and many of their faults are endless loops."""

_WHO = ("-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "commit.gpgsign=false")


@dataclass(frozen=True, slots=True)
class Task:
    """One ticket with its repository: the content of each file by path, what may change, and which tests decide."""

    id: str
    text: str
    contents: Mapping[str, bytes]
    files: tuple[str, ...]
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class How:
    """How every task is run: models (a ladder where several), the interpreter of the tests, seconds in all for one
    task, and further words for `pareback run`."""

    models: tuple[str, ...]
    python: str
    seconds: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One task's ending. `applied` of its `replies` changed something; `processor_seconds` are those of the run, its
    tests and its search together, on one core."""

    id: str
    ending: str
    reason: str
    accepted: bool
    delta: float | None = None
    rounds: int = 0
    candidates: int = 0
    replies: int = 0
    applied: int = 0
    model: str | None = None
    seconds: float = 0.0
    processor_seconds: float = 0.0
    tokens: Mapping[str, int | None] = field(default_factory=dict)
    cost_usd: float | None = None
    prompts: tuple[str, ...] = ()
    patch: str | None = None


def run(tasks: Sequence[Task], how: How, *, jobs: int, keep: Path | None = None) -> Iterator[Row]:
    """A row for each task: first those that `keep` holds from before, the others as they end.

    `keep` is a folder; rows made in another way (other models, seconds or words) do not count.
    """
    with ExitStack() as stack:
        place = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pareback-bench-")))
        book = _Book(place.absolute(), how)
        known = {row.id: row for row in book.rows()}
        yield from (known[task.id] for task in tasks if task.id in known)
        pool = stack.enter_context(ThreadPoolExecutor(jobs))
        futures = [pool.submit(_one, task, how, place.absolute()) for task in tasks if task.id not in known]
        for future in as_completed(futures):
            book.add(future.result())
            yield future.result()


def finished(keep: Path, how: How) -> list[Row]:
    """The rows that a folder holds of what was run in this way."""
    return list(_Book(keep, how).rows())


def document(rows: Sequence[Row]) -> dict[str, Any]:
    """The form that every bench prints with --json."""
    accepted = sum(row.accepted for row in rows)
    tickets = [asdict(row) for row in rows]
    return {"schema": SCHEMA, "tickets": tickets, "accepted": accepted, "total": len(rows)}


def table(rows: Sequence[Row]) -> str:
    """Markdown, a row for each task and the sum below."""
    lines = ["| task | ending | rounds | replies | seconds | processor s | delta CP |", "|---|---|--:|--:|--:|--:|--:|"]
    for row in rows:
        ending = row.ending if row.accepted else f"{row.ending} ({row.reason})"
        effort = f"{row.rounds} | {row.replies} | {row.seconds:.1f} | {row.processor_seconds:.1f}"
        lines.append(f"| {row.id} | {ending} | {effort} | {_signed(row.delta)} |")
    return "\n".join([*lines, "", f"fixed {sum(row.accepted for row in rows)} of {len(rows)}"])


def _signed(delta: float | None) -> str:
    return "" if delta is None else f"{delta + 0.0:+.1f}".replace("-0.0", "+0.0")


class _Book:
    """The finished rows of a folder, each with a digest of the way it was made."""

    def __init__(self, folder: Path, how: How) -> None:
        self._path = folder / "rows.jsonl"
        self._mark = hashlib.sha256(repr((how.models, how.seconds, how.words)).encode()).hexdigest()[:12]
        self._lock = Lock()

    def rows(self) -> Iterator[Row]:
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.exists() else []
        for line in lines:
            kept = json.loads(line)
            if kept.pop("how") == self._mark:
                yield Row(**kept | {"prompts": tuple(kept["prompts"])})

    def add(self, row: Row) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._lock, self._path.open("a", encoding="utf-8") as book:
            book.write(json.dumps({"how": self._mark} | asdict(row)) + "\n")


def _one(task: Task, how: How, place: Path) -> Row:
    home, patch = place / "home", place / f"{task.id}.diff"
    with tempfile.TemporaryDirectory(prefix="pareback-task-") as name:
        repository = _laid_out(task, Path(name) / "work")
        spec = Path(name) / "ticket.json"
        spec.write_text(json.dumps(_ticket(task, repository)), encoding="utf-8")
        command = [sys.executable, "-m", "pareback.orchestrator.cli", "run", "--spec", str(spec), "--json"]
        command += ["--python", how.python, "--max-seconds", str(how.seconds), "--patch", str(patch), *how.words]
        command += [word for model in how.models for word in ("--model", model)]
        environ = {"PAREBACK_TEST_SECONDS": str(TEST_SECONDS)} | os.environ | {"PAREBACK_HOME": str(home)}
        said = _said(command, repository, environ)
    return _row(task.id, said, home)


def _ticket(task: Task, repository: Path) -> dict[str, Any]:
    files, tests = list(task.files), list(task.tests)
    return {"id": task.id, "text": task.text, "repo": str(repository), "files": files, "tests": tests}


def _laid_out(task: Task, repository: Path) -> Path:
    """A git repository that holds the task and nothing else."""
    for path, content in task.contents.items():
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_bytes(content)
    for words in (["init", "-q", "-b", "main"], ["add", "-A", "-f"], ["commit", "-q", "-m", task.id]):
        subprocess.run(["git", *_WHO, *words], cwd=repository, check=True)
    return repository


@dataclass(frozen=True, slots=True)
class _Said:
    """What a run printed, and the processor seconds of it and all it started and waited for."""

    out: str
    err: str
    processor: float


def _said(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> _Said:
    """Run it to its end. `wait4` is what tells one child's processor seconds from another's."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(command, cwd=folder, env=environ, stdout=out, stderr=err)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        return _Said(out.read(), err.read(), used.ru_utime + used.ru_stime)


def _row(name: str, said: _Said, home: Path) -> Row:
    try:
        result = json.loads(said.out)
    except ValueError:
        last = (said.err.strip().splitlines() or ["no output"])[-1]
        return Row(name, "crashed", last, accepted=False, processor_seconds=said.processor)
    rounds = _rounds(home / "runs" / result["run"] / "record.json")
    replied = [each for turn in rounds for each in turn["candidates"] if each["reply"] is not None]
    return Row(
        id=name,
        ending=result["ending"],
        reason=result["reason"],
        accepted=result["accepted"],
        delta=result["delta"],
        rounds=result["rounds"],
        candidates=result["candidates"],
        replies=len(replied),
        applied=sum(each["commit"] is not None for each in replied),
        model=result["model"],
        seconds=result["seconds"].get("total", 0.0),
        processor_seconds=round(said.processor, 2),
        tokens=result["tokens"],
        cost_usd=result["cost_usd"],
        prompts=tuple(dict.fromkeys(turn["told"]["prompt"] for turn in rounds if turn["told"])),
        patch=result["patch"],
    )


def _rounds(record: Path) -> list[dict[str, Any]]:
    """The rounds of a run's record; none where it ended before its loop."""
    rounds: list[dict[str, Any]] = json.loads(record.read_text(encoding="utf-8"))["rounds"] if record.exists() else []
    return rounds
