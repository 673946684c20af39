"""The pytest plugin that reports over a descriptor. It runs under the target's interpreter.

Standard library and the target's own pytest only, Python 3.8 syntax; loaded by path, so that nothing of ours lies on
the target's path. Every event is one JSON line. Whatever the tests print is not part of the conversation.
"""

from __future__ import annotations

import gc
import json
import os
import re
import sys
import sysconfig
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
_PLACES, _TEXT = 24, 100000
_LIBRARY = sysconfig.get_paths()["stdlib"] + os.sep
ARGUMENTS = (
    *("-q", "--tb=short", "--color=no", "-p", "no:cacheprovider", "--continue-on-collection-errors"),
    *("-W", "ignore:Module already imported so cannot be rewritten:pytest.PytestAssertRewriteWarning"),
)


class Channel:
    """The descriptor to the other side. A test that forks does not speak for us."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.owner = os.getpid()

    def say(self, event: str, **fields: Any) -> None:
        """Write one event; end the process where nobody listens any more."""
        if os.getpid() != self.owner:
            return
        data = (json.dumps(dict(fields, event=event)) + "\n").encode()
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

    @pytest.hookimpl(hookwrapper=True)
    def pytest_load_initial_conftests(self) -> Iterator[None]:
        outcome: Any = yield
        if outcome.excinfo is not None and outcome.excinfo[1].__cause__ is not None:
            error = outcome.excinfo[1]
            path = relative(str(getattr(error, "path", "")), self.slot) or "conftest.py"
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
            path = relative(str(getattr(call.excinfo.value, "path", "")), self.slot)
            self.uncollected(path or node.nodeid.split("::")[0], call.excinfo.value)

    def uncollected(self, path: str, error: BaseException) -> None:
        """Say that a file could not be collected, and what was not found."""
        steps = [step for cause in (error, error.__cause__) if cause is not None for step in places(cause, self.slot)]
        self.channel.say("uncollected", path=path, chain=chain(error), places=steps)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Iterator[None]:
        yield
        chosen = chosen_items(items, self.request)
        done = set(self.request["skip"])
        self.channel.say("items", ids=[identity(item.nodeid) for item in chosen])
        items[:] = [item for item in chosen if identity(item.nodeid) not in done]
        self.say_foreign()
        gc.enable()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.part = {"outcome": "", "seconds": 0.0, "message": "", "places": []}
        self.current = identity(nodeid)
        self.channel.say("begin", id=self.current)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: Any) -> Iterator[None]:
        yield
        self.places = []
        if call.excinfo is not None:
            self.places = places(call.excinfo.value, self.slot)
            if isinstance(call.excinfo.value, pytest.FixtureLookupError):
                self.uncollected(item.nodeid.split("::")[0], call.excinfo.value)

    def pytest_runtest_logreport(self, report: Any) -> None:
        outcome = verdict(report)
        self.part["seconds"] += report.duration
        if _SEVERITY.index(outcome) > _SEVERITY.index(self.part["outcome"]):
            said = "" if "passed" in outcome else message_of(report)
            self.part.update(outcome=outcome, message=said, places=self.places if report.failed else [])

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.part["outcome"] = self.part["outcome"] or "error"
        self.channel.say("result", id=identity(nodeid), **self.part)

    def pytest_keyboard_interrupt(self, excinfo: Any) -> None:
        """A test may interrupt the run, which ends only this process."""
        if self.part.get("outcome") == "":
            message = "%s: %s" % (type(excinfo.value).__name__, excinfo.value)
            self.part.update(outcome="error", message=message, places=places(excinfo.value, self.slot))
            self.channel.say("result", id=self.current, **self.part)

    def pytest_sessionfinish(self) -> None:
        self.say_foreign()

    def end(self, code: int) -> None:
        """Say how pytest ended."""
        self.channel.say("end", code=code)

    def say_foreign(self) -> None:
        """Name the modules that came from elsewhere although they may belong to the tree."""
        self.channel.say("foreign", modules=foreign(self.request))


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


def verdict(report: Any) -> str:
    """What one phase of a test says about the test; empty where it says nothing."""
    if report.outcome == "failed":
        return "failed" if report.when == "call" else "error"
    if report.outcome == "skipped":
        return "xfailed" if hasattr(report, "wasxfail") else "skipped"
    if report.outcome == "passed" and report.when == "call":
        return "xpassed" if hasattr(report, "wasxfail") else "passed"
    return ""


def message_of(report: Any) -> str:
    """The failing assertion with its values."""
    long = report.longrepr
    if isinstance(long, tuple):  # a skip: path, line, reason
        return str(long[-1])[:_TEXT]
    crash = getattr(long, "reprcrash", None)
    text = crash.message if crash is not None else getattr(long, "errorstring", "") or str(long or "")
    return str(text)[:_TEXT]


def places(error: BaseException, slot: str) -> list[dict[str, Any]]:
    """The steps of the traceback inside the slot, outermost first; of a long way the two ends."""
    found: list[dict[str, Any]] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        path = relative(code.co_filename, slot)
        if path:
            found.append({"path": path, "line": trace.tb_lineno, "function": code.co_name})
        trace = trace.tb_next
    return found if len(found) <= _PLACES else found[: _PLACES // 2] + found[-_PLACES // 2 :]


def relative(file: str, slot: str) -> str:
    """The file's path below the slot with forward slashes, or nothing where it lies elsewhere."""
    inside = file.startswith(slot + os.sep) and (os.sep + "site-packages" + os.sep) not in file
    return file[len(slot) + 1 :].replace(os.sep, "/") if inside else ""


def chain(error: BaseException | None) -> list[dict[str, Any]]:
    """The error and what lies behind it, as plain values; what was missing is judged on the other side."""
    found: list[dict[str, Any]] = []
    while error is not None and len(found) < 10:
        kinds = [kind.__name__ for kind in type(error).__mro__]
        name = getattr(error, "argname", None) or getattr(error, "name", None)
        found.append({"kinds": kinds, "text": str(error)[:_TEXT], "name": name if isinstance(name, str) else ""})
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


def foreign(request: dict[str, Any]) -> list[tuple[str, str]]:
    """The modules of the tree's names, or of the user's checkout, that were not loaded from the slot."""
    names, checkout = set(request["names"]), request["checkout"]
    found = []
    for name, module in list(sys.modules.items()):
        file = vars(module).get("__file__") if hasattr(module, "__dict__") else None
        if not isinstance(file, str) or (file.startswith(_LIBRARY) and "site-packages" not in file):
            continue
        below = checkout and relative(file, checkout) and not file.startswith(sys.prefix + os.sep)
        suspect = below or name.partition(".")[0] in names
        if suspect and not os.path.realpath(file).startswith(request["slot"] + os.sep):
            found.append((name, file))
    return sorted(found)


def prepared(request: dict[str, Any], descriptor: int) -> tuple[list[str], Reporter]:
    """The command line of a run and the plugin that reports it. Until the tests begin nothing is collected as garbage:
    pytest makes many objects that stay, and looking through them took a quarter of a warm start."""
    gc.disable()
    arguments = [*ARGUMENTS, "--rootdir", request["slot"]]
    arguments += [*("--ignore=" + path for path in request["ignore"]), *request["paths"]]
    sys.argv = [os.path.join(os.path.dirname(pytest.__file__), "__main__.py"), *arguments]
    return arguments, Reporter(request, Channel(descriptor))


def main(request: dict[str, Any], descriptor: int) -> None:
    """Run pytest as the request says and report over the descriptor."""
    arguments, reporter = prepared(request, descriptor)
    reporter.end(int(pytest.main(arguments, plugins=[reporter])))
