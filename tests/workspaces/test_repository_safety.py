"""Nothing that git could be made to run is run. Each trap is first shown to spring with plain git."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pareback.workspaces import git as git_door
from pareback.workspaces.projection import open_slots
from pareback.workspaces.repository import NotARepository, Repository, open_repository

Open = Callable[[Path], Repository]
START = 1_700_000_000
HOOKS = (
    "pre-commit",
    "post-commit",
    "post-checkout",
    "reference-transaction",
    "post-index-change",
    "post-rewrite",
    "pre-push",
)


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that leaves a witness when it is run."""
    program = tmp_path / "trap"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/witness\ncat 2>/dev/null\nexit 0\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def sprung(tmp_path: Path) -> Callable[[], bool]:
    """Whether a trap was run since the last question."""

    def ask() -> bool:
        found = (tmp_path / "witness").exists()
        (tmp_path / "witness").unlink(missing_ok=True)
        return found

    return ask


def use_everything(repository: Repository, tmp_path: Path) -> None:
    """Every public call, once."""
    repository.pin("run")
    base = repository.freeze(date=START)
    repository.freeze("HEAD", date=START)
    repository.freeze_index(date=START)
    repository.carry(["*.so"])
    head = repository.commit(base, {"src/one.py": b"mended\n"}, message="x")
    tests = repository.apply_patch(base, repository.patch(base, head), message="T")
    with open_slots(repository, base, cache=tmp_path / "cache", folder=tmp_path / "slots") as slots:
        slots.slot(0).show(tests)
        slots.slot(0).show(base)
    assert repository.deliver(base, head, branch="pareback/x", message="m")
    repository.merge_base("HEAD", "pareback/x")
    repository.upstream_or_default()
    repository.unpin("run")


def test_hooks_do_not_run(toy: Any, opened: Open, trap: Path, sprung: Callable[[], bool], tmp_path: Path) -> None:
    for name in HOOKS:
        (toy.root / ".git" / "hooks" / name).symlink_to(trap)
    toy.git("update-ref", "refs/heads/control", "HEAD")
    assert sprung()
    with opened(toy.root) as repository:
        use_everything(repository, tmp_path)
    assert not sprung()


@pytest.mark.parametrize(
    "key", ["core.fsmonitor", "core.hooksPath", "diff.external", "core.pager", "core.sshCommand", "core.editor"]
)
@pytest.mark.parametrize("scope", ["--local", "--global"])
def test_configured_programs_do_not_run(
    toy: Any, opened: Open, trap: Path, sprung: Callable[[], bool], tmp_path: Path, key: str, scope: str
) -> None:
    for name in HOOKS:
        (tmp_path / "hooks").mkdir(exist_ok=True)
        (tmp_path / "hooks" / name).symlink_to(trap)
    toy.git("config", scope, key, str(tmp_path / "hooks" if key == "core.hooksPath" else trap))
    toy.write("src/one.py", b"changed\n")
    toy.git("status")
    toy.git("update-ref", "refs/heads/control", "HEAD")
    toy.git("diff")
    assert sprung() == (key in {"core.fsmonitor", "core.hooksPath", "diff.external"})
    toy.git("checkout", "-q", "--", "src/one.py")
    sprung()
    with opened(toy.root) as repository:
        use_everything(repository, tmp_path)
    assert not sprung()


@pytest.mark.parametrize("scope", ["--local", "--global"])
def test_filters_and_drivers_that_attributes_name_do_not_run(
    toy: Any, opened: Open, trap: Path, sprung: Callable[[], bool], tmp_path: Path, scope: str
) -> None:
    toy.commit("clean")
    for key in (
        "filter.evil.clean",
        "filter.evil.smudge",
        "diff.evil.textconv",
        "diff.evil.command",
        "merge.evil.driver",
    ):
        toy.git("config", scope, key, str(trap))
    (toy.root / ".git" / "info" / "attributes").write_text("* filter=evil diff=evil merge=evil\n")
    toy.write(".gitattributes", b"* filter=evil diff=evil merge=evil\n*.py binary -text ident\n")
    toy.write("src/two.py", b"$Id$\n")
    toy.git("diff")
    assert sprung()
    with opened(toy.root) as repository:
        use_everything(repository, tmp_path)
        base = repository.freeze(date=START)
        assert repository.read_file(base, "src/two.py") == b"$Id$\n"
        head = repository.commit(base, {"src/two.py": b"text\n"}, message="x")
        assert b"-$Id$\n+text\n" in repository.patch(base, head)
    assert not sprung()


def test_a_swapped_git_entry_runs_nothing(
    toy: Any, make_toy: Any, opened: Open, trap: Path, sprung: Callable[[], bool]
) -> None:
    evil = make_toy("evil")
    evil.git("config", "core.fsmonitor", str(trap))
    evil.git("config", "core.worktree", str(toy.root))
    for name in HOOKS:
        (evil.root / ".git" / "hooks" / name).symlink_to(trap)
    with opened(toy.root) as repository:
        base = repository.freeze(date=START)
        (toy.root / ".git").rename(toy.root / "hidden")
        (toy.root / ".git").write_text(f"gitdir: {evil.root}/.git\n")
        toy.git("status")
        assert sprung()
        repository.freeze(date=START)
        (toy.root / ".git").unlink()
        (toy.root / "hidden").rename(toy.root / ".git")
        assert repository.freeze(date=START) == base
    assert not sprung()


def test_git_variables_of_the_caller_count_for_nothing(
    toy: Any, make_toy: Any, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_toy("other")
    other.write("other.py", b"other\n")
    other.commit()
    with opened(toy.root) as repository:
        expected = repository.files(repository.freeze(date=START))
    for key in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_CONFIG_COUNT"):
        monkeypatch.setenv(key, str(other.root / ".git"))
    with opened(toy.root) as repository:
        assert repository.files(repository.freeze(date=START)) == expected


def test_a_bare_repository_inside_the_work_tree_is_refused(
    toy: Any, opened: Open, trap: Path, sprung: Callable[[], bool]
) -> None:
    toy.git("init", "-q", "--bare", "fixtures/inner")
    subprocess.run(["git", "-C", str(toy.root / "fixtures/inner"), "config", "core.fsmonitor", str(trap)], check=True)
    with pytest.raises(
        NotARepository, match="fixtures/inner' is a git directory, or a bare repository inside a work tree"
    ):
        opened(toy.root / "fixtures" / "inner")
    assert not sprung()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_another_users_repository_is_refused_unless_declared_safe(toy: Any, opened: Open) -> None:
    os.chown(toy.root / ".git", 65534, 65534)
    with pytest.raises(NotARepository, match=r"belongs to another user \(uid 65534\).*safe.directory .*/toy`"):
        opened(toy.root)
    subprocess.run(["git", "config", "--global", "--add", "safe.directory", str(toy.root)], check=True)
    with opened(toy.root) as repository:
        assert repository.read_file(repository.freeze(date=START), "README") == b"toy\n"


def test_messages_cannot_forge_a_header(toy: Any, opened: Open) -> None:
    with opened(toy.root) as repository:
        base = repository.freeze(date=START)
        commit = repository.commit(base, {"README": b"x"}, message="a\n\nparent 0\0\udcff\n")
        assert repository.store.commit(commit).parents == (base,)
        assert repository.store.read(commit).endswith(b"\n\na\n\nparent 0?\n")


def test_stale_locks_of_a_killed_process_are_swept_from_the_shadow_only(toy: Any, opened: Open, tmp_path: Path) -> None:
    with opened(toy.root) as repository:
        base = repository.freeze(date=START)
    shadow = tmp_path / "state" / "shadow"
    stale = [shadow / "HEAD.lock", shadow / "objects" / "pack" / "tmp.lock", shadow / "tmp" / "index-x" / "index.lock"]
    for lock in stale:
        lock.parent.mkdir(exist_ok=True)
        lock.touch()
    (toy.root / ".git" / "index.lock").touch()
    with opened(toy.root) as repository:
        assert [lock.exists() for lock in stale] == [False] * 3
        assert repository.freeze(date=START) == base
        assert repository.deliver(base, repository.commit(base, {"README": b"x"}, message="x"), branch="x", message="m")
    assert (toy.root / ".git" / "index.lock").exists()


def test_the_same_work_gives_the_same_commits_in_another_shadow(toy: Any, tmp_path: Path) -> None:
    ids = []
    for place in ("one", "two"):
        with open_repository(toy.root, shadow=tmp_path / place / "shadow") as repository:
            base = repository.freeze(date=START)
            head = repository.commit(base, {"README": b"x"}, message="x")
            ids.append((base, head, repository.deliver(base, head, branch="pareback/same", message="m")))
    assert ids[0] == ids[1]


def test_the_shadow_shares_nothing_but_objects(toy: Any, opened: Open, tmp_path: Path) -> None:
    toy.git("config", "core.editor", "mine")
    with opened(toy.root) as repository:
        repository.freeze(date=START)
    shadow = tmp_path / "state" / "shadow"
    assert sorted(place.name for place in shadow.iterdir()) == [
        "HEAD",
        "alternates",
        "config",
        "objects",
        "refs",
        "tmp",
    ]
    assert "mine" not in (shadow / "config").read_text()
    assert shadow.stat().st_mode & 0o777 == 0o700


def test_the_version_of_git_is_numbers() -> None:
    assert git_door.version() >= (2, 20)
