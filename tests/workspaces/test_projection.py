"""Slots: each shows exactly one commit, whatever ran in it before."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pareback.workspaces import kept, pristine
from pareback.workspaces.material import inside
from pareback.workspaces.projection import Slot, Slots, open_slots
from pareback.workspaces.repository import Repository

Open = Callable[[Path], Repository]
START = 1_700_000_000
EXPECTED = {
    "README": b"toy\n",
    "link": b"-> src/one.py",
    "run.sh": b"#!/bin/sh\necho run\n",
    "src/one.py": b"def one():\n    return 1\n",
    "src/two.py": b"def two():\n    return 2\n",
}


def content(root: Path) -> dict[str, bytes]:
    """Files and symlinks below the folder, and empty folders with a slash."""
    found: dict[str, bytes] = {}
    for above, folders, names in os.walk(root):
        for place in [Path(above, name) for name in [*names, *folders]]:
            path = str(place.relative_to(root))
            if place.is_symlink():
                found[path] = b"-> " + os.fsencode(place.readlink())
            elif place.is_file():
                found[path] = place.read_bytes()
            elif not any(place.iterdir()):
                found[f"{path}/"] = b""
    return found


@pytest.fixture
def repository(toy: Any, opened: Open) -> Iterator[Repository]:
    with opened(toy.root) as repository:
        yield repository


@pytest.fixture
def open_here(repository: Repository, tmp_path: Path) -> Iterator[Callable[..., Slots]]:
    """Slots of a commit, closed after the test."""
    made: list[Slots] = []

    def make(commit: str, *, name: str = "slots", carry: tuple[str, ...] = ()) -> Slots:
        made.append(open_slots(repository, commit, cache=tmp_path / "cache", folder=tmp_path / name, carry=carry))
        return made[-1]

    yield make
    for slots in made:
        slots.close()


@pytest.fixture
def base(repository: Repository) -> str:
    return repository.freeze(date=START)


@pytest.fixture(params=["watched", "unwatched"])
def slot(open_here: Callable[..., Slots], base: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Slot]:
    slot = Slot(tmp_path / "slots" / "0", open_here(base).origin, watched=request.param == "watched")
    slot.show(base)
    yield slot
    slot.remove()


def test_a_slot_shows_the_commit_and_the_next_one_and_the_first_again(
    repository: Repository, slot: Slot, base: str
) -> None:
    assert content(slot.path) == EXPECTED
    assert os.access(slot.path / "run.sh", os.X_OK)
    changes = {"src/one.py": None, "src/two.py": b"two\r\n", "new/deep/file.py": b"new\n", "run.sh": b"#!/bin/sh\n"}
    head = repository.commit(base, changes, message="x")
    slot.show(head)
    expected = {**EXPECTED, **changes}
    del expected["src/one.py"]
    assert content(slot.path) == expected
    assert os.access(slot.path / "run.sh", os.X_OK)
    slot.show(base)
    assert content(slot.path) == EXPECTED


def test_only_what_differs_is_written(repository: Repository, slot: Slot, base: str) -> None:
    before = {path: (slot.path / path).lstat() for path in EXPECTED}
    slot.show(repository.commit(base, {"src/one.py": b"one\n"}, message="x"))
    after = {path: (slot.path / path).lstat() for path in EXPECTED}
    assert [path for path in EXPECTED if before[path] != after[path] and path != "link"] == ["src/one.py"]


def forge_times(root: Path) -> None:
    """Other bytes of the same length, with the old modification time put back."""
    found = (root / "src/one.py").stat()
    (root / "src/one.py").write_bytes(b"def one():\n    return 2\n")
    os.utime(root / "src/one.py", ns=(found.st_atime_ns, found.st_mtime_ns))


def replace_file(root: Path) -> None:
    (root / "other").write_bytes(b"def one():\n    return 2\n")
    (root / "other").replace(root / "src/one.py")


def litter(root: Path) -> None:
    (root / "src/__pycache__").mkdir()
    (root / "src/__pycache__/one.pyc").write_bytes(b"planted")
    (root / ".pytest_cache/v").mkdir(parents=True)
    (root / "conftest.py").write_bytes(b"raise SystemExit\n")
    os.mkfifo(root / "pipe")


def nest_deeply(root: Path) -> None:
    """Deeper than the recursion limit, and longer than any path may be."""
    here = os.open(root, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("nested", dir_fd=here)
        below = os.open("nested", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


def swap_folder_for_symlink(root: Path) -> None:
    shutil.rmtree(root / "src")
    (root / "src").symlink_to(root.parent.parent / "outside")


def swap_file_for_symlink(root: Path) -> None:
    (root / "README").unlink()
    (root / "README").symlink_to(root.parent.parent / "outside/one.py")


def swap_root_for_symlink(root: Path) -> None:
    shutil.rmtree(root)
    root.symlink_to(root.parent.parent / "outside")


def take_permissions(root: Path) -> None:
    (root / "src/one.py").chmod(0)
    (root / "src").chmod(0)


def take_permissions_of_root(root: Path) -> None:
    root.chmod(0o500)


def make_executable(root: Path) -> None:
    (root / "src/one.py").chmod(0o755)


def file_for_folder(root: Path) -> None:
    shutil.rmtree(root / "src")
    (root / "src").write_bytes(b"a file\n")


def folder_for_file(root: Path) -> None:
    (root / "README").unlink()
    (root / "README/inner").mkdir(parents=True)


def delete_all(root: Path) -> None:
    shutil.rmtree(root)


def retarget_link(root: Path) -> None:
    (root / "link").unlink()
    (root / "link").symlink_to("/etc/passwd")


TAMPERING = [
    forge_times,
    replace_file,
    litter,
    nest_deeply,
    swap_folder_for_symlink,
    swap_file_for_symlink,
    swap_root_for_symlink,
    take_permissions,
    take_permissions_of_root,
    make_executable,
    file_for_folder,
    folder_for_file,
    delete_all,
    retarget_link,
]


@pytest.mark.parametrize("tamper", TAMPERING)
def test_tampering_is_undone_and_never_followed(
    repository: Repository, slot: Slot, base: str, tmp_path: Path, tamper: Callable[[Path], None]
) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/one.py").write_bytes(b"outside\n")
    head = repository.commit(base, {"src/one.py": b"mended\n", "README": b"new\n"}, message="x")
    tamper(slot.path)
    slot.show(head)
    assert content(slot.path) == {**EXPECTED, "src/one.py": b"mended\n", "README": b"new\n"}
    tamper(slot.path)
    slot.show(head)
    slot.show(base)
    assert content(slot.path) == EXPECTED
    assert [oct((slot.path / path).stat().st_mode & 0o777) for path in ("src/one.py", "run.sh")] == ["0o644", "0o755"]
    assert content(tmp_path / "outside") == {"one.py": b"outside\n"}


def test_by_products_never_enter_a_commit(repository: Repository, slot: Slot, base: str) -> None:
    litter(slot.path)
    (slot.path / "src/two.py").write_bytes(b"rewritten by the tests\n")
    head = repository.commit(base, {"src/one.py": b"mended\n"}, message="x")
    assert repository.changes(base, head) == {"src/one.py": b"mended\n"}


def test_slots_share_nothing(open_here: Callable[..., Slots], base: str) -> None:
    slots = open_here(base)
    one, two = slots.slot(0), slots.slot(1)
    one.show(base)
    two.show(base)
    (one.path / "README").write_bytes(b"tampered\n")
    assert slots.slot(1) is two
    assert content(two.path) == content(slots.pristine) == EXPECTED
    assert (one.path / "run.sh").stat().st_ino != (two.path / "run.sh").stat().st_ino


def test_closing_removes_slots_and_keeps_the_pristine(open_here: Callable[..., Slots], base: str) -> None:
    slots = open_here(base)
    slots.slot(0).show(base)
    take_permissions(slots.slot(0).path)
    place = slots.slot(0).path
    slots.close()
    assert not place.exists()
    assert content(slots.pristine) == EXPECTED


def test_what_a_killed_process_left_is_replaced(open_here: Callable[..., Slots], base: str, tmp_path: Path) -> None:
    left = tmp_path / "slots/0"
    (left / "src").mkdir(parents=True)
    (left / "src/stray.py").write_bytes(b"left\n")
    open_here(base).slot(0).show(base)
    assert content(left) == EXPECTED


def test_a_pristine_is_made_once_and_read_only(open_here: Callable[..., Slots], base: str) -> None:
    first = open_here(base, name="first").pristine
    found = [(first / path).lstat().st_ctime_ns for path in EXPECTED]
    second = open_here(base, name="second").pristine
    assert first == second
    assert [(second / path).lstat().st_ctime_ns for path in EXPECTED] == found
    assert [oct((first / path).stat().st_mode & 0o777) for path in ("", "src", "README", "run.sh")] == [
        "0o555",
        "0o555",
        "0o444",
        "0o555",
    ]


@pytest.mark.parametrize("broken", ["changed", "stray", "gone", "unrecorded"])
def test_a_pristine_that_is_not_what_was_made_is_made_again(
    open_here: Callable[..., Slots], base: str, broken: str
) -> None:
    slots = open_here(base)
    place = slots.pristine
    slots.close()
    for folder in (place, place / "src"):
        folder.chmod(0o755)
    if broken == "changed":
        (place / "README").chmod(0o644)
        (place / "README").write_bytes(b"no\n")
    elif broken == "stray":
        (place / "src/sitecustomize.py").write_bytes(b"planted\n")
    elif broken == "gone":
        shutil.rmtree(place)
    else:
        (place.parent / "made.json").write_text("{")
    assert content(open_here(base, name="again").pristine) == EXPECTED


def test_a_sweep_spares_what_is_open_and_what_was_used_last(
    repository: Repository, open_here: Callable[..., Slots], base: str, tmp_path: Path
) -> None:
    second = repository.commit(base, {"README": b"second\n"}, message="x")
    third = repository.commit(base, {"README": b"third\n"}, message="x")
    first_open = open_here(base, name="a")
    old, new = open_here(second, name="b"), open_here(third, name="c")
    old.close()
    new.close()
    size = sum(len(text) for path, text in content(new.pristine).items() if path != "link") + len("src/one.py")
    assert kept.sweep({tmp_path / "cache": pristine.size}, keep=size) == size + sum(
        len(text) for text in EXPECTED.values()
    ) - len("-> ")
    assert [place.exists() for place in (first_open.pristine, old.pristine, new.pristine)] == [True, False, True]
    first_open.close()
    assert kept.sweep({tmp_path / "cache": pristine.size}, keep=0) == 0
    assert [place.suffix for place in (tmp_path / "cache").iterdir()] == [".lock"] * 3


def test_an_open_pristine_is_locked(open_here: Callable[..., Slots], base: str, tmp_path: Path) -> None:
    slots = open_here(base)
    lock = next((tmp_path / "cache").glob("*.lock"))
    with lock.open() as file:
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        slots.close()
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_carried_files_are_in_every_slot_and_come_back(
    toy: Any, repository: Repository, open_here: Callable[..., Slots]
) -> None:
    toy.write(".gitignore", b"_version.py\n*.so\n")
    toy.write("src/_version.py", b"1.0\n")
    toy.write("build/fast.so", b"\x7fELF")
    base = repository.freeze(date=START)
    slot = open_here(base, carry=("_version.py", "build/*.so")).slot(0)
    expected = {
        **EXPECTED,
        ".gitignore": b"_version.py\n*.so\n",
        "src/_version.py": b"1.0\n",
        "build/fast.so": b"\x7fELF",
    }
    slot.show(base)
    assert content(slot.path) == expected
    (slot.path / "src/_version.py").write_bytes(b"2.0\n")
    shutil.rmtree(slot.path / "build")
    slot.show(repository.commit(base, {"README": b"new\n"}, message="x"))
    assert content(slot.path) == {**expected, "README": b"new\n"}
    slot.show(repository.commit(base, {"src/_version.py": b"tracked\n"}, message="x"))
    assert content(slot.path) == {**expected, "src/_version.py": b"tracked\n"}
    slot.show(repository.commit(base, {"build": b"a file where a carried one was\n"}, message="x"))
    assert (slot.path / "build").read_bytes() == b"a file where a carried one was\n"
    slot.show(repository.commit(base, {"build": b"again\n"}, message="x"))
    assert (slot.path / "build").read_bytes() == b"again\n"
    slot.show(base)
    assert content(slot.path) == expected


def test_bytes_are_raw_whatever_attributes_say(
    toy: Any, repository: Repository, open_here: Callable[..., Slots]
) -> None:
    toy.git("config", "core.autocrlf", "true")
    toy.write(".gitattributes", b"*.txt text eol=crlf\n*.py ident\n")
    toy.write("a.txt", b"unix\n")
    toy.write("b.txt", b"dos\r\n")
    toy.write("src/one.py", b"# $Id$\n")
    base = repository.freeze(date=START)
    slot = open_here(base).slot(0)
    slot.show(base)
    assert [(slot.path / path).read_bytes() for path in ("a.txt", "b.txt", "src/one.py")] == [
        b"unix\n",
        b"dos\r\n",
        b"# $Id$\n",
    ]


def test_a_submodule_is_an_empty_folder(
    toy: Any, make_toy: Any, repository: Repository, open_here: Callable[..., Slots]
) -> None:
    library = make_toy("library")
    library.write("lib.py", b"lib\n")
    library.commit()
    toy.git("submodule", "--quiet", "add", str(library.root), "vendor/library")
    base = repository.freeze(date=START)
    slot = open_here(base).slot(0)
    slot.show(base)
    assert content(slot.path).items() >= {"vendor/library/": b"", **EXPECTED}.items()
    (slot.path / "vendor/library/built").write_bytes(b"x")
    slot.show(base)
    assert content(slot.path)["vendor/library/"] == b""
    shutil.rmtree(slot.path / "vendor")
    slot.show(base)
    assert content(slot.path)["vendor/library/"] == b""


def test_strange_names_are_shown(toy: Any, repository: Repository, open_here: Callable[..., Slots]) -> None:
    names = ["with space", "tab\tnew\nline", "ü/ö", os.fsdecode(b"latin\xe9")]
    for name in names:
        toy.write(name, b"x")
    base = repository.freeze(date=START)
    slot = open_here(base).slot(0)
    slot.show(base)
    assert content(slot.path) == {**EXPECTED, **dict.fromkeys(names, b"x")}
    slot.show(repository.commit(base, dict.fromkeys(names), message="x"))
    assert content(slot.path) == EXPECTED


def test_a_symlink_that_leads_outside_is_left_out(
    toy: Any, repository: Repository, open_here: Callable[..., Slots]
) -> None:
    for name, target in {"a": "/etc/passwd", "src/b": "../../x", "c": "src/../../x", "src/d": "../README"}.items():
        (toy.root / name).symlink_to(target)
    base = repository.freeze(date=START)
    assert repository.modes(base)["a"] == 0o120000
    slot = open_here(base).slot(0)
    slot.show(base)
    slot.show(base)
    assert content(slot.path) == {**EXPECTED, "src/d": b"-> ../README"}


@pytest.mark.parametrize(
    ("path", "target", "stays"),
    [
        ("a", "b", True),
        ("a", "b/c", True),
        ("a", ".", True),
        ("d/a", "..", True),
        ("d/a", "../b", True),
        ("a", "..", False),
        ("a", "../b", False),
        ("d/a", "../../b", False),
        ("d/a", "e/../../..", False),
        ("a", "link/../secret", False),  # inside only if `link` is a folder
        ("a", "/etc/passwd", False),
    ],
)
def test_where_a_symlink_leads(path: str, target: str, stays: bool) -> None:
    assert inside(path, target) is stays


def test_tests_in_a_slot_find_no_repository(slot: Slot) -> None:
    done = subprocess.run(["git", "-C", str(slot.path), "rev-parse", "--git-dir"], capture_output=True, check=False)
    assert done.returncode == 128
