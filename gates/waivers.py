"""Waivers: findings that a person accepts. One that names the hash of its unit dies when the unit changes.

A waiver is the id of a finding, good for the judgement it is given with, or `ID@HASH` as findings show it: that one may
be kept in a ticket, a setting or a record, because it says what was looked at.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from pareback.gates.verdict import Finding
from pareback.gates.wide import View

_LENGTH = 16
"""Hexadecimal digits of a blob id that stand for a file."""


def settled(
    findings: Iterable[Finding], waive: Collection[str], *, view: View, tree: Mapping[str, str]
) -> tuple[Finding, ...]:
    """Findings with the hash of their units, and with what is waived marked. `view` and `tree` (blob ids by path) are
    those of the head."""
    found = (replace(finding, hash=_hash(finding, view, tree)) for finding in findings)
    return tuple(
        replace(finding, waived=finding.id in waive or f"{finding.id}@{finding.hash}" in waive) for finding in found
    )


def _hash(finding: Finding, view: View, tree: Mapping[str, str]) -> str:
    """Of the tokens of its unit; of the file's bytes where there is no such unit; empty where there is no file."""
    try:
        units = view.facts(finding.path).units
    except KeyError:
        units = ()
    exact = (unit.exact for unit in units if unit.qualname == finding.unit)
    return next(exact, tree.get(finding.path, "")[:_LENGTH])
