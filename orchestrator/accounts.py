"""What a run used, summed from its ledger: tokens, dollars, seconds. Unknown beats any number."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pareback.orchestrator.ledger import Ledger

KINDS = {"generate": "model", "measure": "gate"}
"""What an effect's seconds count as; every other one runs tests."""


@dataclass(frozen=True, slots=True)
class Money:
    """What the run's calls used; None where one call's part of the sum is unknown."""

    prompt: int | None = 0
    completion: int | None = 0
    cached: int | None = 0
    cost_usd: float | None = 0.0


def money(ledger: Ledger) -> Money:
    """Tokens and dollars of every stored reply, and unknown cost where a call never got its reply."""
    replies = [value for node, value in _by_node(ledger) if node == "generate"]
    usages = [reply["usage"] for reply in replies]
    lost = ledger.spent().unknown > sum(reply["cost_usd"] is None for reply in replies)
    return Money(
        prompt=_sum(usage["prompt"] for usage in usages),
        completion=_sum(usage["completion"] for usage in usages),
        cached=sum(usage["cached"] or 0 for usage in usages),
        cost_usd=None if lost else _sum(reply["cost_usd"] for reply in replies),
    )


def seconds(ledger: Ledger) -> dict[str, float]:
    """Seconds by kind of effect; candidates side by side each count their own."""
    spent = {"model": 0.0, "tests": 0.0, "gate": 0.0}
    for node, value in _by_node(ledger):
        spent[KINDS.get(node, "tests")] += value["seconds"]
    return spent


def _by_node(ledger: Ledger) -> Iterable[tuple[str, Any]]:
    return ((key.partition("/")[0], value) for key, value in ledger.effects())


def _sum(values: Iterable[Any]) -> Any:
    known = list(values)
    return None if any(value is None for value in known) else sum(known)
