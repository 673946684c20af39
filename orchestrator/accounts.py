"""What a run used, read from its ledger: tokens, dollars and seconds, in all, by model and by round.

Unknown beats any number: a call that never got its reply may have cost something, so the dollars of a sum that holds
one are unknown. What counted against the caps is always known in tokens: a worst case stands in for what is not.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from pareback.orchestrator.ledger import Booking, Ledger

Group = TypeVar("Group", bound=Hashable)

CALL = "generate"
KINDS = {CALL: "model", "measure": "gate", "pare": "gate"}
"""What an effect's seconds count as; every other one runs tests."""

UNKNOWN_MODEL = "unknown"
"""Stands for the model of a round that nobody wrote down."""


@dataclass(frozen=True, slots=True)
class Account:
    """What some calls used. `unanswered` of the `calls` were cancelled, failed or killed without a reply.

    Tokens are those of the replies, None where a provider did not count them; dollars are None where one call's part is
    unknown. `counted_tokens` and `counted_usd` are what counts against the caps: worst cases in place of the unknown.
    `seconds` maps model, tests and gate to seconds; what ran side by side counts each its own.
    """

    calls: int = 0
    unanswered: int = 0
    prompt: int | None = 0
    completion: int | None = 0
    cached: int = 0
    cost_usd: float | None = 0.0
    counted_tokens: int = 0
    counted_usd: float | None = 0.0
    seconds: Mapping[str, float] = field(default_factory=lambda: {"model": 0.0, "tests": 0.0, "gate": 0.0})


@dataclass(frozen=True, slots=True)
class Books:
    """A run's accounts. Round 0 is what was done before the first round; `models` names the model of each round
    in which one was asked."""

    total: Account = field(default_factory=Account)
    by_model: Mapping[str, Account] = field(default_factory=dict)
    by_round: Mapping[int, Account] = field(default_factory=dict)
    models: Mapping[int, str] = field(default_factory=dict)


def name_model(ledger: Ledger, round: int, model: str) -> None:
    """Write down whom a round asks: calls without a reply would not say it."""
    if ledger.note(f"model/{round}") is None:
        ledger.say(f"model/{round}", model)


def books(ledger: Ledger) -> Books:
    """The accounts of everything the ledger holds, reservations without a reply too."""
    bookings = list(ledger.bookings())
    asked = [each for each in bookings if _round(each) or _node(each) == CALL]
    models = {number: ledger.note(f"model/{number}") or UNKNOWN_MODEL for number in sorted({*map(_round, asked)})}
    return Books(
        total=_account(bookings),
        by_model=_grouped(asked, lambda each: models[_round(each)]),
        by_round=_grouped(bookings, _round),
        models=models,
    )


def document(account: Account) -> dict[str, Any]:
    """The account as plain JSON values."""
    facts = asdict(account)
    tokens = {name: facts.pop(name) for name in ("prompt", "completion", "cached")}
    counted = {"tokens": facts.pop("counted_tokens"), "cost_usd": facts.pop("counted_usd")}
    seconds = {name: round(value, 3) for name, value in facts.pop("seconds").items()}
    return {**facts, "tokens": tokens, "counted": counted, "seconds": seconds}


def _grouped(bookings: Sequence[Booking], key: Callable[[Booking], Group]) -> dict[Group, Account]:
    groups = dict.fromkeys(map(key, bookings))
    return {group: _account([each for each in bookings if key(each) == group]) for group in groups}


def _account(bookings: Sequence[Booking]) -> Account:
    calls = [each for each in bookings if _node(each) == CALL]
    replies = [each.value for each in calls if each.value is not None]
    usages = [reply["usage"] for reply in replies]
    return Account(
        calls=len(calls),
        unanswered=len(calls) - len(replies),
        prompt=_sum(usage["prompt"] for usage in usages),
        completion=_sum(usage["completion"] for usage in usages),
        cached=sum(usage["cached"] or 0 for usage in usages),
        cost_usd=_sum(map(_cost, calls)),
        counted_tokens=sum(each.counts.tokens for each in bookings),
        counted_usd=_sum(each.counts.cost_usd for each in bookings),
        seconds=_seconds(bookings),
    )


def _cost(call: Booking) -> float | None:
    """Dollars of one call; of one without a reply only nothing can be known, where calls are free."""
    if call.value is not None:
        cost: float | None = call.value["cost_usd"]
        return cost
    return 0.0 if call.counts.tokens == 0 and call.counts.cost_usd == 0 else None


def _seconds(bookings: Iterable[Booking]) -> dict[str, float]:
    spent = dict(Account().seconds)
    for each in bookings:
        if each.value is not None:
            spent[KINDS.get(_node(each), "tests")] += each.value["seconds"]
    return spent


def _node(booking: Booking) -> str:
    return booking.key.partition("/")[0]


def _round(booking: Booking) -> int:
    """The round in the effect's key; what is known by its tree alone, such as tests, says it in its value."""
    said = booking.value.get("round") if isinstance(booking.value, dict) else None
    return int(said or booking.key.split("/")[1])


def _sum(values: Iterable[Any]) -> Any:
    known = list(values)
    return None if any(value is None for value in known) else sum(known)
