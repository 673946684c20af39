"""A pytest session held open in the fork server: everything that any run does alike is done before the fork.

It runs under the target's interpreter: standard library and the target's own pytest, Python 3.8 syntax. The server
calls pytest once and stays inside the hook that reads the command line, where pytest's own plugins and the installed
ones are registered and nothing of a slot is known. A forked child puts its own command line there and goes on.
"""

from __future__ import annotations

import gc
import importlib.metadata
import inspect
import os
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_AUTOLOAD = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
_NO_FIXTURE = (types.ModuleType, type, str, int, float, tuple, dict, list, set, frozenset, property, type(None))
_PLAIN = (types.FunctionType, types.BuiltinFunctionType)


def hold(take: Callable[[], tuple[dict[str, Any], int]], reporter: Any, own: list[str]) -> None:
    """Hold a session open and let each run go on from there; returns in the process of a run that has ended. `take`
    waits for the next run and returns in its process only, with the request and the number of its channel."""
    holder = Holder(take, reporter, own)
    code = int(pytest.main([*reporter.ARGUMENTS], plugins=[holder]))
    holder.reporter.end(code)


class Holder:
    """The plugin in whose hook the server waits."""

    def __init__(self, take: Callable[[], tuple[dict[str, Any], int]], reporter: Any, own: list[str]) -> None:
        self.take = take
        self.module = reporter
        self.own = own
        self.reporter: Any = None
        self.registered = False
        self.names: dict[Any, list[str]] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_parse(self, pluginmanager: Any, args: list[str]) -> None:
        """Wait here; what returns is the process of a run, and its command line is read next."""
        self.register_installed(pluginmanager)
        self.names = {module: fixture_names(module) for module in own_modules(pluginmanager)}
        for module, names in self.names.items():
            remember_signatures(module, names)
        self.module.SEALS.seal()
        gc.collect()
        gc.freeze()
        request, descriptor = self.take()
        args[:], self.reporter = self.module.prepared(request, descriptor)
        config = pluginmanager.get_plugin("pytestconfig")
        kind = type(config.invocation_params)
        config.invocation_params = kind(args=tuple(args), plugins=[self.reporter], dir=Path.cwd())
        pluginmanager.register(self.reporter)
        if request["keep"] and hasattr(sys, "monitoring"):
            recorder = self.module.beside("recorder")
            pluginmanager.register(recorder.Recorder(request["slot"], self.reporter.channel, self.module.identity))
        if request["lines"]:
            recorder = self.module.beside("recorder")
            pluginmanager.register(recorder.Watcher(request["slot"], self.reporter.channel, request["lines"]))
        if self.registered:
            os.environ[_AUTOLOAD] = "1"

    def register_installed(self, pluginmanager: Any) -> None:
        """The installed plugins, unless one is the project's own. Looking for them reads every distribution's files."""
        if os.environ.get(_AUTOLOAD):
            return
        points = [point for found in importlib.metadata.distributions() for point in found.entry_points]
        modules = {point.value.partition(":")[0] for point in points if point.group == "pytest11"}
        if all(name.partition(".")[0] not in self.own and name in sys.modules for name in modules):
            pluginmanager.load_setuptools_entrypoints("pytest11")
            self.registered = True

    @pytest.hookimpl(tryfirst=True)
    def pytest_load_initial_conftests(self) -> None:
        """The project's code comes next: its environment is as it would be."""
        if self.registered:
            del os.environ[_AUTOLOAD]

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_sessionstart(self, session: Any) -> Iterator[None]:
        """pytest looks at every name of every plugin for fixtures, which took a third of a warm start: meanwhile its
        own plugins tell only the names that may be some."""
        names = {kind: fixture_names(kind) for kind in own_kinds(session.config.pluginmanager)}
        names.update(self.names)
        for holder, few in names.items():
            setattr(holder, "__dir__", listing(holder, few))  # noqa: B010  of a class this is a method, which one cannot assign
        yield
        for holder in names:
            del holder.__dir__


def own_kinds(pluginmanager: Any) -> list[type]:
    """The classes of pytest's own plugins that are objects."""
    kinds = {type(plugin) for plugin in pluginmanager.get_plugins()} - {types.ModuleType}
    return [kind for kind in kinds if kind.__module__.startswith("_pytest.") and "__dir__" not in vars(kind)]


def own_modules(pluginmanager: Any) -> list[types.ModuleType]:
    """The modules of pytest's own plugins."""
    modules = [plugin for plugin in pluginmanager.get_plugins() if isinstance(plugin, types.ModuleType)]
    return [module for module in modules if module.__name__.startswith("_pytest.")]


def fixture_names(holder: Any) -> list[str]:
    """The names in a module or a class that may be fixtures: not a plain function, not a constant, not a class. An
    object may yet be registered for its hooks, a module has been."""
    if isinstance(holder, types.ModuleType):
        return [name for name, value in vars(holder).items() if may_be_fixture(value) and name[:7] != "pytest_"]
    return [name for name, value in members(holder).items() if may_be_fixture(value) or name[:7] == "pytest_"]


def members(kind: type) -> dict[str, Any]:
    """What instances of a class have from it and from its parents."""
    return {name: value for parent in reversed(kind.__mro__[:-1]) for name, value in vars(parent).items()}


def may_be_fixture(value: Any) -> bool:
    """A fixture is an object of pytest's own, in older versions a function with a mark on it; hooks have marks too."""
    return not isinstance(value, _NO_FIXTURE) and not (isinstance(value, _PLAIN) and not getattr(value, "__dict__", 0))


def remember_signatures(module: types.ModuleType, names: list[str]) -> None:
    """What pytest works out of each of its own fixtures at each start."""
    for name in names:
        function = inspect.unwrap(getattr(module, name))
        if isinstance(function, types.FunctionType):
            vars(function)["__signature__"] = inspect.signature(function)  # where `inspect` looks first


def listing(holder: Any, names: list[str]) -> Callable[..., list[str]]:
    """What `dir` asks: a module's takes nothing, a class's the object, which may be of a class derived from it."""
    if isinstance(holder, types.ModuleType):
        return lambda: names
    return lambda this: names if type(this) is holder else list(object.__dir__(this))
