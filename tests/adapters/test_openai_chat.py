"""The direct client against a real server: every way in which one call can end."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from pareback.adapters.imitation.families import MANNERS, like
from pareback.adapters.model import (
    ContextTooLong,
    ModelRefused,
    ModelUnavailable,
    Prices,
    Profile,
    Reply,
    Request,
    Source,
    Usage,
)
from pareback.adapters.models.openai_chat import build


def ask(url: str, request: Request, **options: Any) -> Reply:
    """The reply, after checking that the pieces are its text."""
    *pieces, reply = build(**{"model": "toy", "base_url": url} | options).complete(request)
    assert isinstance(reply, Reply)
    assert "".join(str(piece) for piece in pieces) == reply.text
    return reply


def close(stream: Iterator[Any]) -> None:
    """Every iterator of this part can be closed; the protocol only says Iterator."""
    stream.close()  # type: ignore[attr-defined]  # see above


def test_a_streamed_reply_arrives_in_pieces_and_whole(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.say("0123456789" * 5, chunk=10)])
    *pieces, reply = build(model="toy", base_url=server.url).complete(request_)
    assert isinstance(reply, Reply)
    assert pieces == ["0123456789"] * 5
    assert (reply.text, reply.finish, reply.usage) == ("0123456789" * 5, "stop", Usage(100, 20, None))
    assert reply.cost_usd is None
    assert 0 < reply.seconds < 5


def test_pieces_are_there_before_the_reply_is(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.say("early late", chunk=6, hold=5)])
    stream = build(model="toy", base_url=server.url).complete(request_)
    started = time.monotonic()
    assert next(stream) == "early "
    assert time.monotonic() - started < 2
    close(stream)


def test_what_is_sent_is_the_rendered_request(endpoint: Any, request_: Request) -> None:
    server = endpoint(["x", "y"])
    ask(server.url, request_)
    ask(server.url, request_, profile=Profile(temperature=None, seed=True, streaming=False, extra={"min_p": 0.1}))
    streamed, plain = (call.body for call in server.calls)
    assert streamed == {
        "model": "toy",
        "messages": [
            {"role": "system", "content": "Answer with edits."},
            {"role": "user", "content": "## TICKET\nAdd one.\n\n## FILE: a.py\n```\nx = 1\n```"},
        ],
        "max_tokens": 256,
        "temperature": 0.7,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert plain == {
        "model": "toy",
        "messages": streamed["messages"],
        "max_tokens": 256,
        "seed": 0,
        "stream": False,
        "min_p": 0.1,
    }


def test_a_server_may_answer_whole_where_a_stream_was_asked_for(endpoint: Any, request_: Request) -> None:
    answer = {"choices": [{"message": {"content": "whole"}, "finish_reason": "stop"}], "usage": None}
    server = endpoint([endpoint.raw(json.dumps(answer, indent=2).encode())])
    reply = ask(server.url, request_)
    assert (reply.text, reply.finish, reply.usage) == ("whole", "stop", Usage())


@pytest.mark.parametrize(("usage", "counted"), [(None, Usage()), ({"prompt_tokens": 9, "completion_tokens": 2}, None)])
def test_usage_may_be_left_out_and_then_the_cost_is_unknown(
    endpoint: Any, request_: Request, usage: Any, counted: Usage | None
) -> None:
    server = endpoint([endpoint.say("x", usage=usage)])
    reply = ask(server.url, request_, profile=Profile(prices=Prices(prompt=1.0, completion=2.0)))
    assert reply.usage == (counted or Usage(9, 2))
    assert reply.cost_usd == (None if usage is None else pytest.approx(13e-6))


def test_cached_tokens_cost_what_the_price_list_says(endpoint: Any, request_: Request) -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 4}}
    server = endpoint([endpoint.say("x", usage=usage)])
    reply = ask(server.url, request_, profile=Profile(prices=Prices(prompt=1.0, completion=2.0, cached=0.5)))
    assert reply.usage == Usage(10, 1, 4)
    assert reply.cost_usd == pytest.approx(10e-6)


@pytest.mark.parametrize(
    ("usage", "believed"),
    [
        ({"prompt_tokens": 1, "completion_tokens": 40}, Usage(None, 40)),
        ({"prompt_tokens": 30, "completion_tokens": 2}, Usage(30, None)),
        ({"prompt_tokens": -30, "completion_tokens": 40}, Usage(None, 40)),
        ({"prompt_tokens": 30, "completion_tokens": 40, "prompt_tokens_details": {"cached_tokens": 31}}, Usage(30, 40)),
        (
            {"prompt_tokens": 30, "completion_tokens": 40, "prompt_tokens_details": {"cached_tokens": 30}},
            Usage(30, 40, 30),
        ),
    ],
)
def test_a_usage_that_cannot_be_true_is_unknown(
    endpoint: Any, request_: Request, usage: dict[str, object], believed: Usage
) -> None:
    reply = ask(endpoint([endpoint.say("some words " * 10, usage=usage)]).url, request_)
    assert reply.usage == believed


def test_text_keeps_characters_that_split_lines_elsewhere(endpoint: Any, request_: Request) -> None:
    text = "a\u2028b\x85c\x0bd\r\ne é 漢"
    event = json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}, ensure_ascii=False)
    body = f"data: {event}\r\n\r\ndata: [DONE]\r\n\r\n".encode()
    assert ask(endpoint([endpoint.raw(body, "text/event-stream")]).url, request_).text == text


def test_a_file_that_is_no_valid_unicode_can_still_be_sent(endpoint: Any) -> None:
    request = Request(rules="r", ticket="t", files=(Source("a.py", "x = '\udcff'\n"),))
    server = endpoint(["x"])
    assert ask(server.url, request).text == "x"
    assert "x = '?'" in server.calls[0].body["messages"][1]["content"]


def test_thoughts_are_progress_and_never_text(endpoint: Any, request_: Request) -> None:
    server = endpoint(
        [endpoint.say("code", thoughts="hmm"), endpoint.say("<think>hmm</think>\n\nco<|think_end|>de", chunk=3)]
    )
    assert [ask(server.url, request_).text for _ in range(2)] == ["code", "code"]


def test_snapshots_replace_each_other_where_they_were_asked_for(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.say("a final text", snapshots=3), endpoint.say("a final text", snapshots=3)])
    diffusing = Profile(diffusing=True)
    model = build(model="toy", base_url=server.url, profile=diffusing)
    assert [piece if isinstance(piece, str) else piece.text for piece in model.complete(request_)] == [
        "a final text"
    ] * 2
    assert server.calls[0].body["diffusing"] is True
    assert ask(server.url, request_).text == "a final text"
    assert "diffusing" not in server.calls[1].body


@pytest.mark.parametrize(("asked", "sent"), [(0.0, 0.5), (0.75, 0.75), (1.4, 1.0), (None, None)])
def test_a_temperature_stays_within_what_the_provider_accepts(
    endpoint: Any, request_: Request, asked: float | None, sent: float | None
) -> None:
    server = endpoint(["x"])
    ask(server.url, request_, profile=Profile(temperature=asked, temperatures=(0.5, 1.0)))
    assert server.calls[0].body.get("temperature") == sent


@pytest.mark.parametrize("family", sorted(MANNERS))
def test_every_imitated_family_comes_over_the_wire_whole(endpoint: Any, request_: Request, family: str) -> None:
    text = "def total(prices):\n    return sum(prices)\n" * 30
    server = endpoint([like(family, text, tokens_per_second=20_000)])
    reply = ask(server.url, request_)
    assert (reply.text, reply.finish, (reply.usage.completion or 0) >= len(text) // 4) == (text, "stop", True)


# Streams that lose their end


@pytest.mark.parametrize("cut", ["clean", "mid_json", "reset"])
def test_a_stream_without_its_end_is_cut_and_never_a_success(endpoint: Any, request_: Request, cut: str) -> None:
    server = endpoint([endpoint.say("half of it", cut=cut), endpoint.say("half of it")])
    assert [ask(server.url, request_).finish for _ in range(2)] == ["cut", "stop"]


def test_a_stream_cut_at_any_byte_is_never_a_success(endpoint: Any, request_: Request) -> None:
    """Before the first text is whole there is nothing to show, after it the reply is cut."""
    delta = {"choices": [{"index": 0, "delta": {"content": "some é text "}, "finish_reason": None}]}
    event = f"data: {json.dumps(delta, ensure_ascii=False)}\n\n".encode()
    cuts = range(0, 5 * len(event), 2)
    server = endpoint([endpoint.raw((event * 5)[:keep], "text/event-stream") for keep in cuts])
    found = [outcome(server.url, request_) for _ in cuts]
    whole = [(keep + 2) // len(event) for keep in cuts]  # an event says all it says before its line feeds
    assert found == [("cut", "some é text " * count) if count else "unavailable" for count in whole]


def outcome(url: str, request: Request) -> tuple[str, str] | str:
    try:
        reply = ask(url, request)
    except ModelUnavailable:
        return "unavailable"
    return reply.finish, reply.text


def test_either_end_mark_is_enough(endpoint: Any, request_: Request) -> None:
    say = endpoint.say
    server = endpoint([say("x", finish=None), say("x", done=False), say("x", finish=None, done=False)])
    assert [ask(server.url, request_).finish for _ in range(3)] == ["stop", "stop", "cut"]


@pytest.mark.parametrize(
    ("reason", "finish"),
    [("length", "length"), ("content_filter", "filtered"), ("stop", "stop"), ("eos", "stop")],
)
def test_the_finish_reason_is_told_apart(endpoint: Any, request_: Request, reason: str, finish: str) -> None:
    assert ask(endpoint([endpoint.say("x", finish=reason)]).url, request_).finish == finish


@pytest.mark.parametrize(("reason", "finish"), [("length", "length"), ("content_filter", "filtered")])
def test_nothing_said_for_a_stated_reason_is_a_reply(
    endpoint: Any, request_: Request, reason: str, finish: str
) -> None:
    reply = ask(endpoint([endpoint.say(None, finish=reason)]).url, request_)
    assert (reply.text, reply.finish) == ("", finish)


def test_a_prompt_the_filter_refuses_is_a_filtered_reply(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.fault(400, "prompt refused", code="content_filter")])
    assert (ask(server.url, request_).finish, len(server.calls)) == ("filtered", 1)


# Answers that are none


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html>portal</html>", "text/html"),
        (b"", "text/event-stream"),
        (b"", "application/json"),
        (b'{"choices": []}', "application/json"),
        (b'{"choices": [{"message": {"content": nul', "application/json"),
        (b'{"choices": [{"message": {"content": null}, "finish_reason": "stop"}]}', "application/json"),
        (b'{"choices": [null], "usage": [], "error": null}', "application/json"),
        (b'[{"choices": 1}]', "application/json"),
        (b'data: {"choices": []}\n\ndata: [DONE]\n\n', "text/event-stream"),
        (b'data: {"choices": [{"delta": {"content": null}}]}\n\ndata: [DONE]\n\n', "text/event-stream"),
        (b"data: [DONE]\n\n", "text/event-stream"),
        (b": alive\n\n: alive\n\n", "text/event-stream"),
        (b"[" * 100_000, "application/json"),
        (b"\xff\xfe\x00", "application/octet-stream"),
    ],
)
def test_an_answer_without_content_can_be_asked_for_again(
    endpoint: Any, request_: Request, body: bytes, kind: str
) -> None:
    server = endpoint([endpoint.raw(body, kind), "fine"])
    with pytest.raises(ModelUnavailable, match="model 'toy' at http"):
        ask(server.url, request_)
    assert ask(server.url, request_).text == "fine"


def test_null_content_in_a_stream_can_be_asked_for_again(endpoint: Any, request_: Request) -> None:
    with pytest.raises(ModelUnavailable, match="no content"):
        ask(endpoint([endpoint.say(None)]).url, request_)


def test_an_error_inside_a_stream_is_an_error(endpoint: Any, request_: Request) -> None:
    event = b'data: {"choices": [{"delta": {"content": "x"}}]}\n\n'
    overloaded = event + b'data: {"error": {"message": "overloaded", "code": 529}}\n\n'
    nameless = event + b'data: {"error": "gone"}\n\n'
    wrong = event + b'data: {"error": {"message": "no such model", "code": 404}}\n\n'
    server = endpoint([endpoint.raw(body, "text/event-stream") for body in (overloaded, nameless, wrong)])
    with pytest.raises(ModelUnavailable, match="overloaded"):
        ask(server.url, request_)
    with pytest.raises(ModelUnavailable, match="gone"):
        ask(server.url, request_)
    with pytest.raises(ModelRefused, match="no such model"):
        ask(server.url, request_)


def test_an_error_in_a_whole_answer_is_an_error(endpoint: Any, request_: Request) -> None:
    bodies = [b'{"error": {"message": "no such model", "code": 404}}', b'{"error": {"message": "later"}}']
    server = endpoint([endpoint.raw(body) for body in bodies])
    with pytest.raises(ModelRefused, match="no such model"):
        ask(server.url, request_)
    with pytest.raises(ModelUnavailable, match="later"):
        ask(server.url, request_)


# Statuses


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504, 529])
def test_what_may_recover_is_unavailable_after_one_call(endpoint: Any, request_: Request, status: int) -> None:
    server = endpoint([endpoint.fault(status)] * 3)
    with pytest.raises(ModelUnavailable, match=f"{status}"):
        ask(server.url, request_)
    assert len(server.calls) == 1


def test_a_wait_the_provider_asks_for_is_handed_on_and_not_taken(endpoint: Any, request_: Request) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    waits = [2, "0.5", 3600, later, "soon", None]
    server = endpoint([endpoint.fault(429, retry_after=wait) for wait in waits])
    found = []
    for _ in waits:
        with pytest.raises(ModelUnavailable) as caught:
            ask(server.url, request_)
        found.append(caught.value.retry_after)
    assert found == [2.0, 0.5, 3600.0, pytest.approx(100, abs=5), None, None]


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (401, "set OPENAI_API_KEY"),
        (403, "set OPENAI_API_KEY"),
        (404, "check the model's name and the base URL"),
        (402, "no credit"),
        (400, "profile"),
        (307, "redirects"),
    ],
)
def test_what_the_user_must_change_is_refused_after_one_call(
    endpoint: Any, request_: Request, status: int, advice: str
) -> None:
    server = endpoint([endpoint.fault(status, "no entry\nhere")] * 3)
    with pytest.raises(ModelRefused) as caught:
        ask(server.url, request_)
    line = str(caught.value)
    assert line.startswith(f"model 'toy' at {server.url}: {status} ")
    assert "no entry here" in line
    assert advice in line
    assert "\n" not in line
    assert len(server.calls) == 1


def test_an_account_without_credit_does_not_recover_by_waiting(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.fault(429, "check your plan", code="insufficient_quota"), endpoint.fault(429)])
    with pytest.raises(ModelRefused, match="no credit"):
        ask(server.url, request_)
    with pytest.raises(ModelUnavailable):
        ask(server.url, request_)


@pytest.mark.parametrize(
    ("status", "words", "code"),
    [
        (400, "This model's maximum context length is 8192 tokens", "context_length_exceeded"),
        (400, "the request exceeds the available context size", None),
        (400, "The input token count (9000) exceeds the maximum", None),
        (413, "prompt is too long: 9000 tokens", None),
    ],
)
def test_a_context_that_is_too_long_has_its_own_error(
    endpoint: Any, request_: Request, status: int, words: str, code: str | None
) -> None:
    with pytest.raises(ContextTooLong, match="toy"):
        ask(endpoint([endpoint.fault(status, words, code=code)]).url, request_)


def test_an_error_page_of_any_shape_gives_one_line(endpoint: Any, request_: Request) -> None:
    bodies = [b'[{"error": {"message": "listed"}}]', b'{"error": "detailed"}', b"<h1>" + b"x" * 300_000, b"\xff"]
    server = endpoint([endpoint.raw(body, status=400) for body in bodies])
    lines = []
    for _ in bodies:
        with pytest.raises(ModelRefused) as caught:
            ask(server.url, request_)
        lines.append(str(caught.value))
    assert "listed" in lines[0]
    assert "detailed" in lines[1]
    assert all(len(line) < 500 for line in lines)


# Deadlines and cutting


def test_a_server_that_never_answers_meets_the_deadline(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.say("late", delay=30)])
    started = time.monotonic()
    with pytest.raises(ModelUnavailable, match=r"no content for 0\.3 s"):
        ask(server.url, request_, idle_seconds=0.3)
    assert time.monotonic() - started < 1.3
    assert server.calls[0].hung_up.wait(5)


def test_keep_alives_do_not_count_as_content(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.say("x", alive=500, pause=0.05), endpoint.say("x", alive=3, pause=0.05)])
    started = time.monotonic()
    with pytest.raises(ModelUnavailable, match=r"no content for 0\.4 s"):
        ask(server.url, request_, idle_seconds=0.4)
    assert time.monotonic() - started < 1.4
    assert server.calls[0].hung_up.wait(5)
    assert ask(server.url, request_, idle_seconds=5).text == "x"


def test_a_stream_that_stalls_after_its_first_text_meets_the_deadline(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.say("x", hold=30)])
    with pytest.raises(ModelUnavailable, match=r"no content for 0\.3 s"):
        ask(server.url, request_, idle_seconds=0.3)


def test_a_stream_that_drips_for_ever_meets_the_total_deadline(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.say("x" * 5000, chunk=1, pause=0.05)])
    started = time.monotonic()
    with pytest.raises(ModelUnavailable, match=r"did not finish within 0\.6 s"):
        ask(server.url, request_, idle_seconds=0.5, total_seconds=0.6)
    assert time.monotonic() - started < 1.6


def test_a_plain_call_has_only_the_total_deadline(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.say("x", delay=0.5)])
    assert ask(server.url, request_, idle_seconds=0.1, profile=Profile(streaming=False)).text == "x"


@pytest.mark.parametrize("slow", [{"delay": 30}, {"hold": 30}], ids=["before the headers", "in the text"])
def test_closing_from_another_thread_cuts_the_connection(
    endpoint: Any, request_: Request, slow: dict[str, float]
) -> None:
    server = endpoint([endpoint.say("some text", **slow)])
    stream = build(model="toy", base_url=server.url).complete(request_)
    timer = threading.Timer(0.3, close, [stream])
    timer.start()
    started = time.monotonic()
    assert not any(isinstance(piece, Reply) for piece in stream)
    assert time.monotonic() - started < 1.3
    assert server.calls[0].hung_up.wait(2)
    timer.join()


def test_a_connection_that_is_used_again_is_cut_too(endpoint: Any, request_: Request) -> None:
    server = endpoint(["a", endpoint.say("b", delay=30), "c"])
    model = build(model="toy", base_url=server.url)
    list(model.complete(request_))
    time.sleep(0.05)  # the end of the stream is read away in the background
    stream = model.complete(request_)
    timer = threading.Timer(0.3, close, [stream])
    timer.start()
    assert list(stream) == []
    assert server.calls[1].hung_up.wait(2)
    assert server.calls[0].port == server.calls[1].port
    assert next(model.complete(request_)) == "c"
    timer.join()


def test_an_iterator_that_is_dropped_cuts_its_connection(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.say("some text", chunk=4, hold=30)])
    model = build(model="toy", base_url=server.url)
    for piece in model.complete(request_):
        assert piece == "some"
        break
    assert server.calls[0].hung_up.wait(2)


def test_a_call_that_is_cut_leaves_the_others_alone(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.say("0123456789", chunk=1, pause=0.03), endpoint.say("x", hold=30), "next"])
    model = build(model="toy", base_url=server.url)
    first = model.complete(request_)
    assert next(first) == "0"
    second = model.complete(request_)
    assert next(second) == "x"
    close(second)
    close(second)
    *_, reply = first
    assert isinstance(reply, Reply)
    assert reply.text == "0123456789"
    assert [piece for piece in model.complete(request_) if isinstance(piece, str)] == ["next"]


def test_a_closed_iterator_stays_closed(endpoint: Any, request_: Request) -> None:
    server = endpoint(["x"])
    stream = build(model="toy", base_url=server.url).complete(request_)
    close(stream)
    assert list(stream) == []
    assert server.calls == []


def test_the_next_call_uses_the_same_connection(endpoint: Any, request_: Request) -> None:
    server = endpoint(["a", "b", "c"])
    model = build(model="toy", base_url=server.url)
    for _ in range(3):
        list(model.complete(request_))
        time.sleep(0.05)  # the end of the stream is read away in the background
    assert len({call.port for call in server.calls}) == 1


def test_a_connection_the_server_closed_meanwhile_is_made_again(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.say("a", cut="reset"), "b"])
    model = build(model="toy", base_url=server.url)
    replies = [list(model.complete(request_))[-1] for _ in range(2)]
    assert [reply.text for reply in replies if isinstance(reply, Reply)] == ["a", "b"]


def test_many_calls_at_once_do_not_wait_for_each_other(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.say("x", delay=0.3)] * 8)
    model = build(model="toy", base_url=server.url)
    started = time.monotonic()
    threads = [threading.Thread(target=list, args=(model.complete(request_),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - started < 1.8
    assert len(server.calls) == 8


def test_a_server_that_is_not_there_is_unavailable(request_: Request) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
    with pytest.raises(ModelUnavailable, match="check that the server runs"):
        ask(url, request_)


# Keys and addresses


def test_the_key_is_sent_and_never_shown(endpoint: Any, request_: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-secret")
    server = endpoint([endpoint.fault(401, "Incorrect API key provided: sk-secret")])
    with pytest.raises(ModelRefused, match="set MY_KEY") as caught:
        ask(server.url, request_, api_key_env="MY_KEY")
    assert server.calls[0].headers["authorization"] == "Bearer sk-secret"
    assert "sk-secret" not in str(caught.value)


def test_a_local_server_needs_no_key(endpoint: Any, request_: Request) -> None:
    server = endpoint(["x"])
    ask(server.url, request_)
    assert "authorization" not in server.calls[0].headers


def test_a_local_server_is_reached_although_a_proxy_is_set(
    endpoint: Any, request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert ask(endpoint(["x"]).url, request_).text == "x"


def test_the_providers_variables_are_used(endpoint: Any, request_: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    server = endpoint(["x"])
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-usual")
    model = build(model="openai/gpt-5.4-mini", name="mini")
    assert (model.name, model.profile.temperature) == ("mini", None)
    *_, reply = model.complete(request_)
    assert isinstance(reply, Reply)
    call = server.calls[0]
    assert (call.path, call.headers["authorization"]) == ("/v1/chat/completions", "Bearer sk-usual")
    assert (call.body["model"], call.body["max_completion_tokens"]) == ("gpt-5.4-mini", 256)


@pytest.mark.parametrize("seconds", [{"idle_seconds": 0}, {"total_seconds": -1}])
def test_a_limit_that_is_no_time_is_refused(seconds: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected a number of seconds above 0"):
        build(model="toy", base_url="http://127.0.0.1:1/v1", **seconds)  # type: ignore[arg-type]  # by name
