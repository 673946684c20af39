"""`bench NAME PATH` on tiny checkouts of the layouts it reads, in processes of its own as it is used."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import validate

SCHEMA = Path(__file__).resolve().parents[2] / "docs/schemas/bench.schema.json"

STUB = "def doubled(number):\n    pass\n"
SOLVED = "def doubled(number):\n    return 2 * number\n"
EXERCISE = {
    ".docs/instructions.md": "# Instructions\n\nDouble a number.\n",
    ".docs/instructions.append.md": "Any number will do.\n",
    ".meta/config.json": json.dumps({"files": {"solution": ["twice.py"], "test": ["twice_test.py"]}}),
    ".meta/example.py": SOLVED,
    "twice.py": STUB,
    "twice_test.py": "from twice import doubled\n\n\ndef test_doubled():\n    assert doubled(4) == 8\n",
}
FOLDED = {"twice.py": SOLVED.replace("2 * number", "number + 2")}
QUIXBUGS = {
    "conftest.py": "",
    "python_programs/twice.py": SOLVED.replace("*", "+"),
    "python_testcases/test_twice.py": (
        "from python_programs.twice import doubled\n\n\ndef test_doubled():\n    assert doubled(4) == 8\n"
    ),
    "correct_python_programs/twice.py": SOLVED,
    "python_programs/untested.py": "",
}

Checkout = Callable[..., Any]


@pytest.fixture
def checkout(make: Callable[..., Any]) -> Checkout:
    """A checkout with these folders beside a program of QuixBugs."""

    def laid_out(**folders: dict[str, str]) -> Any:
        files = {f"{folder}/{path}": text for folder, inner in folders.items() for path, text in inner.items()}
        return make(files | QUIXBUGS, name="checkout")

    return laid_out


def bench(project: Any, name: str, *words: str) -> dict[str, Any]:
    said = project.pareback("bench", name, ".", "--json", "--python", str(project.python), *words)
    assert said.exit == 0, said.err
    document: dict[str, Any] = said.result
    validate(document, json.loads(SCHEMA.read_text()))
    return document


def test_quixbugs_by_search_with_a_patch_that_is_kept_and_not_made_twice(checkout: Checkout) -> None:
    project = checkout()
    document = bench(project, "quixbugs", "--out", "kept")
    (row,) = document["tickets"]
    assert (document["accepted"], document["total"]) == (1, 1)
    assert (row["id"], row["ending"], row["model"], row["tokens"]["prompt"]) == ("twice", "accepted", "embedded", 0)
    assert row["processor_seconds"] > 0
    assert row["replies"] >= row["applied"] >= 1
    patch = project.root / "kept" / "twice.diff"
    assert "+    return 2 * number" in patch.read_text()
    patch.unlink()
    again = bench(project, "quixbugs", "--out", "kept")
    assert (again, patch.exists()) == (document, False)
    assert bench(project, "quixbugs", "--out", "kept", "--max-seconds", "59")["tickets"][0]["patch"] == str(patch)


def test_exercism_from_its_instructions_by_a_scripted_model(checkout: Checkout) -> None:
    """The solution stays behind: the model is shown the stub, the words and the tests."""
    project = checkout(**{"exercises/practice/twice": EXERCISE, "exercises/practice/other": EXERCISE | FOLDED})
    model = project.script(f"twice.py\n```python\n{SOLVED}```\n")
    document = bench(project, "exercism", "--only", "twice", "--model", model, "--out", "kept")
    (row,) = document["tickets"]
    assert (row["id"], row["accepted"], row["replies"] == row["applied"]) == ("twice", True, True)
    (record,) = (project.root / "kept/home/runs").glob("*/ledger.db")
    said = record.read_bytes()
    assert b"Double a number.\\n\\nAny number will do." in said
    assert b"example" not in said


def test_exercism_in_the_other_layout_by_search(checkout: Checkout) -> None:
    project = checkout(**{"python/exercises/practice/folded": EXERCISE | FOLDED})
    document = bench(project, "exercism")
    assert [(row["id"], row["accepted"]) for row in document["tickets"]] == [("folded", True)]


def test_a_task_that_nobody_mends_is_a_row_too(checkout: Checkout) -> None:
    project = checkout(**{"exercises/practice/twice": EXERCISE})
    model = project.script(f"twice.py\n```python\n{STUB}```\n")
    said = project.pareback("bench", "exercism", ".", "--python", str(project.python), "--model", model)
    assert (said.exit, "fixed 0 of 1" in said.out) == (0, True)


@pytest.mark.parametrize(("words", "named"), [(["--only", "thrice"], "'thrice'"), (["--model", "nowhere/x"], "0 of 1")])
def test_what_is_not_there_is_named(checkout: Checkout, words: list[str], named: str) -> None:
    said = checkout().pareback("bench", "quixbugs", ".", "--max-seconds", "20", *words)
    assert (named in said.out + said.err, "Traceback" in said.err) == (True, False)
