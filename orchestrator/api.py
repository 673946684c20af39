"""The doors for scripts: `pareback.run`, `batch`, `check` and `survey`, meaning what they mean on the command line."""

import os
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from pareback.adapters.ticket import Ticket
from pareback.gates.survey.survey import Survey
from pareback.gates.verdict import Verdict
from pareback.orchestrator.comparison import Comparison, compare
from pareback.orchestrator.desk import Surroundings
from pareback.orchestrator.events import Event
from pareback.orchestrator.job import Job, Wish
from pareback.orchestrator.outcome import Outcome
from pareback.orchestrator.survey.look import Look, look


def run(
    ticket: Ticket, *, wish: Wish | None = None, listen: Callable[[Event], None] | None = None, **settings: Any
) -> Outcome:
    """Drive one ticket to an ending. `settings` are those of `pareback config`, such as `budget="fix"`.

    Raises what the user must mend (BadTicket, ConfigError, NotARepository), and LedgerError.
    """
    from pareback.orchestrator import run as runs  # a script that only checks need not load the loop

    job = Job(ticket, {name: value for name, value in settings.items() if value is not None}, wish or Wish())
    return runs.start(job, Surroundings(os.environ, listen or (lambda _: None)))


def batch(
    file: str | Path, *, out: str | Path, listen: Callable[[Event], None] | None = None, **settings: Any
) -> dict[str, Any]:
    """Drive the tickets of a file, many at once; their records go into `out`, the same folder goes on. The summary that
    `pareback batch --json` prints, whose `exit` is the exit code.

    `settings` are the fields of `Order` (`jobs`, `engine`, `redo`, `mirror`, `max_cost_usd`, …) and those of every run,
    such as `budget="fix"`. Call it where no other thread runs: the local engine forks. Raises what the user must mend
    before anything can start, and AlreadyRunning.
    """
    from pareback.orchestrator.batch import batch as batches  # as above

    given = {name: value for name, value in settings.items() if value is not None}
    own = {each.name: given.pop(each.name) for each in fields(batches.Order) if each.name in given}
    return batches.batch(batches.Order(Path(file), Path(out), flags=given, **own), listen or (lambda _: None))


def check(
    repo: str | Path = ".", *, base: str | None = None, budget: str | None = None, waive: tuple[str, ...] = ()
) -> Verdict:
    """The gate alone: the work tree of `repo` against its merge base with `base`. Raises Mistake, NotARepository."""
    return compare(Comparison(Path(repo), base=base, budget=budget, waive=waive)).verdict


def survey(repo: str | Path = ".", *, path: str | Path | None = None) -> Survey:
    """Where the complexity of the work tree of `repo` sits and what to change first, or of the file or folder `path` in
    it alone. Lists of a `Survey` begin with what costs or frees most, in points. Raises Mistake for a path that names
    nothing, NotARepository."""
    return look(Look(Path(repo), None if path is None else Path(path))).survey
