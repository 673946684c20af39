"""Candidates of a model that does not sample are asked different questions; those of one that does are not."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pareback.adapters.model import Profile
from pareback.adapters.models import scripted
from pareback.orchestrator import graph
from pareback.orchestrator.context import Context
from pareback.orchestrator.nodes.round import play
from pareback.orchestrator.state import State

Opening = Callable[[Context], State]


def asked(bench: Any, opening: Opening, *, sampled: bool) -> State:
    """The state after a round of eight candidates, none of which says anything."""
    made = bench(["unused"], candidates=8).context
    silent = scripted.Scripted("silent", Profile(sampled=sampled), lambda _: None)
    ticket = replace(made.ticket, files=("shop/cart.py", "shop/money.py"))
    context = replace(made, ladder=(silent,), ticket=ticket)
    return play(opening(context), context, graph.drive)


@pytest.mark.parametrize(("sampled", "questions"), [(True, 1), (False, 4)])
def test_what_differs_is_what_is_asked(bench: Any, opening: Opening, *, sampled: bool, questions: int) -> None:
    """One failure only: what another order of failures would change is nothing here."""
    state = asked(bench, opening, sampled=sampled)
    texts = {(each.request.rules, each.request.files) for each in state.candidates}
    assert len(texts) == questions
    assert {each.way for each in state.candidates[:2]} == ({""} if sampled else {"", "another form first"})
    assert [each.request.seed for each in state.candidates] == list(range(8))


def test_the_ways_are_recorded_and_replayed(bench: Any, opening: Opening) -> None:
    ways = [each.way for each in asked(bench, opening, sampled=False).candidates]
    assert ways[2:4] == ["files in reverse", "another form first, files in reverse"]
    assert ways == [each.way for each in asked(bench, opening, sampled=False).candidates]
