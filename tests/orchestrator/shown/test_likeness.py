"""Texts compared with a ticket by the words they share."""

from collections.abc import Mapping

from pareback.orchestrator.shown.likeness import likeness


def ranked(query: str, files: Mapping[str, str]) -> list[str]:
    alike = likeness(query, files)
    return sorted(files, key=lambda path: -alike[path])


def test_rare_words_count_and_common_ones_do_not() -> None:
    files = {"a": "value = 1", "b": "value = parse_weeks()", "c": "value = value + value"}
    assert ranked("the value of weeks", files) == ["b", "c", "a"]
    assert likeness("nothing of it", files) == {"a": 0.0, "b": 0.0, "c": 0.0}


def test_names_are_taken_apart_and_plurals_count_as_one() -> None:
    files = {"a": "pass", "b": "class RetryAny: ..."}
    for query in ("retry", "any retries or retry_any", "RetryAny", "Retrys"):
        assert ranked(query, files) == ["b", "a"], query


def test_a_whole_name_counts_more_than_its_words() -> None:
    files = {"a": "any(retry for retry in order)", "b": "order.retry_any()"}
    assert ranked("retry_any fails", files) == ["b", "a"]
    assert ranked("any retry fails", files) == ["a", "b"]


def test_the_most_alike_has_1_and_a_long_text_speaks_less() -> None:
    alike = likeness("week", {"long": "week " + "other " * 500, "short": "week other"})
    assert alike["short"] == 1.0
    assert 0.0 < alike["long"] < 0.6


def test_nothing_gives_nothing() -> None:
    assert likeness("week", {}) == {}
    assert likeness("", {"a": "", "b": ""}) == {"a": 0.0, "b": 0.0}
