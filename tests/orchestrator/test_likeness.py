"""Files ranked by the words they share with a ticket."""

from pareback.orchestrator.likeness import ranked


def test_rare_words_count_and_common_ones_do_not() -> None:
    files = {"a.py": "value = 1", "b.py": "value = parse_weeks()", "c.py": "value = value + value"}
    assert ranked("the value of weeks", files) == ["b.py", "c.py", "a.py"]
    assert ranked("nothing of it", files) == ["a.py", "b.py", "c.py"]


def test_names_are_taken_apart_and_plurals_count_as_one() -> None:
    files = {"a.py": "pass", "b.py": "class RetryAny: ..."}
    for query in ("retry", "any retries or retry_any", "RetryAny", "Retrys"):
        assert ranked(query, files) == ["b.py", "a.py"], query


def test_a_path_speaks_too_and_a_long_file_speaks_less() -> None:
    assert ranked("include directive", {"a.py": "", "directives/include.py": ""})[0] == "directives/include.py"
    assert ranked("week", {"long.py": "week " + "other " * 500, "short.py": "week other"})[0] == "short.py"


def test_nothing_gives_nothing() -> None:
    assert ranked("week", {}) == []
    assert ranked("", {"a.py": "", "b.py": ""}) == ["a.py", "b.py"]
