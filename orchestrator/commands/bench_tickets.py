"""`pareback bench tickets FILE`: models over tickets that a human has solved, beside what the human wrote."""

import json as jsons
from collections.abc import Mapping
from pathlib import Path

from pareback.orchestrator.benches import bench
from pareback.orchestrator.benches.task import How
from pareback.orchestrator.benches.tickets import tasks
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.commands.bench import told

ARMS: Mapping[str, str] = {"on": "budget", "told": "told", "off": "off"}
"""What of the gate a patch must satisfy: all; nothing, though the model is told; nothing, and it is not told either."""


def do(
    *,
    file: Path,
    words: list[str] | None,
    mirror: Path,
    model: list[str] | None,
    arm: str,
    only: list[str] | None,
    python: str | None,
    max_seconds: float,
    jobs: int,
    out: Path | None,
    json: bool,
) -> int:
    """Print the table, or the document that every bench has; tickets in the order in which humans solved them. 0 where
    the bench ran, whatever was solved."""
    if arm not in ARMS:
        raise Mistake(f"--arm is {arm!r}; expected {', '.join(ARMS)}")
    found = tasks(file, mirror, only or ())
    how = How(tuple(model or ()), python, max_seconds, ("--enforce", ARMS[arm], *(words or ())))
    rows = {row.id: row for row in told(bench.run(found, how, jobs=jobs, keep=out))}
    ordered = [rows[task.id] for task in found]
    print(jsons.dumps(bench.document(ordered), indent=2) if json else bench.beside_humans(ordered))
    return 0
