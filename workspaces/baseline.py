"""Judges the suite before anything is changed: what passes, what is red, what cannot be trusted, what is missing.

Pure: reports and names of files in, values out. The suite ran on T, the base with the ticket's tests.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pareback.workspaces.suite import CollectError, Foreign, Report, Result

FIRST_LIMIT = 10.0  # seconds a test gets before its own time is known
_LEAST = 2.0
_LEAST_SUITE = 30.0
_TIMES = 5.0
_GREEN = frozenset({"passed", "xpassed"})
_RED = frozenset({"failed", "error", "timeout"})


@dataclass(frozen=True, slots=True)
class Baseline:
    """What two runs on T agree on. `passed` and `red` are ids in the order they ran; `flaky` differ between the runs.

    `uncollected` are red files: what they miss belongs to the tree. `problems` say what the environment lacks, `lacks`
    the same as (kind, name) where it is one thing, `aside` are files that cannot be collected for another reason, such
    as a warning that counts as an error. `seconds` is each test's longer time, `suite_seconds` the longer run without
    the tests that hung. `broken` says why there is no suite at all. `signs` and `installed` are of both runs."""

    passed: tuple[str, ...] = ()
    red: tuple[str, ...] = ()
    flaky: tuple[str, ...] = ()
    collected: tuple[str, ...] = ()
    uncollected: tuple[CollectError, ...] = ()
    problems: tuple[str, ...] = ()
    lacks: tuple[tuple[str, str], ...] = ()
    aside: tuple[CollectError, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    failures: tuple[Result, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    suite_seconds: float = 0.0
    broken: str = ""
    signs: tuple[str, ...] = ()
    installed: tuple[str, ...] = ()

    @property
    def limits(self) -> Mapping[str, float]:
        """Seconds for each test: five times its own, two at least. A test that is red keeps the first limit, for how
        long it takes when it is mended is not known."""
        red = set(self.red)
        return {
            test: FIRST_LIMIT if test in red else max(_LEAST, _TIMES * seconds)
            for test, seconds in self.seconds.items()
        }

    @property
    def suite_limit(self) -> float:
        """Seconds for a whole run: thirty, or five times the baseline; red tests may take their first limit again."""
        hung = sum(1 for result in self.failures if result.outcome == "timeout")
        return max(_LEAST_SUITE, _TIMES * self.suite_seconds) + FIRST_LIMIT * hung


@dataclass(frozen=True, slots=True)
class Targets:
    """The tests that must turn green: `ids` exactly, and of each of `groups` (a path, class or test with parameters
    that could not be collected yet) every test it collects once fixed, at least one. `unknown` matched nothing."""

    ids: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def selection(self) -> tuple[str, ...]:
        """What to run first."""
        return (*self.ids, *self.groups)

    def include(self, test: str) -> bool:
        """Whether this id is a target."""
        return test in self.ids or any(names(group, test) for group in self.groups)


@dataclass(frozen=True, slots=True)
class _Own:
    """The tree's names: `importable` at the import roots or one folder deeper; `anywhere` those a test may have found,
    since pytest puts the folder of a test file on the path."""

    importable: frozenset[str]
    anywhere: frozenset[str]


def judge(first: Report, second: Report, *, tree: Collection[str], roots: Collection[str] = (".",)) -> Baseline:
    """The baseline from two runs on T. `tree` are the paths of T: they decide whether a missing name is the code's own
    fault (a red file) or the environment's (a problem)."""
    broken = _broken(first) or _broken(second)
    errors = _errors(first, second)
    own = _own_names(tree, roots)
    red_files = [error for error in errors if _is_red(error, own)]
    aside = [error for error in errors if error not in red_files and _is_aside(error)]
    others = [error for error in errors if error not in (*red_files, *aside)]
    one, two = outcomes(first), outcomes(second)
    both = [test for test in one if test in two]
    same = {test for test in both if _class_of(one[test]) == _class_of(two[test])}
    red = tuple(test for test in both if test in same and one[test].outcome in _RED)
    return Baseline(
        passed=tuple(test for test in both if test in same and one[test].outcome in _GREEN),
        red=red,
        flaky=tuple(test for test in dict.fromkeys([*one, *two]) if test not in same),
        collected=tuple(dict.fromkeys([*first.collected, *second.collected])),
        uncollected=tuple(red_files),
        problems=tuple(dict.fromkeys(map(_problem, others))),
        lacks=tuple(dict.fromkeys(error.missing for error in others if error.missing is not None)),
        aside=tuple(aside),
        foreign=tuple(dict.fromkeys([*first.foreign, *second.foreign])),
        failures=tuple(one[test] for test in red),
        seconds={test: max(one[test].seconds, two[test].seconds) for test in both},
        suite_seconds=max(_working_seconds(first), _working_seconds(second)),
        broken="" if errors else broken,
        signs=tuple(dict.fromkeys([*first.signs, *second.signs])),
        installed=tuple(dict.fromkeys([*first.installed, *second.installed])),
    )


def reds(first: Report, second: Report) -> tuple[str, ...]:
    """The tests that are red in both runs."""
    one, two = outcomes(first), outcomes(second)
    return tuple(test for test in one if one[test].outcome in _RED and test in two and two[test].outcome in _RED)


def steadied(baseline: Baseline, alone: Report) -> Baseline:
    """The baseline where a red test that passed when it ran alone is flaky: whatever makes it pass on a candidate need
    not be the candidate."""
    passed = {test for test, result in outcomes(alone).items() if is_green(result)}
    return replace(
        baseline,
        red=tuple(test for test in baseline.red if test not in passed),
        flaky=(*baseline.flaky, *(test for test in baseline.red if test in passed)),
        failures=tuple(result for result in baseline.failures if result.id not in passed),
    )


def targets(baseline: Baseline, tests: Collection[str] = ()) -> Targets:
    """The ticket's own selection (ids, paths, classes), else what is red on T."""
    if not tests:
        return Targets(baseline.red, tuple(dict.fromkeys(_group(error.path) for error in baseline.uncollected)))
    ids: list[str] = []
    groups: list[str] = []
    unknown: list[str] = []
    for test in tests:
        found = [known for known in baseline.collected if names(test, known)]
        ids += found
        plain = _plain(test)
        if any(names(_group(error.path), plain) or names(plain, error.path) for error in baseline.uncollected):
            groups.append(plain)
        elif not found:
            unknown.append(test)
    return Targets(tuple(dict.fromkeys(ids)), tuple(dict.fromkeys(groups)), tuple(unknown))


def own_names(tree: Collection[str]) -> frozenset[str]:
    """Every name that a module or folder of the tree has: what is missing under another is not the tree's fault."""
    return _own_names(tree, ()).anywhere


def names(selector: str, test: str) -> bool:
    """Whether a selector (id, test without parameters, class, file, folder; empty: everything) names a test."""
    plain = _plain(selector)
    return not plain or test == plain or test.startswith((f"{plain}::", f"{plain}[", f"{plain}/"))


def is_green(result: Result | None) -> bool:
    """Whether a test passed; one that is missing, skipped or expected to fail did not."""
    return result is not None and result.outcome in _GREEN


def _plain(selector: str) -> str:
    return selector.removeprefix("./").rstrip("/").removesuffix("/.").replace("//", "/") if selector != "." else ""


def _group(path: str) -> str:
    """What a file that fails to collect holds up: itself, or all tests beside and below a conftest."""
    folder, _, file = path.rpartition("/")
    return folder if file == "conftest.py" else path


def outcomes(report: Report) -> dict[str, Result]:
    """The results by id; of several under one id a red one counts."""
    found: dict[str, Result] = {}
    for result in report.results:
        if result.id not in found or result.outcome in _RED:
            found[result.id] = result
    return found


def _class_of(result: Result) -> str:
    """What two runs must agree on."""
    return "green" if result.outcome in _GREEN else "red" if result.outcome in _RED else "set aside"


def _broken(report: Report) -> str:
    """Why this run is no baseline; one that met its deadline is one as far as it went."""
    if report.work in ("ran", "timeout") and (report.results or report.errors):
        return ""
    return report.reason or "no test was collected"


def _errors(first: Report, second: Report) -> tuple[CollectError, ...]:
    """What could not be collected, in either run; of a path that failed in both, as the first run says it."""
    told = {error.path for error in first.errors}
    return (*first.errors, *(error for error in second.errors if error.path not in told))


def _working_seconds(report: Report) -> float:
    hung = sum(result.seconds for result in report.results if result.outcome == "timeout")
    return max(0.0, report.seconds - hung)


def _is_red(error: CollectError, own: _Own) -> bool:
    """Whether the code is at fault: a name of the tree is missing, or an import of the slot's own code failed."""
    if error.missing is None:
        return bool(error.places)
    kind, name = error.missing
    top, _, inner = name.partition(".")
    return kind in ("module", "name") and top in (own.anywhere if inner else own.importable)


def _is_aside(error: CollectError) -> bool:
    """Whether one test file alone is concerned and nothing is missing."""
    return error.missing is None and error.path.rpartition("/")[2] not in ("", "conftest.py")


def _problem(error: CollectError) -> str:
    if error.missing is None:
        return f"{error.path}: {error.message}" if error.path else error.message
    kind, name = error.missing
    where = f" (needed by {error.path})" if error.path else ""
    return f"the {kind} {name!r} is missing in the environment of the tests{where}"


def _own_names(tree: Collection[str], roots: Collection[str]) -> _Own:
    plain = {root.strip("/") for root in roots} - {".", ""}
    modules = [path.removesuffix(".py") for path in tree if path.endswith(".py")]
    return _Own(
        importable=frozenset(name for module in modules for name in _importable(module, plain)),
        anywhere=frozenset(part for module in modules for part in module.split("/")),
    )


def _importable(module: str, roots: Collection[str]) -> Iterator[str]:
    parts = module.split("/")
    yield parts[0]
    yield from (parts[root.count("/") + 1] for root in roots if module.startswith(f"{root}/"))
    if len(parts) == 3 and parts[2] == "__init__":
        yield parts[1]
