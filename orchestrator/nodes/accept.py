"""accept: confirm the winner by one cold run of the whole suite in a fresh copy of the tree, then end the run."""

from dataclasses import replace

from pareback.orchestrator.context import Context
from pareback.orchestrator.events import Event
from pareback.orchestrator.nodes.test import run_cold
from pareback.orchestrator.state import Candidate, Ending, Round, State, Step


def accept(state: State, context: Context) -> State:
    """The state with its ending, or, where the cold run disagrees, with the candidate's standing corrected."""
    winner = next(each for each in state.candidates if each.index == state.winner)
    confirmed = run_cold(winner, context)
    context.listen(Event("confirmed", state.round, winner.index, {"green": confirmed.green}))
    candidates = tuple(confirmed if each.index == winner.index else each for each in state.candidates)
    if not confirmed.green:
        return replace(state, candidates=candidates, winner=None)
    ending = Ending("accepted", "within_budget", "green and within budget")
    finished = Round(state.round, winner.model, candidates, winner.index, Step("accept", ending.message))
    return replace(state, candidates=(), best=confirmed, history=(*state.history, finished), ending=ending)


def winner_of(state: State) -> Candidate | None:
    """The candidate that won the round's race and is still acceptable."""
    return next((each for each in state.candidates if each.index == state.winner), None)
