"""The verdict: two trees in, points, findings and whether they fit the budget out.

`charged` is what the budget is held against: the delta, with what was simplified elsewhere credited in part (`credit`).
A budget below zero asks for code to become simpler, and is held against the delta itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pareback.gates.budget import Budget
from pareback.gates.credit import charged
from pareback.gates.delta import fits, measure
from pareback.gates.hard import broken_rules
from pareback.gates.index.source import Source
from pareback.gates.index.trees import ground
from pareback.gates.match import origins, units
from pareback.gates.plan import findings
from pareback.gates.points import TABLE
from pareback.gates.reading.reached import referenced, spoken
from pareback.gates.reference import UNKNOWN, difference
from pareback.gates.rule import Patch
from pareback.gates.sides import gather
from pareback.gates.verdict import Verdict
from pareback.gates.waivers import settled
from pareback.gates.zones import zone


@dataclass(frozen=True, slots=True)
class Terms:
    """What a patch is held against. Without a budget only hard findings count. `waive` names findings that the operator
    accepts, as `waivers` has it. `tests` are files that come with a ticket, path to blob id, and lie in neither tree:
    the names that they use count as used on both sides."""

    budget: Budget | None = None
    waive: tuple[str, ...] = ()
    tests: Mapping[str, str] = field(default_factory=dict)


_PLAIN = Terms()


def judge(
    base: Mapping[str, str],
    head: Mapping[str, str],
    *,
    source: Source,
    terms: Terms = _PLAIN,
) -> Verdict:
    """Judge head against base: mappings of path to blob id. Of whole trees, so that signals over the repository see it
    all; of the changed paths alone they see no more than these. The names that tests of the patch use count as used.
    """
    budget = terms.budget
    sides = gather(base, head, source)
    brought = {blob for path, blob in head.items() - base.items() if zone(path) == "tests"} | {*terms.tests.values()}
    used = referenced(name for blob in sorted(brought) for name in spoken(source.read(blob)))
    delta = measure(sides.base, sides.head, ground(base.items() & head.items(), source, used))
    came_from = origins(units(sides.base), units(sides.head))
    patch = Patch(sides, delta, came_from, (base, head), source.read)
    found = findings(sides, delta, came_from, broken_rules(patch))
    judged = settled(found, terms.waive, view=delta.movement.head, tree=head)
    paid = delta.total if budget and budget.points < 0 else charged(sides.base, sides.head, delta)
    blocked = any(finding.hard and not finding.waived for finding in judged)
    return Verdict(
        table=TABLE,
        delta=delta.total,
        charged=paid,
        budget=None if budget is None else budget.points,
        budget_source="none" if budget is None else budget.source,
        within=not blocked and (budget is None or fits(paid, budget.points)),
        signals=delta.signals,
        unpriced=sides.unpriced,
        languages=sides.languages,
        reference=UNKNOWN,
        findings=judged,
    )


def with_reference(verdict: Verdict, base: Mapping[str, str], head: Mapping[str, str], *, source: Source) -> Verdict:
    """The verdict with the figures everyone knows beside it. They take longer than the verdict: ask for them where they
    are shown."""
    files = gather(base, head, source).files
    priced = [found.blobs for found in files if found.state == "priced" and found.language == "python"]
    before, after = ([source.figures(pair[side]) for pair in priced] for side in (0, 1))
    return replace(verdict, reference=difference(before, after))
