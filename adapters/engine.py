"""Engines: where the tickets of a batch run, and what an engine has to hold. The port of `adapters/engines/`.

**An engine in a day.** An engine places work and says what became of it; it knows nothing of tickets. For another
scheduler (Slurm, Ray, Nomad, a queue of your own) write `adapters/engines/<name>.py` with `build(**options)` that
returns an `Engine`, and hold these:

1. `submit` returns at once. The work is `pareback run --spec FILE --result FILE` with `work.spec` as the file, in a
   process group of its own. Where that is another machine, it is written down (`adapters/attempts.py`) before anybody
   else is told of it, under a token that no other attempt has, and `adapters/errand.py` does the work there.
2. `cancel` returns at once, for a key that nobody knows too. The leader of the group gets SIGTERM and so leaves things
   resumable; the whole group gets SIGKILL when its grace is over. What was cancelled still says "ended" or "lost".
3. `events` waits until something has happened, at most `timeout` seconds, and returns what has, in order; nothing is
   returned twice. Every submitted work says exactly one "ended" or "lost"; after it the key is free again.
   - "started": a process works on it. `data` says where, as far as it is known.
   - "asked": it sent a line of JSON, which is `data`; `answer` sends one back, at any time, from the same thread. An
     engine without such a line never says this: what a batch limits for all its tickets together does not hold there.
   - "ended": the process came to an end by itself; `data["exit"]` is its exit code. `result.json` is in `work.folder`
     before this is said, if there is any, and it is the work of one attempt: what a late one brings is refused.
   - "lost": the process is gone without a result, or was never begun. It may be submitted again. `data` says why.
4. `close` cancels what runs and leaves no process, descriptor or thread behind here.
5. Whoever kills the caller kills the work: the leader notices (`adapters/lifeline.py`) and ends its group.

Exit codes, for schedulers that decide by them: 0 done · 1 done, not accepted · 2 and 78 somebody must act · 3 a bug of
ours · 75 try again later · 130 and 143 interrupted. Only 75, 130, 143 and a lost process are worth another attempt;
the retries of the scheduler itself are switched off, for it cannot tell these from the others.

`tests/adapters/test_engines.py` asserts this for forked children, `tests/e2e/test_dask.py` for a cluster.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Kind = Literal["started", "asked", "ended", "lost"]


@dataclass(frozen=True, slots=True)
class Work:
    """One ticket to be placed. `spec` is the document of `pareback run --spec`: JSON values only. `folder` is where its
    record is kept on the caller's machine; what the process prints is appended to `output.log` in it."""

    key: str
    spec: Mapping[str, Any]
    folder: str


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that became of a work. `answer` is there for what was asked only; it may be called once, late or never,
    and does nothing when the process is gone."""

    key: str
    kind: Kind
    data: Mapping[str, Any] = field(default_factory=dict)
    answer: Callable[[Mapping[str, Any]], None] | None = None


class Engine(Protocol):
    """A place for works. All methods are called from one thread; use it with `contextlib.closing`."""

    def submit(self, work: Work) -> None:
        """Begin it. Raises ValueError where its key runs already, ConnectionError where the engine is gone for good."""
        ...

    def cancel(self, key: str) -> None:
        """Have it end soon and in good order."""
        ...

    def events(self, timeout: float) -> Sequence[Happening]:
        """What happened, at once where something has; else wait for it, at most so many seconds."""
        ...

    def close(self) -> None:
        """End what runs here, and wait until it has ended."""
        ...
