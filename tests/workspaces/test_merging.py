"""Changes of one base brought together, and delivered as commits in a row."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pareback.workspaces.repository import Repository

Open = Callable[[Path], Repository]
ONE = b"def one():\n    return 1\n"


def test_changes_of_different_places_merge(toy: Any, opened: Open) -> None:
    with opened(toy.root) as repository:
        base = repository.freeze("HEAD", date=0)
        ours = repository.commit(base, {"new.py": b"x = 1\n"}, message="ours")
        theirs = repository.commit(base, {"src/one.py": None}, message="theirs")
        both, conflicts = repository.merge(ours, theirs, message="both")
        assert both is not None
        assert conflicts == ()
        assert repository.changes(base, both) == {"new.py": b"x = 1\n", "src/one.py": None}
        again, _ = repository.merge(ours, ours, message="same")
        assert again is not None
        assert repository.changes(ours, again) == {}


def test_changes_of_the_same_line_name_the_file(toy: Any, opened: Open, fingerprint: Any) -> None:
    before = fingerprint(toy.root)
    with opened(toy.root) as repository:
        base = repository.commit(repository.freeze("HEAD", date=0), {"a b.py": ONE, "c.py": ONE}, message="base")
        ours = repository.commit(base, {"a b.py": b"return 2\n", "c.py": ONE + b"# more\n"}, message="ours")
        theirs = repository.commit(base, {"a b.py": b"return 3\n", "d.py": ONE}, message="theirs")
        assert repository.merge(ours, theirs, message="both") == (None, ("a b.py",))
    assert fingerprint(toy.root) == before


def test_a_series_is_delivered_commit_by_commit(toy: Any, opened: Open) -> None:
    head = toy.git("rev-parse", "HEAD")
    with opened(toy.root) as repository:
        base = repository.freeze("HEAD", date=0)
        first = repository.commit(base, {"one.txt": b"1\n"}, message="draft")
        second = repository.commit(first, {"two.txt": b"2\n"}, message="draft")
        series = [(first, "Add one\n\nTicket: 1"), (second, "Add two\n\nTicket: 2")]
        last = repository.deliver_series(series, onto=base, branch="pareback/land")
        assert repository.deliver_series(series, onto=base, branch="pareback/land") == last
        with pytest.raises(ValueError, match="never overwritten"):
            repository.deliver_series(series[:1], onto=base, branch="pareback/land")
    assert toy.git("rev-parse", "pareback/land") == last
    assert toy.git("log", "--format=%s", f"{head}..{last}").splitlines() == ["Add two", "Add one"]
    assert toy.git("diff", "--name-only", head, last).split() == ["one.txt", "two.txt"]
    toy.git("fsck", "--strict", "--no-dangling")
