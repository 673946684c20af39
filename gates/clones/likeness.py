"""What two units have in common: runs of lines of one shape, and for functions that are nearly the same the lines in
between.

A run is as long as it can be. It counts if it is long and various enough and if what it saves outweighs its holes: mass
per hole tells a copy with parameters from code that merely looks alike. Nothing here depends on what things are called,
save the holes, nor on which of the two comes first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pareback.gates.clones.align import align
from pareback.gates.clones.holes import Hole, holes
from pareback.gates.clones.outline import GRAM, Gram, Outline
from pareback.gates.points import CLONE


@dataclass(frozen=True, slots=True)
class Run:
    """Lines of one shape on both sides, from these places on. A run of a near copy may have gaps between its lines and
    is written as one run per line."""

    first: int
    second: int
    length: int


@dataclass(frozen=True, slots=True)
class Likeness:
    """What two outlines share: `runs` are whole copies, `near` are further single lines of near copies. `gram` is one
    that both have, the heaviest: the pair is charged under its key. `weight` is 1, less for a sync and async twin."""

    gram: Gram
    runs: tuple[Run, ...]
    near: tuple[Run, ...]
    holes: tuple[Hole, ...]
    weight: float

    def turned(self) -> "Likeness":
        """The same, seen from the other side."""
        return Likeness(
            self.gram,
            tuple(Run(run.second, run.first, run.length) for run in self.runs),
            tuple(Run(run.second, run.first, run.length) for run in self.near),
            tuple(hole.turned() for hole in self.holes),
            self.weight,
        )


def likeness(one: Outline, other: Outline, *, itself: bool = False) -> Likeness | None:
    """Compare two units, or a unit with itself; None where they are not alike."""
    shared = one.grams.keys() & other.grams.keys()
    found = _runs(one, other, shared)
    if itself:
        found = [run for run in found if run.second - run.first >= run.length]
    runs = [run for run in found if _counts(one, other, run)]
    near = _near(one, other, runs) if shared and not itself else []
    if not runs and not near:
        return None
    differences = holes(_lines(one, other, [*runs, *near]))
    return Likeness(
        gram=_heaviest(one, runs, shared),
        runs=tuple(runs),
        near=tuple(near),
        holes=differences,
        weight=CLONE["twin"] if _twins(one, other, differences) else 1.0,
    )


def _runs(one: Outline, other: Outline, shared: set[Gram]) -> list[Run]:
    """Every maximal run that holds a shared gram."""
    found: dict[int, list[Run]] = {}
    for first, second in sorted((a, b) for gram in shared for a in one.grams[gram] for b in other.grams[gram]):
        known = found.setdefault(second - first, [])
        if not known or first >= known[-1].first + known[-1].length:
            known.append(_extended(one.shapes, other.shapes, first, second))
    return sorted((run for runs in found.values() for run in runs), key=lambda run: (run.first, run.second))


def _extended(ours: Sequence[str], theirs: Sequence[str], first: int, second: int) -> Run:
    before = 0
    while before < min(first, second) and ours[first - before - 1] == theirs[second - before - 1]:
        before += 1
    length, most = GRAM, min(len(ours) - first, len(theirs) - second)
    while length < most and ours[first + length] == theirs[second + length]:
        length += 1
    return Run(first - before, second - before, before + length)


def _counts(one: Outline, other: Outline, run: Run) -> bool:
    """Whether a run is a clone: long enough, heavy enough, of several shapes, and with few holes for its mass."""
    end = run.first + run.length
    mass = sum(one.masses[run.first : end])
    return (
        run.length >= CLONE["lines"]
        and mass >= CLONE["mass"]
        and len(set(one.shapes[run.first : end])) >= CLONE["shapes"]
        and mass >= CLONE["quality"] * (1 + len(holes(_lines(one, other, [run]))))
    )


def _near(one: Outline, other: Outline, runs: Sequence[Run]) -> list[Run]:
    """The lines beyond the runs in which two functions agree, if these are nearly the same."""
    if not _may_be_near(one, other):
        return []
    pairs = align(one.shapes, other.shapes, one.masses)
    mass = sum(one.masses[first] for first, _ in pairs)
    if not _near_enough(one, other, mass, len(pairs)):
        return []
    whole = [Run(first, second, 1) for first, second in pairs]
    if mass < CLONE["quality"] * (1 + len(holes(_lines(one, other, whole)))):
        return []
    ours = {line for run in runs for line in range(run.first, run.first + run.length)}
    theirs = {line for run in runs for line in range(run.second, run.second + run.length)}
    return [run for run in whole if run.first not in ours and run.second not in theirs]


def _may_be_near(one: Outline, other: Outline) -> bool:
    """Whether they could be, if all shapes that they share stood in one order."""
    if not (one.function and other.function) or max(len(one.shapes), len(other.shapes)) > CLONE["longest"]:
        return False
    mass = lines = 0
    for shape in one.bag.keys() & other.bag.keys():
        count = min(one.bag[shape], other.bag[shape])
        lines += count
        mass += count * one.weights[shape]
    return _near_enough(one, other, mass, lines)


def _near_enough(one: Outline, other: Outline, mass: int, lines: int) -> bool:
    """Whether so much in common makes near copies: a large part of both, or most of the smaller and not little."""
    if mass < CLONE["mass"] or max(one.mass, other.mass) < CLONE["whole"] or lines < CLONE["lines"]:
        return False
    contained = mass >= CLONE["contained"] * min(one.mass, other.mass)
    heavy = mass >= CLONE["whole"] and lines > CLONE["body"]
    return (contained and heavy) or 2 * mass >= CLONE["alike"] * (one.mass + other.mass)


def _lines(one: Outline, other: Outline, runs: Sequence[Run]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for run in runs:
        for step in range(run.length):
            yield one.leaves[run.first + step], other.leaves[run.second + step]


def _heaviest(one: Outline, runs: Sequence[Run], shared: set[Gram]) -> Gram:
    """The gram under which the pair is charged: of equally heavy ones the first by its hashes."""
    within = {
        gram
        for run in runs
        for at in range(run.first, run.first + run.length - GRAM + 1)
        if (gram := one.shapes[at : at + GRAM]) in shared
    }
    return min(within or shared, key=lambda gram: (-sum(one.weights[shape] for shape in gram), gram))


def _twins(one: Outline, other: Outline, differences: Sequence[Hole]) -> bool:
    """Whether one is the other for `async`: but for one hole, they differ in what such names begin with."""
    if one.asynchronous == other.asynchronous:
        return False
    return sum(not _twin_names(hole.one, hole.other) for hole in differences) <= 1


def _twin_names(first: str, second: str) -> bool:
    ours, theirs = (name[2:].lower().replace("async_", "").split(".") for name in (first, second))
    return all(_twin_links(*links) for links in zip(ours, theirs, strict=False))


def _twin_links(first: str, second: str) -> bool:
    short, long = sorted((first, second), key=len)
    return long in {short, f"a{short}", f"async{short}"}
