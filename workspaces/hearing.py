"""What a run of the suite has said so far, and what its end means: events become a report.

A run may take several processes: one that hangs, crashes or leaves in the middle of a test is followed by another that
goes on with the rest. The hearing outlives them; it is the one thing here that changes in place.
"""

import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from pareback.workspaces.canaries import Canaries, hatch
from pareback.workspaces.missing import cause
from pareback.workspaces.process import clean
from pareback.workspaces.suite import CollectError, Foreign, OnResult, Outcome, Place, Report, Result, Selection, Work

_LINES, _WIDTH = 50, 500
_STEP = re.compile(r'^  File "(?P<path>.+)", line (?P<line>\d+) in (?P<function>.+)$')


@dataclass(slots=True)
class Hearing:
    """Collects what one run says, over all its processes. `slot` is the real path that places are relative to."""

    selection: Selection
    on_result: OnResult
    slot: str
    results: list[Result] = field(default_factory=list)
    errors: list[CollectError] = field(default_factory=list)
    foreign: list[Foreign] = field(default_factory=list)
    collected: list[str] | None = None
    ignored: list[str] = field(default_factory=list)
    current: str = ""
    since: float = 0.0
    collecting: str = ""
    code: int | None = None
    expired: bool = False
    stopped: bool = False
    dump: list[Place] = field(default_factory=list)
    settled: int = 0
    lost: bool = False
    gathered: float = 0.0
    nonce: str = field(default_factory=token_hex)
    canaries: Canaries = field(init=False)
    sung: list[tuple[str, str]] = field(default_factory=list)
    red: bool = False
    signs: dict[str, None] = field(default_factory=dict)
    installed: tuple[str, ...] = ()
    functions: list[str] = field(default_factory=list)
    touched: dict[str, list[str]] = field(default_factory=dict)
    reached: list[tuple[str, int]] | None = field(default_factory=list)

    def __post_init__(self) -> None:
        self.canaries = hatch(self.selection.canaries)

    def hear(self, event: Mapping[str, Any]) -> None:
        """Take one event of the reporter; after a stop nothing counts any more. Who does not know the nonce is not the
        reporter."""
        if event.get("nonce") != self.nonce or event["event"] not in _HEARD:
            self.note("a line was forged")
        elif not self.stopped:
            _HEARD[event["event"]](self, event)

    def note(self, *signs: str) -> None:
        """Keep what is not as it should be."""
        self.signs.update(dict.fromkeys(signs))

    def stuck(self, line: str) -> None:
        """Take one line of a traceback that was dumped from outside, innermost step first."""
        step = _STEP.match(line)
        if step and step["path"].startswith(self.slot + os.sep):
            path = step["path"][len(self.slot) + 1 :]
            self.dump.insert(0, Place(path, int(step["line"]), step["function"]))

    def left(self) -> float:
        """Seconds until the current test is over its limit; infinite between tests."""
        return self.since + self.limit - time.monotonic() if self.current else float("inf")

    @property
    def limit(self) -> float:
        """The current test's own limit in seconds."""
        return self.selection.limits.get(self.current, self.selection.limit)

    def done(self) -> set[str]:
        """The ids that need no run any more."""
        return {result.id for result in self.results}

    def told(self, message: str) -> str:
        """A message, condensed, with paths as below the slot: where that lies differs from run to run."""
        return condensed(message.replace(self.slot + os.sep, ""))

    def take(self, result: Result | CollectError) -> None:
        """Keep a result and ask the caller whether the run goes on; of a canary nobody hears."""
        self.red = self.red or isinstance(result, CollectError) or result.outcome in ("failed", "error")
        kind = self.canaries.kind(result.id) if isinstance(result, Result) else None
        if kind is not None and isinstance(result, Result):
            self.sung.append((kind, result.outcome))
            self.note(*self.canaries.signs(self.sung, whole=False))
            return
        if isinstance(result, Result):
            self.results.append(result)
        else:
            self.errors.append(result)
        self.stopped = not self.on_result(result)

    def conclude(self, why: str) -> bool:
        """A process of the run ended; True where another one should go on with the rest."""
        if self.stopped or (self.code is not None and self.code != 2):
            return False
        if not self.current and self._is_through():
            self.note("the run ended without its last record")
        if self.current:
            self._blame(why)
        elif self.collecting and self.collected is None:
            self.ignored.append(self.collecting)
            self.take(CollectError(self.collecting, f"{why} while this file was collected"))
        settled, before, rest = len(self.done()) + len(self.ignored), self.settled, not self._is_through()
        self.collecting, self.expired, self.dump, self.settled, self.code = "", False, [], settled, None
        self.sung, self.red = [], False
        self.lost = rest and settled == before  # without progress the next process would do the same
        return rest and not self.lost and not self.stopped

    def proceed(self) -> None:
        """What came first is done; another process does the rest, and its collection is another one."""
        self.collecting, self.code, self.lost, self.sung, self.red = "", None, False, [], False

    def _is_through(self) -> bool:
        """Whether every test that was collected has said something."""
        return self.collected is not None and self.done().issuperset(self.collected)

    def _blame(self, why: str) -> None:
        """The current test ended its process, or was ended with it."""
        test, self.current = self.current, ""
        outcome: Outcome = "timeout" if self.expired else "error"
        seconds = time.monotonic() - self.since
        self.take(Result(test, outcome, seconds, f"{why} while this test ran", tuple(self.dump)))

    def report(self, *, work: Work | None, seconds: float, output: str, reason: str) -> Report:
        """The whole run; `work` None lets what was heard decide."""
        return Report(
            work=work or self._work(),
            results=tuple(self.results),
            errors=tuple(self.errors),
            collected=tuple(self.collected or ()),
            foreign=tuple(self.foreign),
            seconds=seconds,
            output=output,
            reason=reason,
            signs=tuple(self.signs),
            touched={function: tuple(tests) for function, tests in self.touched.items()},
            reached=None if self.reached is None else tuple(self.reached),
            installed=self.installed,
        )

    def _work(self) -> Work:
        if self.stopped:
            return "stopped"
        if self.lost:
            return "broken"
        if self.results or self.errors:
            return "ran"
        return "none" if self.collected is not None or self.code == 5 else "broken"


def condensed(text: str) -> str:
    """Clean text of at most fifty lines of at most 500 characters: the beginning and the end say most."""
    lines = [line if len(line) <= _WIDTH else f"{line[:_WIDTH]} …" for line in clean(text).strip().splitlines()]
    if len(lines) > _LINES:
        lines[_LINES - 10 : -10] = [f"… {len(lines) - _LINES} lines …"]
    return "\n".join(lines)


def _collecting(hearing: Hearing, event: Mapping[str, Any]) -> None:
    hearing.collecting = event["path"]


def _uncollected(hearing: Hearing, event: Mapping[str, Any]) -> None:
    message, missing = cause(event["chain"])
    error = CollectError(event["path"], hearing.told(message), missing, _places(event))
    if all((known.path, known.message) != (error.path, error.message) for known in hearing.errors):
        hearing.take(error)


def _items(hearing: Hearing, event: Mapping[str, Any]) -> None:
    known = hearing.collected or []
    hearing.collected = list(dict.fromkeys([*known, *event["ids"]]))
    hearing.gathered = time.monotonic()


def _begin(hearing: Hearing, event: Mapping[str, Any]) -> None:
    hearing.current, hearing.since = event["id"], time.monotonic()


def _result(hearing: Hearing, event: Mapping[str, Any]) -> None:
    message = f"it took longer than {hearing.limit:g} s" if hearing.expired else hearing.told(event["message"])
    outcome: Outcome = "timeout" if hearing.expired else event["outcome"]
    hearing.current, hearing.expired = "", False
    hearing.take(Result(event["id"], outcome, event["seconds"], message, _places(event)))


def _foreign(hearing: Hearing, event: Mapping[str, Any]) -> None:
    found = (Foreign(module, file) for module, file in event["modules"])
    hearing.foreign = list(dict.fromkeys([*hearing.foreign, *found]))


def _touched(hearing: Hearing, event: Mapping[str, Any]) -> None:
    """Functions are numbered as they come; no test means that there were too many to tell."""
    hearing.functions += event["fresh"]
    if not event["id"]:
        hearing.touched.clear()
    for number in event["functions"]:
        hearing.touched.setdefault(hearing.functions[number], []).append(event["id"])


def _reached(hearing: Hearing, event: Mapping[str, Any]) -> None:
    """Nothing more is to be learnt once all was reached, or a test ended the watch."""
    found = ((path, first) for path, first in event["stretches"])
    hearing.reached = None if event["lost"] else [*(hearing.reached or ()), *found]
    hearing.stopped = hearing.stopped or event["lost"] or not event["left"]


def _end(hearing: Hearing, event: Mapping[str, Any]) -> None:
    """The last record of a process: pytest's exit code has to fit what was heard; canaries stand among tests only."""
    hearing.code = event["code"]
    hearing.installed = tuple(event["installed"])
    hearing.note(*event["signs"])
    if hearing.code in (0, 1) and hearing.collected:
        hearing.note(*hearing.canaries.signs(hearing.sung, whole=True))
    if hearing.code == 0 and hearing.red:
        hearing.note("pytest's exit code hides failures")


def _places(event: Mapping[str, Any]) -> tuple[Place, ...]:
    return tuple(Place(place["path"], place["line"], place["function"]) for place in event["places"])


_HEARD: Mapping[str, Callable[[Hearing, Mapping[str, Any]], None]] = {
    "collecting": _collecting,
    "uncollected": _uncollected,
    "items": _items,
    "begin": _begin,
    "result": _result,
    "foreign": _foreign,
    "touched": _touched,
    "reached": _reached,
    "end": _end,
}
