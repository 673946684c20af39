"""What a run used: every call is somewhere, sums equal the ledger, and what nobody knows is never a number."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pareback.adapters.model import Prices
from pareback.adapters.models.scripted import Line
from pareback.orchestrator import accounts, graph
from pareback.orchestrator.context import Context
from pareback.orchestrator.ledger import Ledger
from pareback.orchestrator.state import State

Opening = Callable[[Context], State]
PRICES = Prices(1.0, 2.0, cached=0.5)


def played(made: Any, opening: Opening) -> accounts.Books:
    """The books of a whole run."""
    graph.run(opening(made.context), made.context)
    return accounts.books(made.context.ledger)


def counted(text: str, **facts: Any) -> Line:
    return Line(text, prompt_tokens=1000, completion_tokens=100, cached_tokens=400, **facts)


def equal_the_ledger(books: accounts.Books, ledger: Ledger) -> bool:
    """Every grouping adds up to what the ledger says was spent."""
    spent = ledger.spent()
    for parts in ([books.total], books.by_model.values(), books.by_round.values()):
        assert sum(part.counted_tokens for part in parts) == spent.tokens
        known = [part.counted_usd for part in parts if part.counted_usd is not None]
        assert sum(known) == pytest.approx(spent.cost_usd, abs=1e-12)
        assert sum(part.calls for part in parts) == books.total.calls
        assert sum(part.unanswered for part in parts) == books.total.unanswered
    return True


def test_two_rungs_and_two_rounds_add_up(bench: Any, opening: Opening, replies: Mapping[str, str]) -> None:
    first = [counted(replies["wrong"]), counted(replies["hasty"])]
    second = ["unused", "unused", counted(replies["bulky"]), counted(replies["slim"])]
    made = bench(first, second, prices=PRICES, max_rounds=2, candidates=1)
    books = played(made, opening)
    assert equal_the_ledger(books, made.context.ledger)
    assert (books.total.calls, books.total.unanswered) == (4, 0)
    assert (books.total.prompt, books.total.completion, books.total.cached) == (4000, 400, 1600)
    assert {name: account.calls for name, account in books.by_model.items()} == {"rung 1": 2, "rung 2": 2}
    assert books.models == {1: "rung 1", 2: "rung 1", 3: "rung 2", 4: "rung 2"}


def test_a_cancelled_call_is_there_and_its_cost_unknown(
    bench: Any, opening: Opening, replies: Mapping[str, str]
) -> None:
    made = bench([[counted(replies["fix"]), counted(replies["fix"], delay=60)]], prices=PRICES)
    books = played(made, opening)
    assert equal_the_ledger(books, made.context.ledger)
    assert (books.total.calls, books.total.unanswered, books.total.cost_usd) == (2, 1, None)
    assert (books.total.prompt, books.total.completion) == (1000, 100)
    assert books.total.counted_tokens > 1100 + 8192
    assert books.total.counted_usd is not None


def test_of_calls_that_cost_nothing_a_cancelled_one_costs_nothing_too(
    bench: Any, opening: Opening, replies: Mapping[str, str]
) -> None:
    free = bench([[counted(replies["fix"]), Line(delay=60)]], prices=Prices(0, 0))
    books = played(free, opening)
    assert (books.total.unanswered, books.total.cost_usd) == (1, 0.0)


def test_without_prices_no_sum_is_known(bench: Any, opening: Opening, replies: Mapping[str, str]) -> None:
    made = bench([counted(replies["wrong"]), counted(replies["fix"])], candidates=1)
    books = played(made, opening)
    assert equal_the_ledger(books, made.context.ledger)
    assert (books.total.cost_usd, books.total.counted_usd, books.total.counted_tokens) == (None, None, 2200)
    assert all(account.cost_usd is None for account in books.by_round.values())


def test_the_seconds_of_tests_belong_to_the_round_that_ran_them(
    bench: Any, opening: Opening, replies: Mapping[str, str]
) -> None:
    made = bench([replies["wrong"], replies["wrong"], replies["fix"]], candidates=1)
    books = played(made, opening)
    ran = {number: account.seconds["tests"] > 0 for number, account in books.by_round.items()}
    assert ran == {1: True, 2: False, 3: True}
    assert sum(each.seconds["tests"] for each in books.by_round.values()) == pytest.approx(books.total.seconds["tests"])
