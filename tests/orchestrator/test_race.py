"""The race of a round: who wins, how the others end, what is recorded, and that nothing recorded is run again."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pareback.adapters.models.scripted import Line
from pareback.orchestrator import graph, race
from pareback.orchestrator.context import Context
from pareback.orchestrator.state import Candidate, State

Starter = Callable[..., Candidate]
BUSY = Line("busy", error="unavailable", retry_after=10_000.0)


def field(context: Context, starter: Starter, count: int = 2) -> list[Candidate]:
    return [starter(context, index=index) for index in range(count)]


def run(context: Context, starters: list[Candidate], drive: race.Drive = graph.drive) -> race.Race:
    return race.run(starters, context, drive, workers=len(starters))


def without_tests(context: Context) -> Context:
    """The same run without any time left: only what is stored can be had."""
    return replace(context, settings=context.settings.model_copy(update={"max_seconds": 0.0}))


def test_the_first_acceptable_candidate_ends_the_race(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    slow = Line(replies["fix"] * 100, pause=0.05, chunk=10)
    made = bench([[slow, replies["fix"], Line(replies["fix"], delay=60)]])
    started = time.monotonic()
    finished = run(made.context, field(made.context, starter, 3))
    assert (finished.winner, [each.status for each in finished.candidates]) == (
        1,
        ["cancelled", "measured", "cancelled"],
    )
    assert time.monotonic() - started < 20
    pieces = sum(event.candidate == 0 for event in made.kinds("piece"))
    assert finished.candidates[0].why == f"cancelled after {10 * pieces} bytes"
    assert finished.candidates[2].why == "cancelled after 0 bytes"
    assert [event.data["status"] for event in made.kinds("candidate")] == ["measured", "cancelled", "cancelled"]


def test_a_red_candidate_ends_nobody_else(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    context = bench([[replies["wrong"], replies["bulky"]]]).context
    finished = run(context, field(context, starter))
    assert (finished.winner, [each.status for each in finished.candidates]) == (None, ["measured", "measured"])
    assert [each.green for each in finished.candidates] == [False, True]


def test_ties_go_to_the_lowest_index(bench: Any, starter: Starter, judged: Callable[..., Candidate]) -> None:
    context = bench(["unused"]).context
    together = threading.Barrier(3)

    def drive(candidate: Candidate, _: Context) -> Candidate:
        together.wait(timeout=10)
        time.sleep(0.05 * (2 - candidate.index))  # the highest index finishes first
        return judged(context, index=candidate.index)

    finished = run(context, field(context, starter, 3), drive)
    row = context.ledger.outcome(1)
    assert (finished.winner, row["order"], row["winner"]) == (0, [2, 1, 0], 0)
    assert [each.index for each in finished.candidates] == [0, 1, 2]


def test_the_outcome_row_says_who_finished_how(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    context = bench([[replies["fix"], Line(delay=60)]]).context
    run(context, field(context, starter))
    entry = {"why": "", "detail": "", "index": 0, "status": "measured", "replied": True}
    cut = entry | {"index": 1, "status": "cancelled", "why": "cancelled after 0 bytes", "replied": False}
    assert context.ledger.outcome(1) == {"order": [0, 1], "winner": 0, "candidates": [entry, cut]}


def test_a_recorded_race_is_replayed_without_model_or_tests(
    bench: Any, starter: Starter, replies: Mapping[str, str]
) -> None:
    made = bench([[replies["fix"], Line(delay=60), replies["wrong"]]])
    finished = run(made.context, field(made.context, starter, 3))
    again = bench([replies["wrong"]])
    replayed = run(without_tests(again.context), field(again.context, starter, 3))
    assert (replayed, again.asked) == (finished, [])


def test_a_candidate_without_a_reply_is_not_asked_again(
    bench: Any, starter: Starter, replies: Mapping[str, str]
) -> None:
    context = bench([[Line("prompt of 9000 tokens", error="too_long"), replies["wrong"]]]).context
    finished = run(context, field(context, starter))
    again = bench(lambda _: Line(replies["fix"]))
    replayed = run(without_tests(again.context), field(again.context, starter))
    assert (finished.candidates[0].status, replayed, again.asked) == ("incomplete", finished, [])


def test_an_exhausted_round_is_recorded(bench: Any, starter: Starter) -> None:
    context = bench([]).context
    finished = run(context, field(context, starter))
    again = bench([])
    replayed = run(again.context, field(again.context, starter))
    assert [each.why for each in replayed.candidates] == [each.why for each in finished.candidates] == ["exhausted"] * 2
    assert again.asked == []


REFUSED = Line("wrong key", error="refused")


@pytest.mark.parametrize(
    ("faults", "asked"), [([BUSY, BUSY], {0, 1}), ([REFUSED, "wrong"], {0})], ids=["unavailable", "refused"]
)
def test_a_round_that_ended_the_run_for_what_may_pass_is_not_recorded(
    bench: Any, starter: Starter, replies: Mapping[str, str], faults: list[Line | str], asked: set[int]
) -> None:
    context = bench([[replies[fault] if isinstance(fault, str) else fault for fault in faults]]).context
    finished = run(context, field(context, starter))
    again = bench([replies["fix"]])
    resumed = run(again.context, field(again.context, starter))
    assert (finished.winner, finished.candidates[0].status) == (None, "limit")
    assert (resumed.winner is None, {request.index for request in again.asked}) == (False, asked)


@pytest.mark.parametrize(
    ("faults", "rungs"),
    [([BUSY, "wrong"], 1), ([BUSY, BUSY], 2), ([REFUSED, "wrong"], 2)],
    ids=["another candidate said something", "another rung is there", "another rung is not refused"],
)
def test_a_round_after_which_the_run_goes_on_is_recorded(
    bench: Any, starter: Starter, replies: Mapping[str, str], faults: list[Line | str], rungs: int
) -> None:
    """Were it run again, the rounds that followed it would be replayed for other candidates."""
    ladder = [[[replies[fault] if isinstance(fault, str) else fault for fault in faults]], ["unused"]][:rungs]
    context = bench(*ladder).context
    finished = run(context, field(context, starter))
    again = bench(*[["unused"]] * rungs)
    replayed = run(again.context, field(again.context, starter))
    assert (replayed, again.asked, finished.winner) == (finished, [], None)


def test_a_race_that_was_won_is_over_whatever_became_of_the_others(
    bench: Any, starter: Starter, replies: Mapping[str, str]
) -> None:
    context = bench([[BUSY, replies["fix"]]]).context
    run(context, field(context, starter))
    again = bench([])
    replayed = run(again.context, field(again.context, starter))
    assert (replayed.winner, replayed.candidates[0].why, again.asked) == (1, "unavailable", [])


def test_an_interrupted_round_is_not_recorded(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    made = bench([Line(replies["fix"], delay=60)])
    context = made.context
    threading.Timer(0.2, lambda: (context.stop.set(), context.race.set())).start()
    finished = run(context, field(context, starter))
    assert ([each.status for each in finished.candidates], context.ledger.outcome(1)) == (["cancelled"] * 2, None)


def test_a_signal_between_two_rounds_is_not_lost(bench: Any, starter: Starter, replies: Mapping[str, str]) -> None:
    made = bench([replies["fix"]])
    made.context.stop.set()
    finished = run(made.context, field(made.context, starter))
    assert ([each.status for each in finished.candidates], made.asked) == (["cancelled"] * 2, [])


def test_an_exception_ends_the_race_and_is_raised_after_the_others_stopped(bench: Any, starter: Starter) -> None:
    context = bench(["unused"]).context
    ended, begun = [], threading.Event()

    def drive(candidate: Candidate, _: Context) -> Candidate:
        if candidate.index == 0 and begun.wait(timeout=10):
            raise ZeroDivisionError
        begun.set()
        ended.append(context.race.wait(timeout=10))
        return replace(candidate, status="cancelled")

    with pytest.raises(ZeroDivisionError):
        run(context, field(context, starter), drive)
    assert (ended, context.ledger.outcome(1)) == ([True], None)


def test_the_same_tree_is_tested_once_and_the_twin_says_so(
    bench: Any, opening: Callable[[Context], State], replies: Mapping[str, str]
) -> None:
    """In one round and across rounds, whatever words led to it; another tree is tested."""
    again = f"Once more:\n\n{replies['wrong']}"
    made = bench([[replies["wrong"], again], [again, replies["hasty"]], [replies["fix"]]])
    state = graph.run(opening(made.context), made.context)
    twins = [[each.twin for each in finished.candidates] for finished in state.history]
    assert twins == [[None, (1, 0)], [(1, 0), None], [None, None]]
    assert all(each.green is False for each in state.history[0].candidates)
    tested = [key for key, _ in made.context.ledger.effects() if key.startswith("test/")]
    assert (len(tested), len(made.asked)) == (3, 6)
    replayed = graph.run(opening(made.context), bench([]).context)
    assert [[each.twin for each in finished.candidates] for finished in replayed.history] == twins


def test_a_twin_of_what_the_cold_run_refused_is_not_confirmed_again(
    bench: Any, opening: Callable[[Context], State], replies: Mapping[str, str], weather: Path
) -> None:
    made = bench([replies["leaning"], replies["leaning"], replies["fix"]], candidates=1)
    (weather / "sun").touch()

    def listen(event: Any) -> None:
        made.events.append(event)
        if event.kind == "enter" and event.data["node"] == "accept":
            (weather / "sun").unlink(missing_ok=True)

    state = graph.run(opening(made.context), replace(made.context, listen=listen))
    confirmed = [key for key, _ in made.context.ledger.effects() if key.startswith("confirm/")]
    assert [event.data["green"] for event in made.kinds("confirmed")] == [False, False, True]
    assert ([each.step.what for each in state.history][-1], len(confirmed)) == ("accept", 2)
