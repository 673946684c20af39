"""`pareback bench NAME PATH`: models over public tasks, each through the whole loop."""

import json as jsons
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pareback.orchestrator.benches import bench, exercism, quixbugs
from pareback.orchestrator.benches.task import How, Row, Task
from pareback.orchestrator.boundary import Mistake

SETS: Mapping[str, Callable[[Path], Iterator[Task]]] = {"quixbugs": quixbugs.tasks, "exercism": exercism.tasks}
"""The sets that are known, and what reads the tasks of each from a checkout."""


def do(
    *,
    name: str,
    path: Path,
    model: list[str] | None,
    only: list[str] | None,
    python: str | None,
    max_seconds: float,
    jobs: int,
    out: Path | None,
    json: bool,
) -> int:
    """Print a table, or the one JSON document that every bench has. 0 where the bench ran, whatever was fixed."""
    found = _chosen(name, path, only)
    rows = told(bench.run(found, How(tuple(model or ()), python or sys.executable, max_seconds), jobs=jobs, keep=out))
    rows.sort(key=lambda row: row.id)
    print(jsons.dumps(bench.document(rows), indent=2) if json else bench.table(rows))
    return 0


def told(rows: Iterator[Row]) -> list[Row]:
    """All of them, each said as it comes."""
    found = []
    for row in rows:
        found.append(row)
        sys.stderr.write(f"{row.id:<32} {row.ending:<12} {row.seconds:6.1f} s\n")
    return found


def _chosen(name: str, path: Path, only: list[str] | None) -> list[Task]:
    """The tasks asked for. Raises Mistake where the path holds none, or none of that name."""
    found = {task.id: task for task in SETS[name](path)}
    if not found:
        raise Mistake(f"{str(path)!r} holds no tasks of {name}; expected a checkout of {_SOURCES[name]}")
    unknown = sorted(set(only or ()) - set(found))
    if unknown:
        raise Mistake(
            f"no task of {name} is named {unknown[0]!r}; there are {len(found)}, such as {next(iter(found))!r}"
        )
    return [task for task in found.values() if not only or task.id in only]


_SOURCES = {
    "quixbugs": "jkoppel/QuixBugs (python_programs/ and python_testcases/)",
    "exercism": "exercism/python or Aider-AI/polyglot-benchmark (exercises/practice/)",
}
