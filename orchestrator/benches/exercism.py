"""Exercism's practice exercises as tasks: a stub, its instructions as the ticket, its tests to decide.

Read are checkouts of exercism/python and of Aider-AI/polyglot-benchmark, which has the same layout one folder deeper.
Solutions lie in hidden folders, and nothing of these is laid out.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pareback.orchestrator.benches.task import Task

DOCS = ("introduction.md", "instructions.md", "instructions.append.md")
"""What a person who does the exercise reads, in this order, where it exists."""


def tasks(checkout: Path) -> Iterator[Task]:
    """The exercises of a checkout, by name; nothing where it holds none."""
    for layout in ("exercises/practice", "python/exercises/practice"):
        for config in sorted((checkout / layout).glob("*/.meta/config.json")):
            yield _task(config.parents[1], json.loads(config.read_text(encoding="utf-8"))["files"])


def _task(folder: Path, files: dict[str, Any]) -> Task:
    seen = (file for file in sorted(folder.rglob("*")) if file.is_file())
    open_files = {str(file.relative_to(folder)): file for file in seen}
    contents = {path: file.read_bytes() for path, file in open_files.items() if not path.startswith(".")}
    docs = (folder / ".docs" / name for name in DOCS)
    told = [doc.read_text(encoding="utf-8").strip() for doc in docs if doc.exists()]
    text = "\n\n".join([*told, f"Write it in {', '.join(files['solution'])}."])
    return Task(folder.name, text, contents, tuple(files["solution"]), tuple(files["test"]))
