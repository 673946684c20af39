"""What a batch used, summed from its records: exact, whatever the order, and honest about what nobody knows."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import fsum
from pathlib import Path
from typing import Any

from pareback.orchestrator import accounts
from pareback.orchestrator.ledger import Ledger, LedgerError


@dataclass(slots=True)
class Bill:
    """The sum of some runs. Dollars are those that are known; `counted` ones hold worst cases in place of the rest."""

    runs: int = 0
    accepted: int = 0
    prompt: int | None = 0
    completion: int | None = 0
    cached: int = 0
    calls: int = 0
    unanswered: int = 0
    counted_tokens: int = 0
    costs: list[float] = field(default_factory=list)
    counted: list[float | None] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def add(self, result: Mapping[str, Any]) -> None:
        """One run's result document."""
        self.runs += 1
        self.accepted += bool(result["accepted"])
        tokens, calls, counted = result["tokens"], result["calls"], result["counted"]
        self.prompt = _plus(self.prompt, tokens["prompt"])
        self.completion = _plus(self.completion, tokens["completion"])
        self.cached += tokens["cached"]
        self.calls += calls["total"]
        self.unanswered += calls["unanswered"]
        self.counted_tokens += counted["tokens"]
        self.counted.append(counted["cost_usd"])
        self.costs += [] if result["cost_usd"] is None else [result["cost_usd"]]
        self.seconds.append(result["seconds"].get("total", 0.0))

    def document(self) -> dict[str, Any]:
        """The sums as plain JSON values; `known` says for how many runs the dollars are known."""
        known = [each for each in self.counted if each is not None]
        return {
            "runs": self.runs,
            "accepted": self.accepted,
            "calls": {"total": self.calls, "unanswered": self.unanswered},
            "tokens": {"prompt": self.prompt, "completion": self.completion, "cached": self.cached},
            "cost_usd": fsum(self.costs),
            "known": len(self.costs),
            "counted": {
                "tokens": self.counted_tokens,
                "cost_usd": fsum(known) if len(known) == len(self.counted) else None,
            },
            "seconds": round(fsum(self.seconds), 3),
        }


@dataclass(slots=True)
class Bills:
    """Everything that was spent in a batch's folder, by what came of it. `total` is the sum of every ledger there."""

    total: Bill = field(default_factory=Bill)
    oracles: dict[str, Bill] = field(default_factory=dict)
    unfinished: Bill = field(default_factory=Bill)
    earlier: Bill = field(default_factory=Bill)
    endings: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, result: Mapping[str, Any]) -> None:
        """An outcome."""
        self.total.add(result)
        self.oracles.setdefault(result["oracle"] or "none", Bill()).add(result)
        self.endings[result["ending"], result["reason"]] += 1

    def put_by(self, result: Mapping[str, Any], place: Bill) -> None:
        """A run that is no outcome of this batch but cost something all the same."""
        place.add(result)
        self.total.add(result)


def unfinished(folders: Iterable[Path]) -> Iterable[dict[str, Any]]:
    """What the runs in these folders spent until now, read from their ledgers: they have no result that stands."""
    for folder in folders:
        if (folder / "ledger.db").exists():
            yield _spent(folder)


def _spent(folder: Path) -> dict[str, Any]:
    try:
        with Ledger(folder / "ledger.db") as ledger:
            account, seconds = accounts.books(ledger).total, ledger.seconds
    except LedgerError:
        account, seconds = accounts.Account(prompt=None, completion=None, cost_usd=None, counted_usd=None), 0.0
    facts = accounts.document(account)
    return {
        "accepted": False,
        "tokens": facts["tokens"],
        "calls": {"total": account.calls, "unanswered": account.unanswered},
        "counted": facts["counted"],
        "cost_usd": account.cost_usd,
        "seconds": {"total": seconds},
    }


def _plus(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
