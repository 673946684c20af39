"""What was merged: commits without merges, newest first, with their parent."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pareback.workspaces.repository import Repository

Opened = Callable[[Path], Repository]


@pytest.fixture
def grown(toy: Any) -> Any:
    """Two changes of Python, one of text, and a merge."""
    toy.write("src/one.py", b"def one():\n    return 3\n")
    toy.commit("change \x1f one: naïve")
    toy.write("README", b"more\n")
    toy.commit("text only")
    toy.git("checkout", "-q", "-b", "side", "HEAD~1")
    toy.write("src/new.pyw", b"X = 1\n")
    toy.commit("beside")
    toy.git("checkout", "-q", "main")
    toy.git("merge", "-q", "--no-ff", "-m", "merge side", "side")
    return toy


def test_changes_are_listed_without_merges_and_the_first(grown: Any, opened: Opened) -> None:
    with opened(grown.root) as repository:
        found = repository.merged("HEAD", limit=9)
        assert {commit.subject for commit in found} == {"beside", "text only", "change \x1f one: naïve"}
        assert {commit.author for commit in found} == {"toy@example.org"}
        assert {commit.parent for commit in found} == {grown.git("rev-parse", name) for name in ("HEAD~2", "HEAD~3")}
        pages = [repository.merged("HEAD", limit=1, skip=skip) for skip in range(4)]
        assert [commit for page in pages for commit in page] == found
        assert repository.merged("HEAD~3", limit=9) == []


def test_what_differs_is_named_by_blob(grown: Any, opened: Opened) -> None:
    with opened(grown.root) as repository:
        change = next(found for found in repository.merged("HEAD", limit=9) if "one" in found.subject)
        before, after = repository.differing(change.parent, change.id)
        assert (list(before), list(after)) == (["src/one.py"], ["src/one.py"])
        assert (repository.read(before["src/one.py"]), repository.read(after["src/one.py"])) == (
            b"def one():\n    return 1\n",
            b"def one():\n    return 3\n",
        )
        assert repository.differing(change.id, change.id) == ({}, {})


def test_a_branch_is_one_line_of_commits_each_with_its_first_parent(grown: Any, opened: Opened) -> None:
    with opened(grown.root) as repository:
        found = repository.mainline("HEAD")
        assert [commit.subject for commit in found] == ["merge side", "text only", "change \x1f one: naïve"]
        ids = [grown.git("rev-parse", f"HEAD~{back}") for back in range(4)]
        assert [(commit.id, commit.parent) for commit in found] == list(pairwise(ids))
        assert repository.mainline("HEAD", limit=2) == found[:2]
        assert repository.mainline("HEAD", since=ids[2]) == found[:2]
        assert repository.mainline("HEAD", since=ids[0]) == []
