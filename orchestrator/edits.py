"""The run's log of operations: one line of JSON for each, whatever became of it."""

import json
import os
from collections.abc import Sequence

from pareback.orchestrator.context import Context
from pareback.orchestrator.state import Candidate
from pareback.workspaces.edit_log import entries
from pareback.workspaces.patch import Made

LOG = "edits.jsonl"
"""The file in the run's folder that has a line for each operation."""


def write_down(candidate: Candidate, made: Sequence[Made], context: Context) -> None:
    """Append what became of each operation to the run's log, once: a run that is replayed finds it there. One write for
    each candidate, so that those of others do not come between."""
    place = {"round": candidate.round, "candidate": candidate.index, "start": candidate.start}
    path = context.folder / LOG
    known = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    head = json.dumps(place)[:-1]
    if not made or any(line.startswith(head) for line in known):
        return
    lines = [json.dumps(place | entry) + "\n" for entry in entries(made)]
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "w", encoding="ascii") as log:
        log.write("".join(lines))
