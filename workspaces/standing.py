"""Judges a candidate's run against the baseline: targets, regressions, green; and says when a run may stop early.

Pure, except that a stop rule remembers what it heard.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from pareback.workspaces.baseline import Baseline, Targets, is_green, names, outcomes
from pareback.workspaces.guard import in_test_zone
from pareback.workspaces.suite import CollectError, Report, Result

WRITTEN = "written during a run: "
"""Begins the sign of a file that lies beside the tests and was changed while they ran: suspicious, but honest code may
do that too."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a candidate stands. `regressions` passed on T and do not pass here; `failures` are what to show: targets
    first, then regressions, then files that no longer collect. Without any target it is enough that nothing broke.
    `complete` is False where the run was ended early. `tampered` says in words what shows that the code influences its
    tests: it is never told to a model. `written` are files beside the tests that were changed while they ran, `changed`
    tests that passed on T and that the ticket let the patch take away or turn round. `hidden` and `hidden_green` count
    held-out tests."""

    target_total: int
    target_green: int
    regressions: tuple[str, ...]
    green: bool
    failures: tuple[Result | CollectError, ...] = ()
    complete: bool = True
    tampered: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    hidden: int = 0
    hidden_green: int = 0


def standing(report: Report, *, baseline: Baseline, targets: Targets) -> Standing:
    """The standing after one run on T + patch. In a run that was ended early only what was heard counts against it."""
    results = outcomes(report)
    required = _required(report, targets)
    empty = sum(1 for group in targets.groups if not any(names(group, test) for test in required))
    green = sum(1 for test in required if is_green(results.get(test)))
    total = len(required) + empty
    complete = report.work == "ran"
    asked = baseline.passed if complete else tuple(test for test in baseline.passed if test in results)
    regressions = tuple(test for test in asked if not targets.include(test) and not is_green(results.get(test)))
    shown = [*required, *regressions]
    aside = {error.path for error in baseline.aside}
    errors = (error for error in report.errors if error.path not in aside)
    tampered = tampering(report, baseline)
    return Standing(
        target_total=total,
        target_green=green,
        regressions=regressions,
        green=complete and not regressions and not tampered and green == total,
        failures=(*(results[test] for test in shown if test in results and _failed(results[test])), *errors),
        complete=complete,
        tampered=tampered,
        written=tuple(sign.removeprefix(WRITTEN) for sign in _new(report, baseline) if sign.startswith(WRITTEN)),
    )


def tampering(report: Report, baseline: Baseline) -> tuple[str, ...]:
    """The signs of a run which the base does not show by itself and which honest code cannot give."""
    return tuple(sign for sign in _new(report, baseline) if not sign.startswith(WRITTEN))


def _new(report: Report, baseline: Baseline) -> list[str]:
    return [sign for sign in report.signs if sign not in baseline.signs]


def stop(baseline: Baseline, targets: Targets) -> Callable[[Result | CollectError], bool]:
    """The rule for a candidate's run with the targets first: go on until a target failed and all targets have run, or
    until the first regression after them. A rule serves one run."""
    return _Rule(frozenset(baseline.passed), targets, set(targets.ids))


def suspects(stood: Standing) -> tuple[str, ...]:
    """What must fail two runs alone on the candidate, and pass one alone on T, before it counts as a regression."""
    return stood.regressions


def confirmed(suspect: str, *, reruns: Sequence[Report], base: Report) -> bool:
    """Whether a suspect is a regression: red in every lone run on the candidate, green alone on T."""
    return bool(reruns) and not any(_passed(report, suspect) for report in reruns) and _passed(base, suspect)


def confirm(stood: Standing, regressions: Collection[str]) -> Standing:
    """The standing with those suspects as regressions that were confirmed; the others were flaky."""
    left = tuple(test for test in stood.regressions if test in regressions)
    cleared = set(stood.regressions) - set(left)
    failures = tuple(failure for failure in stood.failures if not _is_result_of(failure, cleared))
    green = stood.complete and not left and not stood.tampered and stood.target_total == stood.target_green
    return replace(stood, regressions=left, green=green, failures=failures)


@dataclass(slots=True)
class _Rule:
    passed: frozenset[str]
    targets: Targets
    pending: set[str] = field(default_factory=set)
    failed: bool = False
    regressed: bool = False
    beyond: bool = False

    def __call__(self, said: Result | CollectError) -> bool:
        if isinstance(said, CollectError):
            self._hear_error(said)
        elif self.targets.include(said.id):
            self.pending.discard(said.id)
            self.failed = self.failed or not (is_green(said) or self._may_skip(said))
        else:
            self.beyond = True  # the targets run first: whatever is pending still will never come
            self.regressed = self.regressed or (said.id in self.passed and not is_green(said))
        through = self.beyond or not (self.pending or self.targets.groups)
        return not (through and (self.failed or self.regressed or bool(self.pending)))

    def _hear_error(self, error: CollectError) -> None:
        """A file that holds targets makes them red; one that held passing tests is a regression."""
        selection = self.targets.selection()
        if any(names(error.path, target) or names(target, error.path) for target in selection):
            self.failed = True
            self.pending = {test for test in self.pending if not names(error.path, test)}
        elif any(names(error.path, test) for test in self.passed):
            self.regressed = True

    def _may_skip(self, result: Result) -> bool:
        return _set_aside(result) and result.id not in self.targets.ids


def _required(report: Report, targets: Targets) -> list[str]:
    """Every target test by id: the named ones, and what the groups collected and did not set aside."""
    grouped = [
        result.id
        for group in targets.groups
        for result in outcomes(report).values()
        if names(group, result.id) and not _set_aside(result)
    ]
    return list(dict.fromkeys([*targets.ids, *grouped]))


def _set_aside(result: Result) -> bool:
    """Skipped, or failing as expected, by the tests' own decision: neither for nor against. The code under test has no
    say in it."""
    decided = next((place.path for place in reversed(result.places)), result.id.partition("::")[0])
    own = decided == result.id.partition("::")[0] or in_test_zone(decided)
    return own and result.outcome in ("skipped", "xfailed")


def _failed(result: Result) -> bool:
    return not is_green(result)


def _passed(report: Report, test: str) -> bool:
    return is_green(outcomes(report).get(test))


def _is_result_of(failure: Result | CollectError, tests: Collection[str]) -> bool:
    return isinstance(failure, Result) and failure.id in tests
