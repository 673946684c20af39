"""The one door to a batch: from an order to a summary, for the command and for scripts."""

import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from pareback.adapters.engine import Engine, Work
from pareback.adapters.ticket import Ticket
from pareback.orchestrator import home, job, parts, places, stopping
from pareback.orchestrator.batch import book, child, estimate, predictions, report, room
from pareback.orchestrator.batch.opening import Opening, opened
from pareback.orchestrator.batch.policies import Policies
from pareback.orchestrator.batch.source import Source
from pareback.orchestrator.batch.supervisor import Shop, supervise
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.events import Event
from pareback.orchestrator.freight import Bundles
from pareback.orchestrator.job import Job, Wish

SANDBOX = "strict"
"""What tickets of a batch run in unless the operator says otherwise with a flag: nobody reads them one by one."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a batch is asked for: the tickets in `file`, their records in `out`, the settings of every run as flags.

    `jobs` tickets at most run side by side (None: one per core), on an engine with its options. `redo` begins anew what
    was not accepted. `mirror` is the folder that `owner/name` is looked for in. `yes` starts although
    the estimate passes `max_cost_usd`, which holds all the same. Accepted patches become branches
    below `branch`, where one is given; else no repository is written to.
    """

    file: Path
    out: Path
    flags: Mapping[str, Any] = field(default_factory=dict)
    jobs: int | None = None
    engine: str = "local"
    engine_options: Mapping[str, Any] = field(default_factory=dict)
    redo: bool = False
    mirror: Path | None = None
    branch: str | None = None
    max_cost_usd: float | None = None
    yes: bool = False


def batch(order: Order, listen: Callable[[Event], None]) -> dict[str, Any]:
    """Drive every ticket of the file to an outcome; the summary, whose `exit` is the exit code.

    What ended in an earlier start of the same `out` stays as it is, and what was under way goes on. Raises what the
    user must mend before anything can start, AlreadyRunning where another batch works in `out`, NoSandbox.
    """

    def say(words: str) -> None:
        listen(Event("say", data={"text": words}))

    began = time.monotonic()
    flags = {"sandbox": SANDBOX, **order.flags}
    source = Source(order.file, lambda words: listen(Event("bad", data={"words": words})))
    jobs, stop = order.jobs or room.cores(), threading.Event()
    with closing(_engine(order)) as engine:
        opening = opened(flags, os.environ, order.max_cost_usd)
        with book.opened(order.out.absolute(), redo=order.redo) as records, stopping.heard(stop):
            clerk = opening.engage(records, say)
            say(_foretold(opening, source, records, jobs=jobs, sure=order.yes))
            works = _works(order, flags, records, clerk)
            supervise(source.read, Shop(records, engine, clerk, works, room.places(jobs), listen, stop))
            closed = clerk.closed or clerk.calls.broke
            times = report.Times(wall=time.monotonic() - began, stopped=stop.is_set(), closed=closed)
            return _summed_up(records, source, times)


def _summed_up(records: book.Book, source: Source, times: report.Times) -> dict[str, Any]:
    predictions.write(records.results(), records.out / "preds.json")
    summary = report.document(records, source, times)
    report.write(summary, records.out / "summary.json")
    return summary


def _foretold(opening: Opening, source: Source, records: book.Book, *, jobs: int, sure: bool) -> str:
    """The line before the start. This batch's results are for later ones to learn from."""
    place = home.find(os.environ)
    open_ = sum(ticket.id not in records.ended for ticket in source.read())
    told = opening.foretell(open_, estimate.earlier(place), jobs=jobs, sure=sure)
    estimate.remember(place, records.out)
    return told


def _engine(order: Order) -> Engine:
    taken = {option.name for option in parts.describe("engines", order.engine).options}
    if order.max_cost_usd is not None and "target" not in taken:  # its tickets have no line to ask over
        raise Mistake(f"--batch-max-cost-usd does not reach the tickets of engine {order.engine!r}: use --max-cost-usd")
    ours = {"target": child.work, "freight": Bundles(home.find(os.environ).cache / "bundles")}
    options = {**order.engine_options, **{name: value for name, value in ours.items() if name in taken}}
    engine: Engine = parts.build("engines", order.engine, options)
    return engine


def _works(order: Order, flags: Mapping[str, Any], records: book.Book, policies: Policies) -> Callable[[Ticket], Work]:
    def work(ticket: Ticket) -> Work:
        folder = records.begin(ticket.id)
        name = run_name(ticket.id, folder)
        changes = {"repo": places.named(ticket.repo, order.mirror), "base": ticket.base or "HEAD"}
        branch = None if order.branch is None else f"{order.branch}/{name}"
        wish = Wish(branch=branch, patch=str(folder / "patch.diff"), on_base=True)
        changed = replace(ticket, **{**changes, **policies.terms(ticket)})
        whole = Job(changed, {**flags, **policies.flags(ticket)}, wish, name)
        return Work(ticket.id, {**job.to_json(whole), "folder": str(folder)}, str(folder))

    return work


def run_name(ticket: str, folder: Path) -> str:
    """A name for the ticket's run that can be part of a ref, and is no other run's, whoever else works there."""
    slug = re.sub(r"[^a-z0-9]+", "-", ticket.lower()).strip("-")[:40].strip("-")
    return f"{slug}-{sha256(os.fsencode(folder)).hexdigest()[:8]}".lstrip("-")
