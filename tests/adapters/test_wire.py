"""The pure parts of talking to a model: markers, lines, error lines, addresses, profiles, and the pump."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from pareback.adapters import profiles, providers
from pareback.adapters.failures import Caller, failure, seconds_to_wait
from pareback.adapters.imitation.families import MANNERS
from pareback.adapters.markers import Cleaner
from pareback.adapters.model import (
    ContextTooLong,
    ModelRefused,
    ModelUnavailable,
    Prices,
    Profile,
    Reply,
    Usage,
)
from pareback.adapters.pump import Patience, Piece, Pump
from pareback.adapters.stream import lines, parse, payloads, read


def cleaned(pieces: list[str]) -> str:
    cleaner = Cleaner()
    return "".join([*(cleaner.feed(piece) for piece in pieces), cleaner.flush()])


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain <text> < b", "plain <text> < b"),
        ("<think>a\nb</think>\n\ncode", "code"),
        ("  \n<think></think>code", "code"),
        ("a<|think_end|>b<|think_start|>c", "abc"),
        ("a <think>b</think>", "a <think>b</think>"),
        ("<think>never closed", ""),
        ("<thin", "<thin"),
        ("a<|think_en", "a<|think_en"),
        ("", ""),
        ("\n\n", "\n\n"),
    ],
)
def test_markers_go_wherever_the_pieces_are_cut(text: str, shown: str) -> None:
    for size in range(1, max(2, len(text) + 1)):
        assert cleaned([text[start : start + size] for start in range(0, len(text), size)]) == shown


def test_lines_are_the_same_wherever_the_blocks_are_cut() -> None:
    data = "data: é\u2028\r\n\ndata: b\ndata: end".encode()
    for size in range(1, len(data) + 1):
        blocks = [data[start : start + size] for start in range(0, len(data), size)]
        assert list(lines(blocks)) == ["data: é\u2028", "", "data: b", "data: end"]


def test_a_line_without_an_end_stops_the_reading() -> None:
    block = b"x" * 8 * 1024 * 1024
    read_blocks = []

    def blocks() -> Iterator[bytes]:
        for number in range(100):
            read_blocks.append(number)
            yield block

    assert list(lines(blocks())) == []
    assert len(read_blocks) == 5


def test_only_data_is_taken_from_events() -> None:
    assert list(payloads([": alive", "event: x", "id: 1", "data:a", "data: b ", "retry: 5", ""])) == ["a", "b"]


@pytest.mark.parametrize("text", ["", "{", "[]", "1", "null", '{"a":', "[" * 100_000])
def test_what_is_no_json_object_is_none(text: str) -> None:
    assert parse(text) is None
    assert parse("{}") == {}


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"choices": None},
        {"choices": "x"},
        {"choices": [None]},
        {"choices": [{"delta": None, "finish_reason": None}]},
        {"choices": [{"delta": {"content": 5}, "finish_reason": 5}]},
        {"choices": [{"delta": {"content": [{"type": "text"}, 5, None]}}]},
        {"choices": [{"index": 1, "delta": {"content": "another choice"}}]},
        {"usage": "x"},
        {"usage": {"prompt_tokens": "9", "completion_tokens": -1}},
        {"usage": {"prompt_tokens": True}},
    ],
)
def test_a_chunk_with_strange_fields_says_nothing(payload: dict[str, object]) -> None:
    chunk = read(payload)
    assert (chunk.text, chunk.finish, chunk.usage, chunk.error) == ("", None, None, None)


def test_a_chunk_says_what_it_says() -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "prompt_cache_hit_tokens": 4}
    payload: dict[str, object] = {
        "choices": [{"delta": {"content": [{"text": "a"}, {"text": "b"}]}, "finish_reason": "max_tokens"}],
        "usage": usage,
    }
    chunk = read(payload)
    assert (chunk.text, chunk.finish, chunk.usage) == ("ab", "length", Usage(9, 2, 4))
    assert read({"choices": [{"delta": {"refusal": "no"}}]}).finish == "filtered"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2", 2.0),
        (" 0.5 ", 0.5),
        ("Mon, 02 Jan 2034 03:04:15 GMT", 10.0),
        ("Mon, 02 Jan 2034 03:03:00 GMT", 0.0),
        ("Mon, 02 Jan 2034 03:04:15 -0000", 10.0),
        ("-3", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str | None, seconds: float | None) -> None:
    assert seconds_to_wait(value, datetime(2034, 1, 2, 3, 4, 5, tzinfo=UTC)) == seconds


def test_who_must_react_depends_on_status_and_words() -> None:
    caller = Caller("m", "http://h/v1", "K", "sk-1")
    kinds = {
        (status, words): type(failure(status, words, caller))
        for status, words in [(400, "bad"), (400, "context_length_exceeded"), (500, "context window"), (599, "sk-1")]
    }
    assert list(kinds.values()) == [ModelRefused, ContextTooLong, ModelUnavailable, ModelUnavailable]
    assert "sk-1" not in str(failure(599, "sk-1", caller))
    assert "set K" in str(failure(400, "API key not valid. Please pass a valid one.", caller))
    assert "api_key_env" in str(failure(401, "", Caller("m", "http://h/v1")))


# Addresses


@pytest.mark.parametrize(
    ("model", "base_url", "expected"),
    [
        ("gpt-5.4-mini", "http://localhost:1/v1", ("gpt-5.4-mini", "http://localhost:1/v1")),
        ("openai/toy", "http://127.0.0.2:1/v1/", ("toy", "http://127.0.0.2:1/v1")),
        ("openai/toy", "https://h/v1/chat/completions", ("toy", "https://h/v1")),
        ("hosted_vllm/google/g", "http://10.0.0.5/v1", ("google/g", "http://10.0.0.5/v1")),
        ("deepseek/deepseek-chat", "https://router/v1", ("deepseek/deepseek-chat", "https://router/v1")),
        ("google/g", "https://router/v1", ("google/g", "https://router/v1")),
        ("ollama_chat/qwen:7b", None, ("qwen:7b", "http://localhost:11434/v1")),
    ],
)
def test_a_name_leads_to_an_address_without_a_key(model: str, base_url: str | None, expected: tuple[str, str]) -> None:
    found = providers.resolve(model, {}, base_url=base_url, key_env=None)
    assert (found.model, found.url, found.key) == (*expected, None)


def test_a_providers_own_address_needs_its_key() -> None:
    for model, variable in (
        ("gpt-5.4-mini", "OPENAI_API_KEY"),
        ("inception/mercury-2", "INCEPTION_API_KEY"),
        ("nvidia_nim/google/g", "NVIDIA_NIM_API_KEY"),
        ("gemini/gemini-3.5-flash-lite", "GEMINI_API_KEY"),
    ):
        with pytest.raises(ModelRefused, match=f"{model!r} needs a key: set the environment variable {variable}"):
            providers.resolve(model, {}, base_url=None, key_env=None)
        found = providers.resolve(model, {variable: " k\n"}, base_url=None, key_env=None)
        assert (found.key, found.model) == ("k", providers.split(model)[1])
        assert "k" not in repr(found).split("key=")[-1] or "key=" not in repr(found)


def test_variables_of_other_clients_lead_to_the_same_server() -> None:
    environment = {"OLLAMA_API_BASE": "http://box:11434", "HOSTED_VLLM_API_BASE": "http://box:8000/v1"}
    urls = [
        providers.resolve(name, environment, base_url=None, key_env=None).url for name in ("ollama/q", "hosted_vllm/q")
    ]
    assert urls == ["http://box:11434/v1", "http://box:8000/v1"]
    with pytest.raises(ModelRefused, match="HOSTED_VLLM_API_BASE"):
        providers.resolve("hosted_vllm/q", {}, base_url=None, key_env=None)


def test_a_key_that_was_named_must_be_set() -> None:
    with pytest.raises(ModelRefused, match="MY_KEY"):
        providers.resolve("toy", {"OPENAI_API_KEY": "k"}, base_url="http://localhost/v1", key_env="MY_KEY")
    with pytest.raises(ModelRefused, match="characters that no key has"):
        providers.resolve("toy", {"MY_KEY": "k\u200b"}, base_url="http://localhost/v1", key_env="MY_KEY")


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://h/v1", "http://", "http://h:x/v1", "http://h:0/", "http://a b/v1", "http://[::1"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ModelRefused, match="expected http"):
        providers.resolve("toy", {}, base_url=url, key_env=None)


def test_this_machine_is_told_apart_from_others() -> None:
    local = ["http://localhost/v1", "http://127.1.2.3/v1", "http://[::1]:8/v1", "http://a.localhost/"]
    other = ["http://localhost.example/v1", "http://10.0.0.1/v1", "http://128.0.0.1/v1", "http:///v1"]
    assert [providers.is_local(url) for url in (*local, *other)] == [True] * 4 + [False] * 4


# Profiles


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("inception/mercury-2", "mercury-2"),
        ("inception/mercury-2.5", "mercury-2.5"),
        ("openrouter/inception/mercury-2-5", "mercury-2.5"),
        ("mercury-coder-small", "mercury"),
        ("inception/mercury-3", "mercury-3"),
        ("mercury-edit-2", "mercury-edit"),
        ("nvidia_nim/google/diffusiongemma-26b-a4b-it", "diffusiongemma"),
        ("hosted_vllm/google/diffusiongemma-26B-A4B-it", "diffusiongemma"),
        ("gemini/gemini-3.5-flash-lite", "gemini-flash-lite"),
        ("openai/gpt-5.4-mini", "gpt-mini"),
        ("gpt-5.4-nano", "gpt-mini"),
        ("ollama_chat/qwen2.5-coder:7b", "ollama"),
        ("ollama_chat/qwen2.5-coder:1.5b", "small"),
        ("openai/smollm2-135m-instruct", "small"),
        ("hosted_vllm/qwen3-30b-a3b", "vllm"),
        ("hosted_vllm/some/model", "vllm"),
        ("lm_studio/some-70b", "llama.cpp"),
        ("openai/gpt-4o", "default"),
        ("anything", "default"),
    ],
)
def test_a_name_finds_its_family(model: str, family: str) -> None:
    assert profiles.find(model) == profiles.named(family)


def test_a_family_and_prices_can_be_chosen() -> None:
    chosen = profiles.find("my-own", family="mercury-2", prices={"prompt": 1, "completion": 2})
    assert chosen.context_tokens == profiles.named("mercury-2").context_tokens
    assert chosen.prices == Prices(1, 2)
    assert profiles.find("my-own").prices is None
    with pytest.raises(ModelRefused, match=r"expected one of mercury-edit, mercury-3"):
        profiles.find("my-own", family="nothing")


@pytest.mark.parametrize(
    "prices",
    [
        {"prompt": 1},
        {"prompt": -1, "completion": 1},
        {"prompt": 1, "completion": float("nan")},
        {"prompt": 1, "completion": True},
        {"prompt": 1, "completion": 1, "input": 2},
    ],
)
def test_prices_that_cannot_be_read_are_refused(prices: dict[str, float]) -> None:
    with pytest.raises(ModelRefused, match="US dollars per million tokens"):
        profiles.find("m", prices=prices)


def test_every_profile_fits_its_own_window() -> None:
    for family in profiles.FAMILIES:
        assert 0 < family.profile.reply_tokens < family.profile.context_tokens, family.name
        assert json.dumps(dict(family.profile.extra)), family.name
        assert not family.imitated or family.imitated in MANNERS, family.name
        assert "\n" not in family.known
        assert family.known, family.name
    assert profiles.find("anything") == Profile()


# The pump


def pump(source: Iterator[Piece], *, total: float = 5.0, idle: float | None = None) -> Pump:
    return Pump(source, stop=lambda: None, patience=Patience(total, idle), name="m")


def test_a_pump_hands_on_pieces_then_the_reply_and_ends() -> None:
    reply = Reply("ab", "stop")
    stream = pump(iter(["a", "", "b", reply, "never seen"]))
    assert [next(stream), next(stream), next(stream)] == ["a", "b", reply]
    assert list(stream) == []


def test_an_error_of_the_source_is_raised_where_it_is_read() -> None:
    def source() -> Iterator[Piece]:
        yield "a"
        raise KeyError("mine")

    stream = pump(source())
    assert next(stream) == "a"
    with pytest.raises(KeyError, match="mine"):
        next(stream)
    assert list(stream) == []


def test_progress_without_text_restarts_the_idle_limit_and_silence_does_not() -> None:
    def source(piece: str) -> Iterator[Piece]:
        for _ in range(8):
            time.sleep(0.1)
            if piece != "silence":
                yield ""
        yield Reply("", "stop")

    assert list(pump(source(""), idle=0.4)) == [Reply("", "stop")]
    with pytest.raises(ModelUnavailable, match="no content"):
        list(pump(source("silence"), idle=0.4))


def test_stop_is_told_once_and_not_after_the_reply() -> None:
    told: list[str] = []
    patience = Patience(5.0)
    early = Pump(iter(["a", "b"]), stop=lambda: told.append("early"), patience=patience, name="m")
    assert next(early) == "a"
    early.close()
    early.close()
    late = Pump(iter([Reply("", "stop")]), stop=lambda: told.append("late"), patience=patience, name="m")
    assert list(late) == [Reply("", "stop")]
    late.close()
    assert told == ["early"]


def test_a_waiting_reader_is_woken_by_close() -> None:
    released = threading.Event()

    def source() -> Iterator[Piece]:
        released.wait(10)
        yield "late"

    stream = pump(source())
    timer = threading.Timer(0.2, stream.close)
    timer.start()
    started = time.monotonic()
    assert list(stream) == []
    assert time.monotonic() - started < 1.2
    released.set()
    timer.join()
