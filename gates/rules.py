"""Hard rules: what blocks at any budget, because no price makes it right. Each says what is allowed in its place.

H1 a new unit with too much flow, H3 a new handler that swallows everything, H4 new code in text, H5 a new suppression,
H10 a file that does not parse. What was there at the base, moved or not, breaks no rule. (H2 and H6 to H9 need the
whole repository and stand in the list of later signals.)
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pareback.gates.delta import Delta
from pareback.gates.facts import FileFacts, Suppression, Unit
from pareback.gates.match import Key, Origins, units
from pareback.gates.points import DECIMALS, UNIT_FLOW, step_points
from pareback.gates.scores import signals
from pareback.gates.sides import Sides
from pareback.gates.signal import Advice, Charge
from pareback.gates.verdict import Finding


@dataclass(frozen=True, slots=True)
class _Item:
    """Something that a rule forbids. Items of one `key` are the same thing, wherever they stand; within a unit, items
    of one `family` may replace each other."""

    where: Key
    line: int
    key: str
    family: str = ""


def broken_rules(sides: Sides, delta: Delta, origins: Origins) -> tuple[Finding, ...]:
    """Every hard finding of a patch, none waived yet."""
    base, head = units(sides.base), units(sides.head)
    findings = [
        *_unreadable(sides),
        *_too_much_flow(sides, head, delta, origins),
        *_swallowing(base, head, delta, origins),
        *_code_in_text(base, head, delta, origins),
        *_suppressing(sides, origins),
    ]
    return tuple(_numbered(findings))


def _numbered(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Ids are unique: the second of one id is numbered."""
    seen: Counter[str] = Counter()
    for finding in findings:
        seen[finding.id] += 1
        count = seen[finding.id]
        yield finding if count == 1 else replace(finding, id=f"{finding.id}#{count}")


def _unreadable(sides: Sides) -> Iterator[Finding]:
    for found in sides.files:
        problem = found.problem
        if problem is None:
            continue
        yield Finding(
            id=f"H10:{found.path}",
            signal="H10",
            path=found.path,
            line=problem.line,
            unit="<module>",
            points=0.0,
            message=f"does not parse: {problem.message} (line {problem.line}, column {problem.column})",
            do="make this line valid Python; check brackets, quotes and indentation on it and on the line before",
            hard=True,
        )


def _too_much_flow(sides: Sides, head: Mapping[Key, Unit], delta: Delta, origins: Origins) -> Iterator[Finding]:
    partial = sides.paths("partial")
    for key, unit in head.items():
        flow = sum(step_points(step.kind, step.nesting) for step in unit.flow)
        if flow > UNIT_FLOW and origins.new(key) and key[0] not in partial:
            charges = _charges(delta, key, "S1")
            advice = _explain("S1", unit, charges)
            message = f"new, with {advice.message}; a new function may have {UNIT_FLOW:g}"
            yield _finding("H1", key, charges, replace(advice, message=message))


def _swallowing(
    base: Mapping[Key, Unit], head: Mapping[Key, Unit], delta: Delta, origins: Origins
) -> Iterator[Finding]:
    for item in _new(_swallowers(base), _swallowers(head), origins):
        charges = [charge for charge in _charges(delta, item.where, "S14") if charge.line == item.line]
        yield _finding("H3", item.where, charges, _explain("S14", head[item.where], charges))


def _swallowers(found: Mapping[Key, Unit]) -> list[_Item]:
    return [
        _Item(key, handler.line, handler.key)
        for key, unit in found.items()
        for handler in unit.handlers
        if handler.swallows and not handler.passes
    ]


def _code_in_text(
    base: Mapping[Key, Unit], head: Mapping[Key, Unit], delta: Delta, origins: Origins
) -> Iterator[Finding]:
    for item in _new(_texts(base), _texts(head), origins):
        charges = [charge for charge in _charges(delta, item.where, "S17") if charge.subject == item.key]
        advice = _explain("S17", head[item.where], charges)
        yield _finding(
            "H4", item.where, charges, replace(advice, line=item.line, message=f"{item.key}: text is run as code")
        )


def _texts(found: Mapping[Key, Unit]) -> list[_Item]:
    return [
        _Item(key, hidden.line, hidden.key)
        for key, unit in found.items()
        for hidden in unit.hidden
        if hidden.kind == "code"
    ]


def _suppressing(sides: Sides, origins: Origins) -> Iterator[Finding]:
    for item in _new(_silences(sides.base, before=True), _silences(sides.head, before=False), origins):
        path, unit = item.where
        yield Finding(
            id=f"H5:{path}:{unit}:{item.key}",
            signal="S18",
            path=path,
            line=item.line,
            unit=unit,
            points=0.0,
            message=f"new comment `{item.key}` hides what a tool found",
            do="remove the comment and mend what the tool reports",
            hard=True,
        )


def _silences(files: Mapping[str, FileFacts], *, before: bool) -> list[_Item]:
    """A comment for one code may take the place of one for all codes in its unit; the other way round is new."""
    return [
        _Item((path, found.unit), found.line, _key(found), _key(found) if before else found.tool)
        for path, facts in files.items()
        for found in facts.suppressions
    ]


def _key(found: Suppression) -> str:
    return f"{found.tool}:{found.code}" if found.code else found.tool


def _new(base: Sequence[_Item], head: Sequence[_Item], origins: Origins) -> list[_Item]:
    """Items of the head that the base did not have: not the same anywhere, not another in the unit it comes from."""
    same = Counter(item.key for item in base)
    added = [item for item in head if not _take(same, item.key)]
    replaced: Counter[tuple[Key, str]] = Counter()
    for item in reversed(base):
        if _take(same, item.key):
            replaced[item.where, item.family] += 1
    return [item for item in added if not _replaces(replaced, item, origins)]


def _replaces(replaced: Counter[tuple[Key, str]], item: _Item, origins: Origins) -> bool:
    places = origins.of.get(item.where) or (item.where,)
    return any(_take(replaced, (place, item.family)) for place in places)


def _take(pool: Counter[Any], key: Hashable) -> bool:
    if pool[key] <= 0:
        return False
    pool[key] -= 1
    return True


def _charges(delta: Delta, key: Key, signal: str) -> list[Charge]:
    path, unit = key
    return [charge for charge in delta.head[path].charges[signal] if charge.unit == unit]


def _explain(signal: str, unit: Unit, charges: Sequence[Charge]) -> Advice:
    found = next(found for found in signals() if found.id == signal)
    return found.explain(unit, charges)


def _finding(rule: str, key: Key, charges: Sequence[Charge], advice: Advice) -> Finding:
    path, unit = key
    return Finding(
        id=f"{rule}:{path}:{unit}",
        signal={"H1": "S1", "H3": "S14", "H4": "S17"}[rule],
        path=path,
        line=advice.line,
        unit=unit,
        points=round(sum(charge.points for charge in charges), DECIMALS),
        message=advice.message,
        do=advice.do,
        hard=True,
        saves=None if advice.saves is None else round(advice.saves, DECIMALS),
    )
