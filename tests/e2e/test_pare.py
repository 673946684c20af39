"""`pareback pare`: a preview, the same written after its tests, what a test refuses, and taking it back."""

from collections.abc import Callable
from typing import Any

import pytest

CODE = '''"""Answers."""


class Odd:
    """Equal to nothing, in its own way."""

    def __eq__(self, other: object) -> object:
        return 0

    def __hash__(self) -> int:
        return 1


def found(keys, wanted):
    for key in keys:
        if key == wanted:
            return True
    return False


def same(one, other):
    if one == other:
        return True
    else:
        return False


def plain(a):
    return a
'''

TESTS = """from answers import Odd, found, plain, same


def test_found():
    assert found([1, 2], 2) is True
    assert found([], 2) is False


def test_same():
    assert same(1, 1) is True
    assert same(Odd(), 1) is False


def test_plain():
    assert plain(3) == 3
"""


@pytest.fixture
def answers(make: Callable[..., Any]) -> Any:
    """A project in which one rewrite is right and another is not, and a test knows."""
    return make({"answers.py": CODE, "test_answers.py": TESTS})


def words(project: Any, *more: str) -> tuple[str, ...]:
    return ("pare", *more, "--python", str(project.python), "--sandbox", "none")


def test_a_preview_shows_each_diff_and_writes_nothing(answers: Any) -> None:
    before = answers.fingerprint()
    said = answers.pareback(*words(answers, "answers.py"))
    assert said.exit == 0
    assert "+    return any(key == wanted for key in keys)" in said.out
    assert "+    return one == other" in said.out
    assert "not tested" in said.out
    assert "nothing is written; --write" in said.out
    assert answers.fingerprint() == before
    assert not list((answers.home / "runs").iterdir())


def test_what_stays_green_is_written_and_can_be_taken_back(answers: Any) -> None:
    """`same` gave True or False whatever is compared: the shorter form does not, and a test says so."""
    before = answers.fingerprint()
    said = answers.pareback(*words(answers, "answers.py", "--write", "--json"))
    assert said.exit == 0, said.err
    result = said.result
    refused = [each for each in result["tried"] if not each["kept"]]
    assert {(each["unit"], each["what"]) for each in refused} == {("same", "answer with the condition")}
    assert "test_answers.py::test_same" in refused[0]["why"]
    kept = [(each["unit"], each["what"]) for each in result["tried"] if each["kept"]]
    assert kept == [("found", "loop as an expression"), ("same", "guard clause")]
    assert (result["written"], result["tested"], result["kept"], result["points"] > 1) == (True, True, 2, True)
    after = (answers.root / "answers.py").read_text()
    assert "    return any(key == wanted for key in keys)\n" in after
    assert "    if one == other:\n" in after
    assert "accepted" in answers.pareback("runs").out
    assert answers.pareback("undo", result["run"]).exit == 0
    assert answers.fingerprint() == before


def test_a_file_that_could_not_be_collected_before_refuses_nothing(answers: Any) -> None:
    """A project's own environment seldom has what each of its tests wants."""
    (answers.root / "test_elsewhere.py").write_text("import no_such_module_anywhere\n")
    said = answers.pareback(*words(answers, "answers.py", "--write", "--json"))
    assert said.exit == 0, said.err
    assert [each["unit"] for each in said.result["tried"] if each["kept"]] == ["found", "same"]


def test_without_paths_only_functions_that_differ_are_offered(answers: Any) -> None:
    nothing = answers.pareback(*words(answers, "--base", "main", "--json")).result
    assert (nothing["files"], nothing["tried"]) == (0, [])
    (answers.root / "answers.py").write_text(CODE.replace("if one == other:", "if one == other or one is other:"))
    offered = answers.pareback(*words(answers, "--base", "main", "--json")).result
    assert [each["unit"] for each in offered["tried"]] == ["same"]
    assert offered["run"] is None


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (("nowhere.py",), "names no Python file"),
        (("answers.py", "--base", "main"), "PATHS are pared whole"),
        (("--base", "no-such-revision"), "no-such-revision"),
        (("answers.py", "--write", "--tests", "test_nothing.py"), "no test passes"),
    ],
)
def test_words_that_name_nothing_are_refused(answers: Any, more: tuple[str, ...], told: str) -> None:
    said = answers.pareback(*words(answers, *more))
    assert (said.exit, told in said.err, said.out) == (2, True, "")
