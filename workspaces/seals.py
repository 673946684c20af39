"""Whether what judges the tests is still what it was before any code of the project ran: the test runner's functions,
its hooks, the tests' own code.

It runs under the target's interpreter: standard library only, Python 3.8 syntax. Every difference is a sign in words;
which of them mean something is decided on the other side, where it is known what the base does by itself.
"""

from __future__ import annotations

import os
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

NEAR = ("_pytest.runner", "_pytest.reports", "unittest.case")
"""What a report is made of: looked at after every test."""

FAR = (
    *("_pytest.assertion", "_pytest.assertion.rewrite", "_pytest.assertion.util", "_pytest.fixtures", "_pytest.main"),
    *("_pytest.nodes", "_pytest.outcomes", "_pytest.python", "_pytest.python_api", "_pytest.raises"),
    *("_pytest.skipping", "_pytest.subtests", "_pytest.unittest"),
    *("pluggy._callers", "pluggy._hooks", "pluggy._manager", "pluggy._result"),
    *("pytest", "unittest.async_case", "unittest.result", "unittest.suite", "builtins"),
    *("_pareback_reporter", "_pareback_faults", "_pareback_seals"),
)
"""What else has a say: looked at when everything is collected, and at the end."""

HOOKS = (
    *("pytest_runtest_protocol", "pytest_runtest_setup", "pytest_runtest_call", "pytest_runtest_teardown"),
    *("pytest_pyfunc_call", "pytest_runtest_makereport", "pytest_runtest_logreport", "pytest_runtest_logfinish"),
    *("pytest_fixture_setup", "pytest_sessionfinish", "pytest_assertrepr_compare", "pytest_assertion_pass"),
)

OWN = frozenset({"runtest", "setup", "teardown"})
"""What a test has from its class; one that has it itself was meddled with."""


class Seals:
    """What the runner consisted of when it was sealed; a module that is loaded later is sealed later."""

    def __init__(self) -> None:
        self.near: list[tuple[Any, ...]] = []
        self.far: list[tuple[Any, ...]] = []
        self.known: list[str] = []
        self.tests: dict[str, tuple[Any, Any]] = {}

    def seal(self) -> None:
        """Remember every module of the runner that is loaded and not sealed yet: of each thing the name to say, the
        namespace, the name in it, what it holds, and the function behind it with its code, or None."""
        for names, seals in ((NEAR, self.near), (FAR, self.far)):
            for name in names:
                if name not in self.known and name in sys.modules:
                    self.known.append(name)
                    seals.extend(sealed(sys.modules[name]))

    def seal_test(self, item: Any, slot: str) -> Iterator[str]:
        """Remember the code of a test; code from a file of the project that is no test is a sign already."""
        function = getattr(item, "function", None)
        if isinstance(function, types.FunctionType):
            self.tests[item.nodeid] = (function, function.__code__)
            place = inmost(function).__code__.co_filename
            own = str(getattr(item, "path", None) or item.fspath)
            if place != own and place.startswith(slot + os.sep) and not is_of_tests(place[len(slot) + 1 :]):
                yield f"a test runs the code of {place[len(slot) + 1 :]}"

    def broken(self) -> Iterator[str]:
        """What in the runner is not what it was."""
        yield from differences(self.near)
        yield from differences(self.far)

    def broken_near(self, item: Any) -> Iterator[str]:
        """The same for what a report is made of, cheap enough for every test, and for the test's own code."""
        yield from differences(self.near)
        function, code = self.tests.get(item.nodeid, (None, None))
        if function is not None and function.__code__ is not code:
            yield "the code of a test was replaced"
        if not OWN.isdisjoint(vars(item)):
            yield "a test runs in a way of its own"
        for kind in ("trace", "profile"):
            watcher = getattr(sys, "get" + kind)()
            if watcher is not None:
                yield f"sys.set{kind} was called by {type(watcher).__module__}"


def is_of_tests(path: str) -> bool:
    """Whether the file's name or a folder of it speaks of tests, where decorators of tests may lie."""
    named = ("test", "tests", "conftest.py")
    return any(part in named or part.startswith("test_") for part in Path(path).parts)


def inmost(function: Any) -> Any:
    """What lies under the decorators that say so."""
    for _ in range(20):
        inner = getattr(function, "__wrapped__", None)
        if not isinstance(inner, types.FunctionType):
            break
        function = inner
    return function


def sealed(module: Any) -> Iterator[tuple[Any, ...]]:
    """The functions and classes of a module, and what its own classes hold."""
    space, name = vars(module), module.__name__
    for key, value in list(space.items()):
        function = value if isinstance(value, types.FunctionType) else None
        if function is not None or isinstance(value, (type, types.BuiltinFunctionType)):
            yield f"{name}.{key}", space, key, value, function, code_of(function)
        if isinstance(value, type) and value.__module__ == name and name != "builtins":
            yield from sealed_class(f"{name}.{key}", value)


def sealed_class(name: str, kind: type) -> Iterator[tuple[Any, ...]]:
    """The functions in a class's own body, also behind `classmethod`, `staticmethod` and `property`."""
    space = vars(kind)
    for key, value in list(space.items()):
        inner = getattr(value, "__func__", None) or getattr(value, "fget", None) or value
        if isinstance(inner, types.FunctionType):
            yield f"{name}.{key}", space, key, value, inner, code_of(inner)
    for key in ("__getattribute__", "__setattr__", "__getattr__"):
        if key not in space:
            yield f"{name}.{key}", space, key, None, None, None


def code_of(function: Any) -> Any:
    return getattr(function, "__code__", None)


def differences(seals: list[tuple[Any, ...]]) -> Iterator[str]:
    for name, space, key, value, function, code in seals:
        if space.get(key) is not value or (function is not None and function.__code__ is not code):
            yield f"{name} was replaced"


def plugins(config: Any) -> Iterator[str]:
    """Who has a say in the tests, besides their own folders: the modules of plugins, and of the hooks that matter."""
    manager = config.pluginmanager
    folders = list(map(id, getattr(manager, "_conftest_plugins", ())))
    for plugin in manager.get_plugins():
        if id(plugin) not in folders:
            yield says(getattr(plugin, "__name__", None) or type(plugin).__module__)
    for name in HOOKS:
        caller = getattr(manager.hook, name, None)
        for found in caller.get_hookimpls() if caller is not None else ():
            if id(found.plugin) not in folders:
                yield says(found.function.__module__)


def says(module: str) -> str:
    return f"{module} has a say in the tests"
