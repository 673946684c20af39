"""Where a unit of the head comes from: which units of the base it was, moved from or was cut out of.

Only rules and messages ask; points never depend on it. A unit is *known* by its path and qualname, *moved* if its alpha
hash was elsewhere at the base, *cut out* if most of its logical lines left units of the base. A copy is none of these:
lines that stayed where they were explain nothing.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from pareback.gates.facts import FileFacts, Unit

COVERED = 0.6
"""Share of its logical lines that must come from the base for a unit not to be new."""

Key = tuple[str, str]
"""Path and qualname."""


@dataclass(frozen=True, slots=True)
class Origins:
    """The base units of every head unit that is not new."""

    of: Mapping[Key, tuple[Key, ...]]

    def new(self, key: Key) -> bool:
        """Whether a unit of the head has no origin in the base."""
        return not self.of.get(key)


def units(files: Mapping[str, FileFacts]) -> dict[Key, Unit]:
    """Units by path and qualname, in order of path and line."""
    return {(path, unit.qualname): unit for path in sorted(files) for unit in files[path].units}


def origins(base: Mapping[Key, Unit], head: Mapping[Key, Unit]) -> Origins:
    """Find the origin of every unit of the head."""
    free = _left(base, head)
    by_alpha: dict[str, list[Key]] = {}
    for key, unit in base.items():
        if key not in head:
            by_alpha.setdefault(unit.alpha, []).append(key)
    return Origins({key: _origin(key, unit, base, (by_alpha, free)) for key, unit in head.items()})


def _left(base: Mapping[Key, Unit], head: Mapping[Key, Unit]) -> dict[str, list[Key]]:
    """Units of the base that have fewer lines of a skeleton now, or are gone, by skeleton, once per line lost."""
    left: dict[str, list[Key]] = {}
    for key, unit in base.items():
        now = Counter(head[key].skeletons) if key in head else Counter()
        for skeleton, lost in (Counter(unit.skeletons) - now).items():
            left.setdefault(skeleton, []).extend([key] * lost)
    return left


def _origin(
    key: Key, unit: Unit, base: Mapping[Key, Unit], pools: tuple[Mapping[str, list[Key]], Mapping[str, list[Key]]]
) -> tuple[Key, ...]:
    by_alpha, left = pools
    if key in base:
        return (key,)
    if unit.alpha in by_alpha:
        return (by_alpha[unit.alpha][0],)
    givers: Counter[Key] = Counter()
    covered, lines = 0, Counter(_body(unit))
    for skeleton, wanted in lines.items():
        found = left.get(skeleton, ())
        covered += min(wanted, len(found))
        givers.update(set(found))
    if not covered or covered < COVERED * lines.total():
        return ()
    return (max(sorted(givers), key=lambda giver: givers[giver]),)


def _body(unit: Unit) -> tuple[str, ...]:
    """Its logical lines without the signature, which is new whenever code is cut out."""
    return unit.skeletons[1:] if unit.kind == "function" else unit.skeletons
