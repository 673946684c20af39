"""What the gate says: findings, delta, budget, and whether they fit. The document other rooms and users read."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

SCHEMA = "pareback/check/1"
"""The form of the document: fields may be added to it, never renamed."""


@dataclass(frozen=True, slots=True)
class Site:
    """A place in a file of the head tree. `line` counts from 1."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Finding:
    """A place that costs points or breaks a hard rule. `saves` is what following `do` would free, in points, computed
    by re-pricing; None where it was not computed. `id` is stable: signal, rule or kind, and unit; no line numbers.
    `hash` is that of the unit: a waiver `id@hash` dies when the unit changes."""

    id: str
    signal: str
    path: str
    line: int
    unit: str
    points: float
    message: str
    do: str
    hard: bool = False
    waived: bool = False
    saves: float | None = None
    others: tuple[Site, ...] = ()
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Unpriced:
    """Changed files that the gate cannot price, and their changed lines: never a bare delta beside them."""

    files: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Covered:
    """Changed files of one language, known by its name or, where nobody here knows it, by the ending of its files.
    `lines` are the changed ones of files that have no price; `why` says why these have none, empty where they have."""

    language: str
    files: int
    lines: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One judgement of head against base. Points are complexity points: 1 = one flat branch.

    `delta` is the change of the potential; `charged` is what is compared with the budget. `signals` maps S1, S2, … to
    their part of the delta. `reference` holds radon's cyclomatic complexity, Halstead volume and lines, as deltas.
    `languages` says what of the patch is priced and what is not.
    """

    table: str
    delta: float
    charged: float
    budget: float | None
    budget_source: str
    within: bool
    signals: Mapping[str, float]
    unpriced: Unpriced
    reference: Mapping[str, float | None]
    findings: tuple[Finding, ...] = ()
    languages: tuple[Covered, ...] = ()

    @property
    def hard(self) -> tuple[Finding, ...]:
        """The findings that block at any budget and are not waived."""
        return tuple(finding for finding in self.findings if finding.hard and not finding.waived)


def document(verdict: Verdict) -> dict[str, Any]:
    """The verdict as plain JSON values, in the form of `check --format json` without its base and head."""
    return {
        "schema": SCHEMA,
        "table": verdict.table,
        "delta": verdict.delta,
        "charged": verdict.charged,
        "budget": verdict.budget,
        "budget_source": verdict.budget_source,
        "within": verdict.within,
        "signals": dict(verdict.signals),
        "unpriced": asdict(verdict.unpriced),
        "languages": [{**asdict(covered), "priced": not covered.why} for covered in verdict.languages],
        "reference": dict(verdict.reference),
        "findings": [_finding(finding) for finding in verdict.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {**asdict(finding), "others": [asdict(site) for site in finding.others]}
