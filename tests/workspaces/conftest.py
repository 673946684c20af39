"""Toy git repositories: real ones, made by real git, with nobody's configuration."""

import hashlib
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pareback.workspaces.repository import Repository, open_repository

START = 1_700_000_000


@dataclass(frozen=True, slots=True)
class Toy:
    """A work tree at `root`, and the git that made it."""

    root: Path

    def git(self, *args: str, stdin: bytes = b"") -> str:
        """What git printed; the user's HOME is the one that the test has set."""
        done = subprocess.run(
            ["git", *args], cwd=self.root, input=stdin, capture_output=True, check=True, env=dict(os.environ)
        )
        return os.fsdecode(done.stdout).strip()

    def write(self, path: str, content: bytes, *, mode: int = 0o644) -> Path:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        place.chmod(mode)
        return place

    def commit(self, message: str = "work") -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who has a name and no other settings."""
    place = tmp_path / "home"
    place.mkdir()
    for key in [key for key in os.environ if key.startswith(("GIT_", "XDG_"))]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    (place / ".gitconfig").write_text(
        "[user]\n\tname = Toy\n\temail = toy@example.org\n"
        "[init]\n\tdefaultBranch = main\n"
        '[protocol "file"]\n\tallow = always\n'
    )
    return place


@pytest.fixture
def make_toy(tmp_path: Path, home: Path) -> Callable[[str], Toy]:
    """A repository without a commit, by the name of its folder; for the user of `home`."""
    assert home.is_dir()

    def make(name: str) -> Toy:
        toy = Toy(tmp_path / name)
        toy.root.mkdir(parents=True)
        toy.git("init", "-q")
        return toy

    return make


@pytest.fixture
def toy(make_toy: Callable[[str], Toy]) -> Toy:
    """A repository with two modules, a script and a symlink, committed."""
    toy = make_toy("toy")
    toy.write("src/one.py", b"def one():\n    return 1\n")
    toy.write("src/two.py", b"def two():\n    return 2\n")
    toy.write("run.sh", b"#!/bin/sh\necho run\n", mode=0o755)
    toy.write("README", b"toy\n")
    (toy.root / "link").symlink_to("src/one.py")
    toy.commit("first")
    return toy


@pytest.fixture
def opened(tmp_path: Path) -> Callable[[Path], Repository]:
    """The repository that holds a path, with one shadow for the whole test."""
    return lambda path: open_repository(path, shadow=tmp_path / "state" / "shadow")


@pytest.fixture
def fingerprint() -> Callable[..., dict[str, tuple[int, int, str]]]:
    """Mode, modification time and hash of every file and symlink below a folder, `.git` included. `without` are
    beginnings of paths that may change."""

    def take(root: Path, *, without: tuple[str, ...] = ()) -> dict[str, tuple[int, int, str]]:
        found = {}
        for above, _, names in os.walk(root):
            for name in names:
                place = Path(above, name)
                path = str(place.relative_to(root))
                if not path.startswith(without or ("\0",)):
                    stat = place.lstat()
                    content = os.fsencode(place.readlink()) if place.is_symlink() else place.read_bytes()
                    found[path] = (stat.st_mode, stat.st_mtime_ns, hashlib.sha256(content).hexdigest())
        return found

    return take
