"""A server of pytest runs: what warm and cold share. Where the processes come from is the part's business."""

import json
import socket
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any, Protocol

from pareback.workspaces.forks import Wires
from pareback.workspaces.hearing import Hearing
from pareback.workspaces.imports import top_names
from pareback.workspaces.listening import Listening
from pareback.workspaces.missing import plugin_in
from pareback.workspaces.suite import CollectError, OnResult, Report, Selection

_INI = ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "pyproject.toml", "tox.ini", "setup.cfg")


SLOW = 0.15
"""Seconds of collecting from which on a second process pays for itself; one costs about 0.03."""


class Source(Protocol):
    """Where the processes of a run come from."""

    @property
    def roots(self) -> tuple[str, ...]:
        """The slot's import roots, first wins."""
        ...

    @property
    def note(self) -> str:
        """What a user should know about how the tests run."""
        ...

    def wires(self, slot: Path, names: frozenset[str]) -> Wires:
        """The wires to a new run; `names` are the slot's own top-level modules. Raises WorkspaceError."""
        ...

    def close(self) -> None:
        """End whatever was started."""
        ...


@dataclass(slots=True)
class Pace:
    """Seconds that the last whole run needed until its tests could begin; 0 before the first."""

    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class PytestServer:
    """Runs suites on what a source gives."""

    source: Source
    pace: Pace = field(default_factory=Pace)

    @property
    def note(self) -> str:
        return self.source.note

    def run(
        self, slot: Path, selection: Selection, *, deadline: float, on_result: OnResult, halt: Event | None = None
    ) -> Report:
        """As the protocol says. A test that hangs or ends its process costs a process; the rest goes on in another. In
        a suite that takes long to collect, what comes first has a process of its own, which collects nothing else."""
        started = time.monotonic()
        slot = slot.resolve()
        listening = Listening(Hearing(selection, on_result, str(slot)), started + deadline, halt)
        fixed = {"roots": self.source.roots, "names": [*top_names(slot, self.source.roots)]}
        alone = selection.only is None and bool(selection.first) and self.pace.seconds > SLOW
        while True:
            why = self._process(slot, listening, {**fixed, **_request(slot, listening.hearing, alone=alone)})
            if listening.work:
                break
            if not listening.hearing.conclude(why):
                if not alone or listening.hearing.stopped:
                    break
                alone = False
                listening.hearing.proceed()
        return _report(listening, why, time.monotonic() - started)

    def _process(self, slot: Path, listening: Listening, request: dict[str, Any]) -> str:
        """One process of a run; why it ended."""
        with closing(self.source.wires(slot, frozenset(request["names"]))) as wires:
            began = time.monotonic()
            _ask(wires.channel, request)
            why = listening.listen(wires)
        if request["only"] is None and listening.hearing.gathered > began:
            self.pace.seconds = listening.hearing.gathered - began
        return why

    def close(self) -> None:
        """End the processes that wait for runs."""
        self.source.close()


def _ask(channel: socket.socket, request: dict[str, Any]) -> None:
    """Send what to run, then only listen. A child that is already gone will say so by its end."""
    with suppress(ConnectionError):
        channel.sendall(json.dumps(request).encode())
        channel.shutdown(socket.SHUT_WR)


def _request(slot: Path, hearing: Hearing, *, alone: bool) -> dict[str, Any]:
    """What the reporter must know, in plain JSON values. `alone`: run only what comes first."""
    selection = hearing.selection
    asked = selection.first if alone else selection.only
    only = None if asked is None else [_plain(name) for name in asked]
    checkout = selection.checkout
    return {
        "slot": str(slot),
        "first": [_plain(name) for name in (*selection.first, *selection.then)],
        "keep": selection.keep,
        "lines": {path: [*map(list, stretches)] for path, stretches in selection.lines.items()},
        "only": only,
        "paths": [path for path in _paths(slot, only or []) if path not in hearing.ignored],
        "skip": sorted(hearing.done()),
        "ignore": hearing.ignored,
        "nonce": hearing.nonce,
        "canaries": dict(hearing.canaries.names),
        "readonly": [*selection.readonly],
        "checkout": "" if checkout is None or checkout.resolve() == slot else str(checkout.resolve()),
    }


def _plain(name: str) -> str:
    return name.removeprefix("./").rstrip("/")


def _paths(slot: Path, only: list[str]) -> list[str]:
    """The files a selection lives in: collecting less is quicker. Nothing, and so everything, where a configuration
    of pytest lies between a file and the slot's root: started from there, pytest would read that one instead."""
    paths = list(dict.fromkeys(name.partition("::")[0] for name in only))
    present = [path for path in paths if path and (slot / path).exists()]
    return [] if any(_has_own_configuration(slot, path) for path in present) else present


def _has_own_configuration(slot: Path, path: str) -> bool:
    folders = [slot / path, *(slot / path).parents]
    return any((folder / ini).is_file() for folder in folders[: folders.index(slot)] for ini in _INI)


def _report(listening: Listening, why: str, seconds: float) -> Report:
    """The run as a value, with the reason where it is not a plain one."""
    hearing, output = listening.hearing, listening.output.text()
    plugin = plugin_in(output) if hearing.code == 4 and not hearing.errors else ""
    if plugin:
        message = f"pytest's configuration needs {plugin!r}, which is not installed in the target's environment"
        hearing.errors.append(CollectError("", message, ("plugin", plugin)))
    work = "broken" if plugin else listening.work
    report = hearing.report(work=work, seconds=seconds, output=output, reason="")
    return replace(report, reason=_reason(report, hearing, why))


def _reason(report: Report, hearing: Hearing, why: str) -> str:
    if report.work == "ran":
        return ""
    if report.work == "none":
        return "no test was collected"
    if report.work == "broken":
        return report.errors[0].message if report.errors else f"{why}: {_last_lines(report.output)}"
    where = hearing.current or (hearing.collected is None and hearing.collecting)
    return f"{why} at {where!r}" if where else why


def _last_lines(output: str) -> str:
    return " / ".join(line.strip() for line in output.strip().splitlines()[-4:]) or "nothing was printed"
