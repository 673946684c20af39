"""The pytest plugin that reports over a descriptor. It runs under the target's interpreter.

Standard library and the target's own pytest only, Python 3.8 syntax; loaded by path, so that nothing of ours lies on
the target's path. Every event is one JSON line. Whatever the tests print is not part of the conversation.
"""

import json
import os
import re
import sys
import sysconfig

import pytest

_SEVERITY = ("", "skipped", "xfailed", "passed", "xpassed", "error", "failed")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
_NO_NAME = re.compile(r"cannot import name '([^']+)' from (?:partially initialized module )?'([^']+)'")
_NO_ATTRIBUTE = re.compile(r"module '([^']+)' has no attribute '([^']+)'")
_NO_MARKER = re.compile(r"'([^']+)' not found in `markers` configuration option")
_OVERRIDES = {  # one process, all tests, one order: what the base asks for people would hide results from us
    "maxfail": 0,
    "numprocesses": None,
    "dist": "no",
    "tx": [],
    "usepdb": False,
    "randomly_seed": 0,
}
_LINES, _WIDTH, _PLACES = 50, 500, 24


class Channel:
    """The descriptor to the other side. A test that forks does not speak for us."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.owner = os.getpid()

    def say(self, event, **fields):
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

    def __init__(self, request, channel):
        self.request = request
        self.channel = channel
        self.slot = request["slot"]
        self.part = {}
        self.places = []

    @pytest.hookimpl(hookwrapper=True)
    def pytest_load_initial_conftests(self):
        outcome = yield
        if outcome.excinfo is not None and outcome.excinfo[1].__cause__ is not None:
            error = outcome.excinfo[1]
            path = relative(str(getattr(error, "path", "")), self.slot) or "conftest.py"
            self.uncollected(path, error.__cause__)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_cmdline_main(self, config):
        for name, value in _OVERRIDES.items():
            if hasattr(config.option, name):
                setattr(config.option, name, value)
        yield

    def pytest_collectstart(self, collector):
        if isinstance(collector, pytest.File):
            self.channel.say("collecting", path=collector.nodeid)

    def pytest_exception_interact(self, node, call, report):
        if report.when == "collect":
            path = relative(str(getattr(call.excinfo.value, "path", "")), self.slot)
            self.uncollected(path or node.nodeid.split("::")[0], call.excinfo.value)

    def uncollected(self, path, error):
        """Say that a file could not be collected, and what was not found."""
        error, missing = cause(error)
        message = condensed("%s: %s" % (type(error).__name__, error))
        self.channel.say("uncollected", path=path, message=message, missing=missing, places=places(error, self.slot))

    @pytest.hookimpl(hookwrapper=True)
    def pytest_collection_modifyitems(self, config, items):
        yield
        chosen = chosen_items(items, self.request)
        done = set(self.request["skip"])
        self.channel.say("items", ids=[identity(item.nodeid) for item in chosen])
        items[:] = [item for item in chosen if identity(item.nodeid) not in done]
        self.say_foreign()

    def pytest_runtest_logstart(self, nodeid):
        self.part = {"outcome": "", "seconds": 0.0, "message": "", "places": []}
        self.channel.say("begin", id=identity(nodeid))

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(self, item, call):
        yield
        self.places = []
        if call.excinfo is not None:
            self.places = places(call.excinfo.value, self.slot)
            if isinstance(call.excinfo.value, pytest.FixtureLookupError):
                self.uncollected(item.nodeid.split("::")[0], call.excinfo.value)

    def pytest_runtest_logreport(self, report):
        outcome = verdict(report)
        self.part["seconds"] += report.duration
        if _SEVERITY.index(outcome) > _SEVERITY.index(self.part["outcome"]):
            said = "" if "passed" in outcome else message_of(report)
            self.part.update(outcome=outcome, message=said, places=self.places if report.failed else [])

    def pytest_runtest_logfinish(self, nodeid):
        self.part["outcome"] = self.part["outcome"] or "error"
        self.channel.say("result", id=identity(nodeid), **self.part)

    def pytest_sessionfinish(self):
        self.say_foreign()

    def say_foreign(self):
        """Name the modules that came from elsewhere although they may belong to the tree."""
        self.channel.say("foreign", modules=foreign(self.request))


def identity(nodeid):
    """The node id without memory addresses, which differ from run to run."""
    return _ADDRESS.sub("0x", nodeid)


def selectors(name):
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


def chosen_items(items, request):
    """The items that `only` names (all where it is None), those that `first` names before the others."""
    only = None if request["only"] is None else set(request["only"])
    rank = {name: number for number, name in reversed(list(enumerate(request["first"])))}
    ranked = []
    for item in items:
        names = list(selectors(identity(item.nodeid)))
        if only is None or not only.isdisjoint(names):
            ranked.append((min((rank.get(name, len(rank)) for name in names), default=0), item))
    return [item for _, item in sorted(ranked, key=lambda pair: pair[0])]


def verdict(report):
    """What one phase of a test says about the test; empty where it says nothing."""
    if report.outcome == "failed":
        return "failed" if report.when == "call" else "error"
    if report.outcome == "skipped":
        return "xfailed" if hasattr(report, "wasxfail") else "skipped"
    if report.outcome == "passed" and report.when == "call":
        return "xpassed" if hasattr(report, "wasxfail") else "passed"
    return ""


def message_of(report):
    """The failing assertion with its values, condensed."""
    long = report.longrepr
    if isinstance(long, tuple):  # a skip: path, line, reason
        return condensed(str(long[-1]))
    crash = getattr(long, "reprcrash", None)
    return condensed(crash.message if crash is not None else getattr(long, "errorstring", "") or str(long or ""))


def condensed(text):
    """At most fifty lines of at most 500 characters: the beginning and the end say most."""
    lines = [line if len(line) <= _WIDTH else line[:_WIDTH] + " …" for line in text.strip().splitlines()]
    if len(lines) > _LINES:
        lines[_LINES - 10 : -10] = ["… %d lines …" % (len(lines) - _LINES)]
    return "\n".join(lines)


def places(error, slot):
    """The steps inside the slot, outermost first; of a long way the ends. What caused the error comes after it."""
    found = []
    while error is not None and len(found) <= _PLACES:
        steps = []
        trace = error.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            path = relative(code.co_filename, slot)
            if path:
                steps.append({"path": path, "line": trace.tb_lineno, "function": code.co_name})
            trace = trace.tb_next
        found += steps if len(steps) <= _PLACES else steps[: _PLACES // 2] + steps[-_PLACES // 2 :]
        error = error.__cause__
    return found


def relative(file, slot):
    """The file's path below the slot with forward slashes, or nothing where it lies elsewhere."""
    inside = file.startswith(slot + os.sep) and (os.sep + "site-packages" + os.sep) not in file
    return file[len(slot) + 1 :].replace(os.sep, "/") if inside else ""


def cause(error):
    """The error behind the errors, and what it says was missing as (kind, name), or None."""
    found = missing_in(error)
    while found is None and (error.__cause__ or (error.__context__ if not error.__suppress_context__ else None)):
        error = error.__cause__ or error.__context__
        found = missing_in(error)
    return error, found


def missing_in(error):
    """What this one error says was not found."""
    if isinstance(error, pytest.FixtureLookupError):
        return ("fixture", error.argname)
    if isinstance(error, ModuleNotFoundError) and error.name:
        return ("module", error.name)
    named = _NO_NAME.search(str(error)) if isinstance(error, ImportError) else _NO_ATTRIBUTE.search(str(error))
    if named:
        return ("name", ".".join(named.groups() if isinstance(error, AttributeError) else reversed(named.groups())))
    marker = _NO_MARKER.search(str(error))
    return ("plugin", "the one that registers the marker %r" % marker.group(1)) if marker else None


def foreign(request):
    """The modules of the tree's names, or of the user's checkout, that were not loaded from the slot."""
    installed = tuple(path + os.sep for path in {sys.prefix, *sysconfig.get_paths().values()})
    standard = sysconfig.get_paths()["stdlib"] + os.sep
    slot, checkout, names = request["slot"] + os.sep, request["checkout"], set(request["names"])
    found = []
    for name, module in sorted(sys.modules.items()):
        file = vars(module).get("__file__") if hasattr(module, "__dict__") else None
        if not isinstance(file, str) or os.path.realpath(file).startswith(slot):
            continue
        ours = name.partition(".")[0] in names and not (file.startswith(standard) and "site-packages" not in file)
        if ours or (checkout and file.startswith(checkout + os.sep) and not file.startswith(installed)):
            found.append((name, file))
    return found


def main(request, descriptor):
    """Run pytest as the request says and report over the descriptor."""
    channel = Channel(descriptor)
    arguments = ["-q", "--tb=short", "--color=no", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    arguments += ["-W", "ignore:Module already imported so cannot be rewritten:pytest.PytestAssertRewriteWarning"]
    arguments += ["--rootdir", request["slot"]] + ["--ignore=" + path for path in request["ignore"]] + request["paths"]
    sys.argv = [os.path.join(os.path.dirname(pytest.__file__), "__main__.py")] + arguments
    channel.say("end", code=int(pytest.main(arguments, plugins=[Reporter(request, channel)])))
