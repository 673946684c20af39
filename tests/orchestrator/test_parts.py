"""Parts: found by file name, built with checked options, described from their own source, wherever they lie."""

import sys
from pathlib import Path

import pytest

from pareback.orchestrator import parts
from pareback.orchestrator.parts import Option, UnknownPart

OUTSIDE = '''"""A sink that lies outside the house.

More words.
"""


def build(*, path: str, times: int = 2) -> dict[str, object]:
    return {"path": path, "times": times}
'''


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A module of somebody else's on the path."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "sinks.py").write_text(OUTSIDE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "theirs.sinks", raising=False)
    return "theirs.sinks"


def test_the_folder_is_the_registry() -> None:
    assert parts.names("sinks") == ("branch", "patch_file")
    assert {"embedded", "litellm_chat", "openai_chat", "recorded", "scripted"} <= set(parts.names("models"))


def test_a_name_that_does_not_exist_is_told_what_there_is() -> None:
    with pytest.raises(UnknownPart, match=r"no sinks part is named 'brunch'; there are: branch, patch_file"):
        parts.build("sinks", "brunch")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"path": "p", "colour": "red"}, r"option 'colour'"),
        ({}, r"option 'path'"),
        ({"path": "p", "times": "often"}, r"option 'times'.*valid integer"),
    ],
)
def test_an_option_that_does_not_fit_is_named(outside: str, options: dict[str, object], said: str) -> None:
    with pytest.raises(UnknownPart, match=f"sinks part 'theirs.sinks': {said}"):
        parts.build("sinks", outside, options)


def test_a_name_with_a_dot_is_a_part_outside_the_house(outside: str) -> None:
    assert parts.build("sinks", outside, {"path": "p"}) == {"path": "p", "times": 2}
    assert parts.build("sinks", outside, {"path": "p", "times": "3"}) == {"path": "p", "times": 3}
    assert outside not in parts.names("sinks")


def test_a_part_describes_itself(outside: str) -> None:
    part = parts.describe("sinks", outside)
    assert (part.name, part.help) == ("theirs.sinks", "A sink that lies outside the house.")
    assert part.options == (Option("path", "str", "required"), Option("times", "int", "2"))
