"""measure: price the candidate against the base, and look whether it meets the ticket's conditions. Pure and quick, so
it also ranks what is red."""

import time
from dataclasses import replace

from pareback.gates.judge import Terms, judge
from pareback.gates.verdict import Verdict
from pareback.orchestrator.context import Context
from pareback.orchestrator.ledger import effect_key
from pareback.orchestrator.state import Candidate
from pareback.workspaces.conditions.check import check
from pareback.workspaces.conditions.condition import Held, Tree


def measure(candidate: Candidate, context: Context) -> Candidate:
    """The candidate with its verdict and with the ticket's conditions as they stand."""
    if candidate.commit is None:
        return candidate
    started = time.monotonic()
    verdict = price(candidate.commit, context)
    conditions = meet(candidate.commit, context, delta=verdict.delta)
    took = time.monotonic() - started
    key = effect_key("measure", round=candidate.round, candidate=candidate.index, inputs=[candidate.commit])
    context.ledger.effect(key, lambda: {"seconds": took})
    status = "measured" if candidate.status == "tested" else candidate.status
    return replace(candidate, verdict=verdict, status=status, conditions=conditions)


def meet(commit: str, context: Context, *, delta: float) -> tuple[Held, ...]:
    """The ticket's conditions on one commit that adds `delta` points."""
    tree = Tree(context.repository.files(commit), context.repository.read)
    return tuple(check(each.condition, tree, delta=delta) for each in context.conditions)


def price(commit: str, context: Context) -> Verdict:
    """The verdict on one commit against the base, under the run's frozen budget and waivers, as far as they are
    enforced: `hard` minds the hard findings only, `told` and `off` measure and let everything pass."""
    enforce, repository = context.settings.enforce, context.repository
    base = repository.files(context.base)
    verdict = judge(
        base,
        repository.files(commit),
        source=context.source,
        terms=Terms(
            budget=context.budget if enforce == "budget" else None,
            waive=(*context.ticket.waive, *context.settings.waive),
            tests=dict(repository.files(context.tests_tree).items() - base.items()),
        ),
    )
    return replace(verdict, within=True) if enforce in {"told", "off"} else verdict
