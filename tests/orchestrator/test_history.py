"""A repository's merged changes: what they cost, what a budget learns from them, which would have been refused."""

import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pareback.gates.budget import Evidence, learn
from pareback.gates.index.source import Source
from pareback.gates.index.store import Store
from pareback.orchestrator.history import OWN, kind, learned, replay
from pareback.orchestrator.tally import document, lines
from pareback.workspaces.repository import Repository, open_repository

START = 1_700_000_000
SMALL = "def f(a):\n    return a\n"
BRANCH = "def f(a):\n    if a:\n        return 1\n    return a\n"
RUNS_TEXT = "def f(a):\n    return eval(a)\n"
TEST = "def test_f():\n    assert f(1)\n"


@dataclass(frozen=True, slots=True)
class Step:
    """One commit to make: a file and its text, a subject, an author."""

    text: str
    subject: str = "work"
    path: str = "shop.py"
    author: str = "ann@example.org"


Make = Callable[[Sequence[Step]], Repository]


def stream(steps: Sequence[Step]) -> Iterator[str]:
    """The commits as `git fast-import` reads them."""
    for at, step in enumerate(steps):
        yield f"commit refs/heads/main\nauthor A <{step.author}> {START + at} +0000\n"
        yield f"committer A <{step.author}> {START + at} +0000\n"
        for text, head in ((step.subject, ""), (step.text, f"M 100644 inline {step.path}\n")):
            yield f"{head}data {len(text.encode())}\n{text}\n"


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """A repository with these commits, oldest first."""
    opened: list[Repository] = []

    def lay_out(steps: Sequence[Step]) -> Repository:
        root = tmp_path / "repo"
        subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True)
        feed = "".join(stream(steps)).encode()
        subprocess.run(["git", "fast-import", "--quiet"], cwd=root, input=feed, check=True)
        opened.append(open_repository(root, shadow=tmp_path / "shadow"))
        return opened[-1]

    yield lay_out
    for repository in opened:
        repository.close()


def source(repository: Repository) -> Source:
    return Source(repository.read, Store())


def head(repository: Repository) -> str:
    assert repository.head is not None
    return repository.head


def growing(count: int) -> list[Step]:
    """Commits that each add one more branch of a shape of its own."""
    branches = [f"    if {' + '.join(['a'] * at)}:\n        return {at}\n" for at in range(1, count)]
    return [Step("def f(a):\n" + "".join(branches[:at]) + "    return a\n") for at in range(count)]


def test_every_change_behind_a_commit_is_learned_from_newest_first(make: Make) -> None:
    repository = make([Step(SMALL), Step(BRANCH), Step(SMALL), Step("x", path="README.md"), Step(BRANCH)])
    found = learned(repository, source(repository), start=head(repository))
    assert [round(points, 1) for points in found] == [1.1, -1.1, 1.1]
    assert learned(repository, source(repository), start=f"{head(repository)}~4") == ()


def test_tests_and_what_was_delivered_here_are_left_out(make: Make) -> None:
    steps = [Step(SMALL), Step(BRANCH, author=OWN), Step(TEST, path="tests/test_shop.py"), Step(SMALL)]
    repository = make(steps)
    assert [round(points, 1) for points in learned(repository, source(repository), start=head(repository))] == [-1.1]


def test_a_suppression_is_nothing_to_learn_from(make: Make) -> None:
    repository = make([Step(SMALL), Step(SMALL.replace("return a", "return a  # noqa: E501"))])
    assert learned(repository, source(repository), start=head(repository)) == (0.0,)


def test_without_time_nothing_is_learned_and_what_was_seen_costs_nothing_again(make: Make) -> None:
    repository = make(growing(12))
    seen = source(repository)
    start = head(repository)
    assert learned(repository, seen, start=start, seconds=-1.0) == ()
    found = learned(repository, seen, start=start)

    def unreadable(blob: str) -> bytes:
        raise AssertionError(blob)

    assert len(found) == 11
    assert learned(repository, replace(seen, read=unreadable), start=start) == found


def test_where_git_cannot_say_what_was_merged_nothing_is_learned(make: Make) -> None:
    repository = make([Step(SMALL), Step(BRANCH)])
    assert learned(repository, source(repository), start="0" * 40) == ()


def test_sixty_changes_make_a_budget(make: Make) -> None:
    repository = make([Step(SMALL if at % 2 else BRANCH) for at in range(62)])
    costs = learned(repository, source(repository), start=head(repository))
    assert len(costs) == 61
    assert learn(Evidence(past=costs)).points == 2.0
    assert (
        "75% of the 30 merged changes that added anything, of 61, added at most 1.1"
        in learn(Evidence(past=costs)).source
    )
    assert learn(Evidence(past=costs[:59])).source == "auto: nothing to learn from, so medium"


def test_a_replay_says_which_rule_refuses_which_change(make: Make) -> None:
    steps = [Step(SMALL), Step(RUNS_TEXT, "Fix the lookup"), Step(TEST, "add tests", "tests/test_a.py"), Step(SMALL)]
    repository = make(steps)
    changes = replay(repository, source(repository), start=head(repository), limit=10)
    assert [change.commit.subject for change in changes] == ["work", "Fix the lookup"]
    assert [[found.id for found in change.replayed.broken] for change in changes] == [[], ["H4:shop.py:f"]]
    tally = document(changes, head(repository))
    assert tally["rules"] == {"H4": {"commits": 1, "share": 0.5}}
    assert (tally["kinds"]["fix"]["refused"], tally["kinds"]["fix"]["over"]["large"]) == (1, 0)
    [refused] = tally["refused"]
    assert (refused["subject"], refused["findings"][0]["line"]) == ("Fix the lookup", 2)
    told = "\n".join(lines(tally))
    assert "2 merged changes, 1 of them refused" in told
    assert "H4:shop.py:f line 2" in told


def test_a_replay_judges_whole_trees_and_knows_the_tests_that_came(make: Make) -> None:
    both = f"{BRANCH}\n\ndef g(a):\n    return f(a)\n"
    repository = make([Step(SMALL), Step(TEST, path="test_shop.py"), Step(both, "add g")])
    [change] = replay(repository, source(repository), start=head(repository), limit=1)
    assert (change.replayed.test_lines, change.auto.points) == (0, 12.0)
    assert change.replayed.charged >= change.replayed.delta > 1


def test_a_replay_that_was_kept_is_the_same(make: Make, tmp_path: Path) -> None:
    repository = make([*growing(5), Step(RUNS_TEXT)])
    seen = Source(repository.read, Store(tmp_path / "facts.db"))
    first = replay(repository, seen, start=head(repository), limit=9)
    seen.store.close()
    again = replay(repository, Source(repository.read, Store(tmp_path / "facts.db")), start=head(repository), limit=9)
    assert first == again


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Fix crash in parser", "fix"),
        ("bugfix: add a guard", "fix"),
        ("Add support for weeks (fixes #3)", "feature"),
        ("Simplify and add tests", "refactor"),
        ("Prefix paths", "other"),
        ("", "other"),
    ],
)
def test_the_first_telling_word_names_the_kind(subject: str, expected: str) -> None:
    assert kind(subject) == expected
