"""The gate that needs nothing installed: the same verdict as the whole program's, from a file and from a checkout."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "light" / "pareback-gate"
SWALLOW = "def f(a):\n    try:\n        return a()\n    except Exception:\n        pass\n"
FIGURES = ("delta", "charged", "budget", "within", "signals", "findings", "unpriced")

Git = Callable[..., str]


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    root = tmp_path / "repo"
    root.mkdir()
    (root / "a.py").write_text("def f(a):\n    return a()\n")
    (root / "übung.py").write_text("X = 1\n")
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "state"]):
        git(root, *words)
    return root


def git(root: Path, *words: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@b")
    return subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True, text=True).stdout


def gate(root: Path, *words: str, program: tuple[str, ...] = (str(SCRIPT),)) -> tuple[int, str, str]:
    """Exit code, output and errors, under an interpreter that sees no site packages."""
    environ = {"PATH": os.environ["PATH"], "PAREBACK_HOME": str(root.parent / "home")}
    command = [sys.executable, "-I", "-S", *program, *words]
    done = subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def verdict(root: Path, *words: str) -> dict[str, object]:
    document = json.loads(gate(root, *words, "--format", "json")[1])
    return {name: document[name] for name in FIGURES}


def test_it_judges_like_the_whole_program(repo: Path) -> None:
    (repo / "a.py").write_text(SWALLOW)
    (repo / "new.py").write_text("def g(b):\n    return b\n")
    (repo / "übung.py").unlink()
    command = [sys.executable, "-m", "pareback.orchestrator.cli", "check", "--base", "HEAD", "--format", "json"]
    environ = {**os.environ, "PAREBACK_HOME": str(repo.parent / "whole")}
    whole = json.loads(subprocess.run(command, cwd=repo, env=environ, capture_output=True, check=False).stdout)
    assert verdict(repo, "--base", "HEAD") == {name: whole[name] for name in FIGURES}


def test_an_unchanged_tree_is_within_and_a_hard_finding_is_not(repo: Path) -> None:
    assert gate(repo, "--base", "HEAD")[0] == 0
    (repo / "a.py").write_text(SWALLOW)
    assert gate(repo, "--base", "HEAD", "--enforce", "hard")[0] == 1
    assert gate(repo, "--base", "HEAD", "--enforce", "off")[0] == 0
    assert gate(repo, "--base", "HEAD", "--waive", "H3:a.py:f")[0] == 0


def test_staged_sees_the_index_alone_as_a_hook_needs_it(repo: Path) -> None:
    (repo / "a.py").write_text(SWALLOW)
    assert gate(repo, "--staged", "--enforce", "hard")[0] == 0
    git(repo, "add", "a.py")
    (repo / "a.py").write_text("def f(a):\n    return a()\n")
    assert gate(repo, "--staged", "--enforce", "hard")[0] == 1


def test_two_revisions_and_the_budget_of_the_base(repo: Path) -> None:
    (repo / "pareback.toml").write_text("budget = 0.5\n")
    git(repo, "add", "-A")
    git(repo, "commit", "-q", "-m", "budget")
    (repo / "a.py").write_text("def f(a):\n    if a:\n        return a()\n")
    (repo / "pareback.toml").write_text("budget = 100\n")
    git(repo, "commit", "-q", "-a", "-m", "grown")
    assert verdict(repo, "HEAD~1..HEAD") == verdict(repo, "--base", "HEAD~1")
    assert (verdict(repo, "HEAD~1..HEAD")["budget"], verdict(repo, "HEAD..HEAD~1")["budget"]) == (0.5, 100.0)
    assert gate(repo, "HEAD~1..HEAD")[0] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--base", "nope"], "'nope'"),
        (["nope"], "expected A..B"),
        (["--budget", "lots"], "'lots' is not a budget"),
    ],
)
def test_bad_words_get_one_line_and_exit_2(repo: Path, words: list[str], said: str) -> None:
    code, out, error = gate(repo, *words)
    assert (code, out, error.count("\n")) == (2, "", 1)
    assert said in error


def test_packed_it_is_one_small_file_that_runs_anywhere(repo: Path, tmp_path: Path) -> None:
    packed = tmp_path / "elsewhere" / "gate.pyz"
    subprocess.run([sys.executable, str(ROOT / "light/pack.py"), str(packed)], check=True, capture_output=True)
    assert packed.stat().st_size < 1 << 20
    (repo / "a.py").write_text(SWALLOW)
    code, out, _ = gate(repo, "--base", "HEAD", program=(str(packed),))
    assert (code, "HARD" in out) == (1, True)
