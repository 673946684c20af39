"""Tries one simplification after the other, what promises most first, and keeps what the tests and the points allow."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import unified_diff

from pareback.orchestrator.pare.offers import Offer
from pareback.orchestrator.pare.tried import Tried
from pareback.workspaces.repository import Repository

LEAST = 0.1
"""Points that a simplification must free to be worth a line of anybody's attention: the one decimal that is shown."""

_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Price:
    """Points of a tree against the base: `delta` of the potential, `charged` to the budget; `hard` findings."""

    delta: float
    charged: float
    hard: int = 0


@dataclass(frozen=True, slots=True)
class Ground:
    """What paring stands on. `offers` are those of a file's bytes, `price` is that of a commit, `refusal` says why the
    tests refuse one, or nothing. Nothing new is tried once `is_over`, nor after `most` tries, and nothing is kept that
    frees less than `least` points."""

    repository: Repository
    paths: tuple[str, ...]
    offers: Callable[[str, bytes], Iterable[Offer]]
    price: Callable[[str], Price]
    refusal: Callable[[str], str]
    is_over: Callable[[], bool]
    most: int
    least: float = LEAST


@dataclass(frozen=True, slots=True)
class Pared:
    """The commit that came out, and everything that was tried, in order."""

    commit: str
    tried: tuple[Tried, ...] = ()

    @property
    def kept(self) -> tuple[Tried, ...]:
        """What is in it."""
        return tuple(each for each in self.tried if each.kept)

    @property
    def points(self) -> float:
        """Points that were freed in all."""
        return sum(each.points for each in self.kept)


@dataclass(slots=True)
class _Bench:
    """What is on offer while the tree changes: by file, and what was refused before."""

    ground: Ground
    commit: str
    price: Price
    open: dict[str, list[Offer]] = field(default_factory=dict)
    barred: set[tuple[str, str, str]] = field(default_factory=set)

    def look(self, path: str) -> None:
        """Find what the file offers as it is now."""
        raw = self.ground.repository.read_file(self.commit, path) or b""
        found = {(each.unit, each.mark): each for each in self.ground.offers(path, raw)}
        self.open[path] = [each for each in found.values() if each.promised >= self.ground.least]

    def next(self) -> Offer | None:
        """What promises most of what was not refused."""
        left = [each for found in self.open.values() for each in found if _name(each) not in self.barred]
        return max(left, key=lambda each: each.promised, default=None)


def pare(commit: str, ground: Ground) -> Pared:
    """The commit with every simplification that frees points and leaves the tests green. Whatever `refusal` and `price`
    raise is passed on."""
    bench = _Bench(ground, commit, ground.price(commit))
    for path in ground.paths:
        bench.look(path)
    tried: list[Tried] = []
    while len(tried) < ground.most and not ground.is_over():
        offer = bench.next()
        if offer is None:
            break
        said = _try(offer, bench)
        tried += [said] if said else []
        if said is None or not said.kept:
            bench.barred.add(_name(offer))
    return Pared(bench.commit, tuple(tried))


def _try(offer: Offer, bench: _Bench) -> Tried | None:
    """The offer on the whole tree; None where it frees nothing there."""
    ground, before = bench.ground, bench.ground.repository.read_file(bench.commit, offer.path) or b""
    made = ground.repository.commit(bench.commit, {offer.path: offer.source}, message=offer.what)
    price = ground.price(made)
    freed = bench.price.delta - price.delta
    if freed < ground.least - _ROUNDING or _is_dearer(price, bench.price):
        return None
    why = ground.refusal(made)
    if not why:
        bench.commit, bench.price = made, price
        bench.look(offer.path)
    diff = _diff(offer.path, before, offer.source)
    return Tried(offer.what, offer.path, offer.unit, offer.line, round(freed, 2), diff, why)


def _is_dearer(price: Price, before: Price) -> bool:
    """Whether the budget is charged more for it, or it brings a hard finding, although the tree is simpler."""
    return price.charged > before.charged + _ROUNDING or price.hard > before.hard


def _diff(path: str, before: bytes, after: bytes) -> str:
    old, new = (raw.decode("utf-8", "replace").splitlines(keepends=True) for raw in (before, after))
    return "".join(unified_diff(old, new, f"a/{path}", f"b/{path}"))


def _name(offer: Offer) -> tuple[str, str, str]:
    return offer.path, offer.unit, offer.mark
