"""The one door to a batch: from an order to a summary, for the command and for scripts."""

import contextlib
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from hashlib import sha256
from math import fsum
from pathlib import Path
from typing import Any

from pareback.adapters.engine import Engine, Work
from pareback.adapters.ticket import Ticket
from pareback.orchestrator import confined, home, job, ladder, parts, places, warmth
from pareback.orchestrator.batch import book, child, predictions, report, room
from pareback.orchestrator.batch.calls import Calls
from pareback.orchestrator.batch.clerk import Clerk
from pareback.orchestrator.batch.policies import Policies
from pareback.orchestrator.batch.purse import Purse
from pareback.orchestrator.batch.source import Source
from pareback.orchestrator.batch.supervisor import Shop, supervise
from pareback.orchestrator.batch.waves import Waves, share_one_server
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.config import environment_layer, flag_layer, resolve, user_layer
from pareback.orchestrator.events import Event
from pareback.orchestrator.job import Job, Wish
from pareback.orchestrator.ladder import Address

SANDBOX = "strict"
"""What tickets of a batch run in unless the operator says otherwise with a flag: nobody reads them one by one."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a batch is asked for: the tickets in `file`, their records in `out`, the settings of every run as flags.

    `jobs` tickets at most run side by side (None: one per core), on an engine with its options. `redo` begins anew what
    was not accepted. `mirror` is the folder that `owner/name` is looked for in. Accepted patches become branches
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


def batch(order: Order, listen: Callable[[Event], None]) -> dict[str, Any]:
    """Drive every ticket of the file to an outcome; the summary, whose `exit` is the exit code.

    What ended in an earlier start of the same `out` stays as it is, and what was under way goes on. Raises what the
    user must mend before anything can start, AlreadyRunning where another batch works in `out`, NoSandbox.
    """
    began = time.monotonic()
    flags = {"sandbox": SANDBOX, **order.flags}
    source = Source(order.file, lambda words: listen(Event("bad", data={"words": words})))
    rungs = _checked(flags, order.max_cost_usd)
    stop = threading.Event()
    with book.opened(order.out.absolute(), redo=order.redo) as opened, _told_to_stop(stop):
        clerk = _clerk(opened, rungs, order.max_cost_usd, lambda words: listen(Event("say", data={"text": words})))
        with closing(_engine(order)) as engine:
            works = _works(order, flags, opened, clerk)
            places_ = room.places(order.jobs or room.cores())
            supervise(source.read, Shop(opened, engine, clerk, works, places_, listen, stop))
        predictions.write(opened.results(), opened.out / "preds.json")
        closed = clerk.closed or clerk.calls.broke
        times = report.Times(wall=time.monotonic() - began, stopped=stop.is_set(), closed=closed)
        summary = report.document(opened, source, times)
        report.write(summary, opened.out / "summary.json")
        return summary


def _checked(flags: Mapping[str, Any], cap: float | None) -> list[Address]:
    """Where the rungs' calls go. What would fail for every ticket fails here, before anything is begun, and what all of
    them import is imported."""
    confined.choose(flags["sandbox"], cache=home.find(os.environ).cache)
    layers = (user_layer(home.config_file(os.environ)), environment_layer(os.environ), flag_layer(flags))
    settings = resolve(layers).settings
    models = ladder.climb(settings, os.environ)
    unpriced = next((model.name for model in models if model.profile.prices is None), None)
    if cap is not None and unpriced is not None:
        mend = f"set prices under [models.{unpriced!r}] in your own settings, or drop --batch-max-cost-usd"
        raise Mistake(f"the price of {unpriced!r} is unknown, so the batch's money cannot be kept within a cap: {mend}")
    warmth.load(models)
    return [ladder.address(model.name, settings, os.environ) for model in models]


def _clerk(records: book.Book, rungs: Sequence[Address], cap: float | None, say: Callable[[str], None]) -> Clerk:
    """The clerk, who knows what the batch did and spent in earlier starts."""
    known = report.bills(records).total.counted
    purse = Purse(cap, fsum(cost for cost in known if cost is not None))
    waves = Waves(on=share_one_server([(each.url, each.model, each.local) for each in rungs]))
    clerk = Clerk(Calls(purse, now=time.monotonic, say=say), waves)
    clerk.recall(records.results())
    return clerk


def _engine(order: Order) -> Engine:
    taken = {option.name for option in parts.describe("engines", order.engine).options}
    options = {**order.engine_options, **({"target": child.work} if "target" in taken else {})}
    engine: Engine = parts.build("engines", order.engine, options)
    return engine


def _works(order: Order, flags: Mapping[str, Any], records: book.Book, policies: Policies) -> Callable[[Ticket], Work]:
    def work(ticket: Ticket) -> Work:
        folder = records.begin(ticket.id)
        name = run_name(ticket.id, folder)
        changes = {"repo": places.named(ticket.repo, order.mirror), "base": ticket.base or "HEAD"}
        branch = None if order.branch is None else f"{order.branch}/{name}"
        wish = Wish(branch=branch, patch=str(folder / "patch.diff"), on_base=True)
        whole = Job(replace(ticket, **{**changes, **policies.terms(ticket)}), flags, wish, name)
        return Work(ticket.id, {**job.to_json(whole), "folder": str(folder)}, str(folder))

    return work


def run_name(ticket: str, folder: Path) -> str:
    """A name for the ticket's run that can be part of a ref, and is no other run's, whoever else works there."""
    slug = re.sub(r"[^a-z0-9]+", "-", ticket.lower()).strip("-")[:40].strip("-")
    return f"{slug}-{sha256(os.fsencode(folder)).hexdigest()[:8]}".lstrip("-")


@contextlib.contextmanager
def _told_to_stop(stop: threading.Event) -> Iterator[None]:
    """The first Ctrl-C or SIGTERM ends the batch in good order, the second at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def heard(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
