"""generate: ask the current model for one candidate. The reply is stored before anything reads it."""

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from pareback.adapters.model import (
    ContextTooLong,
    Finish,
    Model,
    ModelRefused,
    ModelUnavailable,
    Reply,
    Usage,
)
from pareback.orchestrator.call import Cancelled, Patience, Retry, ask
from pareback.orchestrator.context import Context
from pareback.orchestrator.draft import Draft, Halted
from pareback.orchestrator.edits import write_down
from pareback.orchestrator.events import Event
from pareback.orchestrator.ledger import effect_key
from pareback.orchestrator.limits import LimitReached, Reserve, at_worst, out_of_time
from pareback.orchestrator.state import Candidate

INCOMPLETE: dict[Finish, str] = {
    "length": "the reply reached its token cap before its end",
    "filtered": "the provider withheld the reply",
    "cancelled": "the reply was cancelled before its end",
}

TOO_LONG = "the request did not fit the model's context window"

NO_REPLY = (Cancelled, LimitReached, ModelRefused, ModelUnavailable, ContextTooLong)
"""How a call ends without one."""


def generate(candidate: Candidate, context: Context) -> Candidate:
    """The candidate with its reply, or with why there is none."""
    model, draft = context.ladder[candidate.rung], Draft(candidate, context)
    try:
        reply = _reply(candidate, model, context, draft)
    except NO_REPLY as error:
        return _without_reply(candidate, error)
    if reply.finish == "exhausted":
        return replace(candidate, reply=reply, status="limit", why="exhausted")
    if reply.finish == "stopped":
        write_down(candidate, draft.finish(reply.text).made, context)
        return replace(candidate, reply=reply, status="incomplete", why=str(Halted(reply.text, reply.why)))
    if reply.finish != "stop":  # whatever else a part may say, it is not a whole reply
        why = INCOMPLETE.get(reply.finish, "the reply is not whole")
        return replace(candidate, reply=reply, status="incomplete", why=why)
    return replace(candidate, reply=reply, status="replied", applied=draft.finish(reply.text))


def _without_reply(candidate: Candidate, error: Exception) -> Candidate:
    match error:
        case Cancelled():
            return replace(candidate, status="cancelled", why=str(error))
        case LimitReached():
            return replace(candidate, status="limit", why=error.limit, detail=str(error))
        case ContextTooLong():
            return replace(candidate, status="incomplete", why=TOO_LONG, detail=str(error))
        case _:
            why = "refused" if isinstance(error, ModelRefused) else "unavailable"
            return replace(candidate, status="limit", why=why, detail=str(error))


def _reply(candidate: Candidate, model: Model, context: Context, draft: Draft) -> Reply:
    request = candidate.request
    inputs = [candidate.rung, model.name, asdict(request)]
    key = effect_key("generate", round=candidate.round, candidate=candidate.index, inputs=inputs)
    reserve, came = at_worst(request, model), threading.Event()

    def tell(retry: Retry) -> None:
        """Said, and where the try may be billed, the next one has a reservation of its own."""
        if retry.billed:
            came.set()
            context.ledger.intend(key, reserve)
        data = {"why": retry.why, "delay": retry.delay, "tried": retry.tried}
        draft.begin()
        context.listen(Event("retry", candidate.round, candidate.index, data))

    def hear(piece: str) -> None:
        came.set()
        context.listen(Event("piece", candidate.round, candidate.index, {"bytes": len(piece)}))
        draft.hear(piece)

    try:
        value = context.ledger.effect(
            key,
            lambda: asdict(_call(candidate, context, hear, tell)),
            reserve=reserve,
            spent=lambda value: _spent(value, reserve),
        )
    except NO_REPLY as error:
        if not came.is_set() and _free(error):
            context.ledger.release(key)
        raise
    return _revived(value)


def _free(error: Exception) -> bool:
    """Whether a call to which nothing came back has cost nothing for certain: it was refused, or never went out."""
    if isinstance(error, Cancelled):
        return not error.sent
    return not isinstance(error, ModelUnavailable) or not error.billed


def _call(candidate: Candidate, context: Context, hear: Callable[[str], None], tell: Callable[[Retry], None]) -> Reply:
    left = context.settings.max_seconds - context.ledger.seconds
    if left <= 0:
        raise out_of_time(context.settings.max_seconds)
    clock = context.ledger.clock
    patience = Patience(clock() + left, lambda: context.race.is_set() or context.stop.is_set(), clock)
    started = time.monotonic()
    try:
        reply = ask(context.ladder[candidate.rung], candidate.request, patience, hear, tell=tell)
    except Halted as halted:
        reply = Reply(halted.text, "stopped", why=halted.reason)
    return replace(reply, seconds=time.monotonic() - started)


def _spent(value: dict[str, Any], reserve: Reserve) -> Reserve:
    """What the reply cost; where the provider did not count its tokens, the worst case stands, as it does for each
    try that was lost."""
    total, lost = Usage(**value["usage"]).total, value["lost"]
    cost = reserve.cost_usd if value["finish"] == "stopped" else value["cost_usd"]
    tokens = reserve.tokens if total is None else total
    known = cost is not None and (not lost or reserve.cost_usd is not None)
    return Reserve(tokens + lost * reserve.tokens, cost + lost * (reserve.cost_usd or 0.0) if known else None)


def _revived(value: dict[str, Any]) -> Reply:
    return Reply(**{**value, "usage": Usage(**value["usage"])})
