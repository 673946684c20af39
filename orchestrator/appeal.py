"""The appeal: someone overrules the gate on a finished run, with a reason that is shown wherever the verdict is.

Nothing is asked of a model: the best patch of the run is judged again, under the budget and the waivers of the appeal,
and, where it fits now, confirmed and delivered like any accepted one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from pareback.gates.budget import Budget, read
from pareback.orchestrator.context import Context
from pareback.orchestrator.ledger import Ledger
from pareback.orchestrator.nodes.accept import accept
from pareback.orchestrator.nodes.measure import price
from pareback.orchestrator.second_opinion import flags
from pareback.orchestrator.state import Candidate, Ending, State

NOTE = "appeals"
"""Under what the ledger keeps them, oldest first."""

OPEN = frozenset({"over_budget", "unclear"})
"""Endings of runs with a green patch that a person may take all the same."""


@dataclass(frozen=True, slots=True)
class Appeal:
    """One word of a person: another budget, findings that are accepted, or both; and why."""

    reason: str
    budget: str | None = None
    waive: tuple[str, ...] = ()


def lodge(ledger: Ledger, appeal: Appeal) -> None:
    """Write an appeal into the run's ledger. Raises ValueError for a budget that is none."""
    if appeal.budget is not None:
        read(appeal.budget)
    ledger.say(NOTE, [*(ledger.note(NOTE) or ()), asdict(appeal)])


def lodged(ledger: Ledger) -> tuple[Appeal, ...]:
    """The appeals of a run, oldest first."""
    return tuple(_appeal(value) for value in ledger.note(NOTE) or ())


def _appeal(value: Mapping[str, Any]) -> Appeal:
    return Appeal(value["reason"], value["budget"], tuple(value["waive"]))


def hear(state: State, context: Context) -> State:
    """The state of an ended run after its appeals; unchanged where there are none, or nothing green to appeal for."""
    appeals = lodged(context.ledger)
    best = state.best
    if not appeals or state.ending is None or state.ending.name not in OPEN or best is None:
        return state
    again = _context(context, appeals)
    judged = _judged(best, again)
    if not judged.acceptable:
        return replace(state, best=judged, ending=replace(state.ending, message=_refused(judged, appeals)))
    heard = accept(replace(state, candidates=(judged,), winner=judged.index, ending=None), again)
    if heard.ending is None:
        return replace(state, ending=Ending("red", "confirmation", "the cold run of the whole suite is red"))
    return replace(heard, history=state.history, ending=replace(heard.ending, reason="appeal", message=_words(appeals)))


def _judged(best: Candidate, context: Context) -> Candidate:
    """The candidate with its verdict and its open questions under other words."""
    if best.commit is None or best.standing is None:
        return best
    return replace(best, verdict=price(best.commit, context), flags=flags(best, best.standing, context))


def _context(context: Context, appeals: Sequence[Appeal]) -> Context:
    budgets = [appeal.budget for appeal in appeals if appeal.budget is not None]
    budget = Budget(read(budgets[-1]).points, _source(appeals)) if budgets else context.budget
    waived = (*context.ticket.waive, *(each for appeal in appeals for each in appeal.waive))
    return replace(context, budget=budget, ticket=replace(context.ticket, waive=waived))


def _source(appeals: Sequence[Appeal]) -> str:
    latest = next(appeal for appeal in reversed(appeals) if appeal.budget is not None)
    return f"appeal: {latest.reason}"


def _words(appeals: Sequence[Appeal]) -> str:
    waived = [each for appeal in appeals for each in appeal.waive]
    what = f"; waived: {', '.join(waived)}" if waived else ""
    return f"accepted on appeal: {appeals[-1].reason}{what}"


def _refused(judged: Candidate, appeals: Sequence[Appeal]) -> str:
    after = f"after the appeal ({appeals[-1].reason})"
    asks = [flag for flag in judged.flags if flag.asks]
    if judged.verdict is not None and judged.verdict.within and asks:
        asked = "; ".join(f"{flag.path}:{flag.line} {flag.message}" for flag in asks)
        return f"a question is still open {after}: {asked}. --waive {asks[0].id} answers it"
    return f"still not within budget {after}; `pareback show` names what blocks"
