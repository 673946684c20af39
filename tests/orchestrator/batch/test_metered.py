"""Metered models: every call is asked for and reported once, waits are free, refusals keep their meaning."""

import socket
import threading
import time
from collections.abc import Callable
from math import inf
from typing import Any

import pytest

from pareback.adapters.model import ModelRefused, ModelUnavailable, Prices, Reply, Request
from pareback.adapters.models import scripted
from pareback.adapters.models.scripted import Line as Scene
from pareback.orchestrator.batch.clock import Clock
from pareback.orchestrator.batch.line import Line
from pareback.orchestrator.batch.waves import Waves
from pareback.orchestrator.batch.weather import FAILURES, FIRST
from pareback.orchestrator.call import Cancelled, Patience, ask
from pareback.orchestrator.limits import LimitReached, at_worst

Employ = Callable[..., Any]  # of the fixture: a ticket's end of a line to a clerk

REQUEST = Request(rules="r", ticket="t", files=(), max_tokens=1000)
PRICES = Prices(prompt=100.0, completion=100.0)
GOOD = Scene("hello", prompt_tokens=10, completion_tokens=20)
WORST = at_worst(REQUEST, scripted.build(replies=[], prices=PRICES)).cost_usd or 0.0


def patience(
    seconds: float = 60.0, *, stopped: Callable[[], bool] = lambda: False, clock: Clock | None = None
) -> Patience:
    ticking = clock or time.monotonic
    return Patience(ticking() + seconds, stopped, ticking)


def hear(_piece: str) -> None:
    """Nobody listens."""


def in_turn(*scenes: Scene) -> Callable[[Request], Scene]:
    left = list(scenes)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_call_is_asked_for_and_reported(employ: Employ) -> None:
    child = employ(cap=1.0)
    model = child.metered(scripted.build(replies=[GOOD], prices=PRICES))
    reply = ask(model, REQUEST, patience(), hear)
    until(lambda: child.office.clerk.calls.purse.held == {})
    assert (reply.text, reply.cost_usd) == ("hello", 0.003)
    assert child.office.kinds() == ["may", "used"]
    assert child.office.clerk.calls.purse.spent == 0.003


def test_a_search_in_this_process_asks_nobody(employ: Employ) -> None:
    from pareback.adapters.models import embedded

    child = employ()
    model = embedded.build()
    assert child.metered(model) is model


def test_side_by_side_calls_never_pass_the_cap(employ: Employ) -> None:
    child = employ(cap=WORST * 3.5)
    slow = Scene("x", delay=0.1, prompt_tokens=1, completion_tokens=1000)
    model = child.metered(scripted.build(replies=lambda _: slow, prices=PRICES))
    ends: list[Reply | BaseException] = []

    def call() -> None:
        try:
            ends.append(ask(model, REQUEST, patience(), hear))
        except LimitReached as limit:
            ends.append(limit)

    threads = [threading.Thread(target=call) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answered = [end for end in ends if isinstance(end, Reply)]
    refused = [end.limit for end in ends if isinstance(end, LimitReached)]
    purse = child.office.clerk.calls.purse
    until(lambda: child.office.clerk.calls.purse.held == {})
    assert (len(answered), set(refused)) == (3, {"cost_usd"})
    assert len(answered) + len(refused) == 12
    assert child.office.clerk.calls.purse.spent == pytest.approx(sum(reply.cost_usd or 0 for reply in answered))
    assert purse.cap is not None
    assert sum("nothing more is started" in line for line in child.office.said) == 1


def test_an_unknown_price_with_a_cap_names_the_setting(employ: Employ) -> None:
    child = employ(cap=1.0)
    model = child.metered(scripted.build(replies=[GOOD]))
    with pytest.raises(LimitReached, match=r"\[models.NAME\]") as caught:
        ask(model, REQUEST, patience(), hear)
    assert caught.value.limit == "price_unknown"
    assert child.office.kinds() == ["may"]


def test_a_provider_that_is_away_costs_no_try_and_no_second(employ: Employ) -> None:
    child = employ()
    away = [Scene(error="unavailable")] * (FAILURES + 1)  # the last one is the first look
    model = child.metered(scripted.build(replies=in_turn(*away, GOOD)))
    clock = child.meter.clock
    before, started = clock(), time.monotonic()
    reply = ask(model, REQUEST, patience(1.0, clock=clock), hear)  # the storm is longer than the run's patience
    assert reply.text == "hello"
    assert time.monotonic() - started >= FIRST * 3
    assert clock() - before < 1.0
    until = time.monotonic() + 10  # the supervisor hears of the reply a little later than we do
    while len(child.office.said) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    assert [line.split()[0] for line in child.office.said] == [str(FAILURES), "scripted"]
    assert child.office.clerk.calls.storm() is None


def test_a_single_failure_is_made_good_without_a_storm(employ: Employ) -> None:
    child = employ()
    model = child.metered(scripted.build(replies=in_turn(Scene(error="unavailable"), GOOD)))
    assert ask(model, REQUEST, patience(), hear).text == "hello"
    assert child.office.said == []


def test_a_refused_key_is_asked_for_once(employ: Employ) -> None:
    child = employ()
    model = child.metered(scripted.build(replies=in_turn(Scene("no such key", error="refused"), GOOD)))
    for _ in range(2):
        with pytest.raises(ModelRefused, match="no such key"):
            ask(model, REQUEST, patience(), hear)
    assert child.office.kinds() == ["may", "refused", "may"]


def test_a_call_that_still_waits_can_be_ended_and_has_cost_nothing(employ: Employ) -> None:
    child = employ(cap=WORST * 1.5)
    slow = Scene("x", delay=30.0)
    model = child.metered(scripted.build(replies=lambda _: slow, prices=PRICES))
    over, stop = threading.Event(), threading.Event()
    ends: list[bool] = []

    def call(stopped: threading.Event) -> None:
        try:
            ask(model, REQUEST, patience(stopped=stopped.is_set), hear)
        except Cancelled as cancelled:
            ends.append(cancelled.sent)

    out = threading.Thread(target=call, args=(over,))
    out.start()
    until(lambda: len(child.office.clerk.calls.purse.held) == 1)
    waiting = threading.Thread(target=call, args=(stop,))
    waiting.start()
    until(lambda: child.office.kinds() == ["may", "may"])
    stop.set()
    waiting.join()
    over.set()
    out.join()
    until(lambda: child.office.clerk.calls.purse.held == {})
    assert ends == [False, True]
    assert sorted(child.office.kinds()) == ["cut", "may", "may", "withdrawn"]
    assert child.office.clerk.calls.purse.spent == WORST  # nobody knows what the one that was cut has cost


def test_when_the_supervisor_dies_nobody_waits(employ: Employ) -> None:
    child = employ(waves=Waves(on=True))
    assert child.meter.may_climb(1) == "parked"
    child.office.ends[0].shutdown(socket.SHUT_RDWR)
    assert child.office.lost.wait(10)
    assert child.meter.may_climb(1) == "signal"
    model = child.metered(scripted.build(replies=[GOOD]))
    with pytest.raises(ModelUnavailable) as caught:
        ask(model, REQUEST, patience(), hear)
    assert caught.value.retry_after == inf


def test_many_threads_get_their_own_answers(employ: Employ) -> None:
    child = employ()
    answers: list[object] = []

    def climb() -> None:
        answers.append(child.line.ask({"climb": 1}))

    threads = [threading.Thread(target=climb) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = {answer["id"] for answer in answers if isinstance(answer, dict)}
    assert (len(ids), len(answers)) == (50, 50)


def test_the_clock_stands_still_while_anybody_waits() -> None:
    clock = Clock()
    with clock.stopped():
        first = clock()
        with clock.stopped():
            time.sleep(0.05)
        time.sleep(0.05)
        assert clock() == first
    time.sleep(0.02)
    assert 0.02 <= clock() - first < 0.05


def test_a_line_says_once_that_it_is_lost() -> None:
    ours, theirs = socket.socketpair()
    times: list[None] = []
    line = Line(theirs, lambda: times.append(None))
    question = line.put({"may": {}})
    ours.close()
    assert question.answer() is None
    assert line.ask({"climb": 1}) is None
    line.tell({"used": {}})
    assert times == [None]
    theirs.close()
