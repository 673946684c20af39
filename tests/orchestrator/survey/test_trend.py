"""The trend of a branch: what each commit added, at the cost of what it changed; told to people and programs."""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from pareback.gates.index.source import Source
from pareback.gates.index.store import Store
from pareback.gates.survey.survey import survey
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.survey import chronicle
from pareback.orchestrator.survey.trend import trend
from pareback.workspaces.repository import Repository, open_repository

DAY = 86_400
FLAT = "def f(a):\n    return a\n"
BRANCHED = "def f(a):\n    if a:\n        return 1\n    return a\n"
WORSE = "def f(a):\n    if a:\n        while a > 3:\n            a -= 1\n        return 1\n    return a\n"
USERS = ("tax", "rate", "label", "audit")
ASKS = "".join(f"def {name}(c):\n    if c.coupon is not None:\n        send(c.coupon)\n" for name in USERS)
NONE = "class Cart:\n    def __init__(self):\n        self.coupon = None\n"

Commit = tuple[str, Mapping[str, str | None]]
Make = Callable[[Sequence[Commit]], Repository]

STEPS: Sequence[Commit] = [
    ("start", {"shop/a.py": FLAT, "lib/b.py": FLAT}),
    ("add a branch", {"shop/a.py": BRANCHED}),
    ("words", {"README.md": "more"}),
    ("many ask", {"shop/asks.py": ASKS}),
    ("and are answered", {"shop/cart.py": NONE}),
    ("a loop", {"lib/b.py": WORSE}),
    ("cannot be read", {"lib/c.py": "def (:"}),
    ("simpler", {"shop/a.py": FLAT, "lib/b.py": BRANCHED, "lib/c.py": None}),
    ("\x1b[31mmoved", {"lib/b.py": None, "tools/b.py": BRANCHED}),
]


def stream(steps: Sequence[Commit]) -> Iterator[str]:
    """The commits as `git fast-import` reads them, one a day."""
    for at, (subject, files) in enumerate(steps):
        yield f"commit refs/heads/main\ncommitter A <a@example.org> {at * DAY} +0000\n"
        yield f"data {len(subject.encode())}\n{subject}\n"
        for path, text in files.items():
            yield f"D {path}\n" if text is None else f"M 100644 inline {path}\ndata {len(text)}\n{text}\n"


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """A repository with these commits, oldest first."""
    opened: list[Repository] = []

    def lay_out(steps: Sequence[Commit]) -> Repository:
        root = tmp_path / "repo"
        subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True)
        subprocess.run(["git", "fast-import", "--quiet"], cwd=root, input="".join(stream(steps)).encode(), check=True)
        opened.append(open_repository(root, shadow=tmp_path / "shadow"))
        return opened[-1]

    yield lay_out
    for repository in opened:
        repository.close()


def head(repository: Repository) -> str:
    assert repository.head is not None
    return repository.head


def test_the_branch_stood_after_every_commit_where_a_survey_of_that_commit_stands(make: Make) -> None:
    repository = make(STEPS)
    found = trend(repository, Source(repository.read), start=head(repository))
    assert [step.commit.subject for step in found.steps] == [subject for subject, _ in STEPS[1:]]
    commits = [found.steps[0].commit.parent, *(step.commit.id for step in found.steps)]
    for commit, stand in zip(commits, found.stands, strict=True):
        surveyed = survey(repository.files(commit), Source(repository.read))
        assert round(stand.points, 2) == pytest.approx(surveyed.points, abs=0.05)
        signals = {name: points for name, points in surveyed.signals.items() if points}
        assert {name: round(points, 2) for name, points in stand.signals.items()} == signals
    assert found.steps[1].added.signals == {}
    assert not found.cut


def test_what_was_looked_at_once_is_read_no_more(make: Make, tmp_path: Path) -> None:
    repository = make(STEPS)
    first = Source(repository.read, Store(tmp_path / "facts.db"))
    found = trend(repository, first, start=head(repository))
    first.store.close()

    def unreadable(blob: str) -> bytes:
        raise AssertionError(blob)

    again = Source(unreadable, Store(tmp_path / "facts.db"))
    assert trend(repository, again, start=head(repository)) == found
    again.store.close()


def test_a_step_reads_the_files_that_it_changed_and_no_other(make: Make) -> None:
    repository = make(STEPS)
    source = Source(repository.read)
    trend(repository, source, start=head(repository), limit=1)
    read: list[str] = []

    def noted(blob: str) -> bytes:
        read.append(blob)
        return repository.read(blob)

    trend(repository, replace(source, read=noted), start=head(repository), limit=2)
    before, after = repository.differing(*reversed([commit.id for commit in repository.mainline("HEAD")[1:3]]))
    assert set(read) <= {*before.values(), *after.values()}
    assert read


def test_how_far_back_is_said_by_a_number_or_a_commit(make: Make) -> None:
    repository = make(STEPS)
    source = Source(repository.read)
    whole = trend(repository, source, start=head(repository))
    assert trend(repository, source, start=head(repository), limit=3).steps == whole.steps[-3:]
    since = whole.steps[1].commit.id
    assert trend(repository, source, start=head(repository), since=since).steps == whole.steps[2:]
    assert trend(repository, source, start=head(repository), since=head(repository)).steps == ()
    with pytest.raises(Mistake, match="1 or more"):
        trend(repository, source, start=head(repository), limit=0)


def test_where_the_clone_ends_the_trend_does_too_and_says_so(make: Make, tmp_path: Path) -> None:
    repository = make(STEPS)
    shallow = tmp_path / "shallow"
    words = ["git", "clone", "-q", "--depth", "3", f"file://{repository.root}", str(shallow)]
    subprocess.run(words, check=True)
    with open_repository(shallow, shadow=tmp_path / "other") as cut:
        found = trend(cut, Source(cut.read), start=head(cut))
        assert (len(found.steps), found.now) == (
            2,
            trend(repository, Source(repository.read), start=head(repository)).now,
        )


def test_the_document_has_a_number_for_every_time_and_names_who_charged_and_who_paid(make: Make) -> None:
    repository = make(STEPS)
    told = chronicle.document(trend(repository, Source(repository.read), start=head(repository)))
    assert json.loads(json.dumps(told)) == told
    courses = [*told["signals"].values(), *told["rooms"].values()]
    assert {len(course) for course in courses} == {len(STEPS)}
    assert told["before"] + sum(each["delta"] for each in told["commits"]) == pytest.approx(told["after"], abs=0.05)
    assert set(told["rooms"]) == {"shop", "lib", "tools"}
    assert next(each["subject"] for each in told["charged"]) == "many ask"
    assert [each["subject"] for each in told["paid"]] == ["simpler"]
    [paid] = told["paid"]
    assert (set(paid["rooms"]), paid["delta"] < 0) == ({"shop", "lib"}, True)


def test_people_are_told_the_same_and_nothing_that_their_terminal_would_act_on(make: Make) -> None:
    steps = [*STEPS, ("\x1b[31mred", {"shop/\x07a.py": WORSE})]
    repository = make(steps)
    told = chronicle.lines(chronicle.document(trend(repository, Source(repository.read), start=head(repository))))
    text = "\n".join(told)
    assert all(sign.isprintable() for line in told for sign in line)
    for said in (f"in {len(steps) - 1} commits since 1970-01-02", "1 paid", "by room", "S1 control flow", "�[31mred"):
        assert said in text


def test_of_no_commit_nothing_is_told(make: Make) -> None:
    repository = make(STEPS[:1])
    found = chronicle.document(trend(repository, Source(repository.read), start=head(repository)))
    assert (found["from"], found["commits"], found["charged"]) == (head(repository), [], [])
    assert chronicle.lines(found) == ["trend: no commit lies between, so nothing changed"]
