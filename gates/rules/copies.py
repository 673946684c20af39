"""H2, a new function that is a copy of another one: what differs is a parameter, not a reason to write it again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from pareback.gates.clones.advice import Copy, copy, told
from pareback.gates.clones.group import Group, Memory, Tree
from pareback.gates.facts import Unit
from pareback.gates.match import Key, Origins
from pareback.gates.points import COPY
from pareback.gates.rule import Patch, Rule, finding
from pareback.gates.signal import Advice
from pareback.gates.verdict import Finding, Site

_SIGNAL = "S4"


@dataclass(frozen=True, slots=True)
class _Copies:
    memory: Memory = field(default_factory=Memory)
    id = "H2"

    def broken(self, patch: Patch, /) -> Iterator[Finding]:
        tree, head = Tree(patch.delta.movement.head, self.memory), patch.head
        found: dict[Key, Copy] = {}
        for moved in patch.delta.movement.loads:
            if moved.signal.id == _SIGNAL and moved.after is not None and moved.after.points:
                for each in _new_copies(tree.group(moved.after.subject), head, patch.origins):
                    found.setdefault((each.ours.site.path, each.ours.site.unit), each)
        for key, each in sorted(found.items()):
            said = told(each, tree)
            advice = Advice(said.at.line, f"a new copy: {said.message}", said.do, said.saves)
            others = tuple(Site(other.path, other.line) for other in said.others)
            yield replace(finding("H2", _SIGNAL, key, advice), others=others)


def _new_copies(group: Group, head: Mapping[Key, Unit], origins: Origins) -> Iterator[Copy]:
    """The whole copies that the patch brought; of two new functions that are one, the later."""
    places = [(site.path, site.unit) for site in group.sites]
    new = {at for at, place in enumerate(places) if place in head and origins.new(place)}
    for pair in group.charged():
        member = pair.other if pair.other in new else pair.one
        if member in new:
            each = copy(group, pair, member)
            if _whole(each):
                yield each


def _whole(found: Copy) -> bool:
    """Whether hardly more than the name and a few parameters of the function are its own, and one function could stand
    for both: what is cut down from a larger one has a price only. A twin for async callers and a method that overrides
    its like in another class have a reason to be there."""
    side = found.ours
    return (
        found.replaceable()
        and found.likeness.weight == 1
        and side.outline.mass >= COPY["whole"]
        and len(side.outline.shapes) >= COPY["lines"]
        and side.copied() >= COPY["covered"]
        and len(found.likeness.holes) <= COPY["holes"]
    )


def build() -> Rule:
    return _Copies()
