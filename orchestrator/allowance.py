"""The budget of a run: as it was given, or learned while the tests run for the first time; then frozen."""

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict

from pareback.gates.budget import AUTO, Budget, Evidence, learn, read, read_size
from pareback.gates.index.source import Source
from pareback.gates.past import function_lines, is_test
from pareback.gates.scores import endings
from pareback.orchestrator import history
from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.config import Settings
from pareback.orchestrator.desk import Desk
from pareback.orchestrator.measured import Measured
from pareback.workspaces.repository import Repository
from pareback.workspaces.suite import CollectError, Result

NOTE = "budget"
_WRITTEN = ("given", "existing_suite")
"""Oracles whose red tests a person wrote: what a model specified buys nothing."""

Costs = Future[tuple[float, ...]]


def check(desk: Desk, settings: Settings) -> None:
    """Refuse a budget or a size that is none before anything is run. Raises Mistake."""
    try:
        read(settings.budget)
        read_size(desk.job.ticket.size or "fix")
    except ValueError as error:
        raise Mistake(str(error)) from error


@contextmanager
def looking_back(desk: Desk, settings: Settings, source: Source) -> Iterator[Costs]:
    """What merged changes cost, looked up beside whatever runs meanwhile."""
    start = desk.repository.head
    with ThreadPoolExecutor(1, thread_name_prefix="history") as pool:
        if start is None or not _asks(settings) or desk.ledger.note(NOTE) is not None:
            yield pool.submit(tuple)
        else:
            yield pool.submit(history.learned, desk.repository, source, start=start)


def settle(desk: Desk, settings: Settings, *, test_lines: int, costs: Costs) -> Budget:
    """The budget of the run, the same in all its lives."""
    known = desk.ledger.note(NOTE)
    if known is None:
        learned = Evidence(desk.job.ticket.size, test_lines, costs.result())
        budget = learn(learned) if _asks(settings) else read(settings.budget)
        known = asdict(budget)
        desk.ledger.say(NOTE, known)
        desk.say(f"budget {budget.points:g}: {budget.source}")
    return Budget(**known)


def _asks(settings: Settings) -> bool:
    return settings.budget.strip().lower() == AUTO


def red_lines(repository: Repository, source: Source, *, tree: str, found: Measured) -> int:
    """Lines of the test functions that are red on T, each once, whatever its parameters. Of a file that cannot be
    collected only those count that speak of the name it lacks."""
    if found.oracle not in _WRITTEN:
        return 0
    blobs = {path: blob for path, blob in repository.files(tree).items() if path.endswith(endings())}
    red = {(path, name) for failure in found.failures for path, name in _functions(failure, source, blobs)}
    paths = {path for path, _ in red if path in blobs}
    return sum(
        function_lines(source.facts(path, blobs[path]), {name for at, name in red if at == path}) for path in paths
    )


def _functions(failure: Result | CollectError, source: Source, blobs: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Path and qualname of the test functions that a failure is about."""
    if isinstance(failure, Result):
        path, _, inner = failure.id.partition("::")
        yield path, inner.partition("[")[0].replace("::", ".")
    elif failure.missing is not None and failure.path in blobs:
        lacking = failure.missing[1].rpartition(".")[2]
        lines = source.read(blobs[failure.path]).decode("utf-8", "replace").splitlines()
        for unit in source.facts(failure.path, blobs[failure.path]).units:
            if is_test(unit) and re.search(rf"\b{re.escape(lacking)}\b", "\n".join(lines[unit.line - 1 : unit.end])):
                yield failure.path, unit.qualname
