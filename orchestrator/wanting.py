"""Tests that are red because the environment lacks something: a module that they import as they run, a plugin, a
service. No patch can turn these green, so that they are no targets of a run unless the ticket names them."""

import re
from collections.abc import Collection, Sequence

from pareback.orchestrator.desk import Ended
from pareback.orchestrator.fenced import skipped
from pareback.orchestrator.furnishing import Lack
from pareback.orchestrator.state import Ending
from pareback.workspaces.baseline import names
from pareback.workspaces.provision.services import unanswered
from pareback.workspaces.suite import Report, Result

_MODULE = re.compile(r"\bModuleNotFoundError: No module named '([\w.]+)'")
_INSTALL = re.compile(r"\b(?:Import|ModuleNotFound|Runtime)Error: .*?\bpip3? install\W+[\w.-]+\[([\w.-]+)\]", re.DOTALL)
_COROUTINE = "async def functions are not natively supported"
_RED = frozenset({"failed", "error"})


def wanting(reports: Sequence[Report], own: Collection[str]) -> dict[str, Lack]:
    """The ids of such tests, each with what it lacks; `own` are names of the tree."""
    results = (result for report in reports for result in report.results if result.outcome in _RED)
    return {result.id: lack for result in results if (lack := _lack(result, own)) is not None}


def set_aside(reports: Sequence[Report], lacking: dict[str, Lack], named: Sequence[str]) -> list[Report]:
    """The reports without these tests, but for those that the ticket names. Raises Ended where one of them needs a
    service: it cannot be told whether a patch mends it."""
    asked = {test for test in lacking if any(names(name, test) for name in named)}
    for test in sorted(asked):
        kind, name = lacking[test]
        if kind == "service":
            mend = "start it from the tests, or name tests that do without"
            raise Ended(Ending("env_failed", "service", f"{test!r} needs {name}, which does not answer: {mend}"))
    return skipped(reports, {test: _words(lack) for test, lack in lacking.items() if test not in asked})


def told(lacking: dict[str, Lack], named: Sequence[str]) -> list[str]:
    """What is left out, a line for each thing that is lacking."""
    tests: dict[Lack, list[str]] = {}
    for test, lack in lacking.items():
        if not any(names(name, test) for name in named):
            tests.setdefault(lack, []).append(test)
    return [f"{len(those)} red left out, {_words(lack)}: {those[0]}" for lack, those in tests.items()]


def _lack(result: Result, own: Collection[str]) -> Lack | None:
    if found := _MODULE.search(result.message):
        return None if found[1].partition(".")[0] in own else ("module", found[1])
    if found := _INSTALL.search(result.message):
        return ("extra", found[1])
    if _COROUTINE in result.message:
        return ("plugin", "pytest-asyncio")
    service = unanswered(result.message)
    return ("service", service) if service else None


def _words(lack: Lack) -> str:
    kind, name = lack
    return f"needing {name}, which does not answer" if kind == "service" else f"lacking the {kind} {name!r}"
