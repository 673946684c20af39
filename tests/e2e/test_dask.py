"""Tickets on a dask cluster of processes: a worker killed in the middle, the scheduler restarted, one result each."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pareback.adapters import attempts
from pareback.adapters.engine import Engine, Happening, Work
from pareback.orchestrator import parts
from pareback.orchestrator.freight import Bundles

pytest.importorskip("distributed")


class Cluster:
    """A scheduler and workers on loopback, each a process of its own."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self._environ = environ
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard")
        self.workers: list[subprocess.Popen[bytes]] = []

    def work(self) -> None:
        """One more worker, with one place."""
        words = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--death-timeout", "30", "--resources", "job=1")
        scratch = ("--local-directory", str(self.folder))
        self.workers.append(self._start("worker", self.address, "--host", "127.0.0.1", *words, *scratch))

    def restart(self) -> None:
        """Kill the scheduler and begin another; its workers leave with it, and others come."""
        self.scheduler.kill()
        self.scheduler.wait()
        for worker in self.workers:
            worker.wait(timeout=60)
        again = self.address.rpartition(":")[2]
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", again, "--no-dashboard")

    def _start(self, what: str, *words: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{what}.log").open("ab") as log:
            program = [sys.executable, "-m", f"distributed.cli.dask_{what}", *words]
            return subprocess.Popen(program, stdout=log, stderr=log, env=dict(self._environ), start_new_session=True)

    def wait(self) -> None:
        """Until the scheduler listens."""
        limit = time.monotonic() + 60
        while time.monotonic() < limit:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
            else:
                return

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    folder = tmp_path / "cluster"
    folder.mkdir()
    keep = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environ = keep | {"HOME": str(folder), "PAREBACK_HOME": str(folder / "home")}
    with closing(Cluster(folder, environ)) as made:
        yield made


@pytest.fixture
def engine(cluster: Cluster, shop: Any) -> Iterator[Engine]:
    cluster.wait()
    options = {
        "address": cluster.address,
        "freight": Bundles(shop.home / "bundles"),
        "folder": "~/errands",
        "resources": {"job": 1},
        "grace": 2.0,
    }
    with closing(parts.build("engines", "dask", options)) as made:
        yield made


@pytest.fixture
def work(shop: Any) -> Callable[..., Work]:
    def make(key: str, **flags: Any) -> Work:
        ticket = {"id": key, "text": "Ship free from 50.00", "repo": str(shop.root), "base": "HEAD"}
        settings = {"budget": "fix", "python": str(shop.python), "candidates": 1, **flags}
        spec = {"ticket": ticket, "flags": settings, "wish": {"branch": f"batch/{key}", "on_base": True}, "run": key}
        return Work(key, spec, str(shop.home / "out" / key))

    return make


def hear(engine: Engine, found: list[Happening], until: Callable[[], object], seconds: float = 120.0) -> None:
    """Collect what happens until something holds."""
    limit = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < limit, found
        found += engine.events(0.2)


def ends(found: list[Happening]) -> list[Happening]:
    return [each for each in found if each.kind in {"ended", "lost"}]


def result(work: Work) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((Path(work.folder) / "result.json").read_text())
    return document


def groups(cluster: Cluster) -> list[int]:
    """The command lines that work for this cluster."""
    done = subprocess.run(["pgrep", "-f", str(cluster.folder / "errands")], capture_output=True, text=True, check=False)
    return [int(word) for word in done.stdout.split()]


def test_a_killed_worker_and_a_restarted_scheduler_cost_no_result(
    cluster: Cluster, engine: Engine, shop: Any, work: Callable[..., Work], endpoint: Any, texts: Mapping[str, str]
) -> None:
    slow = endpoint(lambda _: endpoint.say(texts["fix"], delay=3.0))
    one, two = (work(key, model=["openai_chat:m"], base_url=slow.url) for key in ("one", "two"))
    found: list[Happening] = []
    cluster.work()
    engine.submit(one)
    hear(engine, found, lambda: len(slow.calls) == 1)  # in the middle of a ticket
    first = cluster.workers.pop()
    first.send_signal(signal.SIGKILL)
    first.wait()
    cluster.work()
    hear(engine, found, lambda: ends(found))
    assert [(each.kind, each.data["why"].split()[-1]) for each in ends(found)] == [("lost", "gone")]
    engine.submit(one)
    engine.submit(two)
    hear(engine, found, lambda: len(slow.calls) == 2)
    cluster.restart()
    cluster.work()
    hear(engine, found, lambda: len(ends(found)) == 3)
    assert {each.key: each.data for each in ends(found)[1:]} == {"one": {"exit": 0}, "two": {"exit": 0}}
    assert [(result(each)["ending"], result(each)["run"]) for each in (one, two)] == [
        ("accepted", "one"),
        ("accepted", "two"),
    ]
    published = [(Path(each.folder) / attempts.NAME).read_text().count("published") for each in (one, two)]
    assert published == [1, 1]
    assert [shop.git("rev-parse", f"batch/{key}^") for key in ("one", "two")] == [shop.git("rev-parse", "HEAD")] * 2
    assert shop.git("show", "batch/one:shop/cart.py").count(">= 5000") == 1
    assert groups(cluster) == []


def test_cancel_ends_the_group_on_the_worker_and_a_bad_ticket_is_said(
    cluster: Cluster, engine: Engine, work: Callable[..., Work], endpoint: Any
) -> None:
    slow = endpoint(lambda _: endpoint.say("late", delay=60.0))
    found: list[Happening] = []
    cluster.work()
    engine.submit(work("slow", model=["openai_chat:m"], base_url=slow.url))
    hear(engine, found, lambda: len(slow.calls) == 1)
    assert len(groups(cluster)) > 0
    engine.cancel("slow")
    engine.cancel("nobody")
    hear(engine, found, lambda: ends(found))
    assert [(each.key, each.kind, each.data) for each in ends(found)] == [("slow", "lost", {"cancelled": True})]
    limit = time.monotonic() + 20
    while groups(cluster) and time.monotonic() < limit:
        time.sleep(0.05)
    assert groups(cluster) == []
    bad = work("bad", budgte="x")
    engine.submit(bad)
    with pytest.raises(ValueError, match="'bad' runs already"):
        engine.submit(bad)
    hear(engine, found, lambda: len(ends(found)) == 2)
    assert (ends(found)[-1].data, result(bad)["ending"]) == ({"exit": 2}, "blocked")
    assert "budgte" in result(bad)["message"]
    lost = Work("lost", {"ticket": {"id": "lost", "text": "x", "repo": "/nowhere"}}, bad.folder + "-2")
    engine.submit(lost)
    hear(engine, found, lambda: len(ends(found)) == 3)
    assert (ends(found)[-1].data, result(lost)["ending"]) == ({"exit": 2}, "blocked")
    assert "/nowhere" in result(lost)["message"]


def test_no_scheduler_is_said_at_once(shop: Any) -> None:
    options = {"address": "tcp://127.0.0.1:9", "freight": Bundles(shop.home)}
    with pytest.raises(ConnectionError, match=r"no dask scheduler answers at 'tcp://127\.0\.0\.1:9'"):
        parts.build("engines", "dask", options)


def test_money_that_cannot_be_watched_there_is_refused(shop: Any) -> None:
    (shop.root / "tickets.jsonl").write_text('{"text": "Ship free from 50.00"}\n')
    words = ["--engine", "dask", "--scheduler", "tcp://127.0.0.1:9", "--sandbox", "best", "--batch-max-cost-usd", "1"]
    said = shop.pareback("batch", "tickets.jsonl", *words)
    assert (said.exit, "does not reach the tickets of engine 'dask'" in said.err) == (2, True), said.err
