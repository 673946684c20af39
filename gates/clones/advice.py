"""What to do about a copy, and what that saves: the price of the tree without it, less what sharing the code costs."""

from dataclasses import dataclass, replace
from math import fsum

from pareback.gates.clones.group import Group, Pair
from pareback.gates.clones.likeness import Likeness, Run
from pareback.gates.clones.outline import Outline
from pareback.gates.clones.wording import Parameter, differences, extent, only_here, parameters, signature
from pareback.gates.points import COPY, FREE_PARAMETERS, HELPER, INTERFACE, PARAMETER
from pareback.gates.wide import Posting, Told


@dataclass(frozen=True, slots=True)
class Copy:
    """A pair of a group, seen from the copy: where it stands, what it was copied from, what they share."""

    group: Group
    pair: Pair
    member: int
    source: int
    likeness: Likeness

    @property
    def unit(self) -> Outline:
        return self.group.outlines[self.member]

    @property
    def model(self) -> Outline:
        return self.group.outlines[self.source]

    @property
    def lines(self) -> tuple[Run, ...]:
        """Everything shared, in order."""
        return tuple(sorted((*self.likeness.runs, *self.likeness.near), key=lambda run: run.first))

    @property
    def cost(self) -> float:
        """What the copied lines cost by themselves."""
        return fsum(self.unit.cost(run.first, run.length) for run in self.lines)

    def part(self) -> float:
        """Part of the unit that is a whole copy, by mass."""
        return _part(self.unit, self.likeness.runs)

    def overrides(self) -> bool:
        """Whether both are one method in two classes: they may be called through one name."""
        ours, theirs = self.unit.unit, self.model.unit
        return ours.owner != theirs.owner and _name(ours.qualname) == _name(theirs.qualname)


def copy(group: Group, pair: Pair, member: int) -> Copy:
    """The pair, seen from one of its members."""
    likeness = next(pair.seen_from(member))
    return Copy(group, pair, member, pair.other if member == pair.one else pair.one, likeness)


def told(found: Copy) -> Told:
    """What to say of a copy."""
    ours, theirs = found.group.sites[found.member], found.group.sites[found.source]
    first, last = extent(found.unit.unit, found.lines)
    there = extent(found.model.unit, [Run(run.second, run.first, run.length) for run in found.lines])
    named = parameters(found.likeness.turned().holes, found.model.unit.parameters)
    return Told(
        at=replace(ours, line=first),
        message=_message(found, (first, last), f"{theirs.path}:{there[0]}-{there[1]} {theirs.unit}", named),
        do=_do(found, named),
        saves=_saves(found, len(named)),
        others=(replace(theirs, line=there[0]), *_further(found)),
    )


def _message(found: Copy, here: tuple[int, int], there: str, named: tuple[Parameter, ...]) -> str:
    count = sum(run.length for run in found.lines)
    kind = "nearly equal to" if found.likeness.near else "equal to"
    text = f"lines {here[0]}-{here[1]} ({count} logical) {kind} {there}"
    text += f"; they differ only in {differences(named)}" if named else "; nothing differs but names"
    own = only_here(found.unit.unit, found.lines)
    return f"{text}; only here: line {own}" if own and found.likeness.near else text


def _do(found: Copy, named: tuple[Parameter, ...]) -> str:
    model, name = found.model.unit, _name(found.model.unit.qualname)
    if found.likeness.weight < 1:
        return "keep the async shell; move what does not await into one function that both call"
    if found.overrides() and found.part() >= COPY["covered"]:
        return f"move {name}() to a class that both inherit from; leave {_hooks(named)} to the subclasses"
    if _whole(found):
        return f"call {signature(model.qualname, model, named)} in both cases, renamed for both; delete this copy"
    adds = f" with {_names(named)} as parameters" if named else ""
    return f"make these lines one function of their own{adds}; call it in both places"


def _hooks(named: tuple[Parameter, ...]) -> str:
    return _names(named) if named else "nothing"


def _names(named: tuple[Parameter, ...]) -> str:
    return ", ".join(each.name for each in named)


def _whole(found: Copy) -> bool:
    """Whether either function could stand for the other."""
    theirs = _part(found.model, [Run(run.second, run.first, run.length) for run in found.lines])
    functions = {found.unit.unit.kind, found.model.unit.kind} == {"function"}
    return functions and min(theirs, _part(found.unit, found.lines)) >= COPY["covered"] and not found.overrides()


def _saves(found: Copy, holes: int) -> float | None:
    """Both the copy and its surcharge go; what is left has parameters for the holes, and is a helper unless it was a
    function before."""
    freed = found.cost + found.group.points() - _without(found).points()
    known = len(found.model.unit.parameters) if _whole(found) else 0
    shared = PARAMETER * (max(0, known + holes - FREE_PARAMETERS) - max(0, known - FREE_PARAMETERS))
    saved = freed - shared + (INTERFACE["function"] if _whole(found) else -HELPER)
    return saved if saved > 0 else None


def _without(found: Copy) -> Group:
    """The group as it were if the copy called the shared code."""
    gone = found.pair if found.member == found.source else None
    left = (pair for pair in found.group.pairs if pair != gone and (gone or found.member not in (pair.one, pair.other)))
    return replace(found.group, pairs=tuple(left))


def _further(found: Copy) -> tuple[Posting, ...]:
    """Other members that have the same lines."""
    return tuple(
        found.group.sites[other]
        for pair in found.group.pairs
        for other in (pair.one, pair.other)
        if found.member in (pair.one, pair.other) and other not in (found.member, found.source)
    )


def _part(side: Outline, runs: tuple[Run, ...] | list[Run]) -> float:
    covered = {line for run in runs for line in range(run.first, run.first + run.length)}
    return sum(side.masses[line] for line in covered) / max(side.mass, 1)


def _name(qualname: str) -> str:
    return qualname.partition("#")[0].rpartition(".")[2]
