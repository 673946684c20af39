"""The order of candidates: each step of it decides only where all before it are equal."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pareback.gates.verdict import Finding
from pareback.orchestrator import rank
from pareback.orchestrator.state import Candidate
from pareback.workspaces.conditions.condition import Condition, Held

HARD = Finding("H4:a.py:f", "S17", "a.py", 1, "f", 20.0, "runs text", "call it", hard=True)
PLAIN = {"target_total": 3, "target_green": 2, "regressions": (), "green": False}
PRICE = {"charged": 2.0, "delta": 2.0, "within": True, "findings": ()}

Made = Callable[..., Candidate]


@pytest.fixture
def made(bench: Any, judged: Callable[..., Candidate]) -> Made:
    """A tested candidate with these facts in place of plain ones."""
    candidate = judged(bench(["unused"]).context)

    def make(**facts: Any) -> Candidate:
        assert candidate.standing is not None
        assert candidate.verdict is not None
        stood = {name: facts.get(name, value) for name, value in PLAIN.items()}
        price = {name: facts.get(name, value) for name, value in PRICE.items()}
        own = {name: value for name, value in facts.items() if name not in {**PLAIN, **PRICE}}
        return replace(
            candidate, standing=replace(candidate.standing, **stood), verdict=replace(candidate.verdict, **price), **own
        )

    return make


UNMET = tuple(Held(Condition("gone", f"gone {name}"), holds, "") for name, holds in (("a", False), ("b", None)))
STEPS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"conditions": UNMET[:1], "green": False, "charged": 9.0}, {"conditions": UNMET, "green": True, "charged": 1.0}),
    ({"conditions": (), "target_green": 1, "within": False}, {"conditions": UNMET[1:], "target_green": 2}),
    ({"green": True, "target_green": 2}, {"target_green": 3}),
    ({"target_green": 2, "regressions": ("a", "b")}, {"target_green": 1}),
    ({"regressions": ("a",), "findings": (HARD,)}, {"regressions": ("a", "b")}),
    ({"findings": (), "within": False}, {"findings": (HARD,), "within": True}),
    ({"within": True, "charged": 9.0}, {"within": False, "charged": 1.0}),
    ({"charged": 1.0, "delta": 9.0}, {"charged": 2.0, "delta": 1.0}),
    ({"delta": 1.0, "size": 90}, {"delta": 2.0, "size": 10}),
    ({"size": 10, "round": 2}, {"size": 11, "round": 1}),
    ({"round": 1, "index": 1}, {"round": 2, "index": 0}),
    ({"index": 0}, {"index": 1}),
]


@pytest.mark.parametrize(("better", "worse"), STEPS)
def test_one_thing_decides_where_all_before_it_are_equal(
    made: Made, better: dict[str, Any], worse: dict[str, Any]
) -> None:
    one, other = made(**better), made(**worse)
    assert rank.key(one) < rank.key(other)
    assert (rank.best(one, other), rank.best(other, one)) == (one, one)


def test_equal_ones_stay_equal_and_the_earlier_one_stays_the_best(made: Made) -> None:
    one, same = made(), made(reply=None)
    assert rank.key(one) == rank.key(same)
    assert rank.best(one, same) is one


def test_what_was_not_tested_is_never_the_best(made: Made) -> None:
    untested, worse = replace(made(green=True), standing=None), made(target_green=0)
    assert (rank.best(), rank.best(None, untested), rank.best(untested, worse)) == (None, None, worse)


def test_an_unpriced_candidate_comes_last_among_equals(made: Made) -> None:
    priced, unpriced = made(charged=99.0, within=False), replace(made(), verdict=None)
    assert rank.best(unpriced, priced) is priced
