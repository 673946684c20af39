"""Conditions that stand together, compared without regard to what locals are called, and which of them recur.

`user.paid and not user.banned` and `not u.banned and u.paid` are the same set of parts: `$1.paid`, `not $1.banned`. A
set that recurs says nothing new where a larger one has the same sites.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations, permutations, product
from math import factorial, prod

from pareback.gates.points import CONJOINED
from pareback.gates.wide import Posting

Site = tuple[str, str]
"""A unit of a tree: its path and its qualname."""

AND = " and "
"""Between the parts of a set, where it is named."""

_LOCAL = re.compile(r"\$(\w+)")
_BARE = r"\$(?:[(\[][$, ]*[)\]])*"
_VALUE = rf"(?:{_BARE}|None|True|False|''|-?\d+(?:\.\d+)?|\(\))"
_ANONYMOUS = re.compile(rf"(?:not )?{_BARE}|{_BARE} (?:is|is not|==|!=|<|>=|>|<=|in|not in) {_VALUE}")
_THERE = re.compile(r"(?:not )?([\w$.]+)(?: is not None| is None)?")
_ORDERS = 24
"""Ways to number the locals of parts of one shape that are tried; where there are more, locals get no numbers."""


def telling(parts: Sequence[str]) -> tuple[str, ...]:
    """The parts that mean something beyond their unit, each once, at most `CONJOINED`.

    Left out: questions about nothing but locals, and whether something is there where another part looks into it.
    """
    kept = {part for part in parts if not _ANONYMOUS.fullmatch(_blank(part)) and not _guards(part, parts)}
    return tuple(sorted(kept, key=lambda part: (_blank(part), part))[:CONJOINED])


def _guards(part: str, parts: Sequence[str]) -> bool:
    found = _THERE.fullmatch(part)
    return found is not None and any(_looks_into(other, found[1]) for other in parts if other != part)


def _looks_into(part: str, thing: str) -> bool:
    return any(f"{thing}{end}" in part for end in (".", "[", "(")) or f"({thing})" in part


def _blank(part: str) -> str:
    return _LOCAL.sub("$", part)


@lru_cache(maxsize=1 << 16)
def canonical(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The parts in one order with their locals numbered, the same for every order and naming."""
    shapes: dict[str, list[str]] = {}
    for part in sorted(parts):
        shapes.setdefault(_blank(part), []).append(part)
    groups = [shapes[shape] for shape in sorted(shapes)]
    if prod(factorial(len(group)) for group in groups) > _ORDERS:
        return tuple(shape for shape in sorted(shapes) for _ in shapes[shape])
    return min(_numbered([part for group in order for part in group]) for order in product(*map(permutations, groups)))


def _numbered(parts: Sequence[str]) -> tuple[str, ...]:
    numbers: dict[str, str] = {}
    return tuple(_LOCAL.sub(lambda name: numbers.setdefault(name[1], f"${len(numbers) + 1}"), part) for part in parts)


def pairs(parts: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every two parts, in canonical form."""
    yield from sorted({canonical(pair) for pair in combinations(parts, 2)})


@dataclass(slots=True)
class Recurring:
    """A set of parts: where it stands, by unit, and the sets one larger that stand somewhere too."""

    sites: dict[Site, Posting] = field(default_factory=dict)
    larger: set[tuple[str, ...]] = field(default_factory=set)


def recurring(postings: Sequence[Posting], pair: tuple[str, ...]) -> Mapping[tuple[str, ...], Recurring]:
    """Every set that has these two parts, from the conjunctions that have them. A posting's detail are its parts."""
    found: dict[tuple[str, ...], Recurring] = {}
    for posting in postings:
        for chosen in _around(posting.detail, pair):
            here = found.setdefault(canonical(chosen), Recurring())
            here.sites.setdefault((posting.path, posting.unit), posting)
            rest = [part for part in posting.detail if part not in chosen]
            here.larger.update(canonical(tuple(sorted((*chosen, part)))) for part in rest)
    return found


def _around(parts: Sequence[str], pair: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The subsets that have the pair in them."""
    starts = [two for two in combinations(parts, 2) if canonical(two) == pair]
    seen = set[tuple[str, ...]]()
    for two in starts:
        rest = [part for part in parts if part not in two]
        for size in range(len(rest) + 1):
            for more in combinations(rest, size):
                chosen = tuple(sorted((*two, *more)))
                if chosen not in seen:
                    seen.add(chosen)
                    yield chosen


def chosen(parts: Sequence[str], wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the parts that are the wanted set in canonical form. Raises ValueError where it is not among them."""
    found = [some for some in combinations(parts, len(wanted)) if canonical(some) == wanted]
    if not found:
        raise ValueError(f"{wanted!r} is not among {parts!r}; ask only for a set that stands there")
    return found[0]


def spelled(site: Posting, subject: str) -> tuple[str, ...]:
    """The parts at a site that a set's name stands for, in canonical order; none where they do not stand there."""
    sizes = range(2, len(site.detail) + 1)
    some = (some for size in sizes for some in combinations(site.detail, size) if AND.join(canonical(some)) == subject)
    return next(some, ())


def closed(found: Mapping[tuple[str, ...], Recurring], parts: tuple[str, ...]) -> bool:
    """Whether no larger set has the same sites."""
    here = found[parts]
    return not any(found[larger].sites.keys() == here.sites.keys() for larger in here.larger)


def covered(found: Mapping[tuple[str, ...], Recurring], parts: tuple[str, ...], *, least: int) -> set[Site]:
    """The sites of larger sets that stand in at least so many units."""
    sites: set[Site] = set()
    waiting, seen = list(found[parts].larger), set[tuple[str, ...]]()
    while waiting:
        larger = waiting.pop()
        if larger not in seen and len(found[larger].sites) >= least:
            seen.add(larger)
            sites |= found[larger].sites.keys()
            waiting += found[larger].larger
    return sites
