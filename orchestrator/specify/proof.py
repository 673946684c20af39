"""Tests that were written from a ticket, run on the base: those that fail for the right reason are kept, twice.

What passes there already, or fails because it is broken itself, is taken out of its file, and said.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from pareback.orchestrator.context import Context
from pareback.orchestrator.ledger import effect_key
from pareback.orchestrator.specify import reasons
from pareback.orchestrator.specify.reasons import Ground
from pareback.orchestrator.trial import Trial, file_of, run, select
from pareback.workspaces import baseline
from pareback.workspaces.document import EditError, dump, load
from pareback.workspaces.edit import Operation
from pareback.workspaces.python_source import definitions, tree_of
from pareback.workspaces.standing import tampering
from pareback.workspaces.suite import CollectError, Report, Result
from pareback.workspaces.symbols import changed

RUNS = 3
"""Runs of the written tests at most: the last one must leave nothing to take out, and it is never the first."""

NO_REPORT = Report("none")
REPORT: TypeAdapter[Report] = TypeAdapter(Report)


@dataclass(frozen=True, slots=True)
class Proof:
    """`files` are the test files with only tests that tell, `red` how these fail on the base. `passing` names tests
    that passed there, `dropped` says of others why they tell nothing."""

    files: Mapping[str, bytes]
    report: Report = NO_REPORT
    red: tuple[Result | CollectError, ...] = ()
    passing: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def prove(files: Mapping[str, bytes], context: Context) -> Proof:
    """What is left of these new test files. Raises Cancelled, LimitReached."""
    left = dict(files)
    passing: list[str] = []
    dropped: list[str] = []
    for turn in range(RUNS):
        if not left:
            break
        report = _report(left, context, turn)
        faults = _faults(report, left, context)
        if turn and not faults:
            return Proof(left, report, _red(report), tuple(passing), tuple(dropped))
        passing += [name for name, why in faults.items() if not why]
        dropped += [f"{name}: {why}" for name, why in faults.items() if why]
        left = _without(left, faults)
    return Proof({}, passing=tuple(passing), dropped=tuple(dropped))


def _report(files: Mapping[str, bytes], context: Context, turn: int) -> Report:
    commit = context.repository.commit(context.tests_tree, files, message="specified tests")

    def once() -> dict[str, Any]:
        trial = Trial(commit, commit, commit, (), (), context.tests.server)
        report = run(trial, commit, context, select(context, only=tuple(files)), lambda _: True)
        return {"report": asdict(replace(report, touched={})), "seconds": report.seconds}

    key = effect_key("specify", round=0, candidate=turn, inputs=[commit, context.tests_tree])
    return REPORT.validate_python(context.ledger.effect(key, once)["report"])


def _faults(report: Report, files: Mapping[str, bytes], context: Context) -> dict[str, str]:
    """By test function, or by file where all of it is concerned, why it tells nothing; empty words: it passes."""
    ground = Ground(baseline.own_names([*context.repository.files(context.tests_tree)]), _words(context))
    found = {error.path: reasons.hindrance(error, ground) for error in report.errors}
    found = {path: why for path, why in found.items() if why}
    if signs := tampering(report, context.measured.baseline):
        found |= dict.fromkeys(files, f"it has an influence on the tests: {signs[0]}")
    ran = {*map(file_of, (each.id for each in report.results)), *(error.path for error in report.errors)}
    found |= {path: report.reason or "no test was collected from it" for path in files if path not in ran}
    return found | {name: why for name, why in _by_function(report, ground) if file_of(name) not in found}


def _by_function(report: Report, ground: Ground) -> Iterator[tuple[str, str]]:
    """Functions that tell nothing. Of one with parameters it is enough that some fail, all of these for a good
    reason."""
    groups: dict[str, list[Result]] = {}
    for result in baseline.outcomes(report).values():
        groups.setdefault(result.id.partition("[")[0], []).append(result)
    for name, results in groups.items():
        faults = [reasons.fault(each, ground) for each in results if not baseline.is_green(each)]
        if not faults or any(faults):
            yield name, next(filter(None, faults), "")


def _red(report: Report) -> tuple[Result | CollectError, ...]:
    return (*(each for each in baseline.outcomes(report).values() if not baseline.is_green(each)), *report.errors)


def _words(context: Context) -> str:
    return f"{context.ticket.title}\n{context.ticket.text}"


def _without(files: Mapping[str, bytes], faults: Mapping[str, str]) -> dict[str, bytes]:
    """The files without these tests, and without what holds no test any more."""
    left = {path: raw for path, raw in files.items() if path not in faults}
    for name in faults:
        path, _, inner = name.partition("::")
        if inner and path in left:
            left[path] = _cut(path, left[path], inner.replace("::", "."))
    return {path: raw for path, raw in left.items() if _has_tests(raw)}


def _cut(path: str, raw: bytes, symbol: str) -> bytes:
    """The file without the test; where its class holds nothing else, without that; whole where neither can be done."""
    while symbol:
        try:
            cut = Operation(kind="delete_symbol", path=path, symbol=symbol)
            return dump(path, changed(load(path, raw), cut)[0])
        except EditError:
            symbol = symbol.rpartition(".")[0]
    return b""


def _has_tests(raw: bytes) -> bool:
    return any(name.rpartition(".")[2].startswith("test") for name, _ in definitions(tree_of(raw.decode())))
