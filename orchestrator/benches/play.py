"""One task of a bench, from its repository to its row.

The run is a process of its own, as a person would start it, so its processor seconds can be told. It carries the mark
of the way it is made in its ticket's name: what a killed bench left half done is found by it and gone on with.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pareback.adapters import lifeline
from pareback.orchestrator.benches.task import How, Row, Start, Work
from pareback.orchestrator.ledger import Ledger
from pareback.orchestrator.target import INTERPRETER

_COMMAND = (sys.executable, "-m", "pareback.orchestrator.cli", "run", "--json")

GO_ON_LATER = frozenset({"interrupted"})
"""Endings that are no answer yet, whatever else a result says of a retry."""


@dataclass(frozen=True, slots=True)
class Place:
    """A bench's folder, the mark of the way its runs are made, and the pipe that ends them when the bench is gone."""

    folder: Path
    mark: str
    lifeline: int

    @property
    def home(self) -> Path:
        """Where the runs and what they share lie."""
        return self.folder / "home"

    def name(self, task: Work) -> str:
        """What the task's run is known by."""
        return f"{task.id}@{self.mark}"


def play(task: Work, how: How, place: Place) -> Row:
    """Run the task in the bench's folder, or go on with the run that is there, and judge what came of it."""
    start = task.lay_out(place.folder)
    with tempfile.TemporaryDirectory(prefix="pareback-task-") as scratch:
        words = _gone_on(task, place) or _begun(task, how, start, place=place, spec=Path(scratch) / "ticket.json")
        environ = {"PAREBACK_TEST_SECONDS": str(task.seconds)} | os.environ | {"PAREBACK_HOME": str(place.home)}
        said = _said([*_COMMAND, *words], Path(scratch), environ, place.lifeline)
    row = _row(task.id, said, place.home)
    if row.run is None or row.retry:
        return row
    return task.judged(row, place.folder, start=start, python=_python(place.home / "runs" / row.run))


def _gone_on(task: Work, place: Place) -> list[str] | None:
    """The words that go on with the latest run of this ticket, whether it ended or was killed; None where none is."""
    heads = sorted(place.home.glob("runs/*/run.json"))
    names = [head.parent.name for head in heads if json.loads(head.read_text())["ticket"] == place.name(task)]
    return ["--resume", names[-1]] if names else None


def _begun(task: Work, how: How, start: Start, *, place: Place, spec: Path) -> list[str]:
    """The words that begin a run."""
    repository = {"repo": str(start.repository), "base": start.base}
    ticket = {"id": place.name(task), "text": task.text, "files": list(task.files), "tests": list(task.tests)}
    spec.write_text(json.dumps(ticket | repository), encoding="utf-8")
    words = ["--spec", str(spec), "--patch", str(place.folder / f"{task.id}.diff"), "--max-seconds", str(how.seconds)]
    words += ["--python", how.python] if how.python else ["--setup", "auto"]
    return [*words, *(word for model in how.models for word in ("--model", model)), *how.words]


def _python(folder: Path) -> Path | None:
    """The interpreter that the run's tests ran with, where it came so far."""
    with Ledger(folder / "ledger.db") as ledger:
        found = ledger.note(INTERPRETER)
    return None if found is None else Path(found)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a run printed, and the processor seconds of it and all it started and waited for."""

    out: str
    err: str
    processor: float


def _said(command: Sequence[str], folder: Path, environ: Mapping[str, str], line: int) -> _Said:
    """Run it to its end. `wait4` is what tells one child's processor seconds from another's."""
    environ = {**environ, lifeline.VARIABLE: str(line)}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(
            command, cwd=folder, env=environ, stdout=out, stderr=err, pass_fds=(line,), process_group=0
        )
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
        return Row(name, "crashed", last, accepted=False, processor_seconds=said.processor, retry=True)
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
        budget=result["budget"],
        size=result["reference"] or {},
        run=result["run"],
        retry=result["retry"] or result["ending"] in GO_ON_LATER,
    )


def _rounds(record: Path) -> list[dict[str, Any]]:
    """The rounds of a run's record; none where it ended before its loop."""
    rounds: list[dict[str, Any]] = json.loads(record.read_text(encoding="utf-8"))["rounds"] if record.exists() else []
    return rounds
