"""The one list of the survey: what to change first, how many decisions it causes, how many points that frees."""

from dataclasses import replace
from itertools import chain

from pareback.gates.points import DECIMALS, WORTH
from pareback.gates.survey.origin import Origin
from pareback.gates.survey.pressed import pressed
from pareback.gates.survey.stateful import stateful, timed
from pareback.gates.survey.typed import answered
from pareback.gates.survey.whole import Whole


def ranked(tree: Whole) -> tuple[Origin, ...]:
    """Every origin of the tree that frees enough to be worth a round of work, the one that frees most first; equals in
    order of place. A condition on state that is listed itself is no entry of its own."""
    held = [*stateful(tree)]
    known = {origin.what for origin in held}
    asked = (origin for origin in pressed(tree) if origin.kind != "condition" or origin.what.split()[0] not in known)
    found = (
        replace(origin, frees=round(origin.frees, DECIMALS))
        for origin in chain(asked, answered(tree), held, timed(tree))
    )
    return tuple(sorted((origin for origin in found if origin.frees >= WORTH), key=_urgency))


def _urgency(origin: Origin) -> tuple[float, int, str, int, str]:
    return (-origin.frees, -origin.decisions, origin.path, origin.line, origin.what)
