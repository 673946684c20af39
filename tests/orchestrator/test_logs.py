"""The run's log: one JSON line per event worth keeping, without keys."""

import json
import threading
from pathlib import Path

import pytest

from pareback.orchestrator import logs
from pareback.orchestrator.events import Event


def written(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_an_event_is_a_line_with_its_run_and_its_place(tmp_path: Path) -> None:
    listen = logs.to_file(tmp_path / "events.jsonl", run="0101-a", ticket="T1")
    listen(Event("candidate", 2, 1, {"status": "measured", "charged": 2.5, "green": True}))
    (line,) = written(tmp_path / "events.jsonl")
    assert str(line.pop("timestamp")).endswith("Z")
    place = {"event": "candidate", "round": 2, "candidate": 1, "run": "0101-a", "ticket": "T1"}
    assert line == place | {"status": "measured", "charged": 2.5, "green": True}


def test_what_comes_by_the_hundred_is_not_logged(tmp_path: Path) -> None:
    listen = logs.to_file(tmp_path / "events.jsonl")
    for kind in ("piece", "enter", "leave", "round"):
        listen(Event(kind, 1))
    assert [line["event"] for line in written(tmp_path / "events.jsonl")] == ["round"]


@pytest.mark.parametrize(
    "key",
    [
        "sk-proj-abcdefghijklmnop",
        "AIzaSyA1234567890abcdefghijklmnopqrstuv",
        "ghp_abcdefghijklmnopqrstuv",
        "github_pat_11ABCDEFG0abcdefghijkl",
        "gsk_abcdefghijklmnopqrst",
        "nvapi-abcdefghijklmnopqrst",
        "xai-abcdefghijklmnopqrst",
    ],
)
def test_what_looks_like_a_key_is_masked_and_the_words_around_it_stay(tmp_path: Path, key: str) -> None:
    listen = logs.to_file(tmp_path / "events.jsonl", run="r")
    listen(Event("say", data={"text": f"the provider refused {key}: try another"}))
    (line,) = written(tmp_path / "events.jsonl")
    assert key[-12:] not in json.dumps(line)
    text = str(line["text"])
    assert (text.startswith("the provider refused "), text.endswith("***: try another")) == (True, True)


def test_keys_are_masked_however_deep_they_lie(tmp_path: Path) -> None:
    listen = logs.to_file(tmp_path / "events.jsonl")
    listen(Event("say", data={"lines": ["fine", {"why": "sk-proj-abcdefghijklmnop"}]}))
    (line,) = written(tmp_path / "events.jsonl")
    assert line["lines"] == ["fine", {"why": "***"}]


def test_plain_words_are_no_keys(tmp_path: Path) -> None:
    listen = logs.to_file(tmp_path / "events.jsonl")
    text = "shop/cart.py:9 task-oriented ask_for_everything_else key-value"
    listen(Event("say", data={"text": text}))
    assert written(tmp_path / "events.jsonl")[0]["text"] == text


def test_lines_of_several_threads_do_not_mix(tmp_path: Path) -> None:
    listen = logs.to_file(tmp_path / "events.jsonl")

    def speak(number: int) -> None:
        for round_ in range(50):
            listen(Event("say", round_, number, {"text": "x" * 200}))

    threads = [threading.Thread(target=speak, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(written(tmp_path / "events.jsonl")) == 200
