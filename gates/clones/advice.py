"""What to do about a copy, and what that saves: the price of the tree without it, less what sharing the code costs."""

from dataclasses import dataclass, replace
from math import fsum

from pareback.gates.clones.group import Group, Pair, Tree
from pareback.gates.clones.likeness import Likeness, Run
from pareback.gates.clones.outline import Outline
from pareback.gates.clones.wording import Parameter, counted, differences, extent, only_here, parameters
from pareback.gates.facts import Unit
from pareback.gates.points import COPY, FREE_PARAMETERS, HELPER, INTERFACE, PARAMETER
from pareback.gates.wide import Posting, Told


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a pair: where, what, and which of its lines the other side has too, whole copies by themselves."""

    site: Posting
    outline: Outline
    whole: tuple[Run, ...]
    runs: tuple[Run, ...]

    def part(self) -> float:
        """Part of the unit that is shared, by mass."""
        return _part(self.outline, self.runs)

    def copied(self) -> float:
        """Part of the unit that is a whole copy, by mass."""
        return _part(self.outline, self.whole)

    def cost(self) -> float:
        """What the shared lines cost by themselves."""
        return fsum(self.outline.cost(run.first, run.length) for run in self.runs)

    @property
    def title(self) -> str:
        """Its qualname, without the number of a second one of that name."""
        return self.site.unit.partition("#")[0]

    @property
    def name(self) -> str:
        return self.title.rpartition(".")[2]

    @property
    def owner(self) -> str:
        return self.title.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Copy:
    """A pair of a group, seen from the side that is the copy."""

    group: Group
    pair: Pair
    likeness: Likeness
    ours: Side
    theirs: Side

    def overrides(self) -> bool:
        """Whether both are one method in two classes: they may be called through one name."""
        ours, theirs = self.ours, self.theirs
        return bool(ours.owner and theirs.owner) and ours.owner != theirs.owner and ours.name == theirs.name

    def replaceable(self) -> bool:
        """Whether one function could stand for both."""
        functions = self.ours.outline.function and self.theirs.outline.function
        alike = min(self.ours.part(), self.theirs.part()) >= COPY["covered"]
        return functions and alike and not self.overrides() and self.pair.one != self.pair.other


def copy(group: Group, pair: Pair, member: int) -> Copy:
    """The pair, seen from one of its members."""
    *_, found = pair.seen_from(member)
    source = pair.one if member == pair.other else pair.other
    return Copy(group, pair, found, _side(group, member, found), _side(group, source, found.turned()))


def _side(group: Group, member: int, found: Likeness) -> Side:
    runs = sorted((*found.runs, *found.near), key=lambda run: run.first)
    return Side(group.sites[member], group.outlines[member], found.runs, tuple(runs))


def told(found: Copy, tree: Tree) -> Told:
    """What to say of a copy."""
    ours, theirs = tree.unit(found.ours.site), tree.unit(found.theirs.site)
    named = parameters(found.likeness.turned().holes, theirs.parameters)
    here, there = _stretch(found.ours, found, ours), _stretch(found.theirs, found, theirs)
    return Told(
        at=replace(found.ours.site, line=here[0]),
        message=_message(found, ours, (here, there), named),
        do=_do(found, theirs, named),
        saves=_saves(found, len(theirs.parameters), len(named)),
        others=(replace(found.theirs.site, line=there[0]), *_further(found)),
    )


def _stretch(side: Side, found: Copy, unit: Unit) -> tuple[int, int]:
    """First and last line of a near copy; of whole copies those of the dearest one."""
    if found.likeness.near:
        return extent(unit, side.runs)
    main = max(range(len(side.whole)), key=lambda at: found.ours.outline.cost(*_span(found.ours.whole[at])))
    return extent(unit, [side.whole[main]])


def _span(run: Run) -> tuple[int, int]:
    return run.first, run.length


def _message(
    found: Copy, ours: Unit, places: tuple[tuple[int, int], tuple[int, int]], named: tuple[Parameter, ...]
) -> str:
    (first, last), (start, end) = places
    count, more = sum(run.length for run in found.ours.runs), len(found.ours.whole) - 1
    kind = "nearly equal to" if found.likeness.near else "equal to"
    text = f"lines {first}-{last} {kind} {found.theirs.site.path}:{start}-{end} {found.theirs.title}"
    if more > 0 and not found.likeness.near:
        text += f", and {counted(more, 'further stretch', 'further stretches')}"
    text += f" ({counted(count, 'logical line')} in all)"
    text += f"; parameters: {differences(named)}" if named else "; no difference but names of locals"
    own = only_here(ours, found.ours.runs)
    return f"{text}; only here: line {own}" if own and found.likeness.near else text


def _do(found: Copy, model: Unit, named: tuple[Parameter, ...]) -> str:
    names = _names(named)
    if found.likeness.weight < 1:
        return "keep the async shell; move what does not await into one function that both call"
    if found.overrides() and found.ours.part() >= COPY["covered"]:
        left = names or "nothing"
        return f"move {found.ours.name}() to a class that both inherit from; leave {left} to the subclasses"
    if found.replaceable():
        return _merge(found, ", ".join([*model.parameters, *([names] if names else [])]))
    adds = f" that takes {names}" if names else ""
    return f"make these lines a function of their own{adds}; call it in both places"


def _merge(found: Copy, takes: str) -> str:
    ours, theirs = found.ours, found.theirs
    if ours.owner != theirs.owner:
        return f"make one function of both, outside the classes: def {theirs.name}({takes}); call it in both places"
    if ours.title == theirs.title:
        return f"use {theirs.owner or theirs.name} of {theirs.site.path} in both places; delete this copy"
    return f"call {theirs.title}({takes}) in both cases, renamed for both; delete this copy"


def _names(named: tuple[Parameter, ...]) -> str:
    shown = int(COPY["holes"])
    more = f" and {len(named) - shown} more" if len(named) > shown else ""
    return ", ".join(each.name for each in named[:shown]) + more


def _saves(found: Copy, known: int, holes: int) -> float | None:
    """Both the copy and its surcharge go; what is left has parameters for the holes, and is a helper unless it was a
    function before."""
    freed = found.ours.cost() + found.group.points() - _without(found).points()
    taken = known if found.replaceable() else 0
    shared = PARAMETER * (max(0, taken + holes - FREE_PARAMETERS) - max(0, taken - FREE_PARAMETERS))
    saved = freed - shared + (INTERFACE["function"] if found.replaceable() else -HELPER)
    return saved if saved > 0 else None


def _without(found: Copy) -> Group:
    """The group as it were if the copy called the shared code."""
    member = found.group.sites.index(found.ours.site)
    alone = found.pair.one == found.pair.other
    left = (pair for pair in found.group.pairs if pair != found.pair and (alone or not pair.has(member)))
    return replace(found.group, pairs=tuple(left))


def _further(found: Copy) -> tuple[Posting, ...]:
    """Other members that have lines of the copy."""
    sites, member = found.group.sites, found.group.sites.index(found.ours.site)
    linked = {at for pair in found.group.pairs if pair.has(member) for at in (pair.one, pair.other)}
    return tuple(sites[at] for at in sorted(linked) if sites[at] not in (found.ours.site, found.theirs.site))


def _part(side: Outline, runs: tuple[Run, ...]) -> float:
    covered = {line for run in runs for line in range(run.first, run.first + run.length)}
    return sum(side.masses[line] for line in covered) / max(side.mass, 1)
