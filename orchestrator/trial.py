"""A candidate on trial: the trees its tests run on, one run in a slot, and what the guard sees of that run.

The tests that decide are those of T, whatever the patch does to tests: what it adds or, where the ticket allows it,
changes among them lies in trees of its own.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

from pareback.orchestrator.call import Cancelled
from pareback.orchestrator.context import Context
from pareback.orchestrator.limits import out_of_time
from pareback.orchestrator.state import Candidate
from pareback.workspaces.baseline import Baseline
from pareback.workspaces.canaries import sound
from pareback.workspaces.guard import in_test_zone, is_test_file, judges
from pareback.workspaces.impact import order
from pareback.workspaces.suite import CollectError, Report, Result, Selection, Server
from pareback.workspaces.traces import forged, rewritten

Hear = Callable[[Result | CollectError], bool]


@dataclass(frozen=True, slots=True)
class Trial:
    """`commit` is T with the patch but what it does to tests, `whole` T with all of it, `tests` T with only what it
    does to tests. `added` are its new test files, `opened` those of T that it changes or deletes. `concerned` are the
    tests that are likely to be broken by it, the likeliest first."""

    commit: str
    whole: str
    tests: str
    added: tuple[str, ...]
    opened: tuple[str, ...]
    server: Server
    fresh: bool = False
    concerned: tuple[str, ...] = ()


def lay_out(candidate: Candidate, context: Context, server: Server, *, fresh: bool = False) -> Trial:
    """The candidate's trees. `fresh`: run in slots that no test has ever run in."""
    repository, tests_tree = context.repository, context.tests_tree
    assert candidate.commit is not None
    present = repository.files(tests_tree)
    patch = repository.changes(context.base, candidate.commit)
    patch = {path: raw for path, raw in patch.items() if raw is not None or path in present}
    of_tests = {path: raw for path, raw in patch.items() if _is_of_tests(path, context)}
    rest = {path: raw for path, raw in patch.items() if path not in of_tests}

    def tree(changes: Mapping[str, bytes | None]) -> str:
        return repository.commit(tests_tree, changes, message="trial") if changes else tests_tree

    return Trial(
        commit=tree(rest),
        whole=tree(patch),
        tests=tree(of_tests),
        added=tuple(path for path in of_tests if path not in present and is_test_file(path)),
        opened=tuple(path for path in of_tests if path in present),
        server=server,
        fresh=fresh,
        concerned=_concerned(candidate, context, rest),
    )


def _concerned(candidate: Candidate, context: Context, patch: Mapping[str, bytes | None]) -> tuple[str, ...]:
    """What failed in the last round, then what the patch touches."""
    changes = {path: (context.repository.read_file(context.tests_tree, path), raw) for path, raw in patch.items()}
    failed = (failure.test for failure in candidate.request.failures)
    return tuple(dict.fromkeys([*failed, *order(context.measured.impact, changes)]))


def _is_of_tests(path: str, context: Context) -> bool:
    return in_test_zone(path) or path in context.measured.guarded


def asked(trial: Trial, context: Context) -> Baseline:
    """The baseline without the tests of files that the ticket lets the patch change: those are judged beside it."""
    baseline = context.measured.baseline
    if not trial.opened:
        return baseline
    return replace(baseline, passed=tuple(test for test in baseline.passed if not reopens(trial.opened, test)))


def reopens(opened: Collection[str], test: str) -> bool:
    """Whether a change of these files may change what the test means: its own file, or what lies beside or above it
    and is no test itself, such as its data."""
    path = file_of(test)
    beside = (folder_of(each) for each in opened if not is_test_file(each))
    return path in opened or any(not folder or path.startswith(f"{folder}/") for folder in beside)


def file_of(test: str) -> str:
    """The path in a test's id."""
    return test.partition("::")[0]


def folder_of(path: str) -> str:
    """The folder of a file; the root's is empty."""
    return path.rpartition("/")[0]


def select(
    context: Context, *, first: tuple[str, ...] = (), then: tuple[str, ...] = (), only: tuple[str, ...] | None = None
) -> Selection:
    """What to run, with the limits and the canaries of the baseline."""
    baseline = context.measured.baseline
    limits = {test: seconds for test, seconds in baseline.limits.items() if test in set(baseline.passed)}
    return Selection(
        first=first,
        then=then,
        only=only,
        limit=context.tests.seconds,
        limits=limits,
        canaries=sound(baseline.signs),
        readonly=tuple(filter(judges, context.measured.guarded)),
    )


def run(trial: Trial, commit: str, context: Context, selection: Selection, hear: Hear) -> Report:
    """One run on this commit in a slot. Raises Cancelled where the race or the run ended meanwhile, LimitReached out of
    time."""
    left = context.settings.max_seconds - context.ledger.seconds
    if left <= 0:
        raise out_of_time(context.settings.max_seconds)
    pool = context.tests.pool
    with pool.fresh(commit) if trial.fresh else pool.showing(commit) as slot:
        _check_race(trial, context)
        deadline = min(left, context.measured.baseline.suite_limit)
        halt = context.stop if trial.fresh else context.race
        report = trial.server.run(slot.path, selection, deadline=deadline, on_result=hear, halt=halt)
        _check_race(trial, context)
        guarded = tuple(dict.fromkeys([*context.measured.guarded, *selection.readonly]))
        seen = (*rewritten(slot, guarded), *forged(slot, guarded))
        return replace(report, signs=(*report.signs, *seen))


def _check_race(trial: Trial, context: Context) -> None:
    """A cold confirmation belongs to no race: only the end of the whole run stops it."""
    if context.stop.is_set() or (context.race.is_set() and not trial.fresh):
        raise Cancelled(0)
