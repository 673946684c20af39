"""generate: ask the current model for one candidate. The reply is stored before anything reads it."""

import threading
import time
from dataclasses import asdict, replace
from math import inf
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
from pareback.orchestrator.call import Cancelled, Patience, ask
from pareback.orchestrator.context import Context
from pareback.orchestrator.events import Event
from pareback.orchestrator.ledger import effect_key
from pareback.orchestrator.limits import LimitReached, Reserve, at_worst
from pareback.orchestrator.state import Candidate

INCOMPLETE: dict[Finish, str] = {
    "length": "the reply reached its token cap before its end",
    "filtered": "the provider withheld the reply",
    "cancelled": "the reply was cancelled before its end",
}

NO_REPLY = (Cancelled, LimitReached, ModelRefused, ModelUnavailable, ContextTooLong)
"""How a call ends without one."""


def generate(candidate: Candidate, context: Context) -> Candidate:
    """The candidate with its reply, or with why there is none."""
    model = context.ladder[candidate.rung]
    try:
        reply = _reply(candidate, model, context)
    except NO_REPLY as error:
        return _without_reply(candidate, error)
    if reply.finish == "exhausted":
        return replace(candidate, reply=reply, status="limit", why="exhausted")
    if reply.finish != "stop":  # whatever else a part may say, it is not a whole reply
        why = INCOMPLETE.get(reply.finish, "the reply is not whole")
        return replace(candidate, reply=reply, status="incomplete", why=why)
    return replace(candidate, reply=reply, status="replied")


def _without_reply(candidate: Candidate, error: Exception) -> Candidate:
    match error:
        case Cancelled():
            return replace(candidate, status="cancelled", why=str(error))
        case LimitReached():
            return replace(candidate, status="limit", why=error.limit, detail=str(error))
        case ContextTooLong():
            return replace(candidate, status="incomplete", why=str(error))
        case _:
            why = "refused" if isinstance(error, ModelRefused) else "unavailable"
            return replace(candidate, status="limit", why=why, detail=str(error))


def _reply(candidate: Candidate, model: Model, context: Context) -> Reply:
    request = candidate.request
    inputs = [candidate.rung, model.name, asdict(request)]
    key = effect_key("generate", round=candidate.round, candidate=candidate.index, inputs=inputs)
    reserve, came = at_worst(request, model), threading.Event()
    try:
        value = context.ledger.effect(
            key,
            lambda: asdict(_call(candidate, model, context, came)),
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
    return not isinstance(error, ModelUnavailable) or error.status is not None or error.retry_after == inf


def _call(candidate: Candidate, model: Model, context: Context, came: threading.Event) -> Reply:
    left = context.settings.max_seconds - context.ledger.seconds
    if left <= 0:
        raise LimitReached("seconds", f"the run's {context.settings.max_seconds:g} seconds are used up")
    clock = context.ledger.clock
    patience = Patience(clock() + left, lambda: context.race.is_set() or context.stop.is_set(), clock)
    started = time.monotonic()

    def hear(piece: str) -> None:
        came.set()
        context.listen(Event("piece", candidate.round, candidate.index, {"bytes": len(piece)}))

    reply = ask(model, candidate.request, patience, hear)
    return replace(reply, seconds=time.monotonic() - started)


def _spent(value: dict[str, Any], reserve: Reserve) -> Reserve:
    """What the reply cost; where the provider did not count its tokens, the worst case stands."""
    usage = Usage(**value["usage"])
    counted = usage.prompt is not None and usage.completion is not None
    tokens = (usage.prompt or 0) + (usage.completion or 0) if counted else reserve.tokens
    return Reserve(tokens=tokens, cost_usd=value["cost_usd"])


def _revived(value: dict[str, Any]) -> Reply:
    return Reply(**{**value, "usage": Usage(**value["usage"])})
