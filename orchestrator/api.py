"""The doors for scripts: `pareback.run` and `pareback.check`, with the same meaning as on the command line."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pareback.adapters.ticket import Ticket
from pareback.gates.verdict import Verdict
from pareback.orchestrator.comparison import Comparison, compare
from pareback.orchestrator.desk import Surroundings
from pareback.orchestrator.events import Event
from pareback.orchestrator.job import Job, Wish
from pareback.orchestrator.outcome import Outcome


def run(
    ticket: Ticket, *, wish: Wish | None = None, listen: Callable[[Event], None] | None = None, **settings: Any
) -> Outcome:
    """Drive one ticket to an ending. `settings` are those of `pareback config`, such as `budget="fix"`.

    Raises what the user must mend (BadTicket, ConfigError, NotARepository), and LedgerError.
    """
    from pareback.orchestrator import run as runs  # a script that only checks need not load the loop

    job = Job(ticket, {name: value for name, value in settings.items() if value is not None}, wish or Wish())
    return runs.start(job, Surroundings(os.environ, listen or (lambda _: None)))


def check(
    repo: str | Path = ".", *, base: str | None = None, budget: str | None = None, waive: tuple[str, ...] = ()
) -> Verdict:
    """The gate alone: the work tree of `repo` against its merge base with `base`. Raises Mistake, NotARepository."""
    return compare(Comparison(Path(repo), base=base, budget=budget, waive=waive)).verdict
