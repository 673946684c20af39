"""Writing to the user's work tree: all of it or nothing, and back again."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pareback.workspaces.checkout import apply, recover, undo

BEFORE: dict[str, bytes | None] = {
    "src/one.py": b"def one():\n    return 1\n",
    "README": b"toy\n",
    "run.sh": b"#!/bin/sh\necho run\n",
    "new/deep.py": None,
}
AFTER: dict[str, bytes | None] = {
    "src/one.py": b"mended\r\n",
    "README": None,
    "run.sh": b"#!/bin/sh\n",
    "new/deep.py": b"new\n",
}


def held(root: Path) -> dict[str, bytes | None]:
    return {path: (root / path).read_bytes() if (root / path).exists() else None for path in BEFORE}


def test_a_patch_goes_in_whole_and_comes_out_whole(toy: Any, tmp_path: Path, fingerprint: Any) -> None:
    before, journal = fingerprint(toy.root, without=(".git/",)), tmp_path / "run" / "journal"
    (toy.root / "src/one.py").chmod(0o640)
    assert apply(toy.root, AFTER, BEFORE, journal=journal) is True
    assert held(toy.root) == AFTER
    assert [oct((toy.root / path).stat().st_mode & 0o777) for path in ("src/one.py", "run.sh")] == ["0o640", "0o755"]
    assert toy.git("status", "--porcelain", "-uall").split("\n") == [
        "D README",
        " M run.sh",
        " M src/one.py",
        "?? new/deep.py",
    ]
    undo(toy.root, journal)
    assert held(toy.root) == BEFORE
    assert not (toy.root / "new").exists()
    (toy.root / "src/one.py").chmod(0o644)
    after = fingerprint(toy.root, without=(".git/",))
    assert {path: (mode, text) for path, (mode, _, text) in after.items()} == {
        path: (mode, text) for path, (mode, _, text) in before.items()
    }
    with pytest.raises(ValueError, match="nothing to undo"):
        undo(toy.root, journal)
    assert apply(toy.root, AFTER, BEFORE, journal=journal) is True
    assert held(toy.root) == AFTER


@pytest.mark.parametrize("path", list(BEFORE))
def test_one_changed_path_and_nothing_is_written(toy: Any, tmp_path: Path, fingerprint: Any, path: str) -> None:
    toy.write(path, b"the user was faster\n")
    before = fingerprint(toy.root)
    assert apply(toy.root, AFTER, BEFORE, journal=tmp_path / "journal") is False
    assert fingerprint(toy.root) == before
    assert not (tmp_path / "journal").exists()
    assert recover(tmp_path / "journal", toy.root) is False


def test_nothing_is_written_through_or_onto_a_symlink(toy: Any, tmp_path: Path, fingerprint: Any) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "one.py").write_bytes(b"def one():\n    return 1\n")
    (toy.root / "src/one.py").unlink()
    (toy.root / "src/two.py").unlink()
    (toy.root / "src").rmdir()
    (toy.root / "src").symlink_to(outside)
    (toy.root / "leaf").symlink_to("nowhere")
    before = fingerprint(toy.root)
    for path in ("src/one.py", "src/new.py", "leaf", "link"):
        expected = BEFORE.get(path)
        assert apply(toy.root, {path: b"x"}, {path: expected}, journal=tmp_path / "journal") is False
    assert fingerprint(toy.root) == before
    assert [place.name for place in outside.iterdir()] == ["one.py"]
    for path in ("../outside/one.py", ".git/config", "/etc/passwd"):
        with pytest.raises(ValueError, match="is no path inside a repository"):
            apply(toy.root, {path: b"x"}, {path: None}, journal=tmp_path / "journal")


def test_undo_refuses_to_lose_later_work(toy: Any, tmp_path: Path, fingerprint: Any) -> None:
    journal = tmp_path / "journal"
    apply(toy.root, AFTER, BEFORE, journal=journal)
    for path, content in {"run.sh": b"later work\n", "README": b"made again\n"}.items():
        kept = held(toy.root)[path]
        toy.write(path, content, mode=0o755)
        before = fingerprint(toy.root)
        with pytest.raises(ValueError, match=f"'{path}' was changed since"):
            undo(toy.root, journal)
        assert fingerprint(toy.root) == before
        if kept is None:
            (toy.root / path).unlink()
        else:
            toy.write(path, kept, mode=0o755)
    undo(toy.root, journal)
    assert held(toy.root) == BEFORE


def test_applying_again_after_a_crash_changes_nothing_more(toy: Any, tmp_path: Path, fingerprint: Any) -> None:
    journal = tmp_path / "journal"
    assert apply(toy.root, AFTER, BEFORE, journal=journal) is True
    before = fingerprint(toy.root)
    assert apply(toy.root, AFTER, BEFORE, journal=journal) is True
    assert recover(journal, toy.root) is True
    assert fingerprint(toy.root) == before


def killed_at(call: Callable[[], object], number: int) -> bool:
    """Run the call in a process that is killed when it is about to change the disk for the n-th time. Was it?"""
    child = os.fork()
    if child == 0:
        count = 0

        def listen(event: str, _args: object) -> None:
            nonlocal count
            if event in {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"} or (
                event == "open" and _writes(_args)
            ):
                count += 1
                if count == number:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(listen)
        call()
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _writes(args: Any) -> bool:
    return bool(args[2] & (os.O_WRONLY | os.O_RDWR))


def test_a_kill_before_any_write_is_completed_or_never_began(toy: Any, tmp_path: Path) -> None:
    """Every change to the disk of an apply and of its undo is killed once."""
    outcomes, number = [], 1
    while True:
        journal = tmp_path / f"apply-{number}"
        killed = killed_at(lambda journal=journal: apply(toy.root, AFTER, BEFORE, journal=journal), number)
        applied = recover(journal, toy.root)
        assert held(toy.root) == (AFTER if applied else BEFORE)
        assert not list(toy.root.rglob(".pareback-*"))
        outcomes.append(applied)
        if applied:
            undo(toy.root, journal)
        assert held(toy.root) == BEFORE
        if not killed:
            break
        number += 1
    assert outcomes == sorted(outcomes)
    assert len(outcomes) > 15
    assert {True, False} == set(outcomes)


def test_a_kill_during_undo_is_completed(toy: Any, tmp_path: Path) -> None:
    outcomes, number = [], 1
    while True:
        journal = tmp_path / f"undo-{number}"
        assert apply(toy.root, AFTER, BEFORE, journal=journal)
        killed = killed_at(lambda journal=journal: undo(toy.root, journal), number)
        applied = recover(journal, toy.root)
        assert held(toy.root) == (AFTER if applied else BEFORE)
        outcomes.append(applied)
        if applied:
            undo(toy.root, journal)
        if not killed:
            break
        number += 1
    assert outcomes == sorted(outcomes, reverse=True)
    assert len(outcomes) > 5


def test_a_crash_and_then_an_edit_of_the_user_goes_all_the_way_back(toy: Any, tmp_path: Path) -> None:
    number = 0
    while (toy.root / "README").exists():  # the first file of the patch that goes
        number += 1
        journal = tmp_path / f"journal-{number}"
        assert killed_at(lambda journal=journal: apply(toy.root, AFTER, BEFORE, journal=journal), number)
    assert held(toy.root) == {**BEFORE, "README": None}
    toy.write("src/one.py", b"the user's\n")
    assert recover(journal, toy.root) is False
    assert held(toy.root) == {**BEFORE, "src/one.py": b"the user's\n"}
    with pytest.raises(ValueError, match="nothing to undo"):
        undo(toy.root, journal)


def test_a_write_that_fails_takes_the_others_back(toy: Any, tmp_path: Path) -> None:
    name = "n" * 300
    with pytest.raises(OSError, match="name too long"):
        apply(toy.root, {**AFTER, f"z/{name}": b"x"}, {**BEFORE, f"z/{name}": None}, journal=tmp_path / "journal")
    assert held(toy.root) == BEFORE
    assert recover(tmp_path / "journal", toy.root) is False
