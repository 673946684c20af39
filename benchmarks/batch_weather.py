"""A batch whose provider dies in the middle, and one whose models share a server that holds only one of them.

    python benchmarks/batch_weather.py death --tickets 20 --jobs 4 --seconds 60 --python LEAN/bin/python
    python benchmarks/batch_weather.py change --tickets 20 --jobs 4 --seconds 20 --python LEAN/bin/python

Tickets are seeded one-line bugs, each in a module of its own, in one repository. The provider is a real server on
loopback that knows the answers. `death`: it closes its port and cuts what is open for so many seconds, as soon as a
third of its answers are given, and answers with 503 for as long again every second time it is asked. `change`: three
rungs of one server, of which the first mends every third ticket, the second every third of the rest, the last all; a
model that is not loaded takes so many seconds; once with waves, and once through three names of the same machine, by
which the batch takes the server for three. LEAN is an environment with pytest and nothing else.
"""

import argparse
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

RUNGS = ("small", "medium", "large")
NAMES = ("127.0.0.1", "127.0.0.2", "127.0.0.3")
WHO = ["git", "-c", "user.name=b", "-c", "user.email=b@example.org"]


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("what", choices=("death", "change"))
    words.add_argument("--tickets", type=int, default=20)
    words.add_argument("--jobs", type=int, default=4)
    words.add_argument("--seconds", type=float, default=60.0)
    words.add_argument("--python", default=sys.executable)
    chosen = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="weather-") as folder:
        (death if chosen.what == "death" else change)(chosen, Path(folder))


def lay_out(place: Path, count: int) -> Path:
    """One repository with a bug per module, and the ticket file."""
    root = place / "repository"
    root.mkdir()
    lines = []
    for number in range(1, count + 1):
        (root / f"m{number}.py").write_text(f"def compute(total):\n    return total + {number}\n")
        test = f"from m{number} import compute\n\n\ndef test_it():\n    assert compute(1) == {1 - number}\n"
        (root / f"test_m{number}.py").write_text(test)
        text = f"Mend compute() [t-{number}]"
        facts = {"files": [f"m{number}.py"], "tests": [f"test_m{number}.py"], "budget": "fix"}
        lines.append({"id": f"t-{number}", "text": text, "repo": str(root), **facts})
    for command in (["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "bugs"]):
        subprocess.run([*WHO, *command], cwd=root, check=True)
    file = place / "tickets.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return file


class Provider:
    """A server on loopback; `judge` says what becomes of a request: a status other than 200 is a refusal."""

    def __init__(self, judge: Callable[[Mapping[str, Any]], int], solved: Callable[[str, int], bool]) -> None:
        self.judge, self.solved = judge, solved
        self.calls: list[tuple[str, int, float]] = []
        self.open: set[socket.socket] = set()
        self.port = 0
        self.rise()

    def rise(self) -> None:
        self.server = ThreadingHTTPServer(("0.0.0.0", self.port), _talk(self))
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def die(self) -> None:
        for connection in list(self.open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server.shutdown()
        self.server.server_close()

    def url(self, name: str = NAMES[0]) -> str:
        return f"http://{name}:{self.port}/v1"


def _talk(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Talk(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            pass

        def setup(self) -> None:
            super().setup()
            provider.open.add(self.connection)

        def finish(self) -> None:
            provider.open.discard(self.connection)
            super().finish()

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = provider.judge(body)
            provider.calls.append((body["model"], status, time.monotonic()))
            answer = _answer(body, provider.solved) if status == 200 else ""
            self.send_response(status)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            prompt = sum(len(message["content"]) for message in body["messages"])
            usage = {"prompt_tokens": prompt // 4, "completion_tokens": len(answer) // 4}
            self.close_connection = True
            parts = (
                {"choices": [{"index": 0, "delta": {"content": answer}, "finish_reason": None}]},
                {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": usage},
            )
            with suppress(OSError):  # whoever asked has gone, or the provider died meanwhile
                for part in parts:
                    self.wfile.write(b"data: " + json.dumps(part).encode() + b"\n\n")
                    time.sleep(0.2)  # so that there is something to be cut
                self.wfile.write(b"data: [DONE]\n\n")

    return Talk


def _answer(body: Mapping[str, Any], solved: Callable[[str, int], bool]) -> str:
    prompt = body["messages"][-1]["content"]
    found = re.search(r"\[t-(\d+)\]", prompt)
    assert found is not None
    number = int(found[1])
    line = next(line for line in prompt.splitlines() if "return total" in line)
    mended = f"    return total - {number}" if solved(body["model"], number) else f"    return total - {number + 1}"
    return f"m{number}.py\n<<<<<<< SEARCH\n{line}\n=======\n{mended}\n>>>>>>> REPLACE\n"


def start(chosen: argparse.Namespace, place: Path, *, out: str, config: str, models: tuple[str, ...]) -> dict[str, Any]:
    (place / f"{out}.toml").write_text(config)
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    ours = {"PAREBACK_HOME": str(place / "home"), "PAREBACK_CONFIG": str(place / f"{out}.toml")}
    words = [sys.executable, "-m", "pareback.orchestrator.cli", "batch", str(place / "tickets.jsonl"), "--json"]
    words += ["--out", str(place / out), "--jobs", str(chosen.jobs), "--python", chosen.python, "--candidates", "1"]
    words += ["--max-rounds", "1"] if len(models) > 1 else []
    for model in models:
        words += ["--model", model]
    done = subprocess.run(words, env=keep | ours, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


def table(name: str, url: str) -> str:
    facts = {"part": "openai_chat", "model": name, "base_url": url}
    lines = [f"{key} = {json.dumps(value)}" for key, value in facts.items()]
    return "\n".join([f"[models.{name}]", *lines, "prices = { prompt = 1.0, completion = 1.0 }", ""])


def truth(out: Path, summary: Mapping[str, Any]) -> dict[str, Any]:
    """The sums of the ledgers, read with nothing of ours, beside what the summary says."""
    tokens, cost, intents = 0, 0.0, 0
    for path in out.glob("tickets/*/ledger.db"):
        with sqlite3.connect(path) as db:
            (found,) = db.execute("SELECT COUNT(*) FROM intent WHERE key LIKE 'generate/%'").fetchone()
            rows = db.execute("SELECT value FROM effect WHERE key LIKE 'generate/%'").fetchall()
        intents += found
        replies = [json.loads(value) for (value,) in rows]
        tokens += sum(reply["usage"]["prompt"] + reply["usage"]["completion"] for reply in replies)
        cost += sum(reply["cost_usd"] for reply in replies)
    told = summary["total"]["tokens"]
    return {
        "tokens": (tokens, told["prompt"] + told["completion"]),
        "cost": (round(cost, 9), round(summary["total"]["cost_usd"], 9)),
        "without a reply": intents,
        "known": (summary["total"]["known"], summary["total"]["runs"]),
    }


def endings(out: Path) -> str:
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    return ", ".join(f"{name} {count}" for name, count in Counter(line["ending"] for line in lines).most_common())


def death(chosen: argparse.Namespace, place: Path) -> None:
    lay_out(place, chosen.tickets)
    state = {"sick": 0.0, "served": 0, "died": 0.0, "back": 0.0}
    lock = threading.Lock()

    def judge(_body: Mapping[str, Any]) -> int:
        with lock:
            state["served"] += 1
            if not state["died"] and state["served"] > chosen.tickets / 3:
                state["died"] = time.monotonic()
                threading.Thread(target=fall, daemon=True).start()
            return 503 if time.monotonic() < state["sick"] else 200

    def fall() -> None:
        provider.die()
        time.sleep(chosen.seconds / 2)
        state["sick"] = time.monotonic() + chosen.seconds / 2
        provider.rise()
        state["back"] = state["sick"]

    provider = Provider(judge, lambda _model, _number: True)
    began = time.monotonic()
    summary = start(chosen, place, out="out", config=table("m", provider.url()), models=("m",))
    wall = time.monotonic() - began
    found = truth(place / "out", summary)
    away = [at for _, status, at in provider.calls if status != 200]
    print("| tickets | jobs | away | answered 503 | calls served | endings | tokens: ledgers, summary | ", end="")
    print("dollars: ledgers, summary | calls without a reply | cost known | wall s |")
    print("|--:|--:|--:|--:|--:|---|---|---|--:|---|--:|")
    print(
        f"| {chosen.tickets} | {chosen.jobs} | {chosen.seconds:g} s | {len(away)} | {len(provider.calls) - len(away)} "
        f"| {endings(place / 'out')} | {found['tokens'][0]}, {found['tokens'][1]} "
        f"| {found['cost'][0]}, {found['cost'][1]} | {found['without a reply']} "
        f"| {found['known'][0]} of {found['known'][1]} | {wall:.0f} |"
    )


def change(chosen: argparse.Namespace, place: Path) -> None:
    lay_out(place, chosen.tickets)
    print("| tickets | jobs | rungs | names of the server | seconds per change | changes | endings | wall s |")
    print("|--:|--:|--:|--:|--:|--:|---|--:|")
    for out, names in (("waves", NAMES[:1] * 3), ("free", NAMES)):
        state = {"model": RUNGS[0], "changes": 0}
        lock = threading.Lock()

        def judge(body: Mapping[str, Any], state: dict[str, Any] = state, lock: threading.Lock = lock) -> int:
            with lock:
                if state["model"] != body["model"]:
                    state["model"] = body["model"]
                    state["changes"] += 1
                    time.sleep(chosen.seconds)
            return 200

        provider = Provider(judge, solves)
        config = "".join(table(name, provider.url(host)) for name, host in zip(RUNGS, names, strict=True))
        began = time.monotonic()
        start(chosen, place, out=out, config=config, models=RUNGS)
        wall = time.monotonic() - began
        print(
            f"| {chosen.tickets} | {chosen.jobs} | {len(RUNGS)} | {len(set(names))} | {chosen.seconds:g} "
            f"| {state['changes']} | {endings(place / out)} | {wall:.0f} |",
            flush=True,
        )
        provider.die()


def solves(model: str, number: int) -> bool:
    return number % 3 == 0 or (model == "medium" and number % 3 == 1 and number % 2 == 0) or model == "large"


if __name__ == "__main__":
    main()
