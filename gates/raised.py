"""Findings about the tree: things whose load a patch raised, each told by its signal, at the place to change first."""

from collections.abc import Iterator
from math import fsum

from pareback.gates.delta import Delta
from pareback.gates.facts import FileFacts
from pareback.gates.match import Key, Origins, units
from pareback.gates.moved import Moved
from pareback.gates.points import DECIMALS, MENTIONED
from pareback.gates.sides import Sides
from pareback.gates.verdict import Finding, Site
from pareback.gates.wide import Told


def raised(sides: Sides, delta: Delta, origins: Origins) -> Iterator[Finding]:
    """What the signals over the tree have to say of this patch. Hard where it brought what breaks a rule; a thing
    without points is a hint. Of either only a unit is accused that the patch wrote: not one that it moved or left."""
    written = _written(sides, origins)
    for moved in delta.movement.loads:
        if moved.after is None or not (moved.points >= MENTIONED or _broken(moved) or _hint(moved)):
            continue
        told = moved.signal.explain(moved.after, moved.before, delta.movement.head)
        if told is None:
            continue
        accused = (told.at.path, told.at.unit) in written
        if _grew(moved, told, delta) or (accused and (_broken(moved) or _hint(moved))):
            yield _finding(moved, moved.after.rule if accused and _broken(moved) else "", told)


def _grew(moved: Moved, told: Told, delta: Delta) -> bool:
    """Whether the patch added to a thing rather than gave it another name: what is gone from the same places is set
    against it."""
    places = {(site.path, site.unit) for site in (told.at, *told.others[:1])}
    gone = (
        other.points
        for other in delta.movement.loads
        if other.signal is moved.signal and other.before and not (other.after and other.after.points)
        if places <= {(site.path, site.unit) for site in other.before.sites}
    )
    return moved.points + fsum(gone) >= MENTIONED


def _written(sides: Sides, origins: Origins) -> frozenset[Key]:
    """The units whose code, or whose file's imports, the patch wrote."""
    base, head = units(sides.base), units(sides.head)
    return frozenset(
        key
        for key, unit in head.items()
        if not any(
            base[origin].exact == unit.exact and (unit.kind != "module" or _imports(sides, origin, key))
            for origin in origins.of.get(key, ())
        )
    )


def _imports(sides: Sides, before: Key, after: Key) -> bool:
    """Whether two files import the same."""
    return _names(sides.base[before[0]]) == _names(sides.head[after[0]])


def _names(facts: FileFacts) -> set[tuple[str, tuple[str, ...]]]:
    return {(found.module, found.names) for found in facts.imports}


def _hint(moved: Moved) -> bool:
    return moved.before is None and moved.after is not None and not moved.after.points


def _broken(moved: Moved) -> bool:
    """Whether the thing breaks a rule now that it did not break at the base."""
    rule = moved.after.rule if moved.after else ""
    return bool(rule) and (moved.before is None or moved.before.rule != rule)


def _finding(moved: Moved, rule: str, told: Told) -> Finding:
    subject = moved.after.subject if moved.after else ""
    return Finding(
        id=f"{rule or moved.signal.id}:{subject}",
        signal=moved.signal.id,
        path=told.at.path,
        line=told.at.line,
        unit=told.at.unit,
        points=round(moved.points, DECIMALS) + 0.0,
        message=told.message,
        do=told.do,
        hard=bool(rule),
        saves=None if told.saves is None else round(told.saves, DECIMALS),
        others=tuple(Site(other.path, other.line) for other in told.others),
    )
