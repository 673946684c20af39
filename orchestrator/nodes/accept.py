"""accept: confirm the winner by one cold run of the whole suite in a fresh copy of the tree, then end the run.

What of its patch no test reaches is named beside it."""

from collections.abc import Mapping
from dataclasses import replace

from pareback.orchestrator.call import Cancelled
from pareback.orchestrator.context import Context
from pareback.orchestrator.events import Event
from pareback.orchestrator.limits import LimitReached
from pareback.orchestrator.nodes.test import run_cold
from pareback.orchestrator.pare.untested import untested
from pareback.orchestrator.state import Candidate, Ending, Round, State, Step
from pareback.orchestrator.tidy import Unusable, tidied

_FREE = Ending("accepted", "not_enforced", "green; points were measured and nothing was enforced")
ENDINGS: Mapping[str, Ending] = {
    "budget": Ending("accepted", "within_budget", "green and within budget"),
    "hard": Ending("accepted", "no_hard_finding", "green and without a hard finding; no budget was enforced"),
    "told": _FREE,
    "off": _FREE,
}
"""What acceptance means, by what is enforced."""


def accept(state: State, context: Context) -> State:
    """The state with its ending, or, where the cold run disagrees, with the candidate's standing corrected."""
    winner = next(each for each in state.candidates if each.index == state.winner)
    try:
        winner = tidied(winner, context)
        if not winner.acceptable:
            return replace(state, candidates=_with(state, winner), winner=None)
        confirmed = run_cold(winner, context)
    except Cancelled:
        return replace(state, winner=None)  # the run was told to stop: push_back ends it, a resumed one confirms
    except LimitReached:
        return _without(state, winner)
    except Unusable as error:
        return _ended(state, winner, Ending("blocked", error.setting, str(error)))
    context.listen(Event("confirmed", state.round, winner.index, {"green": confirmed.green}))
    if not confirmed.green or confirmed.doubtful:
        return replace(state, candidates=_with(state, confirmed), winner=None)
    confirmed = replace(confirmed, untested=untested(confirmed, context))
    return _ended(state, confirmed, ENDINGS[context.settings.enforce])


def _ended(state: State, best: Candidate, ending: Ending) -> State:
    """The run ends here, with this candidate as what came of it."""
    step = Step("accept" if ending.name == "accepted" else "stop", ending.message)
    finished = Round(state.round, best.model, _with(state, best), best.index, step)
    return replace(state, candidates=(), best=best, history=(*state.history, finished), ending=ending)


def _with(state: State, confirmed: Candidate) -> tuple[Candidate, ...]:
    return tuple(confirmed if each.index == confirmed.index else each for each in state.candidates)


def _without(state: State, winner: Candidate) -> State:
    """No time was left to confirm: what is not confirmed is not green."""
    assert winner.standing is not None
    doubtful = replace(winner, standing=replace(winner.standing, green=False, complete=False))
    return replace(state, candidates=_with(state, doubtful), winner=None)


def winner_of(state: State) -> Candidate | None:
    """The candidate that won the round's race and is still acceptable."""
    return next((each for each in state.candidates if each.index == state.winner), None)
