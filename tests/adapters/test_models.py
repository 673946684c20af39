"""Scripted and recorded models, and what every model part has in common."""

import json
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pareback.adapters.model import (
    Attempt,
    ContextTooLong,
    Model,
    ModelRefused,
    ModelUnavailable,
    Prices,
    Profile,
    Reply,
    Request,
    Usage,
)
from pareback.adapters.models import openai_chat, recorded, scripted


def reply_of(model: Model, request: Request) -> Reply:
    *pieces, reply = model.complete(request)
    assert isinstance(reply, Reply)
    assert "".join(str(piece) for piece in pieces) == reply.text
    return reply


def texts(model: Model, request: Request, rounds: int = 3, n: int = 2) -> list[list[str]]:
    """By round and candidate; an exhausted reply shows as its finish."""
    asked = [[replace(request, round=round_, index=index) for index in range(n)] for round_ in range(1, rounds + 1)]
    replies = [[reply_of(model, one) for one in row] for row in asked]
    return [[reply.text or reply.finish for reply in row] for row in replies]


# Scripted


def test_a_script_answers_by_round_and_candidate(request_: Request) -> None:
    model = scripted.build(replies=["one", ["two a", "two b"], ["three a"]])
    assert texts(model, request_, rounds=4) == [
        ["one", "one"],
        ["two a", "two b"],
        ["three a", "exhausted"],
        ["exhausted", "exhausted"],
    ]
    assert texts(model, request_, rounds=4) == texts(model, request_, rounds=4)


def test_a_script_may_be_a_function_of_the_request(request_: Request) -> None:
    model = scripted.build(replies=lambda asked: f"round {asked.round}" if asked.round < 3 else None)
    assert texts(model, request_, n=1) == [["round 1"], ["round 2"], ["exhausted"]]


def test_a_file_says_the_same_as_python(tmp_path: Path, request_: Request) -> None:
    rounds: list[Any] = ["one", ["two a", {"text": "two b", "finish": "length", "prompt_tokens": 5}]]
    listed, stated = tmp_path / "listed.json", tmp_path / "stated.json"
    listed.write_text(json.dumps(rounds), encoding="utf-8")
    stated.write_text(json.dumps({"replies": rounds, "prices": {"prompt": 1, "completion": 2}}), encoding="utf-8")
    models = [scripted.build(replies=rounds), scripted.build(path=str(listed)), scripted.build(path=str(stated))]
    assert [texts(model, request_) for model in models] == [texts(models[0], request_)] * 3
    assert [model.profile.prices for model in models] == [None, None, Prices(1, 2)]


def test_usage_and_prices_are_set_and_otherwise_unknown(request_: Request) -> None:
    line = scripted.Line("x", prompt_tokens=1_000_000, completion_tokens=500_000, cached_tokens=0)
    priced = scripted.build(replies=[line, "x", replace(line, cost_usd=7.0)], prices=Prices(1.0, 2.0))
    replies = [reply_of(priced, replace(request_, round=number)) for number in (1, 2, 3)]
    assert [reply.cost_usd for reply in replies] == [2.0, None, 7.0]
    assert [reply.usage for reply in replies] == [Usage(1_000_000, 500_000, 0), Usage(), Usage(1_000_000, 500_000, 0)]
    assert reply_of(scripted.build(replies=[line]), request_).cost_usd is None


def test_a_line_keeps_its_pace_and_its_chunks(request_: Request) -> None:
    model = scripted.build(replies=[scripted.Line("abcdef", delay=0.1, pause=0.1, chunk=2)])
    started = time.monotonic()
    pieces = [piece for piece in model.complete(request_) if isinstance(piece, str)]
    assert pieces == ["ab", "cd", "ef"]
    assert 0.3 <= time.monotonic() - started < 2


def test_a_line_that_waits_ends_when_it_is_closed(request_: Request) -> None:
    stream = scripted.build(replies=[scripted.Line("abcdef", delay=30)]).complete(request_)
    timer = threading.Timer(0.2, stream.close)  # type: ignore[attr-defined]  # beyond the protocol's Iterator
    timer.start()
    started = time.monotonic()
    assert list(stream) == []
    assert time.monotonic() - started < 1.2
    timer.join()


def test_a_line_may_be_an_error(request_: Request) -> None:
    model = scripted.build(
        replies=[
            {"error": "unavailable", "text": "busy", "retry_after": 3},
            {"error": "refused"},
            {"error": "too_long"},
        ]
    )
    with pytest.raises(ModelUnavailable, match="busy") as caught:
        reply_of(model, request_)
    assert caught.value.retry_after == 3
    with pytest.raises(ModelRefused):
        reply_of(model, replace(request_, round=2))
    with pytest.raises(ContextTooLong):
        reply_of(model, replace(request_, round=3))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "cannot be read"),
        ("5", "expected a list of rounds"),
        ('{"prices": 5, "replies": []}', "expected a list of rounds"),
        ('{"prices": {"prompt": 1}, "replies": []}', "prices of script"),
        ('["fine", 5]', "round 2: 5 is no reply"),
        ('["fine", ["fine", null]]', "round 2: None is no reply"),
        ('[{"txt": "x"}]', "round 1: txt: 'x' cannot be used"),
        ('[{"text": 5}]', "round 1: text: 5"),
        ('[{"finish": "done"}]', "finish: 'done'"),
        ('[{"error": "other"}]', "error: 'other'"),
        ('[{"delay": true}]', "delay: True"),
        ('[{"chunk": 1.5}]', "chunk: 1.5"),
        ('[{"delay": -1}]', "delay: -1"),
    ],
)
def test_a_script_that_cannot_be_used_is_refused_at_once(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "script.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ModelRefused, match=said):
        scripted.build(path=str(path))


def test_every_field_of_a_line_can_be_written_in_a_file(tmp_path: Path, request_: Request) -> None:
    line = {
        "text": "x", "finish": "cut", "delay": 0, "pause": 0.0, "chunk": 1, "prompt_tokens": 1, "completion_tokens": 2,
        "cached_tokens": None, "cost_usd": 0, "error": None, "retry_after": None,
    }  # fmt: skip
    path = tmp_path / "script.json"
    path.write_text(json.dumps([line]), encoding="utf-8")
    reply = reply_of(scripted.build(path=str(path)), request_)
    assert (reply.text, reply.finish, reply.usage, reply.cost_usd) == ("x", "cut", Usage(1, 2), 0)


def test_a_scripted_model_needs_one_script(tmp_path: Path) -> None:
    for options in ({}, {"path": "x", "replies": []}):
        with pytest.raises(ModelRefused, match="either path"):
            scripted.build(**options)  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(ModelRefused, match="cannot be read"):
        scripted.build(path=str(tmp_path / "missing.json"))


# Recorded

BARE: dict[str, object] = {"forms": [], "prices": None}
"""The least of a profile that can be read."""


@pytest.fixture
def tape(tmp_path: Path) -> str:
    return str(tmp_path / "tape.jsonl")


def test_what_was_recorded_is_replayed_whole(tape: str, request_: Request) -> None:
    profile = Profile(forms=("whole",), context_tokens=99, prices=Prices(1, 2, 0.5), extra={"min_p": 0.1})
    line = scripted.Line("a\udcff é", finish="length", prompt_tokens=3, completion_tokens=4)
    model = scripted.Scripted("real", profile, [[line, "b"]])
    recorder = recorded.record(model, tape)
    asked = [replace(request_, index=0), replace(request_, index=1)]
    first = [reply_of(recorder, one) for one in asked]
    replay = recorded.build(path=tape)
    assert [reply_of(replay, one) for one in asked] == first
    assert (replay.name, replay.profile) == ("real", profile)
    assert (recorder.name, recorder.profile) == ("real", profile)


def test_a_request_that_was_not_recorded_names_its_digest_and_the_file(tape: str, request_: Request) -> None:
    reply_of(recorded.record(scripted.build(replies=["a"]), tape), request_)
    replay = recorded.build(path=tape)
    changed = replace(request_, tried=(Attempt("d", "still red"),))
    with pytest.raises(ModelRefused) as caught:
        reply_of(replay, changed)
    assert recorded.digest(changed) in str(caught.value)
    assert tape in str(caught.value)


def test_the_digest_is_of_what_the_model_sees(request_: Request) -> None:
    same = [replace(request_, round=2), replace(request_, seed=5), replace(request_, max_tokens=1)]
    other = [replace(request_, index=1), replace(request_, rules="x"), replace(request_, findings=("y",))]
    assert {recorded.digest(one) for one in same} == {recorded.digest(request_)}
    assert len({recorded.digest(one) for one in (request_, *other)}) == 4


def test_an_error_is_not_recorded_and_the_next_reply_is(tape: str, request_: Request) -> None:
    broken = recorded.record(scripted.build(replies=[{"error": "unavailable"}]), tape)
    with pytest.raises(ModelUnavailable):
        reply_of(broken, request_)
    assert not Path(tape).exists()
    for text in ("first", "second"):
        reply_of(recorded.record(scripted.build(replies=[text]), tape), request_)
    assert reply_of(recorded.build(path=tape), request_).text == "second"


def test_an_empty_reply_is_replayed_too(tape: str, request_: Request) -> None:
    reply_of(recorded.record(scripted.build(replies=[]), tape), request_)
    assert reply_of(recorded.build(path=tape), request_).finish == "exhausted"


def test_closing_a_recording_closes_what_it_records(tape: str, request_: Request) -> None:
    model = recorded.record(scripted.build(replies=[scripted.Line("abc", chunk=1, pause=30)]), tape)
    stream = model.complete(request_)
    assert next(stream) == "a"
    stream.close()  # type: ignore[attr-defined]  # beyond the protocol's Iterator
    assert list(stream) == []
    assert not Path(tape).exists()


def test_a_real_call_is_recorded_and_replayed(endpoint: Any, tape: str, request_: Request) -> None:
    server = endpoint([endpoint.say("from the wire", chunk=4)])
    live = recorded.record(openai_chat.build(model="toy", base_url=server.url), tape)
    first = reply_of(live, request_)
    again = reply_of(recorded.build(path=tape), request_)
    assert (again, len(server.calls)) == (first, 1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("{", ":1 is no exchange"),
        ("[]", ":1 is no exchange"),
        ("5", ":1 is no exchange"),
        ("\n{}", ":2 is no exchange"),
        ('{"digest": "d", "model": "m", "profile": {}, "reply": {}}', "is no exchange"),
        (
            json.dumps(
                {"digest": [], "model": "m", "profile": BARE, "reply": {"text": "", "finish": "stop", "usage": {}}}
            ),
            "is no text",
        ),
        ('{"digest": "d", "model": "m", "profile": null, "reply": null}', "is no exchange"),
    ],
)
def test_a_recording_that_cannot_be_read_is_refused(tape: str, content: str, said: str) -> None:
    Path(tape).write_text(content, encoding="utf-8")
    with pytest.raises(ModelRefused, match=said):
        recorded.build(path=tape)


def test_a_recording_that_is_not_there_is_refused(tape: str) -> None:
    with pytest.raises(ModelRefused, match="cannot be read"):
        recorded.build(path=tape)


# What all have in common


def test_every_model_part_takes_keyword_options_and_has_a_name_and_a_profile(tape: str) -> None:
    reply_of(recorded.record(scripted.build(replies=["a"]), tape), Request(rules="", ticket="", files=()))
    models = [
        scripted.build(replies=[]),
        recorded.build(path=tape),
        openai_chat.build(model="toy", base_url="http://127.0.0.1:1/v1", name="mine"),
    ]
    assert [model.name for model in models] == ["scripted", "scripted", "mine"]
    assert all(isinstance(model.profile, Profile) for model in models)


def test_a_round_of_calls_side_by_side_gets_what_one_by_one_gets(request_: Request) -> None:
    asked = [replace(request_, index=index) for index in range(6)]
    script = [[f"candidate {index}" for index in range(6)]]
    model = scripted.build(replies=script)
    found: dict[int, str] = {}
    threads = [
        threading.Thread(target=lambda one=one: found.update({one.index: reply_of(model, one).text})) for one in asked
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[index] for index in range(6)] == script[0]
