"""The supervisor of a batch: which ticket starts when, what becomes of each, and what is written down about it.

It stays single-threaded, because the local engine forks it. It goes over the tickets in passes, so that it never holds
more than a window of them: a pass starts what has no outcome yet, and what was parked or crashed by bad luck gets its
next chance in the next pass.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pareback.adapters.engine import Engine, Happening, Work
from pareback.adapters.ticket import Ticket
from pareback.orchestrator.batch import wreck
from pareback.orchestrator.batch.book import Book, settled
from pareback.orchestrator.batch.policies import Policies
from pareback.orchestrator.events import Event
from pareback.orchestrator.outcome import Outcome
from pareback.orchestrator.state import Ending

TRIES = 3
"""Process lives that a ticket may lose to bad luck (a killed child, a full disk) in one start of the batch."""

WINDOW = 256
"""Tickets read ahead: among so many one is looked for that may start."""

TICK = 0.5
"""Seconds between looks at the stop signal and at questions that wait, while nothing happens."""

BLINK = 0.02
"""Seconds that pass at least between two looks at questions that wait."""

PASSES = 100
"""A backstop: a policy that parks tickets for ever would keep the batch from ending."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a running ticket asked and has no answer to yet."""

    key: str
    data: Mapping[str, Any]
    answer: Callable[[Mapping[str, Any]], None]


@dataclass(slots=True)
class Now:
    """What is going on: the tickets that run, those that were read and wait, open questions, lives lost, moves made."""

    running: dict[str, Ticket] = field(default_factory=dict)
    waiting: deque[Ticket] = field(default_factory=deque)
    questions: list[Question] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)
    moves: int = 0


@dataclass(frozen=True, slots=True)
class Shop:
    """What the supervisor works with. `works` makes the piece of work out of a ticket, `room` says whether the machine
    has room for one more beside so many that run, `stop` ends the batch in good order."""

    book: Book
    engine: Engine
    policies: Policies
    works: Callable[[Ticket], Work]
    room: Callable[[int], bool]
    listen: Callable[[Event], None]
    stop: threading.Event


def supervise(read: Callable[[], Iterator[Ticket]], shop: Shop) -> None:
    """Drive every ticket to an outcome, as far as the policies let it; `read` begins at the first ticket again.

    When told to stop it tells the running tickets, waits until they have left things resumable, and returns.
    """
    now = Now()
    for _ in range(PASSES):
        moves = now.moves
        _pass(read(), now, shop)
        if shop.stop.is_set() or now.moves == moves:
            return


def _pass(tickets: Iterator[Ticket], now: Now, shop: Shop) -> None:
    while not shop.stop.is_set():
        _read_ahead(tickets, now, shop)
        _start(now, shop)
        if now.running or _worth_waiting(now, shop):
            _hear(now, shop)
        elif now.waiting:
            now.waiting.clear()  # none of these may start in this pass; others, further on, may
        else:
            return
    _wind_up(now, shop)


def _read_ahead(tickets: Iterator[Ticket], now: Now, shop: Shop) -> None:
    while len(now.waiting) < WINDOW and (ticket := next(tickets, None)) is not None:
        if ticket.id in shop.book.ended:
            continue
        found = shop.book.result(ticket.id)
        if found is None or not settled(found):
            now.waiting.append(ticket)
        else:
            shop.policies.ended(ticket.id, found)  # the supervisor was killed before it heard of it
            _close(found, now, shop)


def _start(now: Now, shop: Shop) -> None:
    for ticket in list(now.waiting):
        if not shop.room(len(now.running)):
            return
        if shop.policies.may_start(ticket, now.running.keys()):
            now.waiting.remove(ticket)
            now.running[ticket.id] = ticket
            shop.listen(Event("start", data={"ticket": ticket.id, "title": ticket.title}))
            shop.engine.submit(shop.works(ticket))


def _worth_waiting(now: Now, shop: Shop) -> bool:
    return bool(now.waiting) and shop.policies.wake() is not None


def _hear(now: Now, shop: Shop) -> None:
    """Wait for the next happenings, at most a tick; then questions that waited are put again."""
    wake = shop.policies.wake()
    for happening in shop.engine.events(TICK if wake is None else max(BLINK, min(TICK, wake))):
        _take(happening, now, shop)
    now.questions[:] = [question for question in now.questions if not _answered(question, shop)]


def _take(happening: Happening, now: Now, shop: Shop) -> None:
    if happening.key not in now.running:
        return  # a late word of a process that is not waited for any more
    if happening.kind == "asked":
        _asked(happening, now, shop)
    elif happening.kind in {"ended", "lost"}:
        now.questions[:] = [question for question in now.questions if question.key != happening.key]
        _ended(now.running.pop(happening.key), happening, now, shop)


def _asked(happening: Happening, now: Now, shop: Shop) -> None:
    told = happening.data.get("event")
    if told is not None:
        shop.listen(Event("news", data={"ticket": happening.key, **told}))
    elif happening.answer is not None:
        now.questions.append(Question(happening.key, happening.data, happening.answer))


def _answered(question: Question, shop: Shop) -> bool:
    answer = shop.policies.answer(question.key, question.data)
    if answer is not None:
        question.answer(answer)
    return answer is not None


def _ended(ticket: Ticket, happening: Happening, now: Now, shop: Shop) -> None:
    """An outcome is written down; what was interrupted or lost by bad luck is left for a later pass or start."""
    document = (shop.book.result(ticket.id) if happening.kind == "ended" else None) or _lost(ticket, shop)
    if document["retry"] and not shop.stop.is_set():
        now.lost[ticket.id] += 1
    shop.policies.ended(ticket.id, document)
    if settled(document) or now.lost[ticket.id] >= TRIES:
        _close(document, now, shop)
        return
    now.moves += 1
    shop.listen(Event("again", data={"ticket": ticket.id, "reason": document["reason"], "tries": now.lost[ticket.id]}))


def _close(document: Mapping[str, Any], now: Now, shop: Shop) -> None:
    if shop.book.close(document):
        now.moves += 1
        shop.listen(Event("outcome", data={**document}))


def _lost(ticket: Ticket, shop: Shop) -> dict[str, Any]:
    """The document of a ticket whose process is gone without a word."""
    folder = shop.book.folder(ticket.id)
    ending = Ending("crashed", "lost", "its process came to no end of its own; it goes on where it was", retry=True)
    return wreck.write(Outcome(folder.name, ticket.id, ending, feature=ticket.feature), folder)


def _wind_up(now: Now, shop: Shop) -> None:
    """Tell every running ticket to end in good order, and wait for it: the engine kills what does not."""
    for key in now.running:
        shop.engine.cancel(key)
    while now.running:
        for happening in shop.engine.events(TICK):
            _take(happening, now, shop)
