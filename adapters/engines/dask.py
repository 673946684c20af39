"""Runs each work on a dask.distributed cluster that is there, as a command line in a child of a worker."""

import json
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from pareback.adapters import attempts
from pareback.adapters.engine import Engine, Happening, Work
from pareback.adapters.errand import Errand, Returned, from_text, keep_bundle, run, to_text
from pareback.adapters.freight import Freight, Unportable

_TOPIC = "pareback"
_CONNECT = 10.0
"""Seconds that one try to reach the scheduler may take."""

_PATIENCE = 600.0
"""Seconds that a scheduler may be gone."""

_MISSING = "the bundle is missing"


def build(
    *,
    address: str,
    freight: Freight,
    folder: str = "~/.cache/pareback/cluster",
    resources: dict[str, float] | None = None,
    grace: float = 10.0,
) -> Engine:
    """`address` is the scheduler's, such as tcp://host:8786. `folder` is one on the workers, for bundles and attempts;
    `resources` are those of a worker that one work takes, such as {"job": 1}, else it takes one of its threads. What
    is cancelled has `grace` seconds there. Raises ConnectionError; ValueError where the extra is not installed."""
    try:
        import distributed
    except ImportError as missing:
        raise ValueError("the engine 'dask' needs dask.distributed: pip install 'pareback[dask]'") from missing
    return Dask(distributed, freight, address=address, errand=Errand("", {}, folder, grace=grace), takes=resources)


@dataclass(slots=True)
class _Attempt:
    """A work that is under way. `worker` is the one that began. `gone` is since when there was no scheduler to have it,
    in monotonic seconds."""

    work: Work
    token: str = ""
    future: Any = None
    worker: str = ""
    gone: float | None = None


class Dask:
    """One client. What the scheduler says arrives in its thread, and waits in a queue for `events`."""

    def __init__(
        self, distributed: Any, freight: Freight, *, address: str, errand: Errand, takes: dict[str, float] | None
    ) -> None:
        self._distributed = distributed
        self._freight = freight
        self._address = address
        self._errand = errand
        self._takes = takes
        self._attempts: dict[str, _Attempt] = {}
        self._inbox: SimpleQueue[Callable[[], list[Happening]]] = SimpleQueue()
        self._client = self._connected()

    def submit(self, work: Work) -> None:
        """Write the attempt down, then send it. Raises ValueError where the key runs already."""
        if work.key in self._attempts:
            raise ValueError(f"{work.key!r} runs already: wait until it has ended")
        self._attempts[work.key] = attempt = _Attempt(work)
        self._send(attempt)

    def cancel(self, key: str) -> None:
        """The worker sees it within a tenth of a second and ends the group; its result is not waited for."""
        attempt = self._attempts.pop(key, None)
        if attempt is not None:
            self._forget(attempt)
            lost = Happening(key, "lost", {"cancelled": True})
            self._inbox.put(lambda: [lost])

    def events(self, timeout: float) -> Sequence[Happening]:
        """What the scheduler said. Where it is gone for a while, everything is sent anew as soon as it is back."""
        found = self._resend()
        until = time.monotonic() + timeout
        while not found:
            try:
                found += self._inbox.get(timeout=max(0.001, until - time.monotonic()))()
            except Empty:
                return found
        while not self._inbox.empty():
            found += self._inbox.get()()
        return found

    def close(self) -> None:
        """Cancel everything and let go of the cluster, which stays."""
        for key in list(self._attempts):
            self.cancel(key)
        self._client.close()

    def _send(self, attempt: _Attempt) -> None:
        """A new attempt at the work, under a new token: whatever an earlier one brings is late from now on."""
        work = attempt.work
        attempt.token, attempt.worker, attempt.gone = attempts.begin(Path(work.folder)), "", None
        token = attempt.token
        try:
            load = self._freight.pack(work)
        except Unportable as problem:
            returned = Returned(2, output=str(problem))
            self._inbox.put(lambda: self._published(token, returned))
            return
        if self._client.status != "running":
            attempt.gone = time.monotonic()
            return
        order = replace(self._errand, token=token, spec=load.spec, bundle=load.commit)
        attempt.future = self._client.submit(
            perform,
            json.dumps(asdict(order)),
            key=f"pareback-{token}",
            pure=False,
            retries=0,
            resources=self._takes,
        )
        attempt.future.add_done_callback(lambda future: self._arrived(token, future))

    def _arrived(self, token: str, future: Any) -> None:
        """In a thread of the client: a result that lay on a worker that died is made again before it can be fetched."""
        told: str | dict[str, str] | None = None
        with suppress(CancelledError, OSError):
            told = {"why": str(future.exception())} if future.status == "error" else future.result()
        self._inbox.put(lambda: self._done(token, told))

    def _current(self, token: str) -> _Attempt | None:
        """The attempt, unless it is over or was replaced by a later one."""
        return next((each for each in self._attempts.values() if each.token == token), None)

    def _done(self, token: str, told: str | dict[str, str] | None) -> list[Happening]:
        """`told` is what the worker returned, why it did not, or None where the scheduler is gone."""
        attempt = self._current(token)
        if attempt is None:
            return []
        if isinstance(told, dict):
            return self._lose(attempt, told)
        if told is None:
            attempt.gone = time.monotonic()
            return []
        missing = json.loads(told).get(_MISSING)
        if missing is None:
            return self._published(token, from_text(told))
        self._bring_bundle(attempt.work, missing)
        self._send(attempt)
        return []

    def _bring_bundle(self, work: Work, worker: str) -> None:
        load = self._freight.pack(work)
        assert load.bundle is not None
        words = self._errand.folder, load.commit, load.bundle.read_bytes()
        with suppress(OSError):  # the worker, or the scheduler, is gone: whoever is next says what it misses
            self._client.run(keep_bundle, *words, workers=[worker], on_error="ignore")

    def _published(self, token: str, returned: Returned) -> list[Happening]:
        attempt = self._current(token)
        if attempt is None:
            return []
        work = attempt.work
        if returned.exit < 0:
            return self._lose(attempt, {"signal": -returned.exit})
        if not attempts.publish(Path(work.folder), token, lambda: self._freight.unpack(work, returned)):
            return self._lose(attempt, {"why": "somebody else has begun a later attempt"})
        del self._attempts[work.key]
        return [Happening(work.key, "ended", {"exit": returned.exit})]

    def _began(self, token: str, worker: str) -> list[Happening]:
        """A second beginning is the scheduler's own retry for a worker that died: that is the caller's to decide."""
        attempt = self._current(token)
        if attempt is None or attempt.worker == worker:
            return []
        if attempt.worker:
            return self._lose(attempt, {"why": f"worker {attempt.worker} is gone"})
        attempt.worker = worker
        return [Happening(attempt.work.key, "started", {"worker": worker})]

    def _lose(self, attempt: _Attempt, data: dict[str, Any]) -> list[Happening]:
        del self._attempts[attempt.work.key]
        self._forget(attempt)
        return [Happening(attempt.work.key, "lost", data)]

    def _forget(self, attempt: _Attempt) -> None:
        if attempt.future is not None and self._client.status == "running":
            attempt.future.cancel()

    def _resend(self) -> list[Happening]:
        """Attempts without a scheduler are begun anew where one is back, and lost where the patience is at its end."""
        stranded = [(attempt, attempt.gone) for attempt in self._attempts.values() if attempt.gone is not None]
        if stranded and self._is_back():
            for attempt, _ in stranded:
                self._send(attempt)
            return []
        late = [attempt for attempt, gone in stranded if time.monotonic() - gone > _PATIENCE]
        why = {"why": f"the scheduler at {self._address} is gone"}
        return [happening for attempt in late for happening in self._lose(attempt, why)]

    def _is_back(self) -> bool:
        if self._client.status == "closed":  # it has given up
            try:
                self._client = self._connected()
            except ConnectionError:
                return False
        elif self._client.status == "running":
            self._client.subscribe_topic(_TOPIC, self._hear)  # the new scheduler knows nothing of it
        return bool(self._client.status == "running")

    def _connected(self) -> Any:
        try:
            client = self._distributed.Client(self._address, timeout=_CONNECT, set_as_default=False)
        except (OSError, TimeoutError) as error:
            raise ConnectionError(f"no dask scheduler answers at {self._address!r}: {error}") from error
        client.subscribe_topic(_TOPIC, self._hear)
        return client

    def _hear(self, event: tuple[float, Any]) -> None:
        said = event[1]
        self._inbox.put(lambda: self._began(said["token"], said["at"]))


def perform(order: str) -> str:
    """On the worker, in one of its threads. It is sent by name and not by value, so the same pareback is there."""
    from distributed import get_worker

    worker: Any = get_worker()
    mine = Errand(**json.loads(order))
    if mine.bundle and not mine.bundle_file().exists():
        return json.dumps({_MISSING: worker.address})
    worker.log_event(_TOPIC, {"token": mine.token, "at": worker.address, "pid": os.getpid()})
    task = worker.get_current_task()
    return to_text(run(mine, lambda: not _wanted(worker, task)))


def _wanted(worker: Any, task: str) -> bool:
    """Whether anybody waits for the task: not when it was cancelled, its client is gone, or the worker is closing."""
    known = worker.state.tasks.get(task)
    return known is not None and known.state == "executing" and worker.status.name == "running"
