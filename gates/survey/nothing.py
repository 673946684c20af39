"""Which None somebody could take away: one that an object has until a later call fills it, and one that a function
answers with. An option that nobody has to give, or the end of a linked structure, is what None is for.
"""

from collections.abc import Sequence

from pareback.gates.points import PLACES
from pareback.gates.reading.origins import ANSWERS, MADE
from pareback.gates.reading.owners import UNKNOWN, owners, short
from pareback.gates.reading.producers import of_attribute
from pareback.gates.wide import Load, Posting, View

_LINKS = {"parent", "next", "prev", "previous", "left", "right"}
_MANY = 3 * PLACES
"""Units that ask for an option before it is worth another type; reasoned."""


def avoidable(load: Load, view: View) -> bool:
    """Whether the None of this load is made in the tree, and could be left out there."""
    made = [site for site in load.sites if site.detail[0] in (MADE, ANSWERS)]
    asking = len(load.sites) - len(made)
    holder, _, name = load.subject.rpartition(".")
    if not made or holder == UNKNOWN or name.strip("_") in _LINKS:
        return False
    if made[0].detail[0] == ANSWERS:
        return asking > PLACES + 1
    declared = {site.detail[1] for site in made} == {"default"}
    return (asking > _MANY and not declared) or _filled_later(name, made, view)


def _filled_later(name: str, made: Sequence[Posting], view: View) -> bool:
    """Whether an attribute of its own object is None for sure at first, and another unit gives it a value."""
    first = made[0]
    family = owners(view, name).of(short(first.detail[2]), first.path)
    given = [producer.at for producer in of_attribute(name, family, view)] if family else []
    either = {(at.path, at.line) for at in given}
    own = (site for site in made if site.detail[2] != UNKNOWN and site.detail[1] in {"set", "default"})
    sure = [site for site in own if (site.path, site.line) not in either]
    emptied = {(site.path, site.unit) for site in made}
    return bool(sure) and any((at.path, at.unit) not in emptied for at in given)
