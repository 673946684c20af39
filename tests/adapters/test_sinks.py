"""Sinks: the whole patch in its place, or a reason and everything as it was."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pareback.adapters.sink import Delivered, Delivery, DeliveryFailed
from pareback.adapters.sinks import branch, patch_file

PATCH = b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-\xff\r\n+y\n"


def delivery(publish: Callable[[str], str | None] = lambda _: None) -> Delivery:
    return Delivery(run="r1", title="Fix it", patch=PATCH, publish=publish)


def test_the_patch_lies_in_the_file_byte_for_byte(tmp_path: Path) -> None:
    target = tmp_path / "out.patch"
    assert patch_file.build(path=str(target)).deliver(delivery()) == Delivered(patch=str(target))
    assert target.read_bytes() == PATCH
    assert [path.name for path in tmp_path.iterdir()] == ["out.patch"]


def test_the_mode_is_that_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    patch_file.build(path=str(tmp_path / "out.patch")).deliver(delivery())
    assert (tmp_path / "out.patch").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_file_is_replaced_and_a_link_is_followed(tmp_path: Path) -> None:
    real, link = tmp_path / "real.patch", tmp_path / "link.patch"
    real.write_bytes(b"old")
    link.symlink_to(real)
    patch_file.build(path=str(link)).deliver(delivery())
    assert (link.is_symlink(), real.read_bytes()) == (True, PATCH)


@pytest.mark.parametrize("place", ["missing/out.patch", "folder", "fifo", "x" * 300, "file/out.patch"])
def test_what_cannot_be_written_says_where_the_patch_is(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"old")
    os.mkfifo(tmp_path / "fifo")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DeliveryFailed, match="still in the folder of run 'r1'"):
        patch_file.build(path=str(tmp_path / place)).deliver(delivery())
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "file").read_bytes() == b"old"


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    """The name beside the target is taken by a folder, so that opening it fails."""
    target = tmp_path / "out.patch"
    target.write_bytes(b"old")
    (tmp_path / f".out.patch.{os.getpid()}.part").mkdir()
    with pytest.raises(DeliveryFailed):
        patch_file.build(path=str(target)).deliver(delivery())
    assert target.read_bytes() == b"old"


def test_a_branch_is_published_under_its_name() -> None:
    asked: list[str] = []

    def publish(name: str) -> str:
        asked.append(name)
        return "abc123"

    for name in ("pareback/r1", "refs/heads/pareback/r1"):
        assert branch.build(name=name).deliver(delivery(publish)) == Delivered(branch="pareback/r1")
    assert asked == ["pareback/r1"] * 2


def test_a_patch_that_does_not_apply_to_head_makes_no_branch() -> None:
    assert branch.build(name="fix").deliver(delivery()) == Delivered()


def test_a_branch_that_cannot_be_made_says_where_the_patch_is() -> None:
    def publish(name: str) -> str:
        raise OSError(f"refs/heads/{name} is locked")

    with pytest.raises(DeliveryFailed, match=r"branch 'fix' cannot be made: refs/heads/fix is locked; .* run 'r1'"):
        branch.build(name="fix").deliver(delivery(publish))


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            "refs/heads/",
            "-x",
            "a b",
            "a..b",
            "a~1",
            "a^",
            "a:b",
            "a?",
            "a*",
            "a[",
            "a\\b",
            "/a",
            "a/",
            "a//b",
            "a.",
        ),
        *(".a", "a/.b", "a.lock", "a.lock/b", "a@{b", "@", "a\x7f", "a\n"),
    ],
)
def test_a_name_that_git_would_not_take_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="expected one such as"):
        branch.build(name=name)


@pytest.mark.parametrize("name", ["a", "a/b-c_d.e", "a@b", "@a", "ä", "a.locked", "a-"])
def test_a_name_that_git_takes_is_taken(name: str) -> None:
    assert branch.build(name=name).deliver(delivery(lambda _: "c")) == Delivered(branch=name)
