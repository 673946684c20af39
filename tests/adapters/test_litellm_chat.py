"""The litellm client against a real server: what one call can show. One module, because the library loads slowly."""

import os
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from pareback.adapters.model import (
    ContextTooLong,
    ModelRefused,
    ModelUnavailable,
    Prices,
    Profile,
    Reply,
    Request,
    Usage,
)
from pareback.adapters.models.litellm_chat import build, warm


@pytest.fixture(scope="module", autouse=True)
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str | None]:
    """Loads the library in a folder with a .env, and answers what came of that."""
    folder = tmp_path_factory.mktemp("target")
    (folder / ".env").write_text("OPENAI_API_BASE=http://elsewhere.invalid/v1\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("OPENAI_API_BASE", raising=False)
        patch.chdir(folder)
        warm()
        yield os.environ.get("OPENAI_API_BASE")


def ask(url: str, request: Request, **options: Any) -> Reply:
    """The reply, after checking that the pieces are its text."""
    *pieces, reply = build(**{"model": "openai/toy", "base_url": url} | options).complete(request)
    assert isinstance(reply, Reply)
    assert "".join(str(piece) for piece in pieces) == reply.text
    return reply


def test_a_plain_call_answers_text_usage_and_an_unknown_price(endpoint: Any, request_: Request) -> None:
    server = endpoint(["hello"])
    reply = ask(server.url, request_)
    assert (reply.text, reply.finish, reply.usage, reply.cost_usd) == ("hello", "stop", Usage(100, 20), None)
    sent = server.calls[0]
    assert sent.path == "/v1/chat/completions"
    assert not sent.body.get("stream")
    assert sent.body["model"] == "toy"
    assert sent.body["max_tokens"] == 256
    assert [message["role"] for message in sent.body["messages"]] == ["system", "user"]


def test_prices_come_from_the_profile_else_from_the_librarys_list(endpoint: Any, request_: Request) -> None:
    server = endpoint(["a", "b", "c", "d"])
    profile = Profile(prices=Prices(prompt=1.0, completion=2.0))
    assert ask(server.url, request_, profile=profile).cost_usd == pytest.approx(140e-6)
    assert ask(server.url, request_, model="openai/gpt-5.4-nano").cost_usd == pytest.approx(45e-6)
    assert ask(server.url, request_, model="hosted_vllm/unlisted").cost_usd is None
    free = Profile(prices=Prices(prompt=0.0, completion=0.0))
    assert ask(server.url, request_, profile=free).cost_usd == 0.0


def test_the_profile_decides_about_sampling_and_the_name_of_the_cap(endpoint: Any, request_: Request) -> None:
    server = endpoint(["a", "b", "c"])
    ask(server.url, request_, model="inception/mercury-2")
    ask(server.url, request_, model="openai/gpt-5.4-nano")
    ask(server.url, request_, profile=Profile(temperature=0.3, seed=True))
    mercury, nano, local = (call.body for call in server.calls)
    assert (mercury["temperature"], mercury["reasoning_effort"], "seed" in mercury) == (0.75, "instant", False)
    assert (nano["max_completion_tokens"], "temperature" in nano, "max_tokens" in nano) == (256, False, False)
    assert (local["temperature"], local["seed"]) == (0.3, 0)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 529])
def test_what_may_recover_is_unavailable_after_one_call(endpoint: Any, request_: Request, status: int) -> None:
    server = endpoint([endpoint.fault(status)] * 3)
    with pytest.raises(ModelUnavailable, match="openai/toy"):
        ask(server.url, request_)
    assert len(server.calls) == 1


def test_a_wait_the_provider_asks_for_is_handed_on_and_not_taken(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.fault(429, retry_after=3600), endpoint.fault(429)])
    for wait in (3600.0, None):
        started = time.monotonic()
        with pytest.raises(ModelUnavailable) as caught:
            ask(server.url, request_)
        assert caught.value.retry_after == wait
        assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("status", "advice"), [(401, "set OPENAI_API_KEY"), (403, "set OPENAI_API_KEY"), (404, "check the model's name")]
)
def test_what_the_user_must_change_is_refused_after_one_call(
    endpoint: Any, request_: Request, status: int, advice: str
) -> None:
    server = endpoint([endpoint.fault(status, "no entry")] * 3)
    with pytest.raises(ModelRefused) as caught:
        ask(server.url, request_)
    line = str(caught.value)
    assert "openai/toy" in line
    assert server.url in line
    assert "no entry" in line
    assert advice in line
    assert len(server.calls) == 1


def test_a_context_that_is_too_long_has_its_own_error(endpoint: Any, request_: Request) -> None:
    words = "This model's maximum context length is 8192 tokens"
    server = endpoint([endpoint.fault(400, words, code="context_length_exceeded"), endpoint.fault(400, "bad field")])
    with pytest.raises(ContextTooLong, match="8192"):
        ask(server.url, request_)
    with pytest.raises(ModelRefused, match="bad field"):
        ask(server.url, request_)


def test_a_body_cut_short_is_never_a_success(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.say("half of it", cut="reset")])
    with pytest.raises(ModelUnavailable):
        ask(server.url, request_)


def test_length_and_filter_are_told_apart_from_stop(endpoint: Any, request_: Request) -> None:
    say = endpoint.say
    server = endpoint([say("x", finish="length"), say(None, finish="content_filter"), say("x")])
    finishes = [ask(server.url, request_).finish for _ in range(3)]
    assert finishes == ["length", "filtered", "stop"]


def test_a_prompt_the_filter_refuses_is_a_filtered_reply(endpoint: Any, request_: Request) -> None:
    words = "The response was filtered due to the prompt triggering content management policy"
    server = endpoint([endpoint.fault(400, words, code="content_filter")])
    assert (ask(server.url, request_).text, len(server.calls)) == ("", 1)


@pytest.mark.parametrize(
    "body",
    [b'{"id": "x", "object": "chat.completion", "choices": []}', b"<html>gateway</html>", b"", b'{"choices": [{'],
    ids=["no choices", "html", "empty", "cut"],
)
def test_an_answer_without_content_is_a_typed_error(endpoint: Any, request_: Request, body: bytes) -> None:
    server = endpoint([endpoint.raw(body)])
    with pytest.raises(ModelUnavailable, match="openai/toy"):
        ask(server.url, request_)
    assert len(server.calls) == 1


def test_null_content_is_a_typed_error(endpoint: Any, request_: Request) -> None:
    with pytest.raises(ModelUnavailable, match="no content"):
        ask(endpoint([endpoint.say(None)]).url, request_)


def test_uncounted_tokens_are_unknown_and_not_zero(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.say("x", usage=None)])
    assert ask(server.url, request_, model="openai/gpt-5.4-nano").usage == Usage(None, None, None)


def test_cached_tokens_are_counted(endpoint: Any, request_: Request) -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}
    assert ask(endpoint([endpoint.say("x", usage=usage)]).url, request_).usage == Usage(9, 2, 4)


def test_the_deadline_holds_whatever_the_librarys_timeouts_do(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.say("late", delay=30)])
    started = time.monotonic()
    with pytest.raises(ModelUnavailable, match=r"did not finish within 0\.4 s"):
        ask(server.url, request_, total_seconds=0.4)
    assert time.monotonic() - started < 1.4


def test_closing_from_another_thread_frees_the_reader_at_once(endpoint: Any, request_: Request) -> None:
    server = endpoint([endpoint.say("late", delay=30)])
    stream = build(model="openai/toy", base_url=server.url).complete(request_)
    timer = threading.Timer(0.3, stream.close)  # type: ignore[attr-defined]  # beyond the protocol's Iterator
    timer.start()
    started = time.monotonic()
    assert list(stream) == []
    assert time.monotonic() - started < 1.3
    timer.join()


def test_a_server_that_is_not_there_is_unavailable(request_: Request) -> None:
    with pytest.raises(ModelUnavailable, match="openai/toy"):
        ask("http://127.0.0.1:9/v1", request_, total_seconds=10)


def test_a_missing_key_is_named_before_any_call(request_: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelRefused, match="GEMINI_API_KEY"):
        build(model="gemini/gemini-3.5-flash-lite")
    with pytest.raises(ModelRefused, match="MY_KEY"):
        build(model="openai/toy", api_key_env="MY_KEY")
    with pytest.raises(ModelRefused, match="TOGETHERAI_API_KEY"):
        list(build(model="together_ai/some").complete(request_))
    monkeypatch.setenv("GEMINI_API_KEY", "k")
    assert build(model="gemini/gemini-3.5-flash-lite").name == "gemini/gemini-3.5-flash-lite"


def test_a_name_the_library_does_not_know_is_refused(request_: Request) -> None:
    with pytest.raises(ModelRefused, match="nonsense"):
        list(build(model="nonsense").complete(request_))


def test_a_local_provider_needs_no_key_and_no_address(
    endpoint: Any, request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = endpoint(["x"])
    monkeypatch.setenv("LM_STUDIO_API_BASE", server.url)
    *_, reply = build(model="lm_studio/some").complete(request_)
    assert isinstance(reply, Reply)
    assert (reply.text, len(server.calls)) == ("x", 1)


def test_the_key_is_sent_and_never_shown(endpoint: Any, request_: Request, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-secret")
    server = endpoint([endpoint.fault(401, "Incorrect API key provided: sk-secret")])
    with pytest.raises(ModelRefused, match="set MY_KEY") as caught:
        ask(server.url, request_, api_key_env="MY_KEY")
    assert server.calls[0].headers["authorization"] == "Bearer sk-secret"
    assert "sk-secret" not in str(caught.value)


def test_a_dotenv_in_the_folder_we_stand_in_is_not_read(loaded: str | None) -> None:
    """The folder may be the target's: its .env could send the user's key anywhere."""
    assert loaded is None
