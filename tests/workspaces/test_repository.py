"""The shadow repository: what is frozen, what is committed from bytes, what a patch says."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pareback.workspaces.repository import MissingObject, NotARepository, Repository

Open = Callable[[Path], Repository]
START = 1_700_000_000


def bytes_of(repository: Repository, commit: str) -> dict[str, bytes]:
    return {path: repository.read(blob) for path, blob in repository.files(commit).items()}


def test_a_clean_tree_freezes_to_the_tree_of_head(toy: Any, opened: Open) -> None:
    with opened(toy.root) as repository:
        base = repository.freeze(date=START)
        assert repository.root == toy.root
        assert repository.head == toy.git("rev-parse", "HEAD")
        assert repository.store.commit(base).tree == toy.git("rev-parse", "HEAD^{tree}")
        assert repository.modes(base) == {
            "README": 0o100644,
            "link": 0o120000,
            "run.sh": 0o100755,
            "src/one.py": 0o100644,
            "src/two.py": 0o100644,
        }
        assert "link" not in repository.files(base)


def test_freezing_twice_gives_the_same_commit(toy: Any, opened: Open) -> None:
    with opened(toy.root) as one, opened(toy.root) as other:
        assert one.freeze(date=START) == other.freeze(date=START)
        assert one.freeze(date=START) != one.freeze(date=START + 1)


def test_a_dirty_tree_is_frozen_as_it_lies_on_disk(toy: Any, opened: Open, fingerprint: Any) -> None:
    toy.write(".gitignore", b"*.log\n")
    toy.write("staged.py", b"staged\n")
    toy.git("add", "staged.py", ".gitignore")
    toy.write("staged.py", b"staged and edited\n")
    toy.write("src/one.py", b"unstaged\n")
    toy.write("untracked/new.py", b"new\n", mode=0o755)
    toy.write("noise.log", b"ignored\n")
    toy.git("mv", "README", "READ ME")
    (toy.root / "src/two.py").unlink()
    (toy.root / "run.sh").chmod(0o644)
    before = fingerprint(toy.root)
    with opened(toy.root / "src") as repository:
        base = repository.freeze(date=START)
        assert bytes_of(repository, base) == {
            ".gitignore": b"*.log\n",
            "READ ME": b"toy\n",
            "run.sh": b"#!/bin/sh\necho run\n",
            "src/one.py": b"unstaged\n",
            "staged.py": b"staged and edited\n",
            "untracked/new.py": b"new\n",
        }
        assert repository.modes(base)["run.sh"] == 0o100644
        assert repository.modes(base)["untracked/new.py"] == 0o100755
        assert bytes_of(repository, repository.freeze_index(date=START))["staged.py"] == b"staged\n"
    assert fingerprint(toy.root) == before


def test_a_hook_may_name_another_index(toy: Any, opened: Open, tmp_path: Path) -> None:
    usual = toy.root / ".git" / "index"
    toy.write("README", b"staged elsewhere\n")
    kept = usual.read_bytes()
    toy.git("add", "README")
    (tmp_path / "other-index").write_bytes(usual.read_bytes())
    usual.write_bytes(kept)
    with opened(toy.root) as repository:
        assert repository.read_file(repository.freeze_index(date=START), "README") == b"toy\n"
        other = repository.freeze_index(date=START, index=tmp_path / "other-index")
        assert repository.read_file(other, "README") == b"staged elsewhere\n"


def test_a_conflict_is_frozen_as_it_lies_on_disk_but_not_as_staged(toy: Any, opened: Open) -> None:
    toy.git("checkout", "-q", "-b", "side")
    toy.write("README", b"side\n")
    toy.commit("side")
    toy.git("checkout", "-q", "main")
    toy.write("README", b"main\n")
    toy.commit("main")
    with pytest.raises(subprocess.CalledProcessError):
        toy.git("merge", "side")
    with opened(toy.root) as repository:
        frozen = repository.read_file(repository.freeze(date=START), "README")
        assert frozen == (toy.root / "README").read_bytes()
        assert frozen.startswith(b"<<<<<<<")
        with pytest.raises(ValueError, match="'README' has a merge conflict"):
            repository.freeze_index(date=START)


def test_an_unborn_head_is_a_base_without_a_parent(make_toy: Any, opened: Open) -> None:
    toy = make_toy("unborn")
    toy.write("a.py", b"a\n")
    with opened(toy.root) as repository:
        base = repository.freeze(date=START)
        assert repository.head is None
        assert repository.store.commit(base).parents == ()
        assert bytes_of(repository, base) == {"a.py": b"a\n"}


def test_an_empty_repository_freezes_to_nothing(make_toy: Any, opened: Open) -> None:
    with opened(make_toy("empty").root) as repository:
        assert repository.files(repository.freeze(date=START)) == {}


def test_a_detached_head_and_a_linked_worktree_are_followed(
    toy: Any, opened: Open, tmp_path: Path, fingerprint: Any
) -> None:
    toy.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    (tmp_path / "linked" / "src" / "one.py").write_bytes(b"only here\n")
    before = fingerprint(toy.root)
    with opened(tmp_path / "linked" / "src") as repository:
        base = repository.freeze(date=START)
        assert repository.root == tmp_path / "linked"
        assert repository.read_file(base, "src/one.py") == b"only here\n"
        assert repository.read_file(base, "src/two.py") == b"def two():\n    return 2\n"
    assert fingerprint(toy.root) == before


def test_strange_names_come_through(toy: Any, opened: Open) -> None:
    names = [
        "with space.py",
        "tab\tand\nnewline.py",
        "ünïcode/größe.py",
        '"quoted".py',
        "-dash.py",
        os.fsdecode(b"latin\xe9"),
    ]
    for name in names:
        toy.write(name, name.encode(errors="surrogateescape"))
    with opened(toy.root) as repository:
        base = repository.freeze(date=START)
        frozen = bytes_of(repository, base)
        assert {name: frozen[name] for name in names} == {name: os.fsencode(name) for name in names}
        head = repository.commit(base, dict.fromkeys(names, b"changed\n"), message="change")
        toy.commit("all of them")
        onto = repository.apply_patch(base, repository.patch(base, head), message="change")
        assert repository.changes(onto, head) == {}


def test_line_ends_are_frozen_as_they_are_whatever_git_would_make_of_them(toy: Any, opened: Open) -> None:
    toy.write(".gitattributes", b"*.txt text eol=crlf\n*.latin working-tree-encoding=UTF-16\n")
    toy.write("crlf.txt", b"one\r\ntwo\r\n")
    toy.commit("attributes")
    toy.git("config", "core.autocrlf", "true")
    contents = {
        "dos.py": b"a\r\nb\r\n",
        "mixed.py": b"a\r\nb\n",
        "bom.py": b"\xef\xbb\xbfx",
        "nul.bin": b"\0\r\n",
        "no_end": b"x",
    }
    for path, content in contents.items():
        toy.write(path, content)
    with opened(toy.root) as repository:
        frozen = bytes_of(repository, repository.freeze(date=START))
        assert frozen["crlf.txt"] == b"one\r\ntwo\r\n"
        assert {path: frozen[path] for path in contents} == contents


def test_a_submodule_stays_a_gitlink_and_a_nested_repository_is_skipped(toy: Any, make_toy: Any, opened: Open) -> None:
    library = make_toy("library")
    library.write("lib.py", b"lib\n")
    pinned = library.commit()
    toy.git("submodule", "--quiet", "add", str(library.root), "vendor/library")
    toy.commit("submodule")
    toy.write("vendor/library/lib.py", b"dirty inside\n")
    toy.write("nested/inner.py", b"inner\n")
    toy.git("init", "-q", "nested")
    with opened(toy.root) as repository:
        base = repository.freeze(date=START)
        assert repository.modes(base)["vendor/library"] == 0o160000
        assert (
            pinned in repository.store.read(repository.store.commit(base).tree).hex()
            or repository.store.tree(repository.store.tree(repository.store.commit(base).tree)["vendor"].id)[
                "library"
            ].id
            == pinned
        )
        assert not [path for path in repository.modes(base) if path.startswith(("nested", "vendor/library/"))]
        with pytest.raises(ValueError, match="'vendor/library' is no folder"):
            repository.commit(base, {"vendor/library/lib.py": b"x"}, message="below")


def test_a_file_behind_a_folder_that_became_a_symlink_is_gone(toy: Any, opened: Open, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "one.py").write_bytes(b"secret\n")
    (toy.root / "src").rename(toy.root / "old")
    (toy.root / "src").symlink_to(tmp_path / "elsewhere")
    with opened(toy.root) as repository:
        base = repository.freeze(date=START)
        assert repository.modes(base)["src"] == 0o120000
        assert "src/one.py" not in repository.files(base)
        assert repository.read_file(base, "old/one.py") == b"def one():\n    return 1\n"


def test_a_fifo_in_place_of_a_file_does_not_hang(toy: Any, opened: Open) -> None:
    (toy.root / "README").unlink()
    os.mkfifo(toy.root / "README")
    with opened(toy.root) as repository:
        assert "README" not in repository.files(repository.freeze(date=START))


def test_what_the_user_ignores_everywhere_is_not_frozen(toy: Any, opened: Open, home: Path) -> None:
    (home / "mine").write_text(".idea\n")
    with (home / ".gitconfig").open("a") as config:
        config.write("[core]\n\texcludesFile = ~/mine\n")
    (toy.root / ".git" / "info" / "exclude").write_text("private\n")
    for path in (".idea/x", "private", "public"):
        toy.write(path, b"x")
    with opened(toy.root) as repository:
        files = repository.files(repository.freeze(date=START))
        assert [path for path in (".idea/x", "private", "public") if path in files] == ["public"]


def test_a_sparse_checkout_keeps_what_it_leaves_out(toy: Any, opened: Open) -> None:
    toy.git("sparse-checkout", "set", "--no-cone", "/README")
    assert not (toy.root / "src").exists()
    with opened(toy.root) as repository:
        assert repository.read_file(repository.freeze(date=START), "src/one.py") == b"def one():\n    return 1\n"


def test_the_base_outlives_a_prune_of_what_was_only_staged(toy: Any, opened: Open) -> None:
    toy.write("staged.py", b"only staged\n")
    toy.git("add", "staged.py")
    with opened(toy.root) as repository:
        repository.pin("run")
        base = repository.freeze(date=START)
        toy.git("rm", "-q", "-f", "staged.py")
        toy.commit("away")
        toy.git("checkout", "-q", "--orphan", "other")
        toy.git("branch", "-q", "-D", "main")
        toy.git("commit", "-q", "-m", "other")
        toy.git("reflog", "expire", "--expire=now", "--all")
        toy.git("gc", "-q", "--prune=now")
        assert repository.read_file(base, "staged.py") == b"only staged\n"
        assert repository.read_file(base, "src/one.py") == b"def one():\n    return 1\n"


def test_a_revision_is_its_own_base(toy: Any, opened: Open) -> None:
    first = toy.git("rev-parse", "HEAD")
    toy.git("tag", "v1")
    toy.write("README", b"second\n")
    toy.commit("second")
    with opened(toy.root) as repository:
        assert repository.freeze("v1", date=START) == first
        assert repository.freeze("HEAD~1", date=START) == first
        with pytest.raises(ValueError, match=r"unknown revision 'nowhere' in .*: expected a branch"):
            repository.freeze("nowhere", date=START)
        with pytest.raises(ValueError, match="unknown revision '--output=x'"):
            repository.freeze("--output=x", date=START)


def test_a_shallow_clone_says_what_to_fetch(toy: Any, opened: Open, tmp_path: Path) -> None:
    toy.commit("second")
    toy.git("clone", "-q", "--depth", "1", f"file://{toy.root}", str(tmp_path / "shallow"))
    with opened(tmp_path / "shallow") as repository:
        with pytest.raises(ValueError, match=r"shallow: type `git -C .*/shallow fetch --unshallow`"):
            repository.freeze("HEAD~1", date=START)
        assert repository.read_file(repository.freeze(date=START), "README") == b"toy\n"


def test_a_partial_clone_says_what_is_missing_before_half_a_tree_is_used(
    toy: Any, opened: Open, tmp_path: Path
) -> None:
    toy.git("config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    toy.write("src/one.py", b"second\n")
    toy.commit("second")
    toy.git("clone", "-q", "--filter=blob:none", f"file://{toy.root}", str(partial))
    with opened(partial) as repository:
        assert repository.read_file(repository.freeze(date=START), "src/one.py") == b"second\n"
        with pytest.raises(
            MissingObject, match=r"1 files of .*'src/one.py' the first.*type `git -C .* fetch --refetch"
        ):
            repository.freeze("HEAD~1", date=START)
    subprocess.run(["git", "-C", str(partial), "fetch", "-q", "--refetch", "--no-filter", "origin"], check=True)
    with opened(partial) as repository:
        assert (
            repository.read_file(repository.freeze("HEAD~1", date=START), "src/one.py") == b"def one():\n    return 1\n"
        )


def test_a_bare_repository_is_read_and_gets_a_branch_and_nothing_else(
    toy: Any, opened: Open, tmp_path: Path, fingerprint: Any
) -> None:
    place = tmp_path / "bare.git"
    toy.git("clone", "-q", "--bare", str(toy.root), str(place))
    before = fingerprint(place)
    with opened(place) as repository:
        assert repository.bare
        base = repository.freeze(date=START)
        assert base == toy.git("rev-parse", "HEAD")
        assert repository.carry(["*.py"]) == {}
        head = repository.commit(base, {"src/one.py": b"def one():\n    return 11\n"}, message="change")
        assert fingerprint(place) == before
        commit = repository.deliver(base, head, branch="pareback/r", message="change")
    assert commit == toy.git("-C", str(place), "rev-parse", "pareback/r")
    assert toy.git("-C", str(place), "show", "pareback/r:src/one.py") == "def one():\n    return 11"
    assert fingerprint(place, without=("objects", "refs/heads/pareback")) == {
        path: seen for path, seen in before.items() if not path.startswith("objects")
    }


def test_what_is_no_repository_is_refused_in_one_line(make_toy: Any, opened: Open, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    with pytest.raises(NotARepository, match=r"no git repository at .*type `git init`"):
        opened(plain)
    make_toy("toy").git("init", "-q", "--bare", str(tmp_path / "bare.git"))
    with pytest.raises(NotARepository, match="is a git directory"):
        opened(tmp_path / "bare.git" / "refs")
    with pytest.raises(NotARepository, match="is a git directory"):
        opened(tmp_path / "toy" / ".git")
    (plain / ".git").write_text("gitdir: /nowhere\n")
    with pytest.raises(NotARepository, match="leads to no git directory"):
        opened(plain)
    make_toy("toy2").git("init", "-q", "--object-format=sha256", str(tmp_path / "long"))
    with pytest.raises(NotARepository, match="stores its objects as 'sha256'"):
        opened(tmp_path / "long")
    broken = make_toy("broken")
    broken.commit()
    broken.write(".git/refs/heads/main", b"1" * 40 + b"\n")
    with pytest.raises(NotARepository, match=r"HEAD of '.*broken' cannot be read: type `git -C .* fsck`"):
        opened(broken.root)


def test_objects_borrowed_from_a_third_repository_are_found(toy: Any, opened: Open, tmp_path: Path) -> None:
    toy.git("clone", "-q", "--shared", str(toy.root), str(tmp_path / "second"))
    toy.git("clone", "-q", "--shared", str(tmp_path / "second"), str(tmp_path / "third"))
    with opened(tmp_path / "third") as repository:
        base = repository.freeze(date=START)
        assert bytes_of(repository, base)["README"] == b"toy\n"
        assert repository.patch(base, repository.commit(base, {"README": None}, message="x")).startswith(
            b"diff --git a/README"
        )


def test_a_commit_is_made_of_bytes_and_keeps_modes(toy: Any, opened: Open) -> None:
    with opened(toy.root) as repository:
        base = repository.freeze(date=START)
        changes = {"run.sh": b"#!/bin/sh\n", "src/one.py": None, "new/deep/file.py": b"x\r\n", "never/was": None}
        head = repository.commit(base, changes, message="round 1")
        assert head == repository.commit(base, dict(reversed(changes.items())), message="round 1")
        assert repository.store.commit(head).parents == (base,)
        assert repository.store.commit(head).date == START + 1
        assert repository.modes(head)["run.sh"] == 0o100755
        assert repository.modes(head)["new/deep/file.py"] == 0o100644
        assert repository.changes(base, head) == {
            key: changes[key] for key in ("new/deep/file.py", "run.sh", "src/one.py")
        }
        assert repository.commit(base, repository.changes(base, head), message="round 1") == head
        back = repository.commit(head, repository.changes(head, base), message="back")
        assert repository.store.commit(back).tree == repository.store.commit(base).tree


def test_git_agrees_with_the_trees_that_are_written(toy: Any, opened: Open, tmp_path: Path) -> None:
    paths = ["a", "a.b/c", "a-b", "a0/z", "b/a/c/d", "b.py", "b/a.py"]
    with opened(toy.root) as repository:
        base = repository.freeze(date=START)
        head = repository.commit(base, {path: path.encode() for path in paths}, message="sorted")
        shadow = tmp_path / "state" / "shadow"
        subprocess.run(["git", f"--git-dir={shadow}", "fsck", "--strict", "--no-dangling", head], check=True)
        listed = subprocess.run(
            ["git", f"--git-dir={shadow}", "ls-tree", "-r", "--name-only", head], check=True, capture_output=True
        )
        assert listed.stdout.decode().split() == sorted([*paths, *repository.modes(base)])


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../up",
        "a/../b",
        "a//b",
        "a/",
        ".git/config",
        "a/.GIT/hooks/x",
        "git~1/x",
        ".g\u200cit/x",
        ".git./x",
        "a\0b",
    ],
)
def test_a_path_that_git_could_not_hold_is_refused(toy: Any, opened: Open, path: str) -> None:
    with opened(toy.root) as repository:
        base = repository.freeze(date=START)
        with pytest.raises(ValueError, match="is no path inside a repository"):
            repository.commit(base, {path: b"x"}, message="x")


def test_a_commit_goes_through_nothing_but_folders(toy: Any, opened: Open) -> None:
    with opened(toy.root) as repository:
        base = repository.freeze(date=START)
        for path, said in {
            "link": "is a symlink or a submodule",
            "link/below": "is no folder",
            "README/below": "is no folder",
            "src": "is a folder",
        }.items():
            with pytest.raises(ValueError, match=said):
                repository.commit(base, {path: b"x"}, message="x")
        with pytest.raises(ValueError, match="is a folder"):
            repository.commit(base, {"src": None}, message="x")
        head = repository.commit(base, {"README": None, "README/below": b"x"}, message="a file becomes a folder")
        assert repository.read_file(head, "README/below") == b"x"
        again = repository.commit(head, {"README": b"y", "README/below": None}, message="and a file again")
        assert repository.read_file(again, "README") == b"y"


def test_a_patch_applies_where_git_applies_it(toy: Any, opened: Open) -> None:
    with opened(toy.root) as repository:
        base = repository.freeze(date=START)
        changes = {"src/one.py": b"def one():\r\n    return 3", "blob": bytes(range(256)), "src/two.py": None}
        head = repository.commit(base, changes, message="x")
        patch = repository.patch(base, head)
        assert patch == repository.patch(base, head)
        assert b"--- a/src/one.py\n+++ b/src/one.py\n" in patch
        toy.git("apply", "--check", stdin=patch)
        assert repository.changes(repository.apply_patch(base, patch, message="T"), head) == {}
        assert repository.apply_patch(base, b"\n", message="T") == base
        assert repository.patch(base, base) == b""


def test_a_patch_without_a_place_names_it(toy: Any, opened: Open) -> None:
    patch = b"--- a/src/one.py\n+++ b/src/one.py\n@@ -1,2 +1,2 @@\n def other():\n-    return 1\n+    return 2\n"
    with opened(toy.root) as repository:
        base = repository.freeze(date=START)
        with pytest.raises(ValueError, match=r"the patch does not apply: patch failed: src/one.py:1; .*") as caught:
            repository.apply_patch(base, patch, message="T")
        assert "\n" not in str(caught.value)
        with pytest.raises(ValueError, match="the patch does not apply"):
            repository.apply_patch(base, b"no patch at all", message="T")
        fitting = patch.replace(b"other", b"one").rstrip(b"\n")  # cut at its end, as records often are
        assert (
            repository.read_file(repository.apply_patch(base, fitting, message="T"), "src/one.py")
            == b"def one():\n    return 2\n"
        )


def test_build_products_are_carried_and_environments_are_not(toy: Any, opened: Open) -> None:
    toy.write(".gitignore", b"_version.py\n*.so\n.venv\n")
    toy.write("src/_version.py", b"version\n")
    toy.write("src/fast.so", b"\x7fELF")
    toy.write(".venv/pyvenv.cfg", b"")
    toy.write(".venv/lib/other.so", b"\x7fELF")
    with opened(toy.root) as repository:
        carried = repository.carry(["_version.py", "src/*.so", "*.so"])
        assert sorted(carried) == ["src/_version.py", "src/fast.so"]
        assert repository.read(carried["src/_version.py"].id) == b"version\n"
        assert repository.carry([]) == {}
        for pattern in ("../*", "/etc/*", "a/../../b"):
            with pytest.raises(ValueError, match="leads outside the repository"):
                repository.carry([pattern])
