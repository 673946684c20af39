"""The worst case of a call, and prices that nobody knows."""

from pareback.adapters.model import Prices, Usage
from pareback.orchestrator.limits import NOTHING, Reserve, worst_case


def test_the_worst_case_holds_the_prompt_and_a_whole_reply() -> None:
    prices = Prices(prompt=1.0, completion=10.0)
    assert worst_case("ab" * 500, 200, prices) == Reserve(tokens=700, cost_usd=(500 * 1.0 + 200 * 10.0) / 1e6)


def test_an_unknown_price_is_unknown_and_not_free() -> None:
    assert worst_case("abcd", 10, None) == Reserve(tokens=12, cost_usd=None)


def test_a_local_search_reserves_nothing() -> None:
    assert worst_case("abcd", 10, Prices(prompt=0, completion=0)) == NOTHING


def test_cached_tokens_cost_their_own_price() -> None:
    prices = Prices(prompt=2.0, completion=4.0, cached=0.5)
    cost = prices.cost(Usage(prompt=1000, completion=10, cached=600))
    assert cost == (400 * 2.0 + 600 * 0.5 + 10 * 4.0) / 1e6


def test_uncounted_tokens_have_no_cost() -> None:
    assert Prices(prompt=2.0, completion=4.0).cost(Usage(prompt=None, completion=10)) is None
