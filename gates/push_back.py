"""The push-back: what to tell the author of a patch that costs too much, in words for a small model and for people.

The arithmetic comes first, then a few findings, each with its place, its evidence and one way out. Hard ones lead;
of the others those that save most, until together they save somewhat more than must go.
"""

from collections.abc import Collection, Iterator, Sequence

from pareback.gates.delta import fits
from pareback.gates.points import WORTH
from pareback.gates.verdict import Finding, Verdict

ENOUGH = 1.3
"""Findings are named until together they save this much of what must go: not all of them will be followed."""
TOKENS = 700
"""Room for all findings, at four characters a token: what a small model still follows."""
_SITES = 5
_REMOVES = {"S4", "S15"}
"""Signals whose way out is that the unit goes: what else is wrong with it does not matter then."""
_KEEP = "Keep the tests passing; do not edit tests; add no noqa or type: ignore."


def feedback(verdict: Verdict, limit: int = 4, *, shown: Collection[str] = ()) -> tuple[str, ...]:
    """What to tell: the arithmetic, then a line for each chosen finding. `shown` are ids of findings that were told
    before and are marked as still open."""
    over = overshoot(verdict)
    if not verdict.hard and over <= 0:
        return (_arithmetic(verdict, over),)
    told = chosen(verdict, limit)
    lines = [f"[{count}] {_line(finding, again=finding.id in shown)}" for count, finding in enumerate(told, start=1)]
    return (_arithmetic(verdict, over), *lines, *_rest(verdict, told, over))


def chosen(verdict: Verdict, limit: int = 4) -> tuple[Finding, ...]:
    """The findings to tell, at most `limit`: hard ones first, then as many as it takes to come within the budget, none
    on what another one already speaks of, and not more than a small model has room for."""
    over = overshoot(verdict)
    told: list[Finding] = []
    saved, room = 0.0, 4 * TOKENS
    for finding in verdict.findings:
        enough = saved >= ENOUGH * over and not finding.hard
        if len(told) >= limit or enough or _settled(finding) or any(_meet(finding, other) for other in told):
            continue
        room -= len(_line(finding, again=False))
        if told and room < 0:
            break
        told.append(finding)
        saved += finding.saves or 0.0
    return tuple(told)


def overshoot(verdict: Verdict) -> float:
    """Points that must go for the patch to fit its budget; 0 where it fits."""
    if verdict.budget is None or fits(verdict.charged, verdict.budget):
        return 0.0
    return verdict.charged - verdict.budget


def _settled(finding: Finding) -> bool:
    """Whether there is nothing to do about it."""
    return finding.waived or finding.signal == "base"


def _meet(one: Finding, other: Finding) -> bool:
    """Whether two findings speak of the same lines, or one of them does away with what the other speaks of."""
    if one.path != other.path:
        return False
    removed = one.unit == other.unit and bool(_REMOVES & {one.signal, other.signal})
    return one.line == other.line or removed


def _arithmetic(verdict: Verdict, over: float) -> str:
    against = "no budget" if verdict.budget is None else f"budget {verdict.budget:g}"
    start = f"Δ {verdict.charged:.1f} points, {against}"
    asks = [f"remove at least {over:.1f}"] if over > 0 else []
    blocking = len(verdict.hard)
    if blocking:
        asks.append(f"{blocking} hard {'finding' if blocking == 1 else 'findings'} must go at any budget")
    return f"{start}: {'; '.join(asks)}. {_KEEP}" if asks else f"{start}: nothing has to change."


def _rest(verdict: Verdict, told: Sequence[Finding], over: float) -> Iterator[str]:
    left = len([finding for finding in verdict.hard if finding not in told])
    if left:
        yield f"{left} more hard {'finding' if left == 1 else 'findings'} will be named next."
    if over > 0 and not any((finding.saves or 0.0) >= WORTH for finding in told):
        yield "No single change found saves a whole point: leave out what the ticket does not ask for."


def _line(finding: Finding, *, again: bool) -> str:
    mark = ("STILL OPEN " if again else "") + ("HARD " if finding.hard else "")
    where = f"{finding.id.partition(':')[0]} {finding.path}:{finding.line} {finding.unit}"
    saves = f" Saves about {finding.saves:.1f}." if finding.saves else ""
    return f"{mark}{where}: {finding.message}{_others(finding)}. DO: {finding.do}.{saves}"


def _others(finding: Finding) -> str:
    """The other places, unless the message names them itself."""
    places = [f"{site.path}:{site.line}" for site in finding.others]
    unsaid = [place for place in places if place not in finding.message]
    more = f" and {len(unsaid) - _SITES} more" if len(unsaid) > _SITES else ""
    return f" (see {', '.join(unsaid[:_SITES])}{more})" if unsaid else ""
