"""Delivery: one commit, one new ref, and nothing of the frozen base in the user's repository."""

import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pareback.workspaces.repository import Repository

Open = Callable[[Path], Repository]
START = 1_700_000_000
MENDED = b"def one():\n    return 11\n"
REF = ".git/refs/heads/pareback"
ALLOWED = (".git/objects", REF)


def has(root: Path, object_id: str) -> bool:
    done = subprocess.run(["git", "-C", str(root), "cat-file", "-e", object_id], capture_output=True, check=False)
    return done.returncode == 0


def mended(repository: Repository, **changes: bytes | None) -> tuple[str, str]:
    base = repository.freeze(date=START)
    return base, repository.commit(base, {"src/one.py": MENDED, **changes}, message="round 1")


def test_one_commit_on_head_and_all_else_stays_as_it_was(toy: Any, opened: Open, fingerprint: Any) -> None:
    before, head = fingerprint(toy.root), toy.git("rev-parse", "HEAD")
    with opened(toy.root) as repository:
        repository.pin("run-1")
        base, candidate = mended(repository, **{"new.py": b"new\n", "README": None})
        commit = repository.deliver(base, candidate, branch="pareback/run-1", message="Mend one()\n\nTicket 7.")
        repository.unpin("run-1")
    assert toy.git("rev-parse", "pareback/run-1") == commit
    assert toy.git("log", "--format=%P|%an|%B", "-1", str(commit)) == f"{head}|pareback|Mend one()\n\nTicket 7."
    assert toy.git("diff", "--name-status", head, str(commit)).split() == [
        "D",
        "README",
        "A",
        "new.py",
        "M",
        "src/one.py",
    ]
    assert fingerprint(toy.root, without=ALLOWED) == {k: v for k, v in before.items() if not k.startswith(ALLOWED)}
    assert before.items() <= fingerprint(toy.root).items()
    toy.git("fsck", "--strict", "--no-dangling")


def test_an_untracked_secret_never_reaches_the_users_store(toy: Any, opened: Open) -> None:
    toy.write(".env", b"KEY=sk-secret\n")
    toy.write("tests/test_one.py", b"assert False\n")
    with opened(toy.root) as repository:
        base, candidate = mended(repository)
        assert repository.read_file(base, ".env") == b"KEY=sk-secret\n"
        commit = repository.deliver(base, candidate, branch="pareback/x", message="m")
        secret = repository.files(base)[".env"]
        assert repository.files(str(commit)).keys() == repository.files(str(repository.head)).keys()
        private = [
            secret,
            base,
            candidate,
            repository.store.commit(base).tree,
            repository.files(base)["tests/test_one.py"],
        ]
    assert toy.git("show", f"{commit}:src/one.py").encode() + b"\n" == MENDED
    assert [has(toy.root, private_id) for private_id in private] == [False] * 5
    assert toy.git("count-objects").split()[0] == str(8 + 4)  # the commit, two trees, one blob


def test_a_dirty_part_elsewhere_in_the_file_is_not_delivered(toy: Any, opened: Open) -> None:
    lines = [b"%d\n" % number for number in range(40)]
    toy.write("long.py", b"".join(lines))
    toy.commit("long")
    dirty = [b"dirty\n", *lines[1:]]
    toy.write("long.py", b"".join(dirty))
    with opened(toy.root) as repository:
        base = repository.freeze(date=START)
        candidate = repository.commit(base, {"long.py": b"".join([*dirty[:30], b"mended\n", *dirty[31:]])}, message="x")
        commit = repository.deliver(base, candidate, branch="pareback/x", message="m")
        assert repository.read_file(str(commit), "long.py") == b"".join([*lines[:30], b"mended\n", *lines[31:]])


def test_a_patch_on_uncommitted_lines_is_not_delivered(toy: Any, opened: Open, fingerprint: Any) -> None:
    toy.write("src/one.py", b"def one():\n    return 7\n")
    toy.write("new.py", b"untracked\n")
    before = fingerprint(toy.root)
    with opened(toy.root) as repository:
        assert repository.deliver(*mended(repository), branch="pareback/x", message="m") is None
        base = repository.freeze(date=START)
        candidate = repository.commit(base, {"new.py": b"changed\n"}, message="x")
        assert repository.deliver(base, candidate, branch="pareback/x", message="m") is None
    assert fingerprint(toy.root) == before


def test_line_ends_of_the_checkout_do_not_hinder(toy: Any, opened: Open) -> None:
    toy.write(".gitattributes", b"*.py text eol=crlf\n")
    toy.commit("attributes")
    (toy.root / "src/one.py").unlink()
    toy.git("checkout", "--", "src/one.py")
    assert (toy.root / "src/one.py").read_bytes() == b"def one():\r\n    return 1\r\n"
    assert toy.git("status", "--porcelain") == ""
    with opened(toy.root) as repository:
        base = repository.freeze(date=START)
        candidate = repository.commit(base, {"src/one.py": MENDED.replace(b"\n", b"\r\n")}, message="x")
        commit = repository.deliver(base, candidate, branch="pareback/x", message="m")
        assert repository.read_file(str(commit), "src/one.py") == MENDED


def test_an_existing_branch_is_never_overwritten(toy: Any, opened: Open) -> None:
    toy.git("branch", "taken")
    toy.git("branch", "folder/inner")
    with opened(toy.root) as repository:
        base, candidate = mended(repository)
        for branch in ("taken", "main"):
            with pytest.raises(
                ValueError, match=r"'.*' (exists and is never overwritten|is checked out): choose another"
            ):
                repository.deliver(base, candidate, branch=branch, message="m")
        with pytest.raises(OSError, match="update-ref"):
            repository.deliver(base, candidate, branch="folder", message="m")
        once = repository.deliver(base, candidate, branch="pareback/x", message="m")
        assert repository.deliver(base, candidate, branch="pareback/x", message="m") == once
        with pytest.raises(ValueError, match="exists and is never overwritten"):
            repository.deliver(base, candidate, branch="pareback/x", message="another")
    assert toy.git("rev-parse", "taken") == toy.git("rev-parse", "main")


def test_an_unborn_head_stays_unborn(make_toy: Any, opened: Open) -> None:
    toy = make_toy("unborn")
    toy.write("a.py", b"a\n")
    with opened(toy.root) as repository:
        base = repository.freeze(date=START)
        candidate = repository.commit(base, {"b.py": b"b\n"}, message="x")
        with pytest.raises(ValueError, match="'main' is checked out"):
            repository.deliver(base, candidate, branch="main", message="m")
        repository.pin("run")
        commit = repository.deliver(base, candidate, branch="pareback/x", message="m")
        assert repository.files(str(commit)).keys() == {"b.py"}
        assert (
            repository.deliver(base, repository.commit(base, {"a.py": b"x"}, message="x"), branch="y", message="m")
            is None
        )
    assert toy.git("for-each-ref", "--format=%(refname)") == "refs/heads/pareback/x"


def test_a_batch_delivers_on_its_base(toy: Any, opened: Open) -> None:
    first = toy.git("rev-parse", "HEAD")
    toy.write("src/one.py", b"rewritten\n")
    toy.commit("second")
    with opened(toy.root) as repository:
        base = repository.freeze(first, date=START)
        candidate = repository.commit(base, {"src/one.py": MENDED}, message="x")
        assert repository.deliver(base, candidate, branch="pareback/x", message="m") is None
        commit = repository.deliver(base, candidate, branch="pareback/x", message="m", parent=base)
        assert repository.store.commit(str(commit)).parents == (first,)


def test_a_partial_clone_gets_its_branch_without_the_files_it_never_had(toy: Any, opened: Open, tmp_path: Path) -> None:
    toy.git("config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    toy.git("clone", "-q", "--filter=blob:none", "--sparse", f"file://{toy.root}", str(partial))
    with opened(partial) as repository:
        base = repository.commit(str(repository.head), {}, message="the frozen base")
        candidate = repository.commit(base, {"README": MENDED}, message="x")
        commit = repository.deliver(base, candidate, branch="pareback/x", message="m")
        assert repository.read_file(str(commit), "README") == MENDED
        inner = repository.commit(base, {"src/new.py": b"new\n"}, message="x")
        assert repository.deliver(base, inner, branch="pareback/y", message="m")
        missing = [blob for blob in repository.files(base).values() if not repository.store.has(blob)]
        assert len(missing) == 2


def test_deliveries_side_by_side_all_arrive(toy: Any, opened: Open) -> None:
    with opened(toy.root) as repository:
        base = repository.freeze(date=START)

        def deliver(number: int) -> str | None:
            candidate = repository.commit(base, {"src/one.py": b"%d\n" % number}, message="x")
            return repository.deliver(base, candidate, branch=f"pareback/{number}", message="m")

        with ThreadPoolExecutor(6) as pool:
            commits = list(pool.map(deliver, range(24)))
    assert [toy.git("rev-parse", f"pareback/{number}") for number in range(24)] == commits
    toy.git("fsck", "--strict", "--no-dangling")


def test_a_linked_worktree_gets_its_branch_in_the_shared_repository(toy: Any, opened: Open, tmp_path: Path) -> None:
    toy.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    with opened(tmp_path / "linked") as repository:
        repository.pin("run")
        commit = repository.deliver(*mended(repository), branch="pareback/x", message="m")
    assert toy.git("rev-parse", "pareback/x") == commit
    assert toy.git("rev-parse", "refs/pareback/pins/run") == toy.git("rev-parse", "side")


def test_a_pin_comes_and_goes(toy: Any, opened: Open, fingerprint: Any) -> None:
    first = toy.git("rev-parse", "HEAD")
    before = fingerprint(toy.root)
    with opened(toy.root) as repository:
        repository.pin("run-1")
        assert (
            toy.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/pareback")
            == f"refs/pareback/pins/run-1 {first}"
        )
        repository.unpin("run-1")
        repository.unpin("run-1")
    assert fingerprint(toy.root) == before
    with opened(toy.root) as repository:
        repository.pin("run-1")
        toy.commit("the user works on")
    with opened(toy.root) as resumed:
        resumed.pin("run-1")
        assert toy.git("rev-parse", "refs/pareback/pins/run-1") == first
        toy.git("pack-refs", "--all")
        resumed.unpin("run-1")
        resumed.pin("run-2", first)
        assert toy.git("rev-parse", "refs/pareback/pins/run-2") == first


@pytest.mark.parametrize(
    "name", ["", "Upper", "a b", "-x", "a/-x", "a//b", "/a", "a/", "a.lock", "a..b", "a\n", "ä", "a" * 81]
)
def test_a_ref_is_named_by_us_or_not_at_all(toy: Any, opened: Open, name: str) -> None:
    with opened(toy.root) as repository:
        base = repository.freeze(date=START)
        for call in (
            repository.pin,
            repository.unpin,
            lambda name: repository.deliver(base, base, branch=name, message="m"),
        ):
            with pytest.raises(ValueError, match="cannot name a ref: expected 1 to 80"):
                call(name)
    assert toy.git("for-each-ref", "--format=%(refname)") == "refs/heads/main"


def test_the_branch_is_compared_with_its_upstream_or_the_default(toy: Any, opened: Open, tmp_path: Path) -> None:
    with opened(toy.root) as repository:
        assert repository.upstream_or_default() == "refs/heads/main"
    toy.git("clone", "-q", str(toy.root), str(tmp_path / "clone"))
    with opened(tmp_path / "clone") as repository:
        assert repository.upstream_or_default() == "refs/remotes/origin/main"
    subprocess.run(["git", "-C", str(tmp_path / "clone"), "checkout", "-q", "--no-track", "-b", "own"], check=True)
    with opened(tmp_path / "clone") as repository:
        assert repository.upstream_or_default() == "refs/remotes/origin/main"
    toy.git("branch", "-m", "main", "trunk")
    with opened(toy.root) as repository:
        assert repository.upstream_or_default() is None


def test_a_merge_base_is_where_two_histories_part(toy: Any, opened: Open) -> None:
    first = toy.git("rev-parse", "HEAD")
    toy.git("checkout", "-q", "-b", "side")
    toy.commit("side")
    toy.git("checkout", "-q", "main")
    toy.commit("main")
    toy.git("checkout", "-q", "--orphan", "alone")
    toy.commit("alone")
    with opened(toy.root) as repository:
        assert repository.merge_base("side", "main") == first
        with pytest.raises(ValueError, match="'alone' and 'main' have no common ancestor"):
            repository.merge_base("alone", "main")
        with pytest.raises(ValueError, match="unknown revision 'nowhere'"):
            repository.merge_base("main", "nowhere")
