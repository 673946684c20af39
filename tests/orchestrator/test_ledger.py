"""The ledger: effects made once, damage named, reservations kept, lives counted."""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pareback.orchestrator.ledger import CRASHES, Ledger, LedgerError, effect_key
from pareback.orchestrator.limits import Caps, LimitReached, Reserve, Spent


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def counting(value: object) -> tuple[Callable[[], object], list[int]]:
    made: list[int] = []

    def make() -> object:
        made.append(1)
        return value

    return make, made


def test_an_effect_is_made_once_and_found_afterwards(path: Path) -> None:
    make, made = counting({"text": "ü \ud800", "n": 1.5})
    with Ledger(path) as ledger:
        first = ledger.effect("test/1/0/a", make)
        second = ledger.effect("test/1/0/a", make)
    with Ledger(path) as again:
        third = again.effect("test/1/0/a", make)
    assert (first, second, third, len(made)) == ({"text": "ü \ud800", "n": 1.5}, first, first, 1)


def test_another_input_is_another_effect() -> None:
    one = effect_key("test", round=1, candidate=0, inputs={"a": 1, "b": 2})
    same = effect_key("test", round=1, candidate=0, inputs={"b": 2, "a": 1})
    other = effect_key("test", round=1, candidate=0, inputs={"a": 1, "b": 3})
    assert (one == same, one == other) == (True, False)


def test_a_damaged_row_is_an_error_that_names_the_file(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.keep("test/1/0/a", {"green": False})
    with sqlite3.connect(path) as db:
        db.execute("UPDATE effect SET value = replace(value, 'false', 'true')")
    db.close()
    with Ledger(path) as ledger, pytest.raises(LedgerError, match=r"ledger\.db is damaged"):
        ledger.find("test/1/0/a")


def test_a_file_that_is_no_database_is_an_error_and_stays_as_it_is(path: Path) -> None:
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(LedgerError, match="cannot use"):
        Ledger(path)
    assert path.read_bytes() == b"not a database" * 100


def test_a_reservation_without_a_reply_stays_spent(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.intend("generate/1/0/a", Reserve(tokens=100, cost_usd=0.5))
        ledger.intend("generate/1/1/b", Reserve(tokens=100, cost_usd=0.5))
        ledger.keep("generate/1/1/b", "reply", Reserve(tokens=10, cost_usd=0.1))
        assert (ledger.spent().tokens, ledger.spent().cost_usd) == (110, 0.6)
    with Ledger(path) as again:
        assert again.spent().tokens == 110


def test_what_would_pass_a_cap_is_refused_and_makes_nothing(path: Path) -> None:
    make, made = counting("reply")
    with Ledger(path, caps=Caps(tokens=100)) as ledger:
        ledger.effect("generate/1/0/a", make, reserve=Reserve(tokens=100), spent=lambda _: Reserve(tokens=40))
        with pytest.raises(LimitReached) as reached:
            ledger.effect("generate/1/1/b", make, reserve=Reserve(tokens=61))
        ledger.effect("generate/1/2/c", make, reserve=Reserve(tokens=60))
    assert (reached.value.limit, len(made)) == ("tokens", 2)


def test_an_unknown_price_cannot_keep_a_money_cap_but_is_fine_without_one(path: Path) -> None:
    unknown = Reserve(tokens=10, cost_usd=None)
    with Ledger(path) as free:
        free.intend("generate/1/0/a", unknown)
        assert free.spent().unknown == 1
    with Ledger(path, caps=Caps(cost_usd=1.0)) as capped, pytest.raises(LimitReached) as reached:
        capped.intend("generate/1/0/b", unknown)
    assert reached.value.limit == "price_unknown"


def test_five_lives_that_died_at_one_key_are_enough(path: Path) -> None:
    for _ in range(CRASHES):
        died = Ledger(path)
        died.intend("test/1/0/a", Reserve())
        died._db.close()  # a killed process ends no life in good order
    with Ledger(path) as ledger:
        ledger.intend("test/1/0/b", Reserve())
        with pytest.raises(LimitReached) as reached:
            ledger.intend("test/1/0/a", Reserve())
    assert reached.value.limit == "crashes"


def test_lives_that_ended_in_good_order_are_no_crashes(path: Path) -> None:
    for _ in range(CRASHES + 1):
        with Ledger(path) as ledger:
            ledger.intend("test/1/0/a", Reserve())


def test_seconds_add_up_over_lives(path: Path) -> None:
    now = [100.0]
    with Ledger(path, clock=lambda: now[0]) as ledger:
        now[0] = 107.0
        assert ledger.seconds == 7.0
    now[0] = 500.0
    with Ledger(path, clock=lambda: now[0]) as ledger:
        now[0] = 503.0
        assert ledger.seconds == 10.0


def test_a_recorded_race_is_not_replaced(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.end_round(1, {"winner": 0})
        ledger.end_round(1, {"winner": 1})
        assert (ledger.outcome(1), ledger.outcome(2)) == ({"winner": 0}, None)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cap=st.integers(1, 500),
    calls=st.lists(st.tuples(st.integers(1, 120), st.integers(0, 120)), min_size=1, max_size=24),
    threads=st.integers(1, 6),
)
def test_parallel_calls_never_overspend(
    tmp_path_factory: pytest.TempPathFactory, cap: int, calls: list[tuple[int, int]], threads: int
) -> None:
    """Whatever the order: what was really spent and what is reserved stay within the cap, if replies keep their cap."""
    with Ledger(tmp_path_factory.mktemp("cap") / "ledger.db", caps=Caps(tokens=cap)) as ledger:
        over: list[int] = []

        def work(mine: list[tuple[int, tuple[int, int]]]) -> None:
            for number, (reserve, used) in mine:
                try:
                    ledger.intend(f"generate/1/{number}/k", Reserve(tokens=reserve))
                except LimitReached:
                    continue
                over.append(ledger.spent().tokens)
                ledger.keep(f"generate/1/{number}/k", "r", Reserve(tokens=min(used, reserve)))

        numbered = list(enumerate(calls))
        workers = [threading.Thread(target=work, args=(numbered[start::threads],)) for start in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert max([*over, ledger.spent().tokens]) <= cap


def test_what_was_not_spent_is_given_back_by_the_life_that_held_it(path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.intend("generate/1/0/a", Reserve(10, None))
    with Ledger(path) as ledger:
        ledger.intend("generate/1/0/a", Reserve(20, 0.5))
        ledger.intend("generate/1/1/b", Reserve(30, 0.5))
        ledger.release("generate/1/0/a")
        assert ledger.spent() == Spent(tokens=40, cost_usd=0.5, unknown=1)
