"""H1, a new unit with too much control flow. Growth of an old one has a price and is no reason to refuse a patch."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pareback.gates.points import UNIT_FLOW, step_points
from pareback.gates.rule import Patch, Rule, charges, explained, finding
from pareback.gates.verdict import Finding


@dataclass(frozen=True, slots=True)
class _Flow:
    id = "H1"

    def broken(self, patch: Patch, /) -> Iterator[Finding]:
        partial = patch.sides.paths("partial")
        for key, unit in patch.head.items():
            flow = sum(step_points(step.kind, step.nesting) for step in unit.flow)
            if flow > UNIT_FLOW and patch.origins.new(key) and key[0] not in partial:
                found = charges(patch, key, "S1")
                advice = explained("S1", unit, found)
                message = f"new, with {advice.message}; a new function may have {UNIT_FLOW:g}"
                yield finding("H1", "S1", key, replace(advice, message=message), found)


def build() -> Rule:
    return _Flow()
