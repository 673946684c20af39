"""More inputs like those that a test gives: values changed a little at random, each into another of the same kind."""

import copy
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

EACH, MOST = 40, 400
"""Changed inputs made of each input of the tests, and inputs in all."""


def varied(calls: list[tuple[str, tuple[Any, ...]]], chance: random.Random) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The calls themselves, then changed ones, at most `MOST`."""
    yield from calls[:MOST]
    made = [(name, args) for name, args in calls for _ in range(EACH) if args]
    chance.shuffle(made)
    for name, args in made[: MOST - len(calls[:MOST])]:
        changed = list(copy.deepcopy(args))
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(changed))
            changed[at] = change(changed[at], chance)
        yield name, tuple(changed)


def change(value: Any, chance: random.Random) -> Any:
    """Another value of the same kind; what is of no known kind stays as it is."""
    for kind, changed in _CHANGES.items():
        if isinstance(value, kind):
            return changed(value, chance)
    return _object(value, chance) if getattr(value, "__dict__", None) else value


def _integer(value: int, chance: random.Random) -> int:
    other = chance.choice([value + 1, value - 1, value + chance.randint(2, 9), value // 2])
    return abs(other) if value >= 0 else other


def _float(value: float, chance: random.Random) -> float:
    return chance.choice([value * 2, value / 2, value + 1.5, float(round(value))])


def _text(value: str, chance: random.Random) -> str:
    return "".join(_rearranged(list(value), chance, inner=False))


def _sequence(value: "list[Any] | tuple[Any, ...]", chance: random.Random) -> Any:
    return type(value)(_kept_sorted(value, _rearranged(list(value), chance, inner=True)))


def _mapping(value: dict[Any, Any], chance: random.Random) -> dict[Any, Any]:
    if not value:
        return value
    key = chance.choice(list(value))
    return value | {key: change(value[key], chance)}


def _object(value: Any, chance: random.Random) -> Any:
    name = chance.choice(sorted(vars(value)))
    setattr(value, name, change(getattr(value, name), chance))
    return value


_CHANGES: Mapping[Any, Callable[[Any, random.Random], Any]] = {
    bool: lambda value, _: value,
    int: _integer,
    float: _float,
    str: _text,
    (list, tuple): _sequence,
    dict: _mapping,
}
"""By type; a bool is an int too, so it comes first."""


def _rearranged(items: list[Any], chance: random.Random, *, inner: bool) -> list[Any]:
    if not items:
        return items
    at, other = chance.randrange(len(items)), chance.randrange(len(items))
    how = chance.choice(["drop", "again", "swap", "copy", *(["inside"] * 3 if inner else [])])
    if how == "drop":
        del items[at]
    elif how == "again":
        items.insert(other, copy.deepcopy(items[at]))
    elif how == "swap":
        items[at], items[other] = items[other], items[at]
    else:
        items[at] = change(items[at], chance) if how == "inside" else items[other]
    return items


def _kept_sorted(before: Iterable[Any], after: list[Any]) -> list[Any]:
    """Sorted where it was sorted before: many programs rely on it."""
    try:
        items = list(before)
        return sorted(after) if len(items) > 1 and items == sorted(items) else after
    except TypeError:
        return after
