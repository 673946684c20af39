"""The morning's summary: what became of every ticket and what it cost; only what was written down is counted."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pareback.orchestrator.batch.bill import Bills, unfinished
from pareback.orchestrator.batch.book import Book
from pareback.orchestrator.batch.source import Source
from pareback.orchestrator.outcome import EXITS, TRY_LATER

SCHEMA = "pareback/batch/1"
"""The form of the document: fields may be added to it, never renamed."""

UNSTARTED = frozenset({"blocked", "env_failed", "unclear"})
"""Endings that wait for the user."""


@dataclass(frozen=True, slots=True)
class Times:
    """One start of the batch: its seconds of clock, whether it was told to stop, and why it stopped by itself."""

    wall: float
    stopped: bool = False
    closed: str = ""


def document(book: Book, source: Source, times: Times) -> dict[str, Any]:
    """The summary as plain JSON values."""
    found = bills(book)
    outcomes = sum(found.endings.values())
    total, accepted = found.total, found.total.accepted
    return {
        "schema": SCHEMA,
        "out": str(book.out),
        "tickets": {
            "read": source.count,
            "complete": source.complete,
            "ended": outcomes,
            "pending": max(0, source.count - outcomes),
            "bad": source.bad,
        },
        "accepted": accepted,
        "endings": _endings(found),
        "oracles": {name: bill.document() for name, bill in sorted(found.oracles.items())},
        "total": total.document(),
        "unfinished": found.unfinished.document(),
        "earlier": found.earlier.document(),
        "per_accepted": {
            "cost_usd": _each(total.document()["cost_usd"], accepted) if len(total.costs) == total.runs else None,
            "seconds": _each(total.document()["seconds"], accepted),
        },
        "wall_seconds": round(times.wall, 3),
        "interrupted": times.stopped,
        "closed": times.closed,
        "bad": source.words,
    } | {"exit": 130 if times.stopped else _exit(found, source, outcomes)}


def text(summary: dict[str, Any]) -> str:
    """The summary at a glance."""
    tickets, total, each = summary["tickets"], summary["total"], summary["per_accepted"]
    more = "" if tickets["complete"] else " at least"
    lines = [f"batch    {tickets['read']} tickets read, {tickets['ended']} ended,{more} {tickets['pending']} pending"]
    lines += [f"         {tickets['bad']} records could not be read" for _ in range(bool(tickets["bad"]))]
    lines += [f"{name:<8} {sum(reasons.values())}: {_reasons(reasons)}" for name, reasons in _ordered(summary)]
    lines += [_row(name, bill) for name, bill in summary["oracles"].items()]
    lines += [f"effort   {total['seconds']:.1f} s in runs, {summary['wall_seconds']:.1f} s of clock, {_tokens(total)}"]
    lines += [f"money    {_money(total)}{_beside(summary)}"]
    if summary["accepted"]:
        cost = "cost unknown" if each["cost_usd"] is None else f"${each['cost_usd']:.4f}"
        lines.append(f"a patch  {each['seconds']:.1f} s, {cost} per accepted patch")
    lines += [f"closed   {summary['closed']}" for _ in range(bool(summary["closed"]))]
    return "\n".join([*lines, f"record   {summary['out']}/results.jsonl, preds.json, summary.json"])


def write(summary: dict[str, Any], path: Path) -> None:
    """Whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    part.replace(path)


def bills(book: Book) -> Bills:
    """What was spent in the batch's folder until now."""
    found = Bills()
    for result in book.results():
        found.add(result)
    for spent in unfinished(book.open_folders()):
        found.put_by(spent, found.unfinished)
    for spent in unfinished(book.earlier()):
        found.put_by(spent, found.earlier)
    return found


def _endings(bills: Bills) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (ending, reason), count in sorted(bills.endings.items()):
        found.setdefault(ending, {})[reason] = count
    return found


def _exit(bills: Bills, source: Source, outcomes: int) -> int:
    """0 all accepted, 1 any not, 2 where none could start, 75 where none could start and it may be tried again."""
    ends = {ending for ending, _ in bills.endings}
    good = {name for name, code in EXITS.items() if code == 0}
    if outcomes == source.count and not source.bad and ends <= good and outcomes:
        return 0
    if ends <= UNSTARTED and outcomes == source.count:
        return 2
    return TRY_LATER if not outcomes else 1


def _each(sum_: float, count: int) -> float | None:
    return sum_ / count if count else None


def _ordered(summary: dict[str, Any]) -> Iterator[tuple[str, dict[str, int]]]:
    return ((name, summary["endings"][name]) for name in EXITS if name in summary["endings"])


def _reasons(reasons: dict[str, int]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items(), key=lambda pair: -pair[1])[:6])


def _row(name: str, bill: dict[str, Any]) -> str:
    return f"oracle   {name:<14} {bill['accepted']} of {bill['runs']} accepted, {bill['seconds']:.1f} s, {_money(bill)}"


def _tokens(bill: dict[str, Any]) -> str:
    tokens = bill["tokens"]["prompt"], bill["tokens"]["completion"]
    return "tokens unknown" if None in tokens else f"{tokens[0]} + {tokens[1]} tokens"


def _money(bill: dict[str, Any]) -> str:
    if bill["known"] == bill["runs"]:
        return f"${bill['cost_usd']:.4f}"
    most = bill["counted"]["cost_usd"]
    limit = "" if most is None else f", at most ${most:.4f}"
    return f"${bill['cost_usd']:.4f}, cost known for {bill['known']} of {bill['runs']}{limit}"


def _beside(summary: dict[str, Any]) -> str:
    """What of the sum no outcome stands for."""
    told = [(name, summary[name]) for name in ("unfinished", "earlier") if summary[name]["runs"]]
    return "".join(f"; {bill['runs']} {name} with {_money(bill)} in it" for name, bill in told)
