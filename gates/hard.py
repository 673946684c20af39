"""What blocks a patch at any budget, because no price makes it right: every hard rule, asked in turn.

Rules over units stand in `rules/`. Those over the tree (H6, H7, H8) come with the load of the signal that sees it: a
load says which rule it breaks.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from importlib import import_module

from pareback.gates.rule import Patch, Rule
from pareback.gates.verdict import Finding

IN_FORCE = ("flow", "copies", "handlers", "code", "suppressions", "zones", "unreadable")
"""Files under `rules/`, in the order of their ids."""


@cache
def rules() -> tuple[Rule, ...]:
    """The rules in force."""
    return tuple(import_module(f"pareback.gates.rules.{name}").build() for name in IN_FORCE)


def broken_rules(patch: Patch) -> tuple[Finding, ...]:
    """Every hard finding of a patch, none waived yet, and the hints of rules."""
    return tuple(_numbered(finding for rule in rules() for finding in rule.broken(patch)))


def _numbered(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Ids are unique: the second of one id is numbered."""
    seen: Counter[str] = Counter()
    for finding in findings:
        seen[finding.id] += 1
        count = seen[finding.id]
        yield finding if count == 1 else replace(finding, id=f"{finding.id}#{count}")
