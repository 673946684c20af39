"""Both graphs: replies through every edge, what LangGraph does with our states, and the pictures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from langgraph.graph import END, START, StateGraph

from pareback.adapters.models.scripted import Line
from pareback.orchestrator import graph
from pareback.orchestrator.context import Context
from pareback.orchestrator.state import Candidate, State

Opening = Callable[[Context], State]
Starter = Callable[..., Candidate]

OUTER = {"_play", "pare", "push_back", "accept"}


def path_of(made: Any) -> list[str]:
    """The nodes that were entered, in order."""
    return [str(event.data["node"]) for event in made.kinds("enter")]


@pytest.mark.parametrize(
    ("word", "nodes", "status"),
    [
        ("fix", ["generate", "apply", "test", "measure"], "measured"),
        ("wrong", ["generate", "apply", "test", "measure"], "measured"),
        ("prose", ["generate", "apply"], "no_edit"),
        ("", ["generate"], "incomplete"),
    ],
)
def test_a_candidate_goes_as_far_as_it_can(
    bench: Any, starter: Starter, replies: Mapping[str, str], word: str, nodes: list[str], status: str
) -> None:
    made = bench([replies[word] if word else Line("half", finish="length")])
    candidate = graph.drive(starter(made.context), made.context)
    assert (path_of(made), candidate.status) == (nodes, status)
    assert len(made.kinds("leave")) == len(nodes)


def test_a_cancelled_test_is_measured_all_the_same_and_stays_cancelled(
    bench: Any, starter: Starter, replies: Mapping[str, str]
) -> None:
    """The race may end while a candidate is applied; the graph has no edge for that and needs none."""
    made = bench([replies["fix"]])
    context = replace(made.context, listen=lambda event: stop_at_tests(event, made))
    candidate = graph.drive(starter(context), context)
    assert path_of(made) == ["generate", "apply", "test", "measure"]
    assert (candidate.status, candidate.standing) == ("cancelled", None)
    assert candidate.verdict is not None


def stop_at_tests(event: Any, made: Any) -> None:
    made.events.append(event)
    if event.kind == "enter" and event.data["node"] == "test":
        made.context.race.set()


def test_wrong_then_too_complex_then_accepted(bench: Any, opening: Opening, replies: Mapping[str, str]) -> None:
    """Every edge of the outer graph but the last: push_back → round, pare → push_back, pare → accept, accept → end."""
    made = bench([replies["wrong"], replies["bulky"], replies["slim"]], candidates=1)
    state = graph.run(opening(made.context), made.context)
    outer = [node for node in path_of(made) if node in OUTER]
    assert outer == ["_play", "push_back", "_play", "pare", "push_back", "_play", "pare", "accept"]
    assert state.ending is not None
    assert state.ending.name == "accepted"
    assert [each.step.what for each in state.history] == ["feedback", "feedback", "accept"]
    assert state.best is not None
    assert b">= 5000" in (made.context.repository.read_file(state.best.commit or "", "shop/cart.py") or b"")


def test_a_cold_run_that_disagrees_leads_back(
    bench: Any, opening: Opening, replies: Mapping[str, str], weather: Path
) -> None:
    """accept → push_back → round; the second round's fix leans on nothing."""
    made = bench([replies["leaning"], replies["fix"]], candidates=1)
    (weather / "sun").touch()

    def listen(event: Any) -> None:
        made.events.append(event)
        if event.kind == "enter" and event.data["node"] == "accept":
            (weather / "sun").unlink(missing_ok=True)

    context = replace(made.context, listen=listen)
    state = graph.run(opening(context), context)
    outer = [node for node in path_of(made) if node in OUTER]
    assert outer == ["_play", "pare", "accept", "push_back", "_play", "pare", "accept"]
    assert state.ending is not None
    assert (state.ending.name, [each.winner for each in state.history]) == ("accepted", [None, 0])


def test_what_stops_a_run_leads_to_its_end(bench: Any, opening: Opening, replies: Mapping[str, str]) -> None:
    """push_back → end, here for want of replies; the best candidate is kept."""
    made = bench([replies["bulky"]], candidates=1)
    state = graph.run(opening(made.context), made.context)
    assert state.ending is not None
    assert (state.ending.name, state.ending.reason, len(state.history)) == ("over_budget", "exhausted", 2)
    assert (state.best is not None, state.best == state.history[0].candidates[0]) == (True, True)


def test_a_second_rung_goes_on_where_the_first_one_stopped(
    bench: Any, opening: Opening, replies: Mapping[str, str]
) -> None:
    second = [replies["wrong"]] * 2 + [replies["slim"]]
    made = bench([replies["bulky"]], second, candidates=1)
    state = graph.run(opening(made.context), made.context)
    assert [each.model for each in state.history] == ["rung 1", "rung 1", "rung 2"]
    assert [each.step.what for each in state.history] == ["feedback", "rung", "accept"]


def test_a_whole_run_is_replayed_from_its_ledger_to_the_same_state(
    bench: Any, opening: Opening, replies: Mapping[str, str]
) -> None:
    first = bench([replies["wrong"], [replies["regress"], replies["fix"]]])
    state = graph.run(opening(first.context), first.context)
    stored = list(first.context.ledger.effects())
    again = bench([])
    replayed = graph.run(opening(again.context), again.context)
    assert (replayed, again.asked, list(again.context.ledger.effects())) == (state, [], stored)


@pytest.mark.parametrize("name", ["candidate_graph", "outer_graph"])
def test_the_picture_is_the_one_we_know(name: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{name}.mmd", getattr(graph, name)().get_graph().draw_mermaid())


@dataclass(frozen=True, slots=True)
class Toy:
    """A state as ours are: frozen, slotted, with fields that may be None."""

    count: int = 0
    note: str | None = "said"


def test_langgraph_takes_a_whole_frozen_state_as_an_update_of_every_field() -> None:
    """What `_node` stands on: nodes get an instance; a dict replaces every field, None included; out comes a dict."""
    seen = []

    def node(state: Toy) -> dict[str, Any]:
        seen.append(state)
        return {"count": state.count + 1, "note": None}

    builder = StateGraph(Toy)
    builder.add_node("node", node)
    builder.add_edge(START, "node")
    builder.add_edge("node", END)
    found = builder.compile().invoke(Toy(count=1))
    assert (seen, found, Toy(**found)) == ([Toy(1, "said")], {"count": 2, "note": None}, Toy(2, None))
