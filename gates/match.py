"""Where a unit of the head comes from: which units of the base it was, moved from, made of or cut out of.

Only rules and messages ask; points never depend on it. In this order: a unit is *known* by its path and qualname;
*moved* if its alpha hash was elsewhere at the base; *rewritten* if it is much like a unit that is gone; *cut out* if
most of its logical lines left units of the base. A unit that is gone and whose lines mostly went into one of these was
*merged* into it. A copy is none of these: lines that stayed where they were explain nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pareback.gates.facts import FileFacts, Unit
from pareback.gates.reading.overlap import likeness, pairs

COVERED = 0.6
"""Share of its logical lines that must come from the base for a unit not to be new."""
ALIKE = 0.6
"""Likeness from which on a unit that is gone and one that came are one, rewritten."""

Key = tuple[str, str]
"""Path and qualname."""
Units = Mapping[Key, Unit]
Lines = Mapping[str, Sequence[Key]]
"""Units that lost (or won) lines of a skeleton, once per line."""


@dataclass(frozen=True, slots=True)
class Origins:
    """The base units of every head unit that is not new, the nearest first."""

    of: Mapping[Key, tuple[Key, ...]]

    def new(self, key: Key) -> bool:
        """Whether a unit of the head has no origin in the base."""
        return not self.of.get(key)


def units(files: Mapping[str, FileFacts]) -> dict[Key, Unit]:
    """Units by path and qualname, in order of path and line."""
    return {(path, unit.qualname): unit for path in sorted(files) for unit in files[path].units}


def origins(base: Units, head: Units) -> Origins:
    """Find the origin of every unit of the head."""
    found: dict[Key, tuple[Key, ...]] = {key: (key,) for key in head if key in base}
    gone = {key: unit for key, unit in base.items() if key not in head}
    came = {key: unit for key, unit in head.items() if key not in base}
    for same in (_moved, _rewritten):
        for old, new in same(gone, came):
            found[new] = (old,)
            del gone[old], came[new]
    heirs = {givers[0]: key for key, givers in found.items()}
    lost = _differing(base, head, heirs)
    found |= {key: givers for key, unit in came.items() if (givers := _most(_body(unit), lost))}
    won = _differing(head, base, {new: old for old, new in heirs.items()})
    for old, unit in gone.items():
        for new in _most(_body(unit), won):
            if new in found:
                found[new] = (*found[new], old)
    return Origins(found)


def _moved(gone: Units, came: Units) -> Iterable[tuple[Key, Key]]:
    """Units of one alpha hash, each once: of two copies of what is gone one is new."""
    by_alpha: dict[str, list[Key]] = {}
    for key, unit in gone.items():
        by_alpha.setdefault(unit.alpha, []).append(key)
    return [(by_alpha[unit.alpha].pop(0), key) for key, unit in came.items() if by_alpha.get(unit.alpha)]


def _rewritten(gone: Units, came: Units) -> Iterable[tuple[Key, Key]]:
    """The most alike first, each unit once; of equals those in the same file and class, then of the nearest name."""
    found = [
        (-alike, *_distance(old, new, (before, after)), old, new)
        for new, old in pairs(came, gone)
        if (after := came[new]).kind == (before := gone[old]).kind and (alike := likeness(before, after)) >= ALIKE
    ]
    taken: set[tuple[str, Key]] = set()
    for *_, old, new in sorted(found):
        if taken.isdisjoint({("old", old), ("new", new)}):
            taken |= {("old", old), ("new", new)}
            yield old, new


def _distance(old: Key, new: Key, pair: tuple[Unit, Unit]) -> tuple[bool, bool, float]:
    was, now = (key[1].rpartition(".")[2] for key in (old, new))
    apart = 1.0 - SequenceMatcher(None, was, now).ratio()
    return old[0] != new[0], pair[0].owner != pair[1].owner, apart


def _differing(one: Units, other: Units, same: Mapping[Key, Key]) -> Lines:
    """Units of `one` that have more lines of a skeleton than what they are in `other`, by skeleton, once per line."""
    left: dict[str, list[Key]] = {}
    for key, unit in one.items():
        there = Counter(other[same[key]].skeletons) if key in same else Counter()
        for skeleton, more in (Counter(unit.skeletons) - there).items():
            left.setdefault(skeleton, []).extend([key] * more)
    return left


def _most(lines: Sequence[str], pool: Lines) -> tuple[Key, ...]:
    """The unit that has most of these lines in the pool, if the pool has most of them."""
    holders: Counter[Key] = Counter()
    covered, wanted = 0, Counter(lines)
    for skeleton, count in wanted.items():
        found = pool.get(skeleton, ())
        covered += min(count, len(found))
        holders.update(set(found))
    if not covered or covered < COVERED * wanted.total():
        return ()
    return (max(sorted(holders), key=lambda holder: holders[holder]),)


def _body(unit: Unit) -> tuple[str, ...]:
    """Its logical lines without the signature, which is new whenever code is cut out."""
    return unit.skeletons[1:] if unit.kind == "function" else unit.skeletons
