"""The supervisor on an engine of the test's own: who starts when, what is tried again, and what is written down."""

import json
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pareback.adapters.engine import Happening, Work
from pareback.adapters.ticket import Ticket
from pareback.orchestrator import home
from pareback.orchestrator.batch import book
from pareback.orchestrator.batch.book import Book
from pareback.orchestrator.batch.policies import Free
from pareback.orchestrator.batch.supervisor import TRIES, WINDOW, Shop, supervise
from pareback.orchestrator.events import Event
from pareback.orchestrator.outcome import Outcome, result
from pareback.orchestrator.state import Ending, EndingName

Plan = Callable[[str, int], Sequence[Happening]]
"""What happens to a ticket's n-th start, counted from 1."""


def document(key: str, name: EndingName, reason: str = "r", *, retry: bool = False) -> dict[str, Any]:
    return result(Outcome(key, key, Ending(name, reason, retry=retry), seconds={"total": 1.0}))


@dataclass
class Planned:
    """An engine whose works do what the plan says, one after another; a document in `data` is the ticket's record."""

    plan: Plan
    starts: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    most: int = 0
    _works: dict[str, Work] = field(default_factory=dict)
    _due: deque[Happening] = field(default_factory=deque)

    def submit(self, work: Work) -> None:
        assert work.key not in self._works
        self.starts.append(work.key)
        self._works[work.key] = work
        self.most = max(self.most, len(self._works))
        self._due.extend(self.plan(work.key, self.starts.count(work.key)))

    def cancel(self, key: str) -> None:
        self.cancelled.append(key)
        self._due.append(ended(key, "interrupted"))

    def events(self, timeout: float) -> Sequence[Happening]:
        assert timeout > 0
        if not self._due:
            return []
        happening = self._due.popleft()
        if happening.kind in {"ended", "lost"} and happening.key in self._works:
            work = self._works.pop(happening.key)
            if happening.kind == "ended" and happening.data:
                Path(work.folder, "result.json").write_text(json.dumps(happening.data))
        return [happening]

    def close(self) -> None:
        assert not self._works


def ended(key: str, name: EndingName = "accepted", reason: str = "r", *, retry: bool = False) -> Happening:
    return Happening(key, "ended", document(key, name, reason, retry=retry))


@dataclass
class Batch:
    """One start of a batch in a folder."""

    engine: Planned
    book: Book
    events: list[Event]

    def lines(self) -> list[tuple[str, str]]:
        return [(line["ticket"], line["ending"]) for line in self.book.results()]


Play = Callable[..., Batch]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Drive tickets by a plan, in one folder as often as it is called."""

    def start(
        plan: Plan,
        tickets: Sequence[str] | Callable[[], Iterator[Ticket]] = ("a", "b", "c"),
        *,
        policies: Free | None = None,
        jobs: int = 2,
        stop: threading.Event | None = None,
        redo: bool = False,
    ) -> Batch:
        engine, events = Planned(plan), list[Event]()
        with book.opened(tmp_path / "out", redo=redo) as opened:

            def work(ticket: Ticket) -> Work:
                return Work(ticket.id, {}, str(opened.begin(ticket.id)))

            supervise(
                tickets if callable(tickets) else lambda: (Ticket(id=name, text=name) for name in tickets),
                Shop(
                    opened,
                    engine,
                    policies or Free(),
                    work,
                    lambda running: running < jobs,
                    events.append,
                    stop or threading.Event(),
                ),
            )
            engine.close()
            return Batch(engine, opened, events)

    return start


def always(name: EndingName = "accepted") -> Plan:
    return lambda key, _: [ended(key, name)]


def test_every_ticket_gets_one_line_and_no_more_run_than_there_are_places(play: Play) -> None:
    found = play(always(), jobs=2)
    assert found.lines() == [("a", "accepted"), ("b", "accepted"), ("c", "accepted")]
    assert (found.engine.starts, found.engine.most) == (["a", "b", "c"], 2)


def test_a_second_start_begins_nothing_that_has_ended(play: Play) -> None:
    play(lambda key, _: [ended(key, "red" if key == "b" else "accepted")])
    again = play(always(), ("a", "b", "c", "d"))
    assert again.engine.starts == ["d"]
    assert again.lines() == [("a", "accepted"), ("b", "red"), ("c", "accepted"), ("d", "accepted")]


def test_redo_begins_anew_what_was_not_accepted_and_keeps_its_record(play: Play) -> None:
    first = play(lambda key, _: [ended(key, "red" if key == "b" else "no_change")])
    again = play(always(), redo=True)
    assert again.engine.starts == ["b"]
    assert again.lines() == [("a", "no_change"), ("c", "no_change"), ("b", "accepted")]
    (kept,) = again.book.earlier()
    assert json.loads((kept / "result.json").read_text())["ending"] == "red"
    assert first.book.folder("b").exists()


def test_a_lost_process_is_begun_again_and_only_so_often(play: Play) -> None:
    found = play(lambda key, n: [Happening(key, "lost")] if key == "b" and n < TRIES else [ended(key)])
    assert found.lines() == [("a", "accepted"), ("c", "accepted"), ("b", "accepted")]
    assert [event.data["reason"] for event in found.events if event.kind == "again"] == ["lost"] * (TRIES - 1)


def test_what_is_lost_every_time_is_crashed_and_a_later_start_tries_it_again(play: Play) -> None:
    found = play(lambda key, _: [Happening(key, "lost")] if key == "b" else [ended(key)])
    assert found.engine.starts.count("b") == TRIES
    assert found.lines()[-1] == ("b", "crashed")
    record = found.book.result("b")
    assert record is not None
    assert (record["reason"], record["retry"]) == ("lost", True)
    assert play(always()).lines()[-1] == ("b", "accepted")


def test_a_crash_that_may_pass_is_tried_again_one_that_may_not_is_an_outcome(play: Play) -> None:
    found = play(lambda key, n: [ended(key, "crashed", retry=key == "a") if n == 1 else ended(key)])
    assert sorted(found.lines()) == [("a", "accepted"), ("b", "crashed"), ("c", "crashed")]


def test_an_exit_without_a_document_is_a_lost_process(play: Play) -> None:
    found = play(lambda key, n: [Happening(key, "ended")] if n == 1 else [ended(key)], ("a",))
    assert (found.engine.starts, found.lines()) == (["a", "a"], [("a", "accepted")])


def test_what_parks_goes_on_in_the_next_pass(play: Play) -> None:
    found = play(lambda key, n: [ended(key, "interrupted", "parked") if n == 1 else ended(key)])
    assert found.engine.starts == ["a", "b", "c", "a", "b", "c"]
    assert [ending for _, ending in found.lines()] == ["accepted"] * 3


def test_a_stop_tells_those_that_run_and_leaves_everything_resumable(play: Play) -> None:
    stop = threading.Event()

    def plan(key: str, _: int) -> Sequence[Happening]:
        if key == "b":
            stop.set()
        return [ended(key)] if key == "a" else []

    found = play(plan, stop=stop)
    assert (found.engine.cancelled, found.lines()) == (["b"], [("a", "accepted")])
    assert play(always()).engine.starts == ["b", "c"]


@dataclass
class Strict(Free):
    """Lets nobody start but those named, and answers the second time only."""

    allowed: Collection[str] = ()
    heard: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def may_start(self, ticket: Ticket, running: Collection[str]) -> bool:
        return ticket.id in self.allowed

    def answer(self, key: str, question: Mapping[str, Any]) -> Mapping[str, Any]:
        self.heard.append(f"{key} {question['what']}")
        return None if len(self.heard) == 1 else {"id": question["id"]}  # type: ignore[return-value]  # as the protocol

    def ended(self, key: str, result: Mapping[str, Any]) -> None:
        self.told.append(f"{key} {result['ending']}")


def test_what_may_not_start_stays_pending_and_others_are_found_behind_it(play: Play) -> None:
    names = [f"t{number}" for number in range(WINDOW + 50)]
    policies = Strict(allowed={names[3], names[-1]})
    found = play(always(), names, policies=policies)
    assert found.lines() == [(names[3], "accepted"), (names[-1], "accepted")]
    assert policies.told == [f"{names[3]} accepted", f"{names[-1]} accepted"]


def test_a_question_without_an_answer_is_put_again_and_news_is_passed_on(play: Play) -> None:
    answers: list[Mapping[str, Any]] = []
    policies = Strict(allowed={"a"})

    def plan(key: str, _: int) -> Sequence[Happening]:
        question = Happening(key, "asked", {"id": 7, "what": "climb"}, answers.append)
        return [question, Happening(key, "asked", {"event": {"kind": "round", "round": 1}}, answers.append), ended(key)]

    found = play(plan, ("a",), policies=policies)
    assert (policies.heard, answers) == (["a climb", "a climb"], [{"id": 7}])
    assert [event.data for event in found.events if event.kind == "news"] == [
        {"ticket": "a", "kind": "round", "round": 1}
    ]


def test_an_outcome_that_nobody_wrote_down_is_written_down_and_not_made_again(play: Play, tmp_path: Path) -> None:
    """The supervisor was killed between a ticket's end and its line, or in the middle of the line."""
    play(always())
    lines = tmp_path / "out" / "results.jsonl"
    whole = lines.read_bytes().splitlines(keepends=True)
    lines.write_bytes(whole[0] + whole[1][: len(whole[1]) // 2])
    policies = Strict(allowed={"a", "b", "c"})
    again = play(always(), policies=policies)
    assert (again.engine.starts, policies.told) == ([], ["b accepted", "c accepted"])
    assert again.lines() == [("a", "accepted"), ("b", "accepted"), ("c", "accepted")]


def test_a_line_without_its_record_is_no_outcome(play: Play) -> None:
    found = play(always())
    (found.book.folder("b") / "result.json").unlink()
    again = play(always())
    assert (again.engine.starts, again.lines()[-1]) == (["b"], ("b", "accepted"))


def test_two_supervisors_do_not_work_in_one_folder(tmp_path: Path) -> None:
    with book.opened(tmp_path / "out"):
        began = threading.Event()

        def second() -> None:
            with pytest.raises(home.AlreadyRunning, match=r"another batch works in .*name another --out"):
                book.opened(tmp_path / "out").__enter__()
            began.set()

        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
        assert began.is_set()
    with book.opened(tmp_path / "out") as opened:
        assert opened.ended == set()


@pytest.mark.parametrize(
    ("ticket", "name"),
    [("t-1", "t-1"), ("django__django-1", "django__django-1"), ("..", None), ("A b/c", None), ("é" * 90, None)],
)
def test_a_ticket_has_a_folder_of_its_own(ticket: str, name: str | None, tmp_path: Path) -> None:
    folder = Book(tmp_path).folder(ticket)
    assert folder.parent == tmp_path / "tickets"
    assert (folder.name == name) if name else len(folder.name) < 80 and folder.name[-8:].isalnum()
    assert Book(tmp_path).folder(ticket + "x") != folder
    assert Book(tmp_path).folder(ticket.upper()) != Book(tmp_path).folder(ticket.lower()) or ticket == ".."
