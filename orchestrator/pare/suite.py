"""The suite of a tree that is pared by hand: what passes on it, and what a simplification of it breaks.

Unlike a ticket's tests these have no targets: whatever passes twice before must pass afterwards.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pareback.orchestrator.boundary import Mistake
from pareback.orchestrator.config import Settings
from pareback.orchestrator.desk import Desk
from pareback.orchestrator.target import Target
from pareback.workspaces.baseline import FIRST_LIMIT, is_green, outcomes
from pareback.workspaces.impact import Impact, importers, order
from pareback.workspaces.suite import CollectError, OnResult, Report, Result, Selection

_LEAST, _TIMES = 2.0, 5.0
"""Seconds of a test, at least, and how often its own time before it counts as hanging."""

_FLAKY = 3
"""Tests that may prove flaky while one simplification is judged; with more of them it is refused."""


@dataclass(frozen=True, slots=True)
class Suite:
    """What passes on `commit`, with the limit of each test in seconds, which tests a change concerns, and the files
    that cannot be collected even there."""

    desk: Desk
    tests: Target
    commit: str
    limits: Mapping[str, float]
    impact: Impact
    only: tuple[str, ...] | None
    deadline: float
    broken: frozenset[str] = frozenset()

    def refusal(self, commit: str) -> str:
        """Why the tests do not take this tree, or nothing. A test that fails once and then passes alone on the same
        tree is flaky, and asked no more. Raises KeyboardInterrupt where the user wants no more."""
        flaky: set[str] = set()
        while len(flaky) <= _FLAKY:
            failed = self._failed(commit, flaky)
            if failed is None:
                return ""
            name = failed.id if isinstance(failed, Result) else failed.path
            if isinstance(failed, CollectError) or not self._passes_alone(name, commit):
                return f"{name}: {failed.message.strip().partition(chr(10))[0] or 'red'}"
            flaky.add(name)
        return f"{', '.join(sorted(flaky))}: flaky"

    def _failed(self, commit: str, flaky: set[str]) -> Result | CollectError | None:
        """The first test that does not pass any more; one that did not even run counts too."""
        heard: list[Result | CollectError] = []

        def hear(said: Result | CollectError) -> bool:
            if self._breaks(said):
                heard.append(said)
            return not [each for each in heard if _name(each) not in flaky]

        selection = Selection(limit=FIRST_LIMIT, limits=self.limits, only=self.only, then=self._concerned(commit))
        report = _run(self, commit, selection, hear)
        wrong = next((each for each in heard if _name(each) not in flaky), None)
        lost = next((test for test in self.limits if test not in outcomes(report) and test not in flaky), None)
        if wrong is None and lost is not None:
            return Result(lost, "error", 0.0, f"did not run: {report.reason or report.work}")
        return wrong

    def _breaks(self, said: Result | CollectError) -> bool:
        if isinstance(said, CollectError):
            return said.path not in self.broken
        return said.id in self.limits and not is_green(said)

    def _passes_alone(self, test: str, commit: str) -> bool:
        alone = Selection(limit=FIRST_LIMIT, limits=self.limits, only=(test,))
        return is_green(outcomes(_run(self, commit, alone, lambda _: True)).get(test))

    def _concerned(self, commit: str) -> tuple[str, ...]:
        repository = self.desk.repository
        changes = repository.changes(self.commit, commit)
        return order(
            self.impact, {path: (repository.read_file(self.commit, path), raw) for path, raw in changes.items()}
        )


def measured(desk: Desk, settings: Settings, tests: Target, commit: str) -> Suite:
    """The suite after two runs on the tree as it is. Raises Mistake where nothing passes, or where the tests load the
    project from elsewhere; KeyboardInterrupt."""
    only = settings.tests or None
    plain = Selection(limit=settings.test_seconds, only=only, checkout=desk.repository.root)
    suite = Suite(desk, tests, commit, {}, Impact(), only, settings.max_seconds)
    reports = [_run(suite, commit, replace(plain, keep=keep), lambda _: True) for keep in (True, False)]
    _check(reports[0])
    one, two = (outcomes(report) for report in reports)
    steady = [test for test in one if is_green(one[test]) and is_green(two.get(test))]
    if not steady:
        raise Mistake(
            f"no test passes, so nothing would say whether a rewrite keeps what the code does{_why(reports[0])}"
        )
    files = desk.repository.files(commit)
    known = Impact(reports[0].touched, importers(files, desk.repository.read, tests.roots))
    limits = {test: max(_LEAST, _TIMES * max(one[test].seconds, two[test].seconds)) for test in steady}
    broken = frozenset(error.path for report in reports for error in report.errors)
    return replace(suite, limits=limits, impact=known, broken=broken)


def _check(report: Report) -> None:
    if report.foreign:
        first = report.foreign[0]
        raise Mistake(f"module {first.module!r} was loaded from {first.file!r}, outside the copy under test; set roots")


def _why(report: Report) -> str:
    said = report.reason or next((f"{each.path}: {each.message}" for each in report.errors), "")
    return f": {said.strip().splitlines()[0]}" if said.strip() else ""


def _name(said: Result | CollectError) -> str:
    return said.id if isinstance(said, Result) else said.path


def _run(suite: Suite, commit: str, selection: Selection, hear: OnResult) -> Report:
    desk = suite.desk
    with suite.tests.pool.settling(commit) if selection.keep else suite.tests.pool.showing(commit) as slot:
        report = suite.tests.server.run(slot.path, selection, deadline=suite.deadline, on_result=hear, halt=desk.stop)
    if desk.stop.is_set():
        raise KeyboardInterrupt
    return report
