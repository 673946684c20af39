"""A batch under fire, and how fast it is.

    python benchmarks/batch.py kills --tickets 100 --kills 10 --model embedded --python LEAN/bin/python
    python benchmarks/batch.py kills --tickets 100 --kills 10 --model loopback --python LEAN/bin/python
    python benchmarks/batch.py throughput --tickets 16 --jobs 1 2 4 --python LEAN/bin/python

Tickets are tiny repositories of their own with one seeded bug of one line each; of the loopback model's answers every
fifth is wrong at first, and every tenth for ever. `kills` runs the batch once in peace and once under SIGKILL at random
moments, by turns of the supervisor alone and of everything it started, until it gets through. LEAN is an environment
with pytest and nothing else.
"""

import argparse
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

BUGS: tuple[tuple[str, str, Callable[[int, int], object]], ...] = (
    ("total >= {n}", "total > {n}", lambda total, n: total >= n),
    ("total < {n}", "total <= {n}", lambda total, n: total < n),
    ("total + {n}", "total - {n}", lambda total, n: total + n),
    ("total * {n}", "total + {n}", lambda total, n: total * n),
    ("min(total, {n})", "max(total, {n})", min),
    ("total - {n}", "total + {n}", lambda total, n: total - n),
)
"""What is right, what the bug made of it, and what is right as a function; `n` is drawn."""

REPEATS, NEVER = 5, 10
"""Every so many tickets the loopback model is wrong at first, or always."""


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("what", choices=("kills", "throughput"))
    words.add_argument("--tickets", type=int, default=100)
    words.add_argument("--kills", type=int, default=10)
    words.add_argument("--model", choices=("embedded", "loopback"), default="embedded")
    words.add_argument("--jobs", type=int, nargs="+", default=[2])
    words.add_argument("--python", default=sys.executable)
    words.add_argument("--seed", type=int, default=1)
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="batch-") as folder:
        place = Path(folder)
        fixes = lay_out(place, chosen)
        (kills if chosen.what == "kills" else throughput)(chosen, place, fixes)


def lay_out(place: Path, chosen: argparse.Namespace) -> dict[str, tuple[str, str]]:
    """The repositories and the ticket file; by ticket, its line with the bug and without.

    For the loopback model the number is wrong as well as the operator; that is no repair a search finds.
    """
    chance = random.Random(chosen.seed)
    fixes, lines = {}, []
    for number in range(chosen.tickets):
        right, wrong, means = chance.choice(BUGS)
        n, other = chance.randint(2, 90), chance.randint(2, 90)
        other = n if chosen.model == "embedded" else other
        fixes[f"t-{number:03}"] = (wrong.format(n=other), right.format(n=n))
        expected = {total: means(total, n) for total in (n - 1, n, n + 1, 0, 7)}
        lines.append(repository(place / f"r{number:03}", f"t-{number:03}", wrong.format(n=other), expected))
    (place / "tickets.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return fixes


def repository(root: Path, name: str, wrong: str, expected: dict[int, object]) -> dict[str, Any]:
    asserts = "".join(
        f"\n\ndef test_{index}():\n    assert compute({total}) == {value!r}\n"
        for index, (total, value) in enumerate(expected.items())
    )
    root.mkdir()
    files = {
        "calc.py": f'"""Prices in cents."""\n\n\ndef compute(total: int) -> int:\n    return {wrong}\n',
        "test_calc.py": f"from calc import compute\n{asserts}",
    }
    for path, text in files.items():
        (root / path).write_text(text)
    who = ["git", "-c", "user.name=b", "-c", "user.email=b@example.org"]
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", name]):
        subprocess.run([*who, *command], cwd=root, check=True)
    return {"id": name, "text": f"Mend compute() [{name}]", "repo": str(root), "budget": "fix", "files": ["calc.py"]}


class Loopback:
    """A model that knows the answers, by the ticket's name in the prompt."""

    def __init__(self, fixes: dict[str, tuple[str, str]]) -> None:
        self.calls: Counter[str] = Counter()
        outer = self

        class Talk(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                prompt = body["messages"][-1]["content"]
                answer = outer.answer(prompt, fixes)
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                usage = {"prompt_tokens": len(prompt) // 4, "completion_tokens": len(answer) // 4}
                for part in (
                    {"choices": [{"index": 0, "delta": {"content": answer}, "finish_reason": None}]},
                    {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": usage},
                ):
                    self.wfile.write(b"data: " + json.dumps(part).encode() + b"\n\n")
                self.wfile.write(b"data: [DONE]\n\n")
                self.close_connection = True

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Talk)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def answer(self, prompt: str, fixes: dict[str, tuple[str, str]]) -> str:
        """The mend, or one that is wrong: a function of the prompt alone, as a model's answer is."""
        name = re.search(r"\[(t-\d+)\]", prompt)
        assert name is not None
        self.calls[name[1]] += 1
        _, right = fixes[name[1]]
        number = int(name[1][2:])
        first = "round 1:" not in prompt
        if number % NEVER == NEVER - 1 or (first and number % REPEATS == REPEATS - 1):
            right = f"total - {1000 + len(prompt) % 7}"
        line = next(line for line in prompt.splitlines() if "return " in line and "total" in line)
        return f"calc.py\n<<<<<<< SEARCH\n{line}\n=======\n    return {right}\n>>>>>>> REPLACE\n"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def command(chosen: argparse.Namespace, place: Path, out: Path, jobs: int, url: str) -> list[str]:
    words = [sys.executable, "-m", "pareback.orchestrator.cli", "batch", str(place / "tickets.jsonl")]
    words += ["--out", str(out), "--jobs", str(jobs), "--json", "--python", chosen.python]
    words += ["--max-seconds", "900"]  # a busy machine must not change an outcome
    return (
        words
        if chosen.model == "embedded"
        else [*words, "--candidates", "1", "--model", "openai_chat:m", "--base-url", url]
    )


def environ(place: Path) -> dict[str, str]:
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
    return keep | {"PAREBACK_HOME": str(place / "home"), "PAREBACK_CONFIG": str(place / "none.toml")}


def kills(chosen: argparse.Namespace, place: Path, fixes: dict[str, tuple[str, str]]) -> None:
    """Once in peace, once under fire; then everything that is written down is compared."""
    with Loopback(fixes) as calm, Loopback(fixes) as stormy:
        jobs = chosen.jobs[0]
        began = time.monotonic()
        subprocess.run(
            command(chosen, place, place / "calm", jobs, calm.url), env=environ(place), check=False, capture_output=True
        )
        whole = time.monotonic() - began
        starts, killed, last = under_fire(chosen, place, stormy.url, whole)
        rows = {name: facts(place / name) for name in ("calm", "storm")}
        print("| model | tickets | kills | starts | lines | twice | endings | same endings | same patches |", end="")
        print(" calls in peace | calls under fire | sums equal the ledgers |")
        print("|---|--:|--:|--:|--:|--:|---|---|---|--:|--:|---|")
        calm_, storm = rows["calm"], rows["storm"]
        same = sum(calm_["patches"].get(name) == patch for name, patch in storm["patches"].items())
        endings = ", ".join(f"{name} {count}" for name, count in Counter(storm["endings"].values()).most_common())
        print(
            f"| {chosen.model} | {chosen.tickets} | {killed['all']} all, {killed['one']} supervisor | {starts} "
            f"| {storm['lines']} | {storm['twice']} | {endings} | {calm_['endings'] == storm['endings']} "
            f"| {same} of {len(storm['patches'])} | {calm.calls.total()} | {stormy.calls.total()} "
            f"| {sums(place / 'storm', last)} |"
        )


def under_fire(
    chosen: argparse.Namespace, place: Path, url: str, whole: float
) -> tuple[int, Counter[str], dict[str, Any]]:
    """Start again until the batch gets through; the first starts are killed after a random time."""
    chance, killed = random.Random(chosen.seed), Counter[str]()
    words = command(chosen, place, place / "storm", chosen.jobs[0], url)
    for start in range(1, 1000):
        # alone until the last kill: such a start takes as long as it takes
        process = subprocess.Popen(words, env=environ(place), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        if killed.total() < chosen.kills:
            how = "all" if start % 2 else "one"
            if strike(process, how, seconds=chance.uniform(0.02, 1.6) * whole / chosen.kills):
                killed[how] += 1
                continue
        out = process.communicate()[0]
        if process.returncode in {0, 1}:
            return start, killed, json.loads(out)
        assert process.returncode == 75, process.returncode  # what was killed is not quite gone
    raise AssertionError("the batch does not get through")


def strike(process: "subprocess.Popen[bytes]", how: str, *, seconds: float) -> bool:
    """Kill the process, or everything it started as well; False where it had ended before."""
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        victims = [*descendants(process.pid)] if how == "all" else []
        os.kill(process.pid, signal.SIGKILL)
        for pid in victims:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        process.communicate()
        return True
    return False


def descendants(pid: int) -> Iterator[int]:
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if parent == pid:
            child = int(status.parent.name)
            yield child
            yield from descendants(child)


def facts(out: Path) -> dict[str, Any]:
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    patches = {line["ticket"]: Path(line["patch"]).read_text() for line in lines if line["accepted"]}
    twice = sum(count > 1 for count in Counter(line["ticket"] for line in lines).values())
    for log in out.glob("tickets/*/events.jsonl"):
        ends = [json.loads(line) for line in log.read_text().splitlines() if '"ending"' in line]
        twice += sum(event.get("name") != "interrupted" for event in ends if event.get("event") == "ending") > 1
    endings = {line["ticket"]: (line["ending"]) for line in lines}
    return {"lines": len(lines), "twice": twice, "endings": endings, "patches": patches}


def sums(out: Path, summary: dict[str, Any]) -> bool:
    """The summary's tokens and dollars, added up again from every ledger."""
    from pareback.orchestrator import accounts
    from pareback.orchestrator.ledger import Ledger

    tokens, costs = 0, []
    for path in out.glob("tickets/*/ledger.db"):
        with Ledger(path) as ledger:
            total = accounts.books(ledger).total
            tokens += (total.prompt or 0) + (total.completion or 0)
            costs += [] if total.cost_usd is None else [total.cost_usd]
    said = summary["total"]
    told = (said["tokens"]["prompt"] or 0) + (said["tokens"]["completion"] or 0)
    return (tokens, len(costs), sum(costs)) == (told, said["known"], said["cost_usd"])


def throughput(chosen: argparse.Namespace, place: Path, fixes: dict[str, tuple[str, str]]) -> None:
    """One by one with `run`, and as a batch with more and more jobs, on the same tickets."""
    print("| how | tickets | clock s | processor s | processor s per ticket | tickets per minute | supervisor MB |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    with Loopback(fixes) as loopback:
        began, before = time.monotonic(), spent()
        for line in (place / "tickets.jsonl").read_text().splitlines():
            (place / "spec.json").write_text(line)
            words = command(chosen, place, place / "none", 1, loopback.url)
            kept = words[words.index("--json") :]
            one = [*words[:3], "run", "--spec", str(place / "spec.json"), "--sandbox", "strict", *kept]
            subprocess.run(one, env=environ(place / "single"), check=False, capture_output=True)
        row("`pareback run` one by one", chosen.tickets, time.monotonic() - began, spent() - before, "")
        for jobs in chosen.jobs:
            began, before = time.monotonic(), spent()
            out = place / f"out-{jobs}"
            process = subprocess.Popen(
                command(chosen, place, out, jobs, loopback.url), env=environ(place / f"h{jobs}"), stdout=subprocess.PIPE
            )
            most = peak(process)
            row(f"batch, --jobs {jobs}", chosen.tickets, time.monotonic() - began, spent() - before, f"{most:.0f}")


def peak(process: "subprocess.Popen[bytes]") -> float:
    """Megabytes that the supervisor itself held at most, and wait for it."""
    most = 0.0
    while process.poll() is None:
        try:
            lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
            most = max([most, *(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))])
        except OSError:
            pass
        time.sleep(0.1)
    process.communicate()
    return most


def spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def row(how: str, tickets: int, clock: float, processor: float, memory: str) -> None:
    print(
        f"| {how} | {tickets} | {clock:.1f} | {processor:.1f} | {processor / tickets:.2f} "
        f"| {60 * tickets / clock:.1f} | {memory} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
