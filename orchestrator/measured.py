"""The baseline of a run: two runs of the suite on T, the targets they lead to, or why there is nothing to work on."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from typing import Any

from pydantic import TypeAdapter

from pareback.orchestrator.baselines import Known, known
from pareback.orchestrator.config import Settings
from pareback.orchestrator.desk import Desk, Ended
from pareback.orchestrator.fenced import excused
from pareback.orchestrator.furnishing import Lack
from pareback.orchestrator.ledger import effect_key
from pareback.orchestrator.limits import out_of_time
from pareback.orchestrator.state import Ending
from pareback.orchestrator.target import Target
from pareback.orchestrator.wanting import set_aside, told, wanting
from pareback.workspaces import baseline, canaries, guard, paths
from pareback.workspaces.baseline import Baseline, Targets, names
from pareback.workspaces.impact import UNKNOWN, Impact, importers
from pareback.workspaces.suite import CollectError, Report, Result, Selection, Server
from pareback.workspaces.traces import rewritten

MOST_RED = 20
"""Red tests that are run once more alone; with more of them something is broken, and that is not chance."""

REPORTS: TypeAdapter[list[Report]] = TypeAdapter(list[Report])


@dataclass(frozen=True, slots=True)
class Measured:
    """The baseline, the targets, how they fail on T, the files they lie in, and how strong an oracle they are.

    `given` are globs of tests whose names do not say so, `guarded` the paths of T that say what the tests say, `impact`
    says which tests a patch concerns, `lacks` what the suite does not find.
    """

    baseline: Baseline
    targets: Targets
    failures: tuple[Result | CollectError, ...]
    files: tuple[str, ...]
    oracle: str
    given: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ()
    impact: Impact = UNKNOWN
    lacks: tuple[Lack, ...] = ()


class Lacking(Ended):
    """The environment of the tests lacks something; `lacks` names it."""

    def __init__(self, ending: Ending, lacks: tuple[Lack, ...]) -> None:
        super().__init__(ending)
        self.lacks = lacks


def measure(desk: Desk, settings: Settings, tests: Target, tree: str) -> Measured:
    """Run the suite on T, judge it, name the targets. Raises Ended for no baseline, LimitReached out of time."""
    inputs = [tree, settings.test_cmd, tests.seconds, *tests.added]
    before = known(desk.cache, [desk.repository.store.commit(tree).tree, *inputs[1:3], *_ways(settings, tests)])
    key = effect_key("baseline", round=0, candidate=0, inputs=inputs)
    value = desk.ledger.effect(key, lambda: _recalled(desk, before) or _reports(desk, settings, tests, tree, before))
    reports, unfit = excused(REPORTS.validate_python(value["reports"]), tests.level, settings.tests)
    if unfit:
        desk.say(f"{counted(unfit, 'test')} left out, needing bubblewrap: {unfit[0]}")
    tree_files = desk.repository.files(tree)
    lacking = wanting(reports, baseline.own_names(tree_files))
    reports = set_aside(reports, lacking, settings.tests)
    for line in told(lacking, settings.tests):
        desk.say(line)
    judged = baseline.judge(*reports[:2], tree=tree_files, roots=tests.roots)
    if len(reports) > 2:
        judged = baseline.steadied(judged, reports[2])
    _check(reports[:2], judged, settings)
    before.keep(value)
    targets = baseline.targets(judged, settings.tests)
    if targets.unknown:
        unknown = ", ".join(repr(each) for each in targets.unknown)
        raise Ended(Ending("blocked", "unknown_tests", f"--tests names nothing that was collected: {unknown}"))
    failures = tuple(each for each in _red(judged) if _is_target(each, targets))
    if settings.tests and not failures:
        raise Ended(Ending("no_change", "tests_pass", "the tests that were named pass already"))
    for error in judged.aside:
        desk.say(f"left out, as it cannot be collected: {_said(error)}")
    desk.say(f"baseline: {len(judged.passed)} green, {counted(failures, 'red target')}{_flaky(judged)}")
    files = tuple(dict.fromkeys(_file_of(each) for each in failures))
    given = guard.shown([*judged.collected, *files])
    guarded = tuple(path for path in tree_files if _is_guarded(path, given))
    _say_of_canaries(desk, judged, command=tests.command)
    return Measured(
        judged,
        targets,
        failures,
        files,
        _oracle(desk, settings),
        (*files, *given),
        guarded,
        before.impact(),
        tuple(dict.fromkeys(lacking.values())),
    )


def _ways(settings: Settings, tests: Target) -> list[Any]:
    """What else decides how the same bytes are tested."""
    return [settings.junit, settings.runner, tests.level, tests.roots, tests.state]


def _is_guarded(path: str, given: tuple[str, ...] = ()) -> bool:
    return guard.in_test_zone(path) or guard.judges(path) or any(paths.matches(path, glob) for glob in given)


def _say_of_canaries(desk: Desk, judged: Baseline, *, command: bool) -> None:
    """Where canaries cannot be relied on, forged results are harder to tell: people should know."""
    lost = len(canaries.KINDS) - len(canaries.sound(judged.signs))
    if lost and not command:
        desk.say(f"{lost} of {len(canaries.KINDS)} canaries do not work in this suite and are left out")


def _recalled(desk: Desk, before: Known) -> Any | None:
    """The reports of an earlier run on this tree."""
    found = before.reports()
    if found is not None:
        desk.say("the baseline is known from an earlier run on the same tree")
    return found


def _reports(desk: Desk, settings: Settings, tests: Target, tree: str, before: Known) -> dict[str, Any]:
    """One cold and one warm run side by side: what differs between them cannot be trusted in either. One of them has
    canaries; where those disturb the suite, it is run again without. A few red tests that nobody named run once more,
    alone: one that passes there is flaky, or red because of others."""
    files = desk.repository.files(tree)
    guarded = tuple(filter(_is_guarded, files))
    judges = tuple(filter(guard.judges, guarded))
    plain = Selection(limit=tests.seconds, checkout=desk.repository.root, readonly=judges, keep=True)
    deadline = max(1.0, settings.max_seconds - desk.ledger.seconds)

    def once(server: Server, selection: Selection) -> Report:
        with tests.pool.settling(tree) as slot:
            report = server.run(slot.path, selection, deadline=deadline, on_result=lambda _: True, halt=desk.stop)
            return replace(report, signs=(*report.signs, *rewritten(slot, guarded)))

    with closing(tests.cold()) as cold, ThreadPoolExecutor(2) as pool:
        planted = replace(plain, canaries=canaries.KINDS)
        running = pool.map(once, (cold, tests.server), (planted, plain))
        imports = importers(files, desk.repository.read, tests.roots)  # meanwhile
        reports = list(running)
        if _is_disturbed(*reports) and not desk.stop.is_set():
            again = once(cold, plain)
            reports[0] = replace(again, signs=(*again.signs, *canaries.useless()))
    red = baseline.reds(*reports)
    if 0 < len(red) <= MOST_RED and not (settings.tests or tests.command or desk.stop.is_set()):
        reports.append(once(tests.server, replace(plain, only=red)))
    if desk.stop.is_set():
        raise Ended(Ending("interrupted", "signal", "stopped by a signal; `pareback resume` goes on"))
    if any(report.work == "timeout" for report in reports):  # what this run's seconds cut short judges nothing
        raise out_of_time(settings.max_seconds)
    if tests.server.note:
        desk.say(tests.server.note)
    before.learn(reports[1].touched, imports)
    reports = [replace(report, touched={}) for report in reports]
    return {"reports": [asdict(report) for report in reports], "seconds": max(each.seconds for each in reports)}


def _is_disturbed(planted: Report, plain: Report) -> bool:
    """Whether something ran without canaries only."""
    lost = {result.id for result in plain.results} - {result.id for result in planted.results}
    return bool(lost) or planted.work != plain.work


def _check(reports: Sequence[Report], judged: Baseline, settings: Settings) -> None:
    if judged.broken and all(report.work == "none" for report in reports):
        raise Ended(Ending("blocked", "no_tests", f"no tests were found: {judged.broken}"))
    if judged.broken:
        raise Ended(Ending("blocked", "baseline_broken", f"the tests cannot be run: {judged.broken}"))
    problems = [problem for problem in judged.problems if not settings.tests or _concerns(problem, settings.tests)]
    problems += [_said(error) for error in judged.aside if _counts(error, judged, settings)]
    if problems:
        raise Lacking(Ending("env_failed", "missing", "; ".join(problems[:3])), judged.lacks)
    if judged.foreign:
        first = judged.foreign[0]
        said = f"module {first.module!r} was loaded from {first.file!r}, outside the copy under test"
        raise Ended(Ending("blocked", "foreign_module", f"{said}; name its folder in the repository: roots = [...]"))


def _counts(error: CollectError, judged: Baseline, settings: Settings) -> bool:
    """Whether a file that cannot be collected is what the ticket is about, or nothing else is red."""
    named = any(names(test, error.path) or names(error.path, test) for test in settings.tests)
    return named or not (settings.tests or judged.red or judged.uncollected)


def _said(error: CollectError) -> str:
    return f"{error.path}: {error.message}"


def _red(judged: Baseline) -> tuple[Result | CollectError, ...]:
    return (*judged.failures, *judged.uncollected)


def _concerns(problem: str, tests: Sequence[str]) -> bool:
    """Whether what the environment lacks lies in a file the ticket names; other files may lack what they like."""
    files = {test.partition("::")[0] for test in tests}
    return any(file in problem for file in files) or ".py" not in problem


def _is_target(failure: Result | CollectError, targets: Targets) -> bool:
    if isinstance(failure, Result):
        return targets.include(failure.id)
    return any(names(failure.path, group) or names(group, failure.path) for group in targets.groups)


def _file_of(failure: Result | CollectError) -> str:
    return failure.id.partition("::")[0] if isinstance(failure, Result) else failure.path


def counted(things: Sequence[object], word: str) -> str:
    """The number of things in words, such as "2 red targets"."""
    return f"{len(things)} {word}" + ("" if len(things) == 1 else "s")


def _flaky(judged: Baseline) -> str:
    return f", {counted(judged.flaky, 'flaky test')} left out" if judged.flaky else ""


def _oracle(desk: Desk, settings: Settings) -> str:
    """How strong the tests are as a judge: nobody can write for held-out ones, given ones say what is wanted, existing
    ones only that it is broken."""
    if desk.job.ticket.held_out:
        return "held_out"
    if settings.test_cmd is not None:
        return "command"
    return "given" if settings.tests or desk.job.ticket.test_patch else "existing_suite"
