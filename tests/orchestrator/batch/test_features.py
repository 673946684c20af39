"""Features: in the order of the file, each on what the last accepted one reached, out of one budget."""

from pathlib import Path
from typing import Any

import pytest

from pareback.adapters.ticket import Ticket
from pareback.orchestrator.batch.features import Feature, Features

A, B, C = (Ticket(name, "text", feature="weeks") for name in "abc")
ALONE = Ticket("d", "text")


def result(
    ticket: str, ending: str = "accepted", *, charged: float = 2.0, patch: Path | None = None, **more: Any
) -> dict[str, Any]:
    accepted = ending == "accepted"
    facts = {"ticket": ticket, "feature": "weeks", "ending": ending, "accepted": accepted, "charged": charged}
    return {**facts, "budget": 5.0, "cost_usd": 0.25, "patch": patch and str(patch), **more}


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    path = tmp_path / "patch.diff"
    path.write_text("--- a\n+++ b\n")
    return path


def all_known() -> Features:
    features = Features()
    for ticket in (A, ALONE, B, C):
        features = features.joined(ticket)
    return features


def test_members_wait_for_those_before_them_and_others_do_not(patch: Path) -> None:
    features = all_known()
    assert [features.turn_of(ticket) for ticket in (A, B, C, ALONE)] == [True, False, False, True]
    after = features.ended(result("a", patch=patch))
    assert [after.turn_of(ticket) for ticket in (B, C)] == [True, False]


def test_a_member_stands_on_the_accepted_patches_and_gets_what_is_left(patch: Path) -> None:
    features = all_known()
    assert features.terms(A) == {}
    after = features.ended(result("a", patch=patch))
    assert after.terms(B) == {"budget": "3", "onto": ("--- a\n+++ b\n",)}
    assert after.terms(ALONE) == {}
    assert "weeks" in after.spoken(B)
    assert (features.spoken(A), after.spoken(ALONE)) == ("", "")


def test_a_member_that_failed_takes_nothing_and_is_named(patch: Path) -> None:
    features = all_known().ended(result("a", patch=patch)).ended(result("b", "over_budget", charged=9.0))
    assert features.terms(C) == {"budget": "3", "onto": ("--- a\n+++ b\n",)}
    assert "not accepted before it: b" in features.spoken(C)
    assert all_known().ended(result("a", "no_change")).known["weeks"].failed == ()


@pytest.mark.parametrize(
    ("budget", "charged", "left"), [(5.0, 2.0, 3.0), (5.0, 7.0, 0.0), (-10.0, -6.0, -4.0), (-10.0, -12.0, 0.0)]
)
def test_the_budget_is_one_sum(budget: float, charged: float, left: float) -> None:
    assert Feature(budget=budget, charged=charged).left == left


def test_what_nobody_measured_is_unknown(patch: Path) -> None:
    ended = all_known().ended(result("a", "env_failed", budget=None, cost_usd=None))
    assert (ended.known["weeks"].left, ended.known["weeks"].cost_usd) == (None, None)
    assert ended.terms(B) == {}
    assert ended.ended(result("b", patch=patch)).terms(C)["budget"] == "3"
