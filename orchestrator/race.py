"""The race of a round: candidates side by side, the first acceptable one ends it, and what happened is recorded.

A recorded race is never run again: replay rebuilds each candidate from its stored reply and report, and takes the
order of finishing, the winner and the reasons from the row.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import Any

from pareback.orchestrator.context import Context
from pareback.orchestrator.events import Event
from pareback.orchestrator.state import Candidate

Drive = Callable[[Candidate, Context], Candidate]
"""Takes a candidate through generate, apply, test and measure."""

HALTED = frozenset({"cancelled", "limit"})
"""How candidates end that did not come as far as they could."""


@dataclass(frozen=True, slots=True)
class Race:
    """A finished race: every candidate in order of index, and the winner's index or None."""

    candidates: tuple[Candidate, ...]
    winner: int | None


def run(starters: Sequence[Candidate], context: Context, drive: Drive, *, workers: int) -> Race:
    """Replay the round's recorded race, or run it and record it."""
    number = starters[0].round
    row = context.ledger.outcome(number)
    if row is not None:
        return _replayed(starters, context, drive, row)
    _open(context)
    order = _raced(starters, context, drive, workers)
    race = Race(tuple(sorted(order, key=lambda each: each.index)), _winner(order))
    if not context.stop.is_set() and (race.winner is not None or not _may_pass(order, context)):
        context.ledger.end_round(number, _row(order, race.winner))
    return race


def _may_pass(order: Sequence[Candidate], context: Context) -> bool:
    """Whether the run ends with this round for a reason that may be gone when it is resumed: the round is not over."""
    whys = {each.why for each in order}
    is_last = order[0].rung + 1 == len(context.ladder)
    return "seconds" in whys or (is_last and ("refused" in whys or whys == {"unavailable"}))


def _raced(starters: Sequence[Candidate], context: Context, drive: Drive, workers: int) -> list[Candidate]:
    """Candidates in order of finishing. An exception of one ends the race and is raised after the others stopped."""
    order: list[Candidate] = []
    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="candidate") as pool:
        futures = [pool.submit(_start, starter, context, drive) for starter in starters]
        try:
            for future in as_completed(futures):
                order.append(future.result())
                context.listen(_told(order[-1]))
                if order[-1].acceptable:
                    context.race.set()
        except BaseException:
            context.race.set()
            raise
    return order


def _told(candidate: Candidate) -> Event:
    """What people hear of a candidate that has come to its end."""
    standing, verdict = candidate.standing, candidate.verdict
    data: dict[str, object] = {"status": candidate.status, "why": candidate.why}
    if standing is not None:
        data |= {"target": standing.target_total, "target_green": standing.target_green, "green": candidate.green}
        data |= {"regressions": len(standing.regressions), "unmet": len(candidate.unmet)}
    if verdict is not None:
        data |= {"charged": round(verdict.charged, 2), "budget": verdict.budget, "within": verdict.within}
    return Event("candidate", candidate.round, candidate.index, data)


def _open(context: Context) -> None:
    context.race.clear()
    if context.stop.is_set():  # a signal between two rounds must not be lost
        context.race.set()


def _start(starter: Candidate, context: Context, drive: Drive) -> Candidate:
    if context.race.is_set() or context.stop.is_set():
        return replace(starter, status="cancelled", why="the race was over before it began")
    return drive(starter, context)


def _winner(order: Sequence[Candidate]) -> int | None:
    """Ties go to the lowest index: candidates that were acceptable before the race was called count as one finish."""
    return min((each.index for each in order if each.acceptable), default=None)


def _row(order: Sequence[Candidate], winner: int | None) -> dict[str, Any]:
    return {
        "order": [each.index for each in order],
        "winner": winner,
        "candidates": [
            {
                "index": each.index,
                "status": each.status,
                "why": each.why,
                "detail": each.detail,
                "replied": each.reply is not None,
            }
            for each in order
        ],
    }


def _replayed(starters: Sequence[Candidate], context: Context, drive: Drive, row: dict[str, Any]) -> Race:
    """Candidates are driven again, which finds every effect in the ledger; then they are said to end as they did."""
    ended = {each["index"]: each for each in row["candidates"]}
    _open(context)
    candidates = tuple(_revived(starter, ended[starter.index], context, drive) for starter in starters)
    return Race(candidates, row["winner"])


def _revived(starter: Candidate, entry: dict[str, Any], context: Context, drive: Drive) -> Candidate:
    ended = {name: entry[name] for name in ("status", "why", "detail")}
    if not entry["replied"]:
        return replace(starter, **ended)
    if entry["status"] in HALTED:
        context.race.set()  # what it had not done when it was halted, it does not do now
    else:
        context.race.clear()
    return replace(drive(starter, context), **ended)
