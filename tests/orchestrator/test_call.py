"""One model call: retried where it may recover, ended at once when told to, never believed when it was cut."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from pareback.adapters.model import ModelRefused, ModelUnavailable, Profile, Reply, Request
from pareback.orchestrator.call import Cancelled, Patience, Retry, ask

REQUEST = Request(rules="r", ticket="t", files=())


class Scene:
    """A model that plays one scene per call."""

    name = "scene"
    profile = Profile()

    def __init__(self, *scenes: Callable[[], Iterator[str | Reply]]) -> None:
        self.scenes = list(scenes)
        self.calls = 0

    def complete(self, request: Request) -> Iterator[str | Reply]:
        assert request is REQUEST
        self.calls += 1
        return self.scenes.pop(0)()


def good() -> Iterator[str | Reply]:
    yield "he"
    yield "llo"
    yield Reply("hello", "stop")


def cut() -> Iterator[str | Reply]:
    yield "he"
    yield Reply("he", "cut")


def unavailable() -> Iterator[str | Reply]:
    raise ModelUnavailable("busy")
    yield "never"


def asks_to_wait_an_hour() -> Iterator[str | Reply]:
    raise ModelUnavailable("busy", retry_after=3600)
    yield "never"


def refused() -> Iterator[str | Reply]:
    raise ModelRefused("no key")
    yield "never"


def endless() -> Iterator[str | Reply]:
    while True:
        yield "x"
        time.sleep(0.01)


def patience(seconds: float = 30.0, stopped: Callable[[], bool] = lambda: False) -> Patience:
    return Patience(time.monotonic() + seconds, stopped)


def test_pieces_are_heard_and_the_reply_is_whole() -> None:
    heard: list[str] = []
    reply = ask(Scene(good), REQUEST, patience(), heard.append)
    assert (reply.text, heard) == ("hello", ["he", "llo"])


def test_what_may_recover_is_tried_again() -> None:
    model = Scene(unavailable, cut, good)
    assert ask(model, REQUEST, patience(), lambda _: None).text == "hello"
    assert model.calls == 3


def test_a_retry_is_told_and_what_may_be_billed_is_counted() -> None:
    told: list[Retry] = []
    reply = ask(Scene(unavailable, cut, good), REQUEST, patience(), lambda _: None, tell=told.append)
    assert [(each.tried, each.why, each.billed) for each in told] == [
        (1, "busy", False),
        (2, "scene: the reply was cut before its end", True),
    ]
    assert 0.5 <= told[0].delay <= 1 <= told[1].delay <= 2
    assert reply.lost == 1
    assert ask(Scene(good), REQUEST, patience(), lambda _: None).lost == 0


def test_a_retry_that_is_not_allowed_is_not_made() -> None:
    def refuse(_: Retry) -> None:
        raise LookupError("no money left")

    model = Scene(cut, good)
    with pytest.raises(LookupError, match="no money"):
        ask(model, REQUEST, patience(), lambda _: None, tell=refuse)
    assert model.calls == 1


def test_a_refusal_is_not_tried_again() -> None:
    model = Scene(refused, good)
    with pytest.raises(ModelRefused):
        ask(model, REQUEST, patience(), lambda _: None)
    assert model.calls == 1


def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    model = Scene(asks_to_wait_an_hour, good)
    started = time.monotonic()
    with pytest.raises(ModelUnavailable):
        ask(model, REQUEST, patience(5), lambda _: None)
    assert (model.calls, time.monotonic() - started < 2) == (1, True)


def test_a_stop_ends_the_call_with_what_was_received() -> None:
    stop = threading.Event()
    heard: list[str] = []

    def hear(piece: str) -> None:
        heard.append(piece)
        stop.set()

    with pytest.raises(Cancelled) as cancelled:
        ask(Scene(endless), REQUEST, patience(stopped=stop.is_set), hear)
    assert cancelled.value.received == len(heard)


def test_a_reply_that_never_ends_meets_the_deadline() -> None:
    with pytest.raises(ModelUnavailable, match="within the run's seconds"):
        ask(Scene(endless), REQUEST, patience(0.3), lambda _: None)
