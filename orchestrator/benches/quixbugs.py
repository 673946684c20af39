"""QuixBugs as tasks: one small program each, with one mistake, and its pytest cases. Corrected programs stay behind."""

from collections.abc import Iterator
from pathlib import Path

from pareback.orchestrator.benches.task import Task

SHARED = ("conftest.py", "python_testcases/load_testdata.py", "python_testcases/node.py", "python_programs/node.py")
"""Files beside a program that its tests need, where they exist."""


def tasks(checkout: Path) -> Iterator[Task]:
    """The programs of a checkout of jkoppel/QuixBugs that have pytest cases, by name; nothing where it is none."""
    for test in sorted((checkout / "python_testcases").glob("test_*.py")):
        name = test.stem.removeprefix("test_")
        program = f"python_programs/{name}.py"
        if (checkout / program).exists():
            own = (program, f"python_testcases/test_{name}.py", f"json_testcases/{name}.json")
            found = {path: checkout / path for path in (*own, *SHARED) if (checkout / path).exists()}
            contents = {path: file.read_bytes() for path, file in found.items()}
            yield Task(name, f"Repair {name}: its tests are red", contents, (program,), (own[1],))
