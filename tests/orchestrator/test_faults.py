"""What a provider can do to one call, and how the call ends: the same through both clients.

The rows are those of the fault matrix, F1 to F9 and F12. Each case says what the server does call by call, how the
call ends, how many calls it came to, and how many of those before the last may be billed (`lost`).
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from pareback.adapters.imitation.said import Fault, Item, Raw, Say
from pareback.adapters.imitation.server import Server
from pareback.adapters.model import (
    ContextTooLong,
    Model,
    ModelRefused,
    ModelUnavailable,
    Profile,
    Reply,
    Request,
    Source,
)
from pareback.adapters.models import litellm_chat, openai_chat
from pareback.orchestrator.call import Patience, ask

REQUEST = Request(rules="Answer.", ticket="Add one.", files=(Source("a.py", "x = 1\n"),), max_tokens=64)
FINE = "the whole reply"
PAGE = b"<html><body>bad gateway, please sign in</body></html>"
REFUSAL = b'{"choices": [{"message": {"content": null, "refusal": "no"}, "finish_reason": "stop"}]}'
LONG = "This model's maximum context length is 8192 tokens"

Client = Callable[[str], Model]


@dataclass(frozen=True, slots=True)
class Case:
    """A row, the server's part, and the end: the finish of a whole reply, or the error. `seconds` is the deadline."""

    row: str
    script: tuple[Item, ...]
    end: str | type[Exception]
    calls: int
    lost: int = 0
    seconds: float = 20.0


def in_seconds(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


CASES: Mapping[str, Case] = {
    "rate limit, seconds": Case("F1", (Fault(429, retry_after=1), FINE), "stop", 2),
    "rate limit, date": Case("F1", (Fault(429, retry_after=in_seconds(3600)), FINE), ModelUnavailable, 1),
    "rate limit, an hour": Case("F1", (Fault(429, retry_after=3600), FINE), ModelUnavailable, 1),
    "rate limit, nothing said": Case("F1", (Fault(429), FINE), "stop", 2),
    "overloaded": Case("F2", (Fault(529), FINE), "stop", 2),
    "a burst": Case("F2", tuple(Fault(503) for _ in range(9)), ModelUnavailable, 4),
    "key": Case("F3", (Fault(401), FINE), ModelRefused, 1),
    "forbidden": Case("F3", (Fault(403), FINE), ModelRefused, 1),
    "no such model": Case("F3", (Fault(404), FINE), ModelRefused, 1),
    "too long": Case("F4", (Fault(400, LONG), FINE), ContextTooLong, 1),
    "bad request": Case("F4", (Fault(400, "unknown field"), FINE), ModelRefused, 1),
    "no bytes": Case("F5", (Say("late", delay=30),), ModelUnavailable, 1, seconds=1.0),
    "keep-alives only": Case("F6", (Say("late", alive=2000, pause=0.01), FINE), "stop", 2, lost=1),
    "stalled": Case("F6", (Say("half", hold=30), FINE), "stop", 2, lost=1),
    "cut clean": Case("F7", (Say("half of it", cut="clean"), FINE), "stop", 2, lost=1),
    "cut in JSON": Case("F7", (Say("half of it", cut="mid_json"), FINE), "stop", 2, lost=1),
    "cut by reset": Case("F7", (Say("half of it", cut="reset"), FINE), "stop", 2, lost=1),
    "at its cap": Case("F8", (Say("half", finish="length"), FINE), "length", 1),
    "filtered": Case("F8", (Say(None, finish="content_filter"), FINE), "filtered", 1),
    "refusal": Case("F8", (Raw(REFUSAL), FINE), "filtered", 1),
    "no choices": Case("F9", (Raw(b'{"choices": []}'), FINE), "stop", 2, lost=1),
    "null content": Case("F9", (Say(None), FINE), "stop", 2, lost=1),
    "a page": Case("F9", (Raw(PAGE, "text/html"), FINE), "stop", 2),
}
KNOWN_ONLY_DIRECTLY = {"no choices", "a page"}
"""Where the library hides what was answered: whether the model worked cannot be told, and is not."""


@pytest.fixture(scope="module", params=["openai_chat", "litellm_chat"])
def client(request: pytest.FixtureRequest) -> Client:
    """Builds one client for a base URL. It waits a second for content, the library for the whole answer; what they load
    at their first call is loaded before."""
    with Server([FINE]) as server:
        if request.param == "litellm_chat":
            litellm_chat.warm()
            called(litellm_chat.build(model="openai/toy", base_url=server.url), 60.0)
            return lambda url: litellm_chat.build(model="openai/toy", base_url=url, total_seconds=1.5)
        called(openai_chat.build(model="toy", base_url=server.url), 60.0)
    return lambda url: openai_chat.build(model="toy", base_url=url, profile=Profile(silence=1.0))


def called(model: Model, seconds: float) -> Reply:
    return ask(model, REQUEST, Patience(time.monotonic() + seconds, lambda: False), lambda _: None)


@pytest.mark.parametrize("name", CASES)
def test_every_fault_ends_as_the_matrix_says(client: Client, endpoint: Any, name: str) -> None:
    case = CASES[name]
    server = endpoint(case.script)
    model, started = client(server.url), time.monotonic()
    if isinstance(case.end, str):
        reply = called(model, case.seconds)
        assert (reply.finish, reply.text if case.end == "stop" else FINE) == (case.end, FINE)
        assert reply.lost == case.lost or (name in KNOWN_ONLY_DIRECTLY and "litellm" in type(model).__module__)
    else:
        with pytest.raises(case.end, match="toy"):
            called(model, case.seconds)
        assert time.monotonic() - started < case.seconds + 1
    assert len(server.calls) == case.calls


def test_the_wait_that_is_asked_for_is_kept(client: Client, endpoint: Any) -> None:
    server = endpoint([Fault(429, retry_after=2), FINE])
    started = time.monotonic()
    assert called(client(server.url), 20.0).text == FINE
    assert time.monotonic() - started >= 2


def test_a_key_that_is_revoked_ends_the_next_call_and_not_the_last(client: Client, endpoint: Any) -> None:
    server = endpoint([FINE, Fault(401)])
    model = client(server.url)
    assert called(model, 20.0).text == FINE
    with pytest.raises(ModelRefused, match="OPENAI_API_KEY"):
        called(model, 20.0)
    assert len(server.calls) == 2


@pytest.mark.parametrize(
    ("usage", "known"),
    [
        ({"prompt_tokens": 20, "completion_tokens": 4}, (20, 4)),
        ({"prompt_tokens": -1, "completion_tokens": -4}, (None, None)),
        ({"prompt_tokens": 0, "completion_tokens": 0}, (None, None)),
        ({"prompt_tokens": 20, "completion_tokens": 0}, (20, None)),
        (None, (None, None)),
    ],
)
def test_a_wrong_usage_is_unknown(client: Client, endpoint: Any, usage: Any, known: tuple[int | None, ...]) -> None:
    usage = usage and {**usage, "total_tokens": sum(usage.values())}
    reply = called(client(endpoint([Say(FINE, usage=usage)]).url), 20.0)
    assert (reply.usage.prompt, reply.usage.completion) == known
    assert reply.cost_usd is None
