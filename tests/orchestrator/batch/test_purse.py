"""The batch's money: calls side by side never pass the cap, whatever they cost in the end."""

import random

from pareback.orchestrator.batch.purse import Purse


def test_what_is_held_counts_until_it_is_settled() -> None:
    purse = Purse(cap=1.0).hold("a", 0.6)
    assert (purse.may(0.4), purse.may(0.5), purse.may(1.1)) == ("go", "wait", "stop")
    assert purse.settle("a", 0.1).may(0.9) == "go"


def test_an_unknown_cost_is_the_worst_case() -> None:
    assert Purse(cap=1.0).hold("a", 0.6).settle("a", None) == Purse(cap=1.0, spent=0.6)


def test_without_a_cap_everything_goes_and_is_counted() -> None:
    assert (Purse().may(10**6), Purse().hold("a", 3.0).settle("a", 2.0).spent) == ("go", 2.0)


def test_no_order_of_calls_overspends() -> None:
    chance = random.Random(7)
    purse, refused = Purse(cap=5.0), 0
    out: list[tuple[str, float]] = []
    for number in range(2000):
        if out and chance.random() < 0.5:
            call, worst = out.pop(chance.randrange(len(out)))
            purse = purse.settle(call, chance.choice([None, worst * chance.random()]))
        worst = chance.random()
        if purse.may(worst) == "go":
            out.append((str(number), worst))
            purse = purse.hold(str(number), worst)
        refused += purse.may(worst) == "stop"
        assert purse.spent + sum(purse.held.values()) <= 5.0 + 1e-9
    assert refused > 0
