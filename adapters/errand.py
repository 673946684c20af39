"""An errand: one work done on a machine that another one sent it to. JSON comes in, JSON goes out.

Runs `pareback run --spec FILE --result FILE` in a process group of its own and ends the group where it is told to, or
where this process dies. The repository comes as a git bundle, named after the commit that it was made of, which is kept
for the next errand.
"""

import base64
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pareback.adapters import lifeline

PROGRAM = (sys.executable, "-m", "pareback.orchestrator.cli")
_LOOK = 0.1
_TAIL = 8192
"""Bytes of what the process printed that are sent back."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What is sent. `bundle` is the commit that the repository's bundle was made of, or empty where the spec names a
    repository that can be reached from everywhere; `folder` is a folder for all errands on the other machine, with a
    leading "~" for the home there; `grace` in seconds."""

    token: str
    spec: Mapping[str, Any]
    folder: str
    bundle: str = ""
    grace: float = 10.0

    @property
    def place(self) -> Path:
        """The folder for all errands."""
        return Path(self.folder).expanduser()

    def bundle_file(self) -> Path:
        """Where the bundle lies, or would."""
        return self.place / "bundles" / f"{self.bundle}.bundle"


@dataclass(frozen=True, slots=True)
class Returned:
    """What came back. `exit` is negative for a signal, `result` and `record` are the documents, `patch` the diff,
    `output` the end of what was printed."""

    exit: int
    result: Mapping[str, Any] | None = None
    record: Mapping[str, Any] | None = None
    patch: bytes | None = None
    output: str = ""


def to_text(returned: Returned) -> str:
    """As JSON."""
    patch = None if returned.patch is None else base64.b64encode(returned.patch).decode("ascii")
    return json.dumps(
        {
            "exit": returned.exit,
            "result": returned.result,
            "record": returned.record,
            "patch": patch,
            "output": returned.output,
        }
    )


def from_text(text: str) -> Returned:
    """From JSON."""
    found = json.loads(text)
    patch = None if found["patch"] is None else base64.b64decode(found["patch"])
    return Returned(found["exit"], found["result"], found["record"], patch, found["output"])


def keep_bundle(folder: str, commit: str, content: bytes) -> None:
    """Put a bundle where errands look for it, whole or not at all."""
    target = Errand("", {}, folder, commit).bundle_file()
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = target.with_name(f".{commit}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(target)


def run(errand: Errand, stopped: Callable[[], bool]) -> Returned:
    """Do it. `stopped` is asked ten times a second whether it is still wanted. Raises OSError where nothing can be
    begun here."""
    place = errand.place / "attempts" / errand.token
    place.mkdir(parents=True, mode=0o700)
    try:
        here = {"bundle": str(errand.bundle_file())} if errand.bundle else {}
        spec = {**errand.spec, **here, "wish": {"patch": str(place / "patch.diff")}}  # no branch: nobody looks here
        (place / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
        code = _supervised(place, stopped, errand.grace)
        return _collected(place, code)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _supervised(place: Path, stopped: Callable[[], bool], grace: float) -> int:
    """The exit code of the process, which holds a pipe of ours: it ends when we are gone without having ended it."""
    words = [*PROGRAM, "run", "--spec", str(place / "spec.json"), "--result", str(place / "result.json"), "--json"]
    held, life = os.pipe()
    try:
        with (place / "output.log").open("wb") as log:
            process = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # the document, which is read from its file
                stderr=log,
                start_new_session=True,
                pass_fds=[held],
                env={**os.environ, lifeline.VARIABLE: str(held)},
            )
        with process:
            return _watched(process, stopped, grace)
    finally:
        os.close(life)
        os.close(held)


def _watched(process: subprocess.Popen[bytes], stopped: Callable[[], bool], grace: float) -> int:
    """Wait for its end, or bring it about: SIGTERM for the process, then SIGKILL for its whole group."""
    try:
        while process.poll() is None and not stopped():
            with suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK)
        if process.poll() is None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(grace)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def _collected(place: Path, code: int) -> Returned:
    result = _document(place / "result.json")
    log = (place / "output.log").read_bytes()[-_TAIL:].decode("utf-8", "replace")
    if result is None:
        return Returned(code, output=log)
    patch = Path(result["patch"]) if result.get("patch") else None
    record = Path(result["report"]).with_name("record.json") if result.get("report") else None
    return Returned(
        code,
        result,
        record=None if record is None else _document(record),
        patch=patch.read_bytes() if patch is not None and patch.exists() else None,
        output=log,
    )


def _document(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
