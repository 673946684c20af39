"""Replies written down beforehand: by round and candidate, at a chosen pace, with chosen usage and faults.

For tests and demonstrations. Nothing is remembered between calls: the same request always gets the same reply, so a
run that is killed and resumed meets the same model.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any, Literal, get_args

from pareback.adapters import profiles
from pareback.adapters.model import (
    ContextTooLong,
    Finish,
    Model,
    ModelRefused,
    ModelUnavailable,
    Prices,
    Profile,
    Reply,
    Request,
    Usage,
)
from pareback.adapters.pump import Patience, Piece, Pump

_DAY = 86_400.0
Fault = Literal["unavailable", "refused", "too_long"]


@dataclass(frozen=True, slots=True)
class Line:
    """One reply. Seconds for `delay` (before the first piece) and `pause` (before each further one); `chunk` is the
    characters of a piece, 0 for all in one; `error` is raised instead, after `delay`."""

    text: str = ""
    finish: Finish = "stop"
    delay: float = 0.0
    pause: float = 0.0
    chunk: int = 0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None
    cost_usd: float | None = None
    error: Fault | None = None
    retry_after: float | None = None


Said = str | Line | Mapping[str, Any]
Script = Sequence[Said | Sequence[Said]] | Callable[[Request], Said | None]
"""Rounds in order, each one answer for every candidate or a list by candidate; or a function of the request."""


def build(
    *, path: str | None = None, replies: Script | None = None, prices: Prices | None = None, name: str = "scripted"
) -> Model:
    """A model that says its lines, from a JSON file or from Python; beyond their end it is exhausted.

    The file holds a list of rounds, or an object with `replies`, that list, `before`, a list of answers to what is
    asked before the first round, and `prices`; an answer is a string or an object with the fields of `Line`. Prices in
    US dollars per million tokens. Raises ModelRefused where the file cannot be used.
    """
    if (path is None) == (replies is None):
        raise ModelRefused(
            "a scripted model needs either path, a JSON file of replies, or replies; expected one of them"
        )
    if replies is not None:
        return Scripted(name, Profile(prices=prices), replies)
    script, before, stated = _load(Path(path or ""))
    return Scripted(name, Profile(prices=prices or stated), script, before)


class Scripted:
    """The model of one script."""

    def __init__(self, name: str, profile: Profile, script: Script, before: Sequence[Said] = ()) -> None:
        self._name = name
        self._profile = profile
        self._script = script
        self._before = before

    @property
    def name(self) -> str:
        return self._name

    @property
    def profile(self) -> Profile:
        return self._profile

    def complete(self, request: Request) -> Iterator[Piece]:
        """The pieces of one line; `close` on the iterator may be called from any thread and ends a pause."""
        script = self._script if request.round or callable(self._script) else [self._before]
        line, closed = _line(script, request), Event()
        pieces = _spoken(line, self._profile, closed)
        return Pump(pieces, stop=closed.set, patience=Patience(_DAY), name=self._name)


def _spoken(line: Line, profile: Profile, closed: Event) -> Iterator[Piece]:
    started = monotonic()
    if closed.wait(line.delay):
        return
    if line.error:
        raise _error(line, line.error)
    size = line.chunk or max(1, len(line.text))
    for start in range(0, len(line.text), size):
        if start and closed.wait(line.pause):
            return
        yield line.text[start : start + size]
    usage = Usage(line.prompt_tokens, line.completion_tokens, line.cached_tokens)
    cost = profile.prices.cost(usage) if profile.prices and line.cost_usd is None else line.cost_usd
    yield Reply(line.text, line.finish, usage, cost, monotonic() - started)


def _error(line: Line, kind: Fault) -> Exception:
    if kind == "unavailable":
        return ModelUnavailable(line.text or "the script says: unavailable", line.retry_after)
    return (ModelRefused if kind == "refused" else ContextTooLong)(line.text or f"the script says: {kind}")


def _line(script: Script, request: Request) -> Line:
    answer = script(request) if callable(script) else _at(script, request)
    if answer is None:
        return Line(finish="exhausted")
    if isinstance(answer, Line):
        return answer
    return Line(answer) if isinstance(answer, str) else _read(answer, f"round {request.round}")


def _at(script: Sequence[Said | Sequence[Said]], request: Request) -> Said | None:
    number = max(1, request.round)
    if number > len(script):
        return None
    entry = script[number - 1]
    if isinstance(entry, str | Line | Mapping):
        return entry
    return entry[request.index] if request.index < len(entry) else None


def _load(path: Path) -> tuple[Script, Sequence[Line], Prices | None]:
    """The rounds of a file, every one checked now and not in the middle of a run, what is said before them, and its
    prices."""
    where = f"script {str(path)!r}"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelRefused(f"{where} cannot be read: {error}") from error
    stated = found if isinstance(found, dict) else {"replies": found}
    rounds, before, prices = stated.get("replies"), stated.get("before", []), stated.get("prices")
    if not isinstance(rounds, list) or not isinstance(before, list) or not isinstance(prices, dict | None):
        raise ModelRefused(
            f"{where} cannot be used; expected a list of rounds, or an object with replies, before and prices"
        )
    script = [_round(entry, f"{where}, round {number}") for number, entry in enumerate(rounds, 1)]
    first = [_read(answer, f"{where}, before") for answer in before]
    return script, first, None if prices is None else profiles.read_prices(prices, where)


def _round(entry: object, where: str) -> Line | Sequence[Line]:
    return [_read(answer, where) for answer in entry] if isinstance(entry, list) else _read(entry, where)


def _read(answer: object, where: str) -> Line:
    if isinstance(answer, str):
        return Line(answer)
    if not isinstance(answer, Mapping):
        raise ModelRefused(f"{where}: {answer!r} is no reply; expected a string or an object")
    known = {field.name: field.type for field in fields(Line)}
    wrong = [f"{name}: {value!r}" for name, value in answer.items() if not _fits(known.get(name), value)]
    if wrong:
        raise ModelRefused(f"{where}: {', '.join(wrong)} cannot be used; expected the fields {', '.join(known)}")
    return Line(**answer)


def _fits(kind: object, value: object) -> bool:
    """Whether a JSON value fits the annotation of a field; numbers count or measure, so none is below 0."""
    allowed = get_args(kind) or (kind,)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value >= 0 and (float in allowed or (int in allowed and isinstance(value, int)))
    if value is None:
        return type(None) in allowed
    return (isinstance(value, str) and str in allowed) or any(value in get_args(one) or value == one for one in allowed)
