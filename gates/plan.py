"""The findings of a patch: where it costs points, what to do about it, and what that saves.

A finding stands only on a unit that the patch added or made dearer. Savings are computed by pricing the unit again as
if the advice had been followed; where that was not computed, none is named.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import fsum

from pareback.gates.delta import Delta
from pareback.gates.match import Key, Origins, units
from pareback.gates.points import DECIMALS, MENTIONED, WORTH
from pareback.gates.raised import raised
from pareback.gates.scores import Scores, signals
from pareback.gates.sides import Sides
from pareback.gates.signal import Advice, Charge
from pareback.gates.verdict import Finding

_SIZE = "S2"
_VAGUE = {_SIZE, "S5"}
"""Signals that say what was added rather than how to avoid it: named from a whole point on."""


def findings(sides: Sides, delta: Delta, origins: Origins, hard: Sequence[Finding]) -> tuple[Finding, ...]:
    """What costs points, hard findings first, then by what they save. Where a rule spoke, its signal is silent; size is
    named only where a unit has nothing else to say."""
    spoken = {(finding.path, finding.unit, finding.signal) for finding in hard if finding.hard}
    found = [
        finding
        for finding in _priced(sides, delta, origins)
        if (finding.path, finding.unit, finding.signal) not in spoken
    ]
    found += raised(sides, delta, origins)
    places = {(finding.path, finding.unit) for finding in [*hard, *found] if finding.signal != _SIZE}
    kept = [finding for finding in found if finding.signal != _SIZE or (finding.path, finding.unit) not in places]
    return tuple(sorted([*hard, *_unparsed(sides, delta), *kept], key=_urgency))


def _urgency(finding: Finding) -> tuple[bool, float, float, str, int, str]:
    return (not finding.hard, -(finding.saves or 0.0), -finding.points, finding.path, finding.line, finding.id)


def _priced(sides: Sides, delta: Delta, origins: Origins) -> Iterator[Finding]:
    for key, unit in units(sides.head).items():
        for signal in signals():
            now = _of(delta.head, key, signal.id)
            before = [charge for origin in origins.of.get(key, ()) for charge in _of(delta.base, origin, signal.id)]
            added = _points(now) - _points(before)
            if added >= (WORTH if signal.id in _VAGUE else MENTIONED):
                advice = signal.explain(unit, _added(now, before))
                yield _finding(signal.id, key, advice, points=added)


def _points(charges: Iterable[Charge]) -> float:
    return fsum(charge.points for charge in charges)


def _of(scores: Mapping[str, Scores], key: Key, signal: str) -> list[Charge]:
    path, unit = key
    return [charge for charge in scores[path].charges[signal] if charge.unit == unit]


def _added(now: Sequence[Charge], before: Sequence[Charge]) -> list[Charge]:
    """The charges that the base did not have; all of them where only their number grew."""
    known = Counter((charge.kind, charge.subject, charge.points) for charge in before)
    fresh = []
    for charge in now:
        key = (charge.kind, charge.subject, charge.points)
        if known[key]:
            known[key] -= 1
        else:
            fresh.append(charge)
    return fresh or list(now)


def _finding(signal: str, key: Key, advice: Advice, *, points: float) -> Finding:
    path, unit = key
    return Finding(
        id=f"{signal}:{path}:{unit}",
        signal=signal,
        path=path,
        line=advice.line,
        unit=unit,
        points=round(points, DECIMALS),
        message=advice.message,
        do=advice.do,
        saves=None if advice.saves is None else round(advice.saves, DECIMALS),
    )


def _unparsed(sides: Sides, delta: Delta) -> Iterator[Finding]:
    for path in sides.paths("partial"):
        names = ", ".join(unit.qualname for unit in sides.head[path].units) or "none"
        points = sum(charge.points for charges in delta.head[path].charges.values() for charge in charges)
        message = f"did not parse at the base, so only units on changed lines are priced: {names}"
        yield Finding(
            f"base:{path}",
            "base",
            path,
            1,
            "<module>",
            round(points, DECIMALS),
            message,
            "nothing: this explains the figure",
        )
