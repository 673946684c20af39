"""The pytest plugins that tell which functions of the slot each test enters, and which of the lines asked for are
reached at all. They run under the target's interpreter.

Standard library only, Python 3.8 syntax. Functions by test are only told from 3.12 on: `sys.monitoring` calls back once
per function and test, and is silent afterwards. Older interpreters have no way that costs little: coverage with a
context per test makes a suite three times slower. A few lines of a patch can be watched on all of them.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

_MOST = 1_000_000  # pairs of a test and a function; a larger map says no more than the imports do
_TOOLS = (4, 3, 2)  # numbers that nobody has by name, then the one of profilers


class Recorder:
    """Listens while a test runs. `channel` takes what each test touched, `identity` makes its id of a node's."""

    def __init__(self, slot: str, channel: Any, identity: Callable[[str], str]) -> None:
        self.start = slot + os.sep
        self.channel = channel
        self.identity = identity
        self.monitoring: Any = getattr(sys, "monitoring", None)
        self.tool = -1
        self.left = _MOST
        self.numbers: dict[str, int] = {}
        self.entered: set[CodeType] = set()

    def pytest_collection_finish(self) -> None:
        """From here on; where every number is taken, never."""
        free = [tool for tool in _TOOLS if self.monitoring and self.monitoring.get_tool(tool) is None]
        if free:
            self.tool = free[0]
            self.monitoring.use_tool_id(self.tool, "pareback")
            entry = self.monitoring.events.PY_START
            self.monitoring.register_callback(self.tool, entry, self.enter)
            self.monitoring.set_events(self.tool, entry)

    def enter(self, code: CodeType, _: int) -> Any:
        """A function begins: for this test, it need not be told again."""
        if code.co_filename.startswith(self.start):
            self.entered.add(code)
        return self.monitoring.DISABLE

    def pytest_runtest_logstart(self) -> None:
        """A new test: every function counts again."""
        self.entered = set()
        if self.tool >= 0:
            self.monitoring.restart_events()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Tell the functions by number; the name of each, as path and first line, once."""
        names = {f"{code.co_filename[len(self.start) :]}:{code.co_firstlineno}" for code in self.entered}
        fresh = sorted(names.difference(self.numbers))
        self.numbers.update((name, number) for number, name in enumerate(fresh, len(self.numbers)))
        self.left -= len(names)
        if self.tool >= 0 and self.left > 0:
            functions = sorted({self.numbers[name] for name in names})
            self.channel.say("touched", id=self.identity(nodeid), fresh=fresh, functions=functions)
        elif self.tool >= 0:
            self.monitoring.free_tool_id(self.tool)
            self.tool = -1
            self.channel.say("touched", id="", fresh=[], functions=[])


class Watcher:
    """Watches stretches of lines, from the first import on. `wanted` are first and last line of each, by path."""

    def __init__(self, slot: str, channel: Any, wanted: dict[str, list[list[int]]]) -> None:
        self.channel = channel
        self.lines: dict[str, dict[int, tuple[str, int]]] = {
            os.path.join(slot, path): {line: (path, first) for first, last in spans for line in range(first, last + 1)}
            for path, spans in wanted.items()
        }
        self.left = {(path, first) for path, spans in wanted.items() for first, _ in spans}
        self.fresh: list[tuple[str, int]] = []
        self.tracing: Any = self.trace
        sys.settrace(self.tracing)
        threading.settrace(self.tracing)

    def trace(self, frame: FrameType, event: str, _: Any) -> Any:
        """A call: only of the files asked for the lines are watched."""
        return self.line if event == "call" and frame.f_code.co_filename in self.lines else None

    def line(self, frame: FrameType, event: str, _: Any) -> Any:
        """A line is about to run."""
        found = self.lines[frame.f_code.co_filename].get(frame.f_lineno) if event == "line" else None
        if found in self.left:
            self.left.discard(found)
            self.fresh.append(found)
        return self.line

    def pytest_runtest_logfinish(self) -> None:
        """Tell what is new, and whether a test took the watch away."""
        fresh, self.fresh = self.fresh, []
        lost = sys.gettrace() != self.tracing
        if fresh or lost:
            self.channel.say("reached", stretches=fresh, lost=lost, left=len(self.left))
