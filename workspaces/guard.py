"""Protects what judges the patch: tests, what configures and starts them, manifests, and the orders of other agents.

Refused unless the ticket allows it by path. New test files are welcome where the runner looks for them; anything else
beside the tests could replace the code under test.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pareback.workspaces import paths

TEST_FILES = ("test_*.py", "*_test.py")
"""What pytest collects when it is not told otherwise."""

TEST_FOLDERS = frozenset({"tests"})
"""Folders that hold nothing but tests wherever they lie; `test` does so only at the root (django.test is product)."""

_CONFIGURES = ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg", "pyproject.toml")
_FILES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("it is loaded before or beside the tests", ("conftest.py", "sitecustomize.*", "usercustomize.*", "*.pth")),
    ("it would replace the test runner", ("pytest.py", "_pytest.py")),
    (
        "it configures the tests or a checker",
        (
            *(*_CONFIGURES[:-1], "tox.toml"),
            *(".coveragerc", "noxfile.py", "makefile", "gnumakefile", "justfile", ".pre-commit-config.y*ml"),
            *("ruff.toml", ".ruff.toml", ".flake8", ".pylintrc", "pylintrc", "mypy.ini", ".mypy.ini", "radon.cfg"),
            *("pyrightconfig.json", "sonar-project.properties", ".gitlab-ci.yml", ".travis.yml", "azure-pipelines.yml"),
        ),
    ),
    (
        "it is a manifest or a lock file",
        (
            *(
                "pyproject.toml",
                "setup.py",
                "manifest.in",
                "requirements*.txt",
                "constraints*.txt",
                "pipfile",
                "*.lock",
            ),
            *("pixi.toml", "environment.y*ml", "pylock*.toml", "package.json", "package-lock.json", "pnpm-lock.yaml"),
            *("npm-shrinkwrap.json", "cargo.toml", "go.mod", "go.sum", "gemfile", "composer.json", "build.gradle*"),
        ),
    ),
    (
        "it gives orders to tools or agents",
        ("agents.md", "claude.md", "gemini.md", ".cursorrules", "pareback.toml", ".env", ".envrc", ".git*"),
    ),
)
_FOLDERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("it would replace the test runner", ("_pytest",)),
    ("it is loaded before or beside the tests", ("sitecustomize", "usercustomize")),
    ("it describes an installed distribution", ("*.dist-info", "*.egg-info")),
    ("it gives orders to tools or agents", (".git*", ".circleci", ".claude", ".cursor")),
)
_RUNNER_NEEDS = frozenset(
    {"pytest", "_pytest", "pluggy", "iniconfig", "packaging", "pygments", "exceptiongroup", "tomli"}
)
_SOURCE_ROOTS = frozenset({"src"})


@dataclass(frozen=True, slots=True)
class Policy:
    """What a reply may edit. Globs are those of `paths.matches`.

    `editable` restricts edits where it is not empty; `allow` opens a path that this or the protection would refuse.
    `files` are all paths of the tree the tests belong to: a path in it exists, whatever an earlier candidate did.
    `links` are its symlinks and submodules, `tests` the file names the runner collects, `given` globs of tests where
    their names do not say so, `installed` modules that the tests load from elsewhere.
    """

    files: frozenset[str]
    editable: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    tests: tuple[str, ...] = TEST_FILES
    given: tuple[str, ...] = ()
    links: frozenset[str] = frozenset()
    installed: frozenset[str] = frozenset()


def is_test_file(path: str, patterns: Sequence[str] = TEST_FILES) -> bool:
    """Whether the runner collects the file: its name matches one of the patterns."""
    name = paths.folded(path.rsplit("/", 1)[-1])
    return any(fnmatchcase(name, pattern.lower()) for pattern in patterns)


def in_test_zone(path: str, patterns: Sequence[str] = TEST_FILES) -> bool:
    """Whether the path is a test, a conftest, or lies where only tests lie."""
    *folders, name = paths.folded(path).split("/")
    inside = not TEST_FOLDERS.isdisjoint(folders) or folders[:1] == ["test"]
    return inside or name == "conftest.py" or is_test_file(path, patterns)


def shown(collected: Iterable[str]) -> tuple[str, ...]:
    """Globs of what a suite shows to be tests although no name says so: the files that tests were collected from, and
    their folders where those speak of tests. A doctest is no reason to protect the code around it."""
    found = []
    for test in collected:
        path, _, inner = test.partition("::")
        folder = path.rpartition("/")[0]
        if not in_test_zone(path) and not _is_doctest(path, inner.partition("[")[0]):
            found += [path, *([folder] if "test" in folder.rpartition("/")[2].lower() else [])]
    return tuple(dict.fromkeys(found))


def _is_doctest(path: str, inner: str) -> bool:
    """Whether the id of a test in a module is an object's dotted name, or the module's own."""
    stem = path.rpartition("/")[2].removesuffix(".py")
    return path.endswith(".py") and ("." in inner or inner == stem)


def judges(path: str) -> bool:
    """Whether the file decides what the tests say: a test, what is loaded beside them, what configures them."""
    name = paths.folded(path.rsplit("/", 1)[-1])
    return is_test_file(path) or any(fnmatchcase(name, pattern) for pattern in (*_FILES[0][1], *_CONFIGURES))


def refusal(path: str, policy: Policy, *, exists: bool) -> str | None:
    """Why the path may not be edited, in words for the model, or None. `exists`: whether it stands in the base."""
    malformed = paths.refusal(path, files=policy.files, links=policy.links)
    if malformed:
        return malformed
    if any(paths.matches(path, glob) for glob in policy.allow):
        return None
    reason = _protected(path, policy, exists=exists)
    if reason:
        return f"{path!r} is protected: {reason}. Leave it; only the ticket's entry allow = [{path!r}] would open it"
    if policy.editable and not any(paths.matches(path, glob) for glob in policy.editable):
        named = ", ".join(repr(glob) for glob in policy.editable)
        return (
            f"{path!r} is outside the files of this ticket ({named}); only its entry allow = [{path!r}] would open it"
        )
    return None


def _protected(path: str, policy: Policy, *, exists: bool) -> str | None:
    reason = _by_name(path)
    if reason:
        return reason
    given = any(paths.matches(path, glob) for glob in policy.given)
    if exists:
        return "it is an existing test" if given or in_test_zone(path, policy.tests) else None
    if (given or in_test_zone(path, policy.tests)) and not is_test_file(path, policy.tests):
        named = " or ".join(policy.tests)
        return f"beside the tests only new test files ({named}) may be added"
    return _shadows(path, policy)


def _by_name(path: str) -> str | None:
    *folders, name = paths.folded(path).split("/")
    for reason, patterns in _FILES:
        if any(fnmatchcase(name, pattern) for pattern in patterns):
            return reason
    for reason, patterns in _FOLDERS:
        if any(fnmatchcase(folder, pattern) for folder in folders for pattern in patterns):
            return reason
    return None


def _shadows(path: str, policy: Policy) -> str | None:
    """A new top-level module that would be imported in place of one that Python, the runner or the project needs."""
    parts = path.split("/")
    first = 1 if parts[0] in _SOURCE_ROOTS and len(parts) > 1 else 0
    root = "/".join(parts[: first + 1])
    module = paths.folded(parts[first].split(".")[0])
    shadowed = module in sys.stdlib_module_names or module in _RUNNER_NEEDS or module in policy.installed
    if (
        not shadowed
        or not path.endswith((".py", ".pyi", ".so", ".pyd"))
        or any(f.startswith(f"{root}/") for f in policy.files)
    ):
        return None
    return f"a new top-level module {module!r} would replace the one that is imported by this name now"
