"""A process that kills itself (SIGKILL) at a chosen moment of a run, again and again, until the run gets through.

Called by test_kill.py: `killer.py FOLDER REPO SCRIPT MODE SEED`. Imports once, then forks a child per life. MODE `events`
kills life k at its k-th event, so that every boundary of every node is met; `random` kills after a random time.
Prints one JSON document: kills, the ending, what the model was asked, the delivered tree.
"""

import json
import os
import random
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from pareback.adapters.model import Model, Profile, Reply, Request, Usage
from pareback.adapters.ticket import Ticket
from pareback.orchestrator import graph, home, job, run
from pareback.orchestrator.desk import Surroundings
from pareback.orchestrator.outcome import result
from pareback.orchestrator.state import Event

assert graph
MOST = 400


class Killer:
    """Counts events and dies at the one it was told to."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.seen = 0
        self.lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        with self.lock:
            self.seen += 1
            if self.seen == self.at:
                os.kill(os.getpid(), signal.SIGKILL)


def life(folder: Path | None, ticket: Ticket, flags: dict[str, Any], environ: dict[str, str], at: float | None) -> int:
    """One life in a child of its own; its wait status."""
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1]
    listen = Killer(int(at) if at is not None and at >= 1 else -1)
    if at is not None and at < 1:
        threading.Timer(at * 3, os.kill, (os.getpid(), signal.SIGKILL)).start()
    around = Surroundings(environ, listen)
    outcome = run.start(job.Job(ticket, flags), around) if folder is None else run.go_on(folder, around)
    place = home.find(environ).state / "outcome.json"
    place.write_text(json.dumps(result(outcome)))
    os._exit(0)


def main() -> None:
    home_folder, repo, script, mode, seed = sys.argv[1:]
    environ = {**os.environ, "PAREBACK_HOME": home_folder}
    flags = {"model": (f"scripted:{script}",), "budget": "fix", "candidates": 2, "python": sys.executable}
    ticket = Ticket(id="kill", text="Ship free from 50.00", repo=repo)
    chance = random.Random(int(seed))
    kills, folder = 0, None
    for number in range(1, MOST):
        at = float(number) if mode == "events" else chance.uniform(0.01, 0.6)
        status = life(folder, ticket, flags, environ, at)
        found = home.find(environ).all_runs()
        folder = found[-1] if found and (found[-1] / "run.json").exists() else None
        if status == 0:
            break
        kills += 1
    outcome = json.loads((Path(home_folder) / "outcome.json").read_text())
    print(json.dumps({"kills": kills, "outcome": outcome, "runs": len(home.find(environ).all_runs())}))


if __name__ == "__main__":
    main()
