"""A sample of Refactory: wrong programs that students handed in for five exercises, with the exercises' own tests.

    python benchmarks/refactory.py PATH --search [--every 20] [--out DIR]

PATH is the folder `data` of githubhuyang/refactory's data.zip. The sample is every n-th of the 1,783 wrong programs,
sorted by exercise and name; options as in `humanevalfix.py`. A student's program may hold any number of mistakes.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import humanevalfix
import quick_search

from pareback.orchestrator.benches.task import Task


def tasks(data: Path) -> list[Task]:
    """The wrong programs, each with its exercise's tests, named `wrong_<exercise>_<number>`."""
    return [_task(data, file) for folder in _questions(data) for file in sorted((folder / "code/wrong").glob("*.py"))]


def _questions(data: Path) -> list[Path]:
    return sorted(data.glob("question_*"))


def _task(data: Path, file: Path) -> Task:
    question = question_of(file.stem)
    text = f"Repair this answer to exercise {question}: its tests are red"
    return quick_search.task(file.stem, text, _shared(data, question) + _read(file), _tests(data, question))


def question_of(name: str) -> str:
    """The exercise that a program belongs to, from the program's name."""
    return name.split("_")[1]


def reference(data: Path, question: str) -> str:
    """The teacher's program."""
    return _shared(data, question) + _read(data / f"question_{question}/code/reference/reference.py")


def calls(data: Path, question: str) -> str:
    """The calls of the tests, a line each."""
    return "\n".join(call for call, _ in _cases(data, question))


@lru_cache
def _tests(data: Path, question: str) -> str:
    cases = enumerate(_cases(data, question), 1)
    return "\n\n".join(f"def test_{at}():\n    assert {call} == {answer}\n" for at, (call, answer) in cases)


def _cases(data: Path, question: str) -> Iterator[tuple[str, str]]:
    for asked in sorted((data / f"question_{question}/ans").glob("input_*.txt")):
        answer = asked.with_name(asked.name.replace("input", "output"))
        yield _read(asked).strip(), _read(answer).strip()


def _shared(data: Path, question: str) -> str:
    """What the exercise gives every program, where it gives something."""
    file = data / f"question_{question}/code/global.py"
    return f"{_read(file).strip()}\n\n\n" if file.exists() else ""


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8").replace("\r\n", "\n")


if __name__ == "__main__":
    asked = humanevalfix.parsed(__doc__ or "")
    humanevalfix.measured(tasks(asked.checkout), asked)
