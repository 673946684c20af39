"""The state machine: the only file that knows LangGraph. Nodes are plain functions; here they get their edges.

Two graphs. The candidate graph takes one reply through generate, apply, test and measure. The outer graph plays rounds
of n candidates, pares what is green, accepts or pushes back. It runs without a checkpointer: the ledger replays.
"""

import warnings
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from pareback.orchestrator.context import Context
from pareback.orchestrator.events import Event
from pareback.orchestrator.nodes.accept import accept, winner_of
from pareback.orchestrator.nodes.apply import apply
from pareback.orchestrator.nodes.generate import generate
from pareback.orchestrator.nodes.measure import measure
from pareback.orchestrator.nodes.pare import pare
from pareback.orchestrator.nodes.push_back import push_back
from pareback.orchestrator.nodes.round import play
from pareback.orchestrator.nodes.test import test
from pareback.orchestrator.state import Candidate, State

S = TypeVar("S", Candidate, State)

STEPS = 10_000
"""A backstop against a runaway loop; the run's own limits end it long before."""


def drive(candidate: Candidate, context: Context) -> Candidate:
    """One candidate through the candidate graph."""
    return Candidate(**candidate_graph().invoke(candidate, context=context))


def run(state: State, context: Context) -> State:
    """The whole loop, until the state has an ending."""
    return State(**outer_graph().invoke(state, {"recursion_limit": STEPS}, context=context))


@cache
def candidate_graph() -> Any:
    """generate → apply → test → measure; a candidate that has come to nothing leaves early."""
    graph = StateGraph(Candidate, context_schema=Context)
    graph.add_node("generate", _node(generate))
    graph.add_node("apply", _node(apply))
    graph.add_node("test", _node(test))
    graph.add_node("measure", _node(measure))
    graph.add_edge(START, "generate")
    graph.add_conditional_edges("generate", _going("replied", "apply"), ["apply", END])
    graph.add_conditional_edges("apply", _going("applied", "test"), ["test", END])
    graph.add_edge("test", "measure")
    graph.add_edge("measure", END)
    return _compiled(graph)


@cache
def outer_graph() -> Any:
    """round → pare, if anything is green → accept or push_back → round …"""
    graph = StateGraph(State, context_schema=Context)
    graph.add_node("round", _node(_play))
    graph.add_node("pare", _node(pare))
    graph.add_node("accept", _node(accept))
    graph.add_node("push_back", _node(push_back))
    graph.add_edge(START, "round")
    graph.add_conditional_edges("round", _after_round, ["pare", "push_back"])
    graph.add_conditional_edges("pare", _after_pare, ["accept", "push_back"])
    graph.add_conditional_edges("accept", _after_accept, ["push_back", END])
    graph.add_conditional_edges("push_back", _after_push_back, ["round", END])
    return _compiled(graph)


def _play(state: State, context: Context) -> State:
    return play(state, context, drive)


def _after_round(state: State) -> str:
    return "pare" if any(each.green for each in state.candidates) else "push_back"


def _after_pare(state: State) -> str:
    return "push_back" if winner_of(state) is None else "accept"


def _after_accept(state: State) -> str:
    return "push_back" if state.ending is None else END


def _after_push_back(state: State) -> str:
    return "round" if state.ending is None else END


def _going(status: str, to: str) -> Callable[[Candidate], str]:
    return lambda candidate: to if candidate.status == status else END


def _node(function: Callable[[S, Context], S]) -> Any:
    """A plain function as a node: the whole state it returns becomes the update of every channel."""

    def node(state: S, runtime: Runtime[Context]) -> dict[str, Any]:
        listen, where = runtime.context.listen, {"node": function.__name__}
        listen(Event("enter", state.round, getattr(state, "index", -1), where))
        after = function(state, runtime.context)
        listen(Event("leave", state.round, getattr(state, "index", -1), where))
        return {field.name: getattr(after, field.name) for field in fields(after)}

    node.__annotations__["state"] = function.__annotations__[next(iter(function.__annotations__))]
    return node


def _compiled(graph: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the library deprecates inside itself is not ours
        return graph.compile()
