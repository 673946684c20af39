"""Other processes extract the same facts; a newer Python reads what this one cannot."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pareback.gates.budget import Budget
from pareback.gates.index.extraction import Extracted, Job, extract
from pareback.gates.index.source import Source
from pareback.gates.judge import Terms, judge
from pareback.orchestrator.extractors.own import Newer, Worker, spread

BODY = "def f{0}(a):\n    if a.x is None:\n        return {0}\n    return 'é'\n"
SOURCES = {f"b{number}": BODY.format(number).encode(("utf-8", "latin-1")[number % 2]) for number in range(90)}
JOBS = [Job(blob, ".py", source) for blob, source in SOURCES.items()]
SOON = 'type Row = list[int]\n\n\ndef f[T](a: T) -> str:\n    return f"{a["b"]}"\n'


@contextmanager
def worker(python: str) -> Iterator[Worker]:
    opened = Worker(python)
    try:
        yield opened
    finally:
        opened.close()


def by_blob(found: Iterator[Extracted]) -> dict[str, Extracted]:
    return {each.filed.oid: each for each in found}


def test_many_files_come_back_as_one_process_would_read_them() -> None:
    assert by_blob(spread(JOBS)) == {job.blob: extract(job) for job in JOBS}


def test_a_few_files_are_read_here() -> None:
    assert list(spread(JOBS[:3])) == [extract(job) for job in JOBS[:3]]


def test_a_process_that_is_no_python_is_no_help(tmp_path: Path) -> None:
    with worker("/bin/false") as broken:
        assert broken.extract(JOBS[0]) is None
    assert Newer("/bin/false", {"PATH": str(tmp_path)})(JOBS[0]) is None
    assert Newer(sys.executable, {"PATH": str(tmp_path)})(JOBS[0]) is None


def newest() -> str | None:
    folders = [*os.environ["PATH"].split(":"), *map(str, Path.home().glob(".pyenv/versions/3.1[2-9]*/bin"))]
    names = [Path(folder) / f"python3.{minor}" for folder in folders for minor in (14, 13, 12)]
    found = [name for name in names if name.is_file() and ".pyenv/shims" not in str(name)]
    return str(found[0]) if found else None


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python understands the file itself")
@pytest.mark.skipif(newest() is None, reason="there is no newer Python here")
def test_what_is_newer_than_us_is_priced_under_a_newer_python() -> None:
    tree = {"old.py": b"def f(a):\n    return a\n", "soon.py": SOON.encode()}
    blobs = {path: path for path in tree}

    def verdict(source: Source) -> list[str]:
        return [finding.id for finding in judge({}, blobs, source=source, terms=Terms(Budget(9.0, "given"))).findings]

    assert verdict(Source(tree.__getitem__)) == ["H10:soon.py"]
    assert verdict(Source(tree.__getitem__, newer=Newer(newest(), {}))) == []
    broken = {**tree, "soon.py": b"def f(:\n"}
    assert verdict(Source(broken.__getitem__, newer=Newer(newest(), {}))) == ["H10:soon.py"]
