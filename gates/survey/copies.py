"""The table of clones: every group of copies with its places, and what differs between them as parameters."""

from collections.abc import Iterator

from pareback.gates.clones.advice import Copy, copy, told
from pareback.gates.clones.group import Group, Memory, Tree
from pareback.gates.clones.wording import parameters
from pareback.gates.points import DECIMALS
from pareback.gates.survey.row import Choice, Row, dearest, places
from pareback.gates.survey.whole import Whole

_LEAF = 2
"""Characters before the value of a leaf that say of which sort it is."""


def copies(tree: Whole) -> tuple[Row, ...]:
    """Every group of copies, those that cost most first, told by the dearest pair of each."""
    return dearest(_rows(tree))


def _rows(tree: Whole) -> Iterator[Row]:
    known = Tree(tree.view, Memory())
    for load in tree.loads["S4"]:
        if load.points > 0:
            group = known.group(load.subject)
            yield _row(_dearest(group), known, load.points)


def _dearest(group: Group) -> Copy:
    return max((copy(group, pair, pair.other) for pair in group.charged()), key=lambda found: found.ours.cost())


def _row(found: Copy, tree: Tree, points: float) -> Row:
    said, model = told(found, tree), tree.unit(found.theirs.site)
    named = parameters(found.likeness.turned().holes, model.parameters)
    return Row(
        what=" ~ ".join(dict.fromkeys((found.theirs.title, found.ours.title))),
        path=said.at.path,
        line=said.at.line,
        unit=said.at.unit,
        points=round(points, DECIMALS),
        saves=None if said.saves is None else round(said.saves, DECIMALS),
        message=said.message,
        do=said.do,
        places=places((said.at, *said.others)),
        parameters=tuple(Choice(each.name, each.hole.one[_LEAF:], each.hole.other[_LEAF:]) for each in named),
    )
