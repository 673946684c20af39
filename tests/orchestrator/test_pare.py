"""pare: what a green candidate loses without a model, what is left alone, and that nothing is done twice."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from pareback.orchestrator import graph, summary
from pareback.orchestrator.context import Context
from pareback.orchestrator.nodes.pare import pare
from pareback.orchestrator.outcome import Outcome, record, result
from pareback.orchestrator.pare import paring
from pareback.orchestrator.pare.offers import offers
from pareback.orchestrator.pare.paring import LEAST, Ground, Price
from pareback.orchestrator.state import Candidate, State

Opening = Callable[[Context], State]
Starter = Callable[..., Candidate]

WINDING = """shop/cart.py
<<<<<<< SEARCH
    if total > 5000:
        return 0
=======
    if total >= 5000:
        if total > 9000:
            return 0
        else:
            return 0
>>>>>>> REPLACE
"""

IDLE = """shop/cart.py
<<<<<<< SEARCH
from shop.money import euros
=======
import os
import re
from shop.money import euros
from shop.money import euros
>>>>>>> REPLACE
shop/cart.py
<<<<<<< SEARCH
    if total > 5000:
        return 0
    return 490
=======
    kept = re.compile("x").pattern
    spare = 3
    if total >= 5000:
        return 0
    else:
        pass
    return 490
    print(total)
>>>>>>> REPLACE
"""

MINIMAL = """    kept = re.compile("x").pattern
    if total >= 5000:
        return 0
    return 490


"""


def driven(made: Any, starter: Starter) -> State:
    """The state after a round of one candidate."""
    candidate = graph.drive(starter(made.context), made.context)
    winner = candidate.index if candidate.acceptable else None
    return State(start=made.context.base, round=1, candidates=(candidate,), winner=winner)


def text(candidate: Candidate, context: Context) -> str:
    return (context.repository.read_file(candidate.commit or "", "shop/cart.py") or b"").decode()


def test_what_is_over_budget_is_simplified_and_its_tests_stay_green(
    bench: Any, starter: Starter, replies: Mapping[str, str]
) -> None:
    made = bench([replies["bulky"]])
    before = driven(made, starter)
    (pared,) = pare(before, made.context).candidates
    (bulky,) = before.candidates
    assert bulky.verdict is not None
    assert pared.verdict is not None
    assert (pared.green, pared.verdict.charged < bulky.verdict.charged - LEAST, pared.size < bulky.size) == (True,) * 3
    assert [(each.what, each.kept, each.unit) for each in pared.pared] == [("merge branches", True, "shipping")]
    assert "-                if total > 9000:" in pared.pared[0].diff
    assert "total > 9000" not in text(pared, made.context)
    told = [event.data for event in made.kinds("step")]
    assert told == [{"what": "pared", "reason": f"merge branches in shipping: -{pared.pared[0].points:.1f} CP"}]


def test_what_is_within_budget_then_is_accepted_without_another_reply(bench: Any, opening: Opening) -> None:
    made = bench([WINDING], candidates=1, budget=2.0)
    state = graph.run(opening(made.context), made.context)
    assert state.ending is not None
    assert (state.ending.name, len(made.asked), len(state.history)) == ("accepted", 1, 1)
    outcome = Outcome("run", "toy", state.ending, best=state.best, history=state.history)
    assert [step["what"] for step in result(outcome)["steps"]] == ["pared", "accept"]
    (told,) = record(outcome)["rounds"][0]["candidates"][0]["pared"]
    assert (told["what"], told["kept"], told["why"]) == ("merge branches", True, "")
    stored = list(made.context.ledger.effects())
    again = bench([], candidates=1, budget=2.0)
    replayed = graph.run(opening(again.context), again.context)
    assert (replayed, list(again.context.ledger.effects())) == (state, stored)


def test_what_is_within_budget_loses_only_what_does_nothing(bench: Any, starter: Starter) -> None:
    """An unused import, one that stands twice, an unread name, an empty branch, a line that is never reached; an unread
    name whose value is computed stays."""
    made = bench([IDLE])
    (pared,) = pare(driven(made, starter), made.context).candidates
    assert pared.green
    after = text(pared, made.context)
    assert after.startswith('"""Prices are in cents."""\n\nimport re\nfrom shop.money import euros\n\n\ndef shipping')
    assert MINIMAL in after
    assert [each.what for each in pared.pared] == ["drop an import, drop what has no effect"]


@pytest.mark.parametrize("word", ["fix", "wrong", "bulky"])
def test_what_is_small_or_red_or_not_wanted_stays(
    bench: Any, starter: Starter, replies: Mapping[str, str], word: str
) -> None:
    made = bench([replies[word]], pare=word != "bulky")
    before = driven(made, starter)
    after = pare(before, made.context)
    assert [text(each, made.context) for each in after.candidates] == [
        text(each, made.context) for each in before.candidates
    ]
    assert after.winner == before.winner


def test_only_code_that_the_patch_brought_is_simplified(bench: Any, starter: Starter) -> None:
    """The winding code was there before: a patch of another function of its file does not concern it."""
    made = bench([])
    context = made.context
    old = "def old(a):\n    if a:\n        b = a\n        return b\n    else:\n        return 1\n\n\n"
    start = context.repository.read_file(context.base, "shop/cart.py") or b""
    base = context.repository.commit(context.base, {"shop/cart.py": start + b"\n\n" + old.encode()}, message="old")
    new = start.replace(b"    if total > 5000:", b"    if total >= 5000:")
    new += b"\n\n" + old.encode() + b"\n\n" + old.replace("old", "new").encode()
    changed = replace(context, base=base, budget=replace(context.budget, points=0.0))
    candidate = replace(starter(changed), commit=context.repository.commit(base, {"shop/cart.py": new}, message="n"))
    state = State(start=base, round=1, candidates=(graph.measure(graph.test(candidate, changed), changed),))
    (pared,) = pare(state, changed).candidates
    assert {each.unit for each in pared.pared} == {"new"}
    assert old in text(pared, changed)


@pytest.mark.parametrize("refusal", ["", "tests/test_cart.py::test_label: red"])
def test_a_refused_simplification_is_kept_in_mind_and_not_in_the_tree(bench: Any, refusal: str) -> None:
    """Each is tried once; the record holds its points and why it was refused."""
    context = bench([]).context
    winding = b"def f(a):\n    if a:\n        if a > 1:\n            return a\n"
    winding += b"\n\n" + winding.replace(b"f", b"g").replace(b"ig", b"if").replace(b"deg", b"def")
    commit = context.repository.commit(context.base, {"new.py": winding}, message="winding")
    asked: list[str] = []

    def refused(made: str) -> str:
        asked.append(made)
        return refusal

    lengths = {len(winding): Price(9.0, 9.0)}

    def price(made: str) -> Price:
        size = len(context.repository.read_file(made, "new.py") or b"")
        return lengths.get(size, Price(9.0 - (len(winding) - size) / 10, 8.0))

    ground = Ground(context.repository, ("new.py",), offers, price, refused, lambda: False, 9)
    pared = paring.pare(commit, ground)
    assert len(asked) == len(pared.tried) == len({each.unit for each in pared.tried}) == 2
    assert {each.why for each in pared.tried} == {refusal}
    assert (pared.commit == commit, bool(pared.kept), pared.points > 0) == (bool(refusal), not refusal, not refusal)
    assert paring.pare(commit, replace(ground, is_over=lambda: True)).tried == ()
    assert len(paring.pare(commit, replace(ground, most=1)).tried) == 1


BARE = """shop/cart.py
<<<<<<< SEARCH
    if total > 5000:
        return 0
    return 490
=======
    if total < 0:
        reason = "a total is never negative"
        raise ValueError(reason)
    if total >= 5000:
        return 0
    return 490


def unknown(total: int) -> str:
    # nobody asks
    return str(total)
>>>>>>> REPLACE
"""


@pytest.mark.parametrize(("reply", "untested"), [("fix", []), (BARE, [(9, 10), (18, 18)])])
def test_code_that_no_test_reaches_is_named_and_stays(
    bench: Any, opening: Opening, replies: Mapping[str, str], reply: str, untested: list[tuple[int, int]]
) -> None:
    made = bench([replies.get(reply, reply)], candidates=1, budget=30.0)
    state = graph.run(opening(made.context), made.context)
    assert state.ending is not None
    assert state.best is not None
    assert state.ending.name == "accepted"
    outcome = Outcome("run", "toy", state.ending, best=state.best, history=state.history)
    wanted = [{"path": "shop/cart.py", "first": first, "last": last} for first, last in untested]
    assert result(outcome)["untested"] == wanted
    assert text(state.best, made.context).count("raise ValueError(reason)") == bool(untested)
    assert summary.text(outcome).count("no test reaches this") == len(untested)
    again = bench([], candidates=1, budget=30.0)
    assert graph.run(opening(again.context), again.context) == state
