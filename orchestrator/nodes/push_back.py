"""push_back: turn a rejected round into the next one, or stop. Every decision is recorded with its reason."""

from dataclasses import replace

from pareback.orchestrator import feedback, rank
from pareback.orchestrator.context import Context
from pareback.orchestrator.events import Event
from pareback.orchestrator.prompts import answers
from pareback.orchestrator.state import Candidate, Ending, EndingName, Round, State, Step

SPENT = {
    "tokens": "the token limit is reached",
    "cost_usd": "the money limit is reached",
    "seconds": "the time limit is reached",
    "rounds": "the round limit is reached",
    "quality_rounds": "green, but still over budget after the quality rounds",
    "exhausted": "the model has nothing left to offer",
    "too_long": "the request does not fit the model's context window; name fewer files",
}
"""Reason codes of a run that stopped without an accepted patch, and their words."""

SHRUNK = "the request did not fit the model's context window: half as much is shown"
TWICE = "the same failure came back twice"
AGAIN = "the same failure came back once more"


def push_back(state: State, context: Context) -> State:
    """The state with the round recorded and either the next round's feedback or an ending."""
    best = rank.best(state.best, *state.candidates)
    state = replace(state, best=best, quality_rounds=state.quality_rounds + (best is not None and best.green))
    step, state = _decide(state, context)
    model = context.ladder[state.rung].name if not state.candidates else state.candidates[0].model
    finished = Round(state.round, model, state.candidates, state.winner, step)
    context.listen(Event("step", state.round, data={"what": step.what, "reason": step.reason}))
    return replace(state, history=(*state.history, finished), candidates=(), winner=None)


def stopped(state: State, reason: str, message: str = "") -> Ending:
    """The ending of a run that stops now: over budget where something green was found, tampered where nothing else was
    ever tried, else red."""
    if state.best is None and _all_tampered(state):
        return Ending("tampered", reason, "every patch that was tried influenced the tests")
    name: EndingName = "over_budget" if state.best is not None and state.best.green else "red"
    return Ending(name, reason, message or SPENT.get(reason, reason))


def _all_tampered(state: State) -> bool:
    """Whether every candidate whose patch was tested was found to influence its tests."""
    past = (each for finished in state.history for each in finished.candidates)
    tried = {each.status for each in (*past, *state.candidates) if each.commit is not None}
    return "tampered" in tried and not tried & {"tested", "measured"}


def _question(state: State) -> Ending | None:
    """A green patch within budget that somebody has to look at: tests that the model saw cannot answer for it."""
    best = state.best
    if best is None or not best.doubtful or not replace(best, flags=()).acceptable:
        return None
    asked = "; ".join(f"{flag.path}:{flag.line} {flag.message} ({flag.id})" for flag in best.flags if flag.asks)
    ways = "hold tests out with --held-out PATH, or --waive the id once you have looked"
    return Ending("unclear", "flagged", f"the patch is green, but {asked}: {ways}")


def _decide(state: State, context: Context) -> tuple[Step, State]:
    ending = _must_end(state, context) or (_gone(state) if _is_last(state, context) else None)
    if ending is not None:
        return _stop(state, ending)
    gone = _gone(state)
    if gone is not None:
        context.listen(Event("say", state.round, data={"text": gone.message}))
        return _climb(state, context, gone.reason)
    worn = _worn_out(state, context)
    if worn is not None:
        return _climb(state, context, worn)
    shrunk = Step("shrink", SHRUNK)
    return (shrunk, feedback.go_on(state, context)) if _is_too_long(state) else _change(state, context)


def _stop(state: State, ending: Ending) -> tuple[Step, State]:
    return Step("stop", ending.reason), replace(state, ending=ending)


def _must_end(state: State, context: Context) -> Ending | None:
    """Endings that no other rung could avert."""
    if context.stop.is_set():
        return Ending("interrupted", "signal", "stopped by a signal; `pareback resume` goes on")
    limits = {each.why for each in state.candidates if each.status == "limit"}
    if "crashes" in limits:
        return Ending("crashed", "repeated_crash", "the process died five times at the same call")
    if "price_unknown" in limits:
        return Ending("blocked", "price_unknown", "set the model's prices under [models.NAME] or drop --max-cost-usd")
    hit = next((name for name in ("tokens", "cost_usd", "seconds") if name in limits), None)
    if hit is None and context.ledger.seconds >= context.settings.max_seconds:
        hit = "seconds"
    return _question(state) or (None if hit is None else stopped(state, hit))


def _gone(state: State) -> Ending | None:
    """The ending where nobody else is left to ask: the provider refuses, or is not there for any candidate."""
    limits = {each.why: each.detail for each in state.candidates if each.status == "limit"}
    if "refused" in limits:
        return Ending("blocked", "model_refused", limits["refused"])
    if all(each.why == "unavailable" for each in state.candidates):
        return Ending("crashed", "model_unavailable", limits["unavailable"], retry=True)
    return None


def _is_last(state: State, context: Context) -> bool:
    return state.rung + 1 == len(context.ladder)


def _climb(state: State, context: Context, why: str) -> tuple[Step, State]:
    """The next rung takes over with the best of this one; without one, or where somebody objects, the run stops."""
    if _is_last(state, context):
        return _stop(state, stopped(state, why))
    objection = _objection(state.rung + 1, context)
    if objection:
        again = "`pareback resume` asks again"
        return _stop(state, Ending("interrupted", objection, f"not allowed to go on to the next model yet: {again}"))
    green = state.best is not None and state.best.green
    higher = replace(state, rung=state.rung + 1, rung_rounds=0, quality_rounds=int(green), samples=1)
    return Step("rung", why), feedback.go_on(higher, context)


def _objection(rung: int, context: Context) -> str:
    """Why the run may not climb now. What was allowed once stays allowed: a resumed run is there already."""
    note = f"climbed/{rung}"
    if context.ledger.note(note):
        return ""
    objection = context.may_climb(rung)
    if not objection:
        context.ledger.say(note, value=True)
    return objection


def _worn_out(state: State, context: Context) -> str | None:
    """Why this rung has nothing more to give, or None."""
    if all(each.why == "exhausted" for each in state.candidates):
        return "exhausted"
    if _is_too_long(state) and "shrink" in _taken(state):
        return "too_long"
    if state.rung_rounds >= context.settings.max_rounds:
        return "rounds"
    green = state.best is not None and state.best.green
    return "quality_rounds" if green and state.quality_rounds > context.settings.quality_rounds else None


def _is_too_long(state: State) -> bool:
    """Whether the question did not fit the model's window, so that no candidate of the round has a reply."""
    return all(each.status == "incomplete" and each.reply is None for each in state.candidates)


def _change(state: State, context: Context) -> tuple[Step, State]:
    """What the next round does otherwise than this one, more for every time that the same failure came back."""
    profile, said = context.ladder[state.rung].profile, context.settings.candidates
    if profile.sees == "sources" or not _is_stuck(state):
        return Step("feedback", _told(state)), feedback.go_on(state, context)
    taken = _taken(state)
    if "fresh" not in taken:
        return Step("fresh", TWICE), feedback.start_afresh(state, context)
    if "more" not in taken and said is None and profile.candidates is None:
        return Step("more", AGAIN), feedback.go_on(replace(state, samples=2 * state.samples), context)
    if not _is_last(state, context):
        return _climb(state, context, "stuck")
    if taken[-1] == "fresh":
        return Step("feedback", AGAIN), feedback.go_on(state, context)
    return Step("fresh", TWICE), feedback.start_afresh(state, context)


def _taken(state: State) -> list[str]:
    """The steps that were taken on this rung, oldest first."""
    return [each.step.what for each in state.history if each.candidates and each.candidates[0].rung == state.rung]


def _is_stuck(state: State) -> bool:
    """Whether this round failed just as the one before it on this rung."""
    if not _taken(state):
        return False
    now, before = _signature(state.candidates), _signature(state.history[-1].candidates)
    return bool(now) and now == before


def _signature(candidates: tuple[Candidate, ...]) -> frozenset[str]:
    """What failed and how, without places that move with every edit; else why nothing came so far as to fail."""
    failures = (each.standing.failures for each in candidates if each.standing is not None and not each.green)
    failed = frozenset(f"{feedback.name(failure)}: {failure.message}" for group in failures for failure in group)
    failed |= {f"{unmet.condition.said}: {unmet.message}" for each in candidates for unmet in each.unmet}
    return failed or frozenset(text for each in candidates for text in _nothing(each))


def _nothing(candidate: Candidate) -> tuple[str, ...]:
    """Why nothing came of a reply: what its operations were answered, else why there is none."""
    refused = tuple(answer.message for answer in candidate.answers)
    return (refused or (candidate.why,)) if candidate.status in {"no_edit", "incomplete"} else ()


def _told(state: State) -> str:
    """What the round came to, in words."""
    best = rank.best(*state.candidates)
    if best is None or best.standing is None:
        return "nothing that could be tested"
    if not best.green:
        stood = best.standing
        broken, unmet = len(stood.regressions), len(best.unmet)
        return answers.red(stood.target_green, stood.target_total, broken, unmet=unmet)
    return "green, but not within budget"
