"""Bundles: what is taken apart is the commit that was put in, and the repository it came from stays as it was."""

import subprocess
from pathlib import Path

import pytest

from pareback.workspaces.bundle import BadBundle, make, open_bundle
from pareback.workspaces.repository import open_repository

WHO = ("-c", "user.name=t", "-c", "user.email=t@example.org")


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *WHO, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    for number in range(3):
        (root / "a.txt").write_text(f"{number}\n")
        git(root, "add", "-A")
        git(root, "commit", "-q", "-m", str(number))
    return root


def test_a_commit_travels_with_its_history(project: Path, tmp_path: Path) -> None:
    before = sorted(path for path in project.rglob("*"))
    (project / "secret.env").write_text("not committed")
    commit, file = make(project, None, folder=tmp_path / "sent")
    (project / "secret.env").unlink()
    assert (file.name, sorted(path for path in project.rglob("*"))) == (f"{commit}.bundle", before)
    there = open_bundle(file, commit, folder=tmp_path / "there")
    assert git(there, "log", "--format=%s", "base").split() == ["2", "1", "0"]
    with open_repository(there, shadow=tmp_path / "shadow") as repository:
        assert repository.freeze(commit, date=0) == commit == git(project, "rev-parse", "HEAD")
        assert repository.read_file(commit, "a.txt") == b"2\n"
        assert list(repository.files(commit)) == ["a.txt"]


def test_it_is_made_once_and_opened_once(project: Path, tmp_path: Path) -> None:
    commit, file = make(project, "main~1", folder=tmp_path / "sent")
    made = file.stat().st_mtime_ns
    assert make(project, commit, folder=tmp_path / "sent") == (commit, file)
    there = open_bundle(file, commit, folder=tmp_path / "there")
    file.unlink()
    assert open_bundle(file, commit, folder=tmp_path / "there") == there
    again = make(project, commit, folder=tmp_path / "sent")[1]
    assert again.stat().st_mtime_ns > made
    assert [path.name for path in (tmp_path / "sent").iterdir()] == [again.name]
    assert [path.name for path in (tmp_path / "there").iterdir()] == [there.name]


def test_another_bundle_is_not_taken_for_it(project: Path, tmp_path: Path) -> None:
    old, file = make(project, "HEAD~1", folder=tmp_path)
    new = git(project, "rev-parse", "HEAD")
    with pytest.raises(BadBundle, match=f"is no bundle of commit '{new}'"):
        open_bundle(file, new, folder=tmp_path / "there")
    whole = file.read_bytes()
    file.write_bytes(whole[:-30] + b"x" * 30)
    with pytest.raises(BadBundle, match="is no bundle of commit"):
        open_bundle(file, old, folder=tmp_path / "there")
    file.write_bytes(whole)
    assert open_bundle(file, old, folder=tmp_path / "there").exists()


def test_what_cannot_travel_is_said(project: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown revision 'nowhere'"):
        make(project, "nowhere", folder=tmp_path)
    shallow = tmp_path / "shallow"
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{project}", str(shallow))
    with pytest.raises(ValueError, match="fetch --unshallow"):
        make(shallow, None, folder=tmp_path)
