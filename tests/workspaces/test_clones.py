"""Repositories by URL: cloned once, fetched when a base is missing, refused in one line; real git over file URLs."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pareback.workspaces import clones
from pareback.workspaces.clones import CloneFailed, clone, is_url
from pareback.workspaces.repository import open_repository


@pytest.mark.parametrize(
    ("repo", "expected"),
    [
        ("https://example.org/a/b.git", True),
        ("file:///a/b", True),
        ("git@example.org:a/b.git", True),
        ("owner/name", False),
        ("/a/b", False),
        ("../a:b", False),
        (".", False),
    ],
)
def test_what_is_a_url(repo: str, expected: bool) -> None:
    assert is_url(repo) is expected


def test_a_clone_is_made_once_and_brings_a_base_that_is_missing(toy: Any, tmp_path: Path) -> None:
    url, cache = toy.root.as_uri(), tmp_path / "clones"
    first = toy.git("rev-parse", "HEAD")
    with ThreadPoolExecutor(3) as pool:
        places = set(pool.map(lambda _: clone(url, cache=cache, base=first), range(3)))
    (place,) = places
    with open_repository(place, shadow=tmp_path / "shadow") as repository:
        assert repository.bare
        assert repository.read_file(repository.freeze(first, date=0), "src/one.py") == b"def one():\n    return 1\n"
    toy.write("src/one.py", b"def one():\n    return 11\n")
    second = toy.commit()
    assert heads(place) == {first}
    assert clone(url, cache=cache, base="main") == place  # fetched a moment ago: the branch is what it was
    assert heads(place) == {first}
    assert clone(url, cache=cache, base=second) == place
    assert heads(place) == {second}


def heads(place: Path) -> set[str]:
    packed = place / "packed-refs"
    lines = packed.read_text().splitlines() if packed.exists() else []
    loose = {file.read_text().strip() for file in (place / "refs" / "heads").rglob("*") if file.is_file()}
    return loose or {line.split()[0] for line in lines if line.endswith("refs/heads/main")}


def test_a_branch_is_fetched_again_when_the_clone_is_old(toy: Any, tmp_path: Path) -> None:
    url, cache = toy.root.as_uri(), tmp_path / "clones"
    place = clone(url, cache=cache, base=None)
    toy.write("src/one.py", b"def one():\n    return 11\n")
    second = toy.commit()
    old = (place / "pareback-fetched").stat().st_mtime - clones.FRESH - 1
    os.utime(place / "pareback-fetched", (old, old))
    clone(url, cache=cache, base=None)
    assert heads(place) == {second}


def test_what_a_killed_process_left_is_no_clone(toy: Any, tmp_path: Path) -> None:
    url, cache = toy.root.as_uri(), tmp_path / "clones"
    place = clone(url, cache=cache, base=None)
    place.rename(place.with_suffix(".part"))
    (place.with_suffix(".part") / "HEAD").unlink()
    assert clone(url, cache=cache, base=None) == place
    assert (place / "HEAD").exists()


@pytest.mark.parametrize(
    "url", ["file:///nowhere/at/all", "ssh://git@127.0.0.1:1/a/b", "git@127.0.0.1:a/b", "ext::sh -c x"]
)
def test_what_cannot_be_cloned_is_said_in_one_line(url: str, home: Path, tmp_path: Path) -> None:
    assert home.is_dir()
    with pytest.raises(CloneFailed, match=r"cannot be cloned: .*; clone what needs a key") as caught:
        clone(url, cache=tmp_path / "clones", base=None)
    assert "\n" not in str(caught.value)
    assert [path.name for path in (tmp_path / "clones").iterdir() if path.suffix != ".lock"] == []
