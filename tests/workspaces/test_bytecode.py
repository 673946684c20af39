"""Bytecode in slots: that of a trusted run stays and is used, all other is removed, and a source's time is its own."""

import os
import py_compile
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pareback.workspaces.bytecode import time_of
from pareback.workspaces.projection import Slot, open_slots
from pareback.workspaces.repository import Repository
from pareback.workspaces.runners import pytest_cold, pytest_warm
from pareback.workspaces.sandbox import unconfined
from pareback.workspaces.suite import Selection

Open = Callable[[Path], Repository]
TAG = sys.implementation.cache_tag


@pytest.fixture
def repository(toy: Any, opened: Open) -> Iterator[Repository]:
    with opened(toy.root) as repository:
        yield repository


@pytest.fixture
def base(repository: Repository) -> str:
    return repository.freeze(date=0)


@pytest.fixture(params=[True, False], ids=["watched", "unwatched"])
def slot(repository: Repository, base: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Slot]:
    with open_slots(repository, base, cache=tmp_path / "cache", folder=tmp_path / "slots") as slots:
        made = Slot(tmp_path / "slot", slots.origin, watched=request.param)
        made.show(base)
        yield made
        made.remove()


def compiled(slot: Slot) -> set[str]:
    return {str(path.relative_to(slot.path)) for path in slot.path.rglob("*.pyc")}


def compile_all(slot: Slot) -> None:
    for path in slot.path.rglob("*.py"):
        py_compile.compile(str(path), doraise=True)


def test_what_a_trusted_run_compiled_stays(slot: Slot, repository: Repository, base: str) -> None:
    compile_all(slot)
    both = {f"src/__pycache__/one.{TAG}.pyc", f"src/__pycache__/two.{TAG}.pyc"}
    slot.keep_bytecode()
    changed = repository.commit(base, {"src/one.py": b"def one():\n    return 7\n"}, message="c")
    for commit in (changed, base, base):
        slot.show(commit)
        assert compiled(slot) == both
    (slot.path / "src" / "__pycache__" / "stray.pyc").write_bytes(b"")
    slot.show(base)
    assert compiled(slot) == both


def test_what_any_other_run_compiled_is_removed(slot: Slot, base: str) -> None:
    compile_all(slot)
    slot.show(base)
    assert compiled(slot) == set()


def test_bytecode_that_a_candidate_wrote_is_dropped(slot: Slot, base: str) -> None:
    compile_all(slot)
    slot.keep_bytecode()
    forged = slot.path / "src" / "__pycache__" / f"one.{TAG}.pyc"
    content = forged.read_bytes()
    forged.write_bytes(content)
    os.utime(forged, ns=(1, 1))
    slot.show(base)
    assert compiled(slot) == {f"src/__pycache__/two.{TAG}.pyc"}
    slot.show(base)
    assert compiled(slot) == {f"src/__pycache__/two.{TAG}.pyc"}


def test_a_package_that_is_gone_leaves_no_folder(slot: Slot, repository: Repository, base: str) -> None:
    compile_all(slot)
    slot.keep_bytecode()
    slot.show(repository.commit(base, {"src/one.py": None, "src/two.py": None}, message="c"))
    assert not (slot.path / "src").exists()
    slot.show(base)
    assert (compiled(slot), (slot.path / "src" / "one.py").is_file()) == (set(), True)


def test_a_folder_of_bytecode_that_was_taken_away_is_no_loss(slot: Slot, base: str) -> None:
    compile_all(slot)
    slot.keep_bytecode()
    for path in (slot.path / "src" / "__pycache__").iterdir():
        path.unlink()
    (slot.path / "src" / "__pycache__").rmdir()
    slot.show(base)
    assert compiled(slot) == set()
    compile_all(slot)
    slot.show(base)
    assert compiled(slot) == set()


def test_a_folder_that_holds_more_than_bytecode_is_not_kept(slot: Slot, base: str) -> None:
    compile_all(slot)
    (slot.path / "src" / "__pycache__" / "evil.py").write_text("")
    slot.keep_bytecode()
    slot.show(base)
    assert compiled(slot) == set()


def test_a_file_s_time_follows_from_its_content(slot: Slot, repository: Repository, base: str) -> None:
    one = slot.path / "src" / "one.py"
    files = repository.files(base)
    before = one.stat().st_mtime_ns
    assert before == time_of(files["src/one.py"]) * 10**9
    other = repository.commit(base, {"src/one.py": b"def one():\n    return 2\n"}, message="same size")
    slot.show(other)
    after = one.stat()
    assert (after.st_size, after.st_mtime_ns) == (
        len(b"def one():\n    return 1\n"),
        time_of(repository.files(other)["src/one.py"]) * 10**9,
    )
    assert after.st_mtime_ns != before
    slot.show(base)
    assert one.stat().st_mtime_ns == before


@pytest.mark.parametrize("part", [pytest_warm, pytest_cold], ids=["warm", "cold"])
def test_two_edits_of_one_size_in_one_second_are_two(
    part: Any, slot: Slot, repository: Repository, base: str, tmp_path: Path
) -> None:
    test = b"from one import one\ndef test_one():\n    assert one() == 1\n"
    tree = repository.commit(base, {"src/test_one.py": test}, message="t")
    wrong = repository.commit(tree, {"src/one.py": b"def one():\n    return 2\n"}, message="c")
    variables = {"PATH": os.defpath, "HOME": str(tmp_path), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    server = part.build().open(wrap=unconfined, interpreter=Path(sys.executable), roots=("src",), environment=variables)
    said = []
    for commit in (tree, wrong, tree):
        slot.show(commit)
        report = server.run(slot.path, Selection(keep=not said), deadline=60, on_result=lambda _: True)
        said.append([result.outcome for result in report.results])
        if len(said) == 1:
            slot.keep_bytecode()
            assert {name.partition(".")[0] for name in compiled(slot)} == {
                "src/__pycache__/one",
                "src/__pycache__/test_one",
            }
    server.close()
    assert said == [["passed"], ["failed"], ["passed"]]
