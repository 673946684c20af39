"""Asks a live endpoint a handful of questions and says what of its profile that confirms or changes.

What a family is documented to do and what one endpoint does are two things. Every question is small and capped, and
the worst case is known before the first is asked.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from pareback.adapters.model import (
    ContextTooLong,
    Model,
    ModelRefused,
    ModelUnavailable,
    Profile,
    Region,
    Reply,
    Request,
    Source,
)
from pareback.orchestrator.call import Patience, ask
from pareback.orchestrator.limits import Reserve, at_worst
from pareback.orchestrator.prompts import change
from pareback.workspaces import patch, stream
from pareback.workspaces.edit import Form
from pareback.workspaces.guard import Policy

REPLY_TOKENS = 512
"""The cap of every reply."""

SECONDS = 120.0
"""What one question may take, retries included."""

BLOCK = 24
"""Characters of a piece, in the median, above which text comes in blocks and not word by word."""

_HEAD = "TAX = 7\n\n\ndef total(prices):\n"
_BODY = "    return sum(prices) + 1\n"
_TAIL = "\n\ndef net(price):\n    return price - TAX\n"
_WANTED = "    return sum(prices)\n"
_FILES = {"shop.py": _HEAD + _BODY + _TAIL, "old.py": "UNUSED = True\n"}
_MEND = "total() returns 1 too much: make it return the plain sum. Change nothing else."
_DELETE = "Delete the file old.py. Change nothing else."
_VERSE = "Write four lines about rain, in any words you like. No code."
_NUMBERS = "Write the numbers from 1 to 60, one a line, and nothing else."

Make = Callable[[Mapping[str, Any]], Model]
"""Builds the model with some fields of its profile changed."""


@dataclass(frozen=True, slots=True)
class Found:
    """One answered question: what was asked, what came of it in words, and the field of the profile it settles."""

    asked: str
    answer: str
    field: str = ""
    value: object = None


@dataclass(frozen=True, slots=True)
class Pace:
    """A reply and how its text came: the length of each piece in characters, and seconds from first to last."""

    reply: Reply
    sizes: tuple[int, ...]
    seconds: float


def worst(model: Model, forms: Mapping[str, Form]) -> tuple[int, Reserve]:
    """How many calls a probe makes at the most, and the most they can cost: tokens, and dollars or None (unknown)."""
    requests = [*_opening(), *(_edit(forms[name], name) for name in forms), *[_region()] * 3]
    each = [at_worst(request, model) for request in requests]
    costs = [one.cost_usd for one in each if one.cost_usd is not None]
    return len(each), Reserve(sum(one.tokens for one in each), sum(costs) if len(costs) == len(each) else None)


def probe(make: Make, forms: Mapping[str, Form]) -> Iterator[Found]:
    """What was found, question by question. Raises ModelRefused, ModelUnavailable where the endpoint does not answer
    the first; what it refuses later is an answer."""
    model = make({})
    yield from _shown(_paced(model, next(_opening())), model.profile)
    worked = []
    for name, form in forms.items():
        answer = _tried(model, _edit(form, name), forms)
        worked += [name] if answer == "applied" else []
        yield Found(f"edit form {name}", answer)
    known = [name for name in model.profile.forms if name in worked]
    order = (*known, *(name for name in worked if name not in known))
    yield Found("edit forms that work", ", ".join(order) or "none: the profile keeps its own", "forms", order or None)
    yield from _drawn(make({"seed": True}))
    yield _refilled(make)


def changes(found: Sequence[Found], profile: Profile) -> dict[str, object]:
    """The fields of the profile that were found to be otherwise."""
    settled = {each.field: each.value for each in found if each.field and each.value is not None}
    return {name: value for name, value in settled.items() if getattr(profile, name) != value}


def _opening() -> Iterator[Request]:
    """The questions that are no edits: one for the pace, three for seed and sampling."""
    yield _plain(_NUMBERS)
    yield from (_plain(_VERSE, seed) for seed in (1, 1, 2))


def _plain(text: str, seed: int = 0) -> Request:
    return Request(rules="Answer with text only.", ticket=text, files=(), max_tokens=REPLY_TOKENS, seed=seed)


def _edit(form: Form, name: str) -> Request:
    files = tuple(Source(path, text) for path, text in _FILES.items())
    wish = _DELETE if name == "remove" else _MEND
    return Request(rules=change.rules(None, [form]), ticket=wish, files=files, max_tokens=REPLY_TOKENS)


def _region() -> Request:
    region = Region("shop.py", _HEAD, _BODY, _TAIL, "return the plain sum")
    return Request(rules="", ticket="", files=(), max_tokens=REPLY_TOKENS, region=region)


def _paced(model: Model, request: Request) -> Pace:
    times, sizes = list[float](), list[int]()

    def hear(piece: str) -> None:
        times.append(time.monotonic())
        sizes.append(len(piece))

    reply = ask(model, request, Patience(time.monotonic() + SECONDS, lambda: False), hear)
    spread = times[-1] - times[0] if len(times) > 1 else reply.seconds
    return Pace(reply, tuple(sizes), max(spread, 1e-6))


def _shown(pace: Pace, profile: Profile) -> Iterator[Found]:
    reply = pace.reply
    yield Found("answer", f"{len(reply.text)} characters in {reply.seconds:.1f} s, ended by {reply.finish!r}")
    tokens = reply.usage.completion
    yield Found("usage", "not reported, or not credible" if tokens is None else f"reported: {tokens} tokens written")
    rate = (tokens or len(reply.text) / 4) / pace.seconds
    yield Found("speed", f"about {rate:.0f} tokens a second{'' if tokens else ', by length'}")
    whole = len(pace.sizes) < 2
    size = median(pace.sizes) if pace.sizes else 0
    came = "whole" if whole else f"in blocks of about {size:g} characters" if size > BLOCK else "word by word"
    settles = ("streaming", False) if whole and profile.streaming else ("", None)
    yield Found("stream", came, *settles)


def _tried(model: Model, request: Request, forms: Mapping[str, Form]) -> str:
    """Whether the edit of a reply applies and is the one that was asked for."""
    reply = _answer(model, request)
    if isinstance(reply, str):
        return reply
    raw = {path: text.encode() for path, text in _FILES.items()}
    applied = patch.apply(stream.read(reply.text, forms), raw.get, Policy(frozenset(raw)))
    if not applied.changes:
        return "; ".join(answer.message for answer in applied.answers) or "no edit in the reply"
    wanted: dict[str, bytes | None] = {"shop.py": (_HEAD + _WANTED + _TAIL).encode()}
    if request.ticket == _DELETE:
        wanted = {"old.py": None}
    return "applied" if dict(applied.changes) == wanted else "applied, but it is not what was asked for"


def _answer(model: Model, request: Request) -> Reply | str:
    """The reply, or in words why there is no whole one."""
    try:
        reply = _paced(model, request).reply
    except (ModelUnavailable, ModelRefused, ContextTooLong) as error:
        return str(error)
    return reply if reply.finish == "stop" else f"the reply ended by {reply.finish!r}"


def _drawn(model: Model) -> Iterator[Found]:
    """Whether the same seed gives the same text and another one another."""
    _, *asked = _opening()
    texts = [answer if isinstance(answer, str) else answer.text for answer in (_answer(model, each) for each in asked)]
    refused = next((answer for answer, each in zip(texts, asked, strict=True) if answer.startswith("model ")), "")
    if refused:
        yield Found("seed", f"not accepted: {refused}", "seed", value=False)
        return
    same, other = texts[0] == texts[1], texts[0] != texts[2]
    yield Found("seed", "honoured" if same and other else "not honoured", "seed", same and other)
    yield Found(
        "sampling", "replies differ" if other or not same else "replies are the same", "sampled", other or not same
    )


def _refilled(make: Make) -> Found:
    """The way in which a region can be asked for, the profile's own first."""
    own = make({}).profile
    ways = [own.refill] if own.refill else ["edit", "infill", *(["canvas"] if own.canvas_tokens else [])]
    for way in ways:
        model = make({"refill": way})
        if model.profile.refill != way:
            return Found("refill", 'needs part = "openai_chat"')
        reply = _answer(model, _region())
        if not isinstance(reply, str) and reply.text == _WANTED:
            return Found("refill", f"works: {way}", "refill", way)
    return Found("refill", f"does not work ({', '.join(ways)})", "refill", "")
