"""The pytest plugin that reports over a descriptor. It runs under the target's interpreter.

Standard library and the target's own pytest only, Python 3.8 syntax; loaded by path, so that nothing of ours lies on
the target's path. Every event is one JSON line that carries the run's nonce. Whatever the tests print is not part of
the conversation.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import re
import sys
from typing import Any, Iterator

import pytest

_SEVERITY = ("", "skipped", "xfailed", "passed", "xpassed", "error", "failed")
_ADDRESS = re.compile(r"(?<= at )0x[0-9a-fA-F]{6,}")
_OVERRIDES: dict[
    str, Any
] = {  # one process, all tests, one order: what the base asks for people would hide results from us
    "maxfail": 0,
    "numprocesses": None,
    "dist": "no",
    "tx": [],
    "usepdb": False,
    "randomly_seed": 0,
}
ARGUMENTS = (
    *("-q", "--tb=short", "--color=no", "-p", "no:cacheprovider", "--continue-on-collection-errors"),
    *("-W", "ignore:Module already imported so cannot be rewritten:pytest.PytestAssertRewriteWarning"),
)
_RAISED_ON_PURPOSE = ("Skipped", "XFailed", "SkipTest")


def beside(stem: str) -> Any:
    """A file beside this one as a module, loaded like this one."""
    place = os.path.join(os.path.dirname(__file__), stem + ".py")
    spec: Any = importlib.util.spec_from_file_location("_pareback_" + stem, place)
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


faults, planting, seals = beside("faults"), beside("planting"), beside("seals")
SEALS = seals.Seals()


class Channel:
    """The descriptor to the other side. A test that forks does not speak for us."""

    def __init__(self, descriptor: int, nonce: str) -> None:
        self.descriptor = descriptor
        self.nonce = nonce
        self.owner = os.getpid()

    def say(self, event: str, **fields: Any) -> None:
        """Write one event; end the process where nobody listens any more."""
        if os.getpid() != self.owner:
            return
        data = (json.dumps(dict(fields, event=event, nonce=self.nonce)) + "\n").encode()
        try:
            while data:
                data = data[os.write(self.descriptor, data) :]
        except OSError:
            os._exit(70)


class Reporter:
    """Chooses and orders what runs, and says what happened."""

    def __init__(self, request: dict[str, Any], channel: Channel) -> None:
        self.request = request
        self.channel = channel
        self.slot = request["slot"]
        self.current = ""
        self.part: dict[str, Any] = {}
        self.places: list[dict[str, Any]] = []
        self.raised = ""
        self.signs: dict[str, None] = {}

    @pytest.hookimpl(hookwrapper=True)
    def pytest_load_initial_conftests(self) -> Iterator[None]:
        SEALS.seal()  # the project's code comes next
        outcome: Any = yield
        if outcome.excinfo is not None and outcome.excinfo[1].__cause__ is not None:
            error = outcome.excinfo[1]
            path = faults.relative(str(getattr(error, "path", "")), self.slot) or "conftest.py"
            self.uncollected(path, error.__cause__)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> Iterator[None]:
        for name, value in _OVERRIDES.items():
            if hasattr(config.option, name):
                setattr(config.option, name, value)
        yield

    def pytest_collectstart(self, collector: pytest.Collector) -> None:
        if isinstance(collector, pytest.File):
            self.channel.say("collecting", path=collector.nodeid)

    def pytest_exception_interact(self, node: Any, call: Any, report: Any) -> None:
        if report.when == "collect":
            path = faults.relative(str(getattr(call.excinfo.value, "path", "")), self.slot)
            self.uncollected(path or node.nodeid.split("::")[0], call.excinfo.value)

    def uncollected(self, path: str, error: BaseException) -> None:
        """Say that a file could not be collected, and what was not found."""
        steps = [
            step for cause in (error, error.__cause__) if cause is not None for step in faults.places(cause, self.slot)
        ]
        self.channel.say("uncollected", path=path, chain=faults.chain(error), places=steps)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Iterator[None]:
        yield
        chosen = chosen_items(items, self.request)
        done = set(self.request["skip"])
        self.channel.say("items", ids=[identity(item.nodeid) for item in chosen])
        rest = [item for item in chosen if identity(item.nodeid) not in done]
        for item in rest:
            self.signs.update(dict.fromkeys(SEALS.seal_test(item, self.slot)))
        items[:] = planting.plant(rest, self.request["canaries"])
        self.say_foreign()
        self.signs.update(dict.fromkeys(SEALS.broken()))
        gc.enable()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.part = {"outcome": "", "seconds": 0.0, "message": "", "places": []}
        self.current = identity(nodeid)
        self.channel.say("begin", id=self.current)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: Any) -> Iterator[None]:
        self.signs.update(dict.fromkeys(SEALS.broken_near(item) if call.when == "call" else ()))
        yield
        self.places, self.raised = [], ""
        if call.excinfo is not None:
            self.raised = type(call.excinfo.value).__name__
            self.places = faults.places(call.excinfo.value, self.slot)
            if isinstance(call.excinfo.value, pytest.FixtureLookupError):
                self.uncollected(item.nodeid.split("::")[0], call.excinfo.value)

    def pytest_runtest_logreport(self, report: Any) -> None:
        outcome = faults.verdict(report)
        if self.raised and report.outcome == "passed":
            self.signs["a test that raised was told as passed"] = None
        self.part["seconds"] += report.duration
        if _SEVERITY.index(outcome) > _SEVERITY.index(self.part["outcome"]):
            said = "" if "passed" in outcome else faults.message_of(report)
            by_hand = report.failed or self.raised in _RAISED_ON_PURPOSE
            self.part.update(outcome=outcome, message=said, places=self.places if by_hand else [])
        self.raised = ""

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.part["outcome"] = self.part["outcome"] or "error"
        self.channel.say("result", id=identity(nodeid), **self.part)

    def pytest_keyboard_interrupt(self, excinfo: Any) -> None:
        """A test may interrupt the run, which ends only this process."""
        if self.part.get("outcome") == "":
            message = "%s: %s" % (type(excinfo.value).__name__, excinfo.value)
            self.part.update(outcome="error", message=message, places=faults.places(excinfo.value, self.slot))
            self.channel.say("result", id=self.current, **self.part)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.say_foreign()
        self.signs.update(dict.fromkeys([*SEALS.broken(), *seals.plugins(session.config)]))

    def end(self, code: int) -> None:
        """Say how pytest ended, and what about the run was not as the project's code should leave it."""
        self.channel.say("end", code=code, signs=[*self.signs], installed=faults.installed(self.slot))

    def say_foreign(self) -> None:
        """Name the modules that came from elsewhere although they may belong to the tree."""
        self.channel.say("foreign", modules=faults.foreign(self.request))


def identity(nodeid: str) -> str:
    """The node id without memory addresses, which differ from run to run; other numbers are part of the name."""
    return _ADDRESS.sub("0x", nodeid)


def selectors(name: str) -> Iterator[str]:
    """Every selection that names this node id: itself, the test without parameters, its classes, file and folders."""
    yield name
    path, _, inner = name.partition("::")
    inner = inner.split("[")[0]
    while inner:
        yield path + "::" + inner
        inner = inner.rpartition("::")[0]
    while path:
        yield path
        path = path.rpartition("/")[0]


def chosen_items(items: list[pytest.Item], request: dict[str, Any]) -> list[pytest.Item]:
    """The items that `only` names (all where it is None), those that `first` names before the others."""
    only = None if request["only"] is None else set(request["only"])
    rank = {name: number for number, name in reversed(list(enumerate(request["first"])))}
    ranked = []
    for item in items:
        names = list(selectors(identity(item.nodeid)))
        if only is None or not only.isdisjoint(names):
            ranked.append((min((rank.get(name, len(rank)) for name in names), default=0), item))
    return [item for _, item in sorted(ranked, key=lambda pair: pair[0])]


def prepared(request: dict[str, Any], descriptor: int) -> tuple[list[str], Reporter]:
    """The command line of a run and the plugin that reports it. Until the tests begin nothing is collected as garbage:
    pytest makes many objects that stay, and looking through them took a quarter of a warm start."""
    gc.disable()
    arguments = [*ARGUMENTS, "--rootdir", request["slot"]]
    arguments += [*("--ignore=" + path for path in request["ignore"]), *request["paths"]]
    sys.argv = [os.path.join(os.path.dirname(pytest.__file__), "__main__.py"), *arguments]
    return arguments, Reporter(request, Channel(descriptor, request.pop("nonce")))


def main(request: dict[str, Any], descriptor: int) -> None:
    """Run pytest as the request says and report over the descriptor."""
    arguments, reporter = prepared(request, descriptor)
    reporter.end(int(pytest.main(arguments, plugins=[reporter])))
