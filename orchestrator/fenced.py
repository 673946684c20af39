"""Tests that the level `standard` cannot hold: red there for want of a right, not for a bug, so no target of a run."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pareback.orchestrator.desk import Ended
from pareback.orchestrator.state import Ending
from pareback.workspaces.baseline import names
from pareback.workspaces.suite import Report, Result

_REFUSED = re.compile(r"\bPermissionError: \[Errno (?:1|13)\]")
_RED = frozenset({"failed", "error"})


def excused(reports: Sequence[Report], level: str, named: Sequence[str]) -> tuple[list[Report], tuple[str, ...]]:
    """The reports with such tests skipped, and their ids: those that a system call was refused to. Raises Ended where
    the ticket names one of them."""
    unfit = {result.id for report in reports for result in report.results if level == "standard" and _is_unfit(result)}
    wanted = sorted(test for test in unfit if any(names(name, test) for name in named))
    if wanted:
        said = f"{wanted[0]!r} needs bubblewrap: it was refused a socket, shared memory or /proc. Install it"
        raise Ended(Ending("blocked", "needs_bwrap", f"{said}: apt-get install bubblewrap"))
    return skipped(reports, dict.fromkeys(unfit, "needs bubblewrap")), tuple(sorted(unfit))


def skipped(reports: Sequence[Report], unfit: Mapping[str, str]) -> list[Report]:
    """The reports with tests set aside, by id with the reason: neither do they count as red, nor can they become so."""
    return [replace(report, results=tuple(_skipped(each, unfit) for each in report.results)) for report in reports]


def _is_unfit(result: Result) -> bool:
    return result.outcome in _RED and _REFUSED.search(result.message) is not None


def _skipped(result: Result, unfit: Mapping[str, str]) -> Result:
    return replace(result, outcome="skipped", message=unfit[result.id]) if result.id in unfit else result
