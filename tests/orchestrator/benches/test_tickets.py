"""Tickets from real history: read from a file and a mirror, laid out as one commit without the solution."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pareback.orchestrator.benches.tickets import tasks
from pareback.orchestrator.boundary import Mistake

GONE = "f" * 40


def git(folder: Path, *words: str, moment: int = 0) -> str:
    who = {"GIT_AUTHOR_NAME": "h", "GIT_AUTHOR_EMAIL": "h@example.org", "GIT_COMMITTER_NAME": "h"}
    when = {"GIT_COMMITTER_EMAIL": "h@example.org", "GIT_COMMITTER_DATE": f"{moment} +0000"}
    done = subprocess.run(
        ["git", *words], cwd=folder, env=os.environ | who | when, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def commit(folder: Path, files: Mapping[str, str], *, moment: int) -> str:
    for path, text in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", f"at {moment}", moment=moment)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def records(tmp_path: Path) -> list[dict[str, Any]]:
    """Two tickets of one project, the later one first; their mirror is in `tmp_path`."""
    upstream = tmp_path / "owner+name" / "repo"
    upstream.mkdir(parents=True)
    git(upstream, "init", "-q", "-b", "main")
    first = commit(upstream, {"code.py": "A = 1\n", "tests/test_old.py": "old\n", "run": "#!\n"}, moment=1_000_000_000)
    (upstream / "tests/test_old.py").unlink()
    (upstream / "run").chmod(0o755)
    second = commit(upstream, {"code.py": "A = 2\n", "tests/test_new.py": "new\n"}, moment=1_000_000_100)
    third = commit(upstream, {"code.py": "A = 3\n", "tests/test_new.py": "newer\n"}, moment=1_000_000_200)
    common = {"repo": "owner/name", "src_files": ["code.py"], "problem_statement": "count", "f2p": ["t"], "kind": "bug"}
    late = {"id": "a-late", "base": second, "commit": third, "test_files": ["tests/test_new.py"]}
    early = {"id": "b-early", "base": first, "commit": second, "test_files": ["tests/test_new.py", "tests/test_old.py"]}
    return [common | late, common | early]


def written(place: Path, *records: object) -> Path:
    file = place / "tickets.jsonl"
    file.write_text("".join(json.dumps(record) + "\n\n" for record in records))
    return file


def test_older_changes_come_first_and_only_those_asked_for(records: list[dict[str, Any]], tmp_path: Path) -> None:
    file = written(tmp_path, *records)
    assert [task.id for task in tasks(file, tmp_path)] == ["b-early", "a-late"]
    assert [(task.id, task.text, task.files, task.tests) for task in tasks(file, tmp_path, ["a-late"])] == [
        ("a-late", "count", (), ("t",))
    ]


def test_what_is_laid_out_is_one_commit_with_the_tests_and_without_the_solution(
    records: list[dict[str, Any]], tmp_path: Path
) -> None:
    early, late = tasks(written(tmp_path, *records), tmp_path)
    starts = [early.lay_out(tmp_path / "kept"), late.lay_out(tmp_path / "kept")]
    assert [start.repository for start in starts] == [tmp_path / "kept/repositories/owner+name"] * 2
    assert early.lay_out(tmp_path / "kept") == starts[0]
    laid = starts[0].repository
    assert git(laid, "log", "--all", "--format=%s %P").split("\n") == ["base of a-late ", "base of b-early"]
    listed = git(laid, "ls-tree", "-r", "--format=%(objectmode) %(path)", str(starts[0].base))
    assert listed.split("\n") == ["100644 code.py", "100644 run", "100644 tests/test_new.py"]
    shown = [git(laid, "show", f"{start.base}:{path}") for start in starts for path in ("code.py", "tests/test_new.py")]
    assert shown == ["A = 1", "new", "A = 2", "newer"]
    assert "100755 run" in git(laid, "ls-tree", "--format=%(objectmode) %(path)", str(starts[1].base))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"repo": "owner/gone"}, "there is no mirror of 'owner/gone': expected a git repository at"),
        ({"base": GONE}, f"the mirror of 'owner/name' does not hold commit '{GONE}'"),
        ({"f2p": None}, ":1: field 'f2p' is None; expected the tests that must turn green"),
    ],
)
def test_what_does_not_fit_names_itself(
    records: list[dict[str, Any]], tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    file = written(tmp_path, records[0] | change, records[1])
    with pytest.raises(Mistake, match=re.escape(said)) as raised:
        tasks(file, tmp_path)
    assert "\n" not in str(raised.value)


def test_a_file_that_holds_no_such_ticket_or_no_record_is_named(records: list[dict[str, Any]], tmp_path: Path) -> None:
    with pytest.raises(Mistake, match="no ticket 'b-earl'; it has a-late, b-early"):
        tasks(written(tmp_path, *records), tmp_path, ["b-earl"])
    with pytest.raises(Mistake, match=":1: field 'id' is None"):
        tasks(written(tmp_path, [1]), tmp_path)
