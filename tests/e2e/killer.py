"""A process that kills itself (SIGKILL) at a chosen moment of a run, life after life, until the run gets through.

Called by test_kill.py and by the larger loop under benchmarks/: `killer.py HOME REPO PYTHON URL MODE SEED SECONDS`.
Imports once, then forks a child per life. MODE `events` kills life k at its k-th event, so that every boundary of
every node is met; `random` after a random time below SECONDS, from the fourth life on counted from the loop's first
event (five deaths in one place would end the run, as they should); `none` never. Prints one JSON document.
"""

import json
import os
import random
import signal
import sys
import threading
import time
from pathlib import Path

from pareback.adapters.ticket import Ticket
from pareback.orchestrator import graph, home, job, run
from pareback.orchestrator.desk import Surroundings
from pareback.orchestrator.events import Event
from pareback.orchestrator.outcome import result

MOST_LIVES = 400
EARLY = 3


class Killer:
    """Counts events and dies at the one it was told to; what it was doing then is left in a file."""

    def __init__(self, at: int, note: Path, seconds: float | None = None) -> None:
        self.at = at
        self.seconds = seconds
        self.note = note
        self.seen = 0
        self.lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        with self.lock:
            if event.kind in {"piece", "say", "end"}:
                return
            self.seen += 1
            if self.seconds is not None and self.seen == 1:
                die_in(self.seconds)
            if self.seen == self.at:
                self.note.write_text(f"{event.kind} {event.data.get('node', '')}")
                os.kill(os.getpid(), signal.SIGKILL)


def die_in(seconds: float) -> None:
    threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()


def live(place: home.Home, work: job.Job, environ: dict[str, str], listen: Killer, seconds: float | None) -> int:
    """One life in a child of its own; its wait status."""
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1]
    if seconds is not None:
        die_in(seconds)
    around = Surroundings(environ, listen)
    begun = [folder for folder in place.all_runs() if (folder / "run.json").exists()]
    code = 1
    try:
        outcome = run.go_on(begun[-1], around) if begun else run.start(work, around)
        (place.state / "outcome.json").write_text(json.dumps(result(outcome)))
        code = 0
    finally:
        os._exit(code)  # whatever happened: the timer must not take it for a kill


def main() -> None:
    state, repo, python, url, mode, seed, longest = sys.argv[1:]
    environ = {**os.environ, "PAREBACK_HOME": state, "PAREBACK_CONFIG": f"{state}/none.toml"}
    graph.outer_graph()
    place = home.find(environ)
    flags = {"model": ("openai_chat:m",), "base_url": url, "budget": "fix", "candidates": 1, "python": python}
    work = job.Job(Ticket(id="kill", text="Ship free from 50.00", repo=repo), flags)
    chance = random.Random(int(seed))
    kills = in_a_call = 0
    started = time.monotonic()
    for number in range(1, MOST_LIVES):
        note = place.state / "died-at"
        note.write_text("")
        most = float(longest) * (1 + max(0, number - EARLY))  # the machine may have become slower since
        seconds = chance.uniform(0.02, most) if mode == "random" else None
        early = number <= EARLY
        listen = Killer(number if mode == "events" else -1, note, None if early else seconds)
        status = live(place, work, environ, listen, seconds if early else None)
        if not os.WIFSIGNALED(status):
            break
        kills += 1
        in_a_call += not note.read_text() or "generate" in note.read_text()
    begun = [folder for folder in place.all_runs() if (folder / "run.json").exists()]
    outcome = json.loads((place.state / "outcome.json").read_text())
    told = {"kills": kills, "lives_in_a_call": in_a_call, "outcome": outcome, "runs": len(begun)}
    sys.stdout.write(json.dumps(told | {"seconds": time.monotonic() - started}))


if __name__ == "__main__":
    main()
