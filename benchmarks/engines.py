"""What a ticket costs on each engine, and a dask cluster that loses workers and its scheduler in the middle of a batch.

    python benchmarks/engines.py cost --python LEAN --tickets 40
    python benchmarks/engines.py empty --tickets 10000
    python benchmarks/engines.py storm --python LEAN --tickets 30 --kills 6

`cost`: the same tickets one by one with `pareback run --spec`, as a batch on the engine `local`, and on `dask`
with two workers. `empty`: works that do nothing on the engine `local`: what an engine and a fork cost by themselves.
`storm`: a batch on dask; at random moments a worker is killed (-9), each third time the scheduler; then the journals
are read: one published result per ticket, or it fails. Absolute seconds are those of a busy machine; read ratios.
"""

import argparse
import json
import os
import random
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from pareback.adapters import attempts
from pareback.adapters.engine import Work
from pareback.adapters.engines import local
from pareback.orchestrator import warmth

WHO = ("-c", "user.name=t", "-c", "user.email=t@example.org")
SHOP = Path(__file__).resolve().parents[1] / "examples" / "shop"
CLI = [sys.executable, "-m", "pareback.orchestrator.cli"]
MEGABYTE = 1 << 20


class Bench:
    """A folder with the example shop as a repository, a file of tickets, and a home of its own."""

    def __init__(self, folder: Path, python: str, count: int) -> None:
        self.folder = folder
        self.count = count
        self.python = python
        self.repo = folder / "shop"
        shutil.copytree(SHOP, self.repo, ignore=shutil.ignore_patterns("__pycache__"))
        for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "shop"]):
            subprocess.run(["git", *WHO, *words], cwd=self.repo, check=True)
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=self.repo, check=True, capture_output=True, text=True)
        record = {"text": "Shipping is free from 50.00 on", "repo": str(self.repo), "base": head.stdout.strip()}
        self.records = [{"id": f"t{number:04}", "budget": "fix", **record} for number in range(count)]
        self.file = folder / "tickets.jsonl"
        self.file.write_text("".join(json.dumps(each) + "\n" for each in self.records))

    def environ(self, name: str) -> dict[str, str]:
        """The environment of a process whose home is the folder of this name."""
        home = self.folder / name
        home.mkdir(exist_ok=True)
        keep = {key: os.environ[key] for key in ("PATH", "LANG", "PYTHONPATH") if key in os.environ}
        return keep | {"HOME": str(home), "PAREBACK_HOME": str(home), "PAREBACK_CONFIG": str(home / "none.toml")}

    def batch(self, name: str, *words: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """A batch with this name to its end: its summary, and the result documents."""
        out = self.folder / f"out-{name}"
        common = ["--out", str(out), "--python", self.python, "--sandbox", "best", "--json", *words]
        done = subprocess.run(
            [*CLI, "batch", str(self.file), *common],
            env=self.environ(name),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in {0, 1}:
            raise SystemExit(done.stderr)
        lines = (out / "results.jsonl").read_text().splitlines()
        return json.loads(done.stdout), [json.loads(line) for line in lines]


class Cluster:
    """A scheduler and its workers on loopback, each a process, each worker with one thread."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self._environ = environ
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = str(free.getsockname()[1])
        self.address = f"tcp://127.0.0.1:{self._port}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.schedule()

    def schedule(self) -> None:
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", self._port, "--no-dashboard")

    def work(self) -> None:
        words = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--death-timeout", "60", "--host", "127.0.0.1")
        self.workers.append(self._start("worker", self.address, *words, "--local-directory", str(self.folder)))

    def lose_worker(self, chance: random.Random) -> None:
        victim = self.workers.pop(chance.randrange(len(self.workers)))
        victim.kill()
        victim.wait()
        self.work()

    def lose_scheduler(self) -> None:
        """Workers leave with their scheduler; whoever runs a cluster starts both again."""
        self.scheduler.kill()
        self.scheduler.wait()
        count = len(self.workers)
        for worker in self.workers:
            worker.wait(timeout=120)
        self.workers.clear()
        self.schedule()
        for _ in range(count):
            self.work()

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def _start(self, what: str, *words: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{what}.log").open("ab") as log:
            program = [sys.executable, "-m", f"distributed.cli.dask_{what}", *words]
            return subprocess.Popen(program, stdout=log, stderr=log, env=dict(self._environ), start_new_session=True)


@contextmanager
def measured() -> Iterator[dict[str, float]]:
    """Seconds on the clock, processor seconds of children, and the largest child in megabytes."""
    found: dict[str, float] = {}
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    yield found
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    found["wall"] = time.monotonic() - began
    found["cpu"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found["rss_mb"] = after.ru_maxrss / 1024


def cost(bench: Bench) -> None:
    """One by one, as a batch here, as a batch on a cluster: the same tickets."""
    print("| way | accepted | s per ticket | processor s per ticket | largest process MB | record KB | ledger KB |")
    print("|---|---|---|---|---|---|---|")
    with measured() as found:
        accepted = sum(_alone(bench, record) for record in bench.records)
    _row("run --spec", bench, found, accepted, bench.folder / "alone" / "runs")
    with measured() as found:
        _, results = bench.batch("local", "--jobs", "2")
    _row("batch, local", bench, found, _accepted(results), bench.folder / "out-local" / "tickets")
    (bench.folder / "cluster").mkdir()
    with measured() as found, closing(Cluster(bench.folder / "cluster", bench.environ("cluster"))) as cluster:
        cluster.work()
        cluster.work()
        _, results = bench.batch("dask", "--engine", "dask", "--scheduler", cluster.address, "--jobs", "2")
    _row("batch, dask", bench, found, _accepted(results), bench.folder / "out-dask" / "tickets")


def _alone(bench: Bench, record: Mapping[str, Any]) -> bool:
    spec = bench.folder / "spec.json"
    spec.write_text(json.dumps(record))
    words = ["--spec", str(spec), "--result", str(bench.folder / "result.json"), "--python", bench.python]
    subprocess.run([*CLI, "run", *words], env=bench.environ("alone"), capture_output=True, check=False)
    return bool(json.loads((bench.folder / "result.json").read_text())["accepted"])


def _accepted(results: list[dict[str, Any]]) -> int:
    return sum(each["accepted"] for each in results)


def _row(way: str, bench: Bench, found: Mapping[str, float], accepted: int, records: Path) -> None:
    files = [path for path in records.rglob("*") if path.is_file() and not path.is_symlink()]
    size = sum(path.stat().st_size for path in files) / bench.count / 1024
    ledger = sum(path.stat().st_size for path in files if path.name == "ledger.db") / bench.count / 1024
    per = f"{found['wall'] / bench.count:.2f} | {found['cpu'] / bench.count:.2f}"
    print(f"| {way} | {accepted} of {bench.count} | {per} | {found['rss_mb']:.0f} | {size:.0f} | {ledger:.0f} |")


def nothing(_: Mapping[str, Any], line: socket.socket) -> int:
    line.close()
    return 0


def empty(count: int, folder: Path) -> None:
    """Works that do nothing, two at a time, from a process with everything imported."""
    warmth.load(())
    before = _memory()
    began, used = time.monotonic(), time.process_time()
    with closing(local.build(target=nothing)) as engine:
        running = done = 0
        for number in range(count):
            engine.submit(Work(str(number), {}, str(folder)))
            running += 1
            while running >= 2:
                for happening in engine.events(1.0):
                    gone = happening.kind in {"ended", "lost"}
                    running, done = running - gone, done + gone
        while running:
            gone = sum(each.kind in {"ended", "lost"} for each in engine.events(1.0))
            running, done = running - gone, done + gone
        handles = len(list(Path("/proc/self/fd").iterdir()))
    grown = _memory() - before
    seconds, own = time.monotonic() - began, time.process_time() - used
    print(f"{done} of {count} ended; {1000 * seconds / count:.1f} ms a work, {1000 * own / count:.1f} ms of it ours")
    print(f"the parent has {before:.0f} MB and grew by {grown:.1f} MB; {handles} descriptors at the end")


def _memory() -> float:
    """Resident megabytes of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def storm(bench: Bench, kills: int, seed: int) -> None:
    """A batch on a cluster whose processes die at random moments."""
    chance, over = random.Random(seed), threading.Event()
    (bench.folder / "cluster").mkdir()
    with closing(Cluster(bench.folder / "cluster", bench.environ("cluster"))) as cluster:
        for _ in range(2):
            cluster.work()
        lost = {"worker": 0, "scheduler": 0}
        thread = threading.Thread(target=_rage, args=(cluster, chance, kills, over, lost))
        thread.start()
        began = time.monotonic()
        summary, results = bench.batch("storm", "--engine", "dask", "--scheduler", cluster.address, "--jobs", "2")
        over.set()
        thread.join()
    folders = [bench.folder / "out-storm" / "tickets" / record["id"] for record in bench.records]
    published = [(folder / attempts.NAME).read_text().count('"published"') for folder in folders]
    tried = [attempts.count(folder) for folder in folders]
    ids = [each["ticket"] for each in results]
    print(f"{lost['worker']} workers and {lost['scheduler']} schedulers killed, {time.monotonic() - began:.0f} s")
    print(f"{len(ids)} results of {bench.count} tickets, {_accepted(results)} accepted; {sum(tried)} attempts")
    for each in results:
        if not each["accepted"]:
            print(each["ticket"], each["ending"], each["reason"], each["message"])
    print(f"published: {sorted(set(published))} per ticket; exit {summary['exit']}")
    if sorted(ids) != sorted(record["id"] for record in bench.records) or set(published) != {1}:
        raise SystemExit("not exactly one published result per ticket")


def _rage(cluster: Cluster, chance: random.Random, kills: int, over: threading.Event, lost: dict[str, int]) -> None:
    for number in range(1, kills + 1):
        if over.wait(chance.uniform(8.0, 25.0)):
            return
        if number % 3:
            cluster.lose_worker(chance)
            lost["worker"] += 1
        else:
            cluster.lose_scheduler()
            lost["scheduler"] += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("cost", "empty", "storm"))
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--tickets", type=int, default=20)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="engines-") as folder:
        if given.what == "empty":
            empty(given.tickets, Path(folder))
            return
        bench = Bench(Path(folder), given.python, given.tickets)
        if given.what == "cost":
            cost(bench)
        else:
            storm(bench, given.kills, given.seed)


if __name__ == "__main__":
    main()
