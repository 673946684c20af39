"""How far the gate is enforced: the same green patch over the budget under each word, and what the model is told."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from pareback.orchestrator import graph
from pareback.orchestrator.context import Context
from pareback.orchestrator.state import State

Opening = Callable[[Context], State]


@pytest.mark.parametrize(
    ("enforce", "ending", "told"),
    [
        ("budget", ("over_budget", "exhausted"), True),
        ("hard", ("accepted", "no_hard_finding"), True),
        ("told", ("accepted", "not_enforced"), True),
        ("off", ("accepted", "not_enforced"), False),
    ],
)
def test_a_green_patch_over_the_budget(
    bench: Any, opening: Opening, replies: Mapping[str, str], enforce: str, ending: tuple[str, str], *, told: bool
) -> None:
    made = bench([replies["bulky"].replace("total == 5000", "total >= 5000")], candidates=1, enforce=enforce)
    state = graph.run(opening(made.context), made.context)
    assert state.ending is not None
    assert state.best is not None
    assert state.best.verdict is not None
    assert (state.ending.name, state.ending.reason) == ending
    assert ("BUDGET: your changes" in made.asked[0].rules, "points" in made.asked[0].rules) == (told, told)
    assert state.best.verdict.charged > made.context.budget.points  # measured all the same


@pytest.mark.parametrize(("enforce", "ending"), [("hard", "over_budget"), ("told", "accepted"), ("off", "accepted")])
def test_a_hard_finding_blocks_as_long_as_hard_rules_are_enforced(
    bench: Any, opening: Opening, replies: Mapping[str, str], enforce: str, ending: str
) -> None:
    text = replies["fix"].replace(">= 5000:", ">= eval('5000'):")
    made = bench([text], candidates=1, enforce=enforce)
    state = graph.run(opening(made.context), made.context)
    assert state.ending is not None
    assert state.best is not None
    assert state.best.verdict is not None
    assert (state.ending.name, len(state.best.verdict.hard)) == (ending, 1)
