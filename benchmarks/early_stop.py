"""What it is worth to apply a reply while it arrives, and to stop one that has gone wrong.

    python benchmarks/early_stop.py PYTHON [REPEATS]

PYTHON has pytest. A loopback server sends a reply in blocks of 32 tokens (4 characters each) at a fixed speed. First
the milliseconds from its last token to the applied patch and to the verdict, where the reply is applied as it arrives
and where it comes as a whole at its end: methods of a copy of `argparse` written anew, and the mend. Then the tokens
that were sent where the reply runs text as code or names a path outside in its first fifth. Prints markdown.
"""

import ast
import json
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

import pareback
from pareback.adapters.ticket import Ticket
from pareback.orchestrator.events import Event
from pareback.workspaces.python_source import definitions

BLOCK = 32
CHARACTERS = 4
SPEEDS = (100, 300, 1000)
METHODS = 12
TEXT = (Path(sysconfig.get_paths()["stdlib"]) / "argparse.py").read_text()
BROKEN = "\n\ndef shipping(total):\n    if total > 5000:\n        return 0\n    return 490\n"
MEND = "shop/args.py\n<<<<<<< SEARCH\n    if total > 5000:\n=======\n    if total >= 5000:\n>>>>>>> REPLACE\n"
EVAL = "shop/args.py\n<<<<<<< SEARCH\n    return 490\n=======\n    return eval('490')\n>>>>>>> REPLACE\n"
ASTRAY = "../shop/args.py\n<<<<<<< SEARCH\n    return 490\n=======\n    return 1\n>>>>>>> REPLACE\n"


def rewritten(count: int) -> str:
    """Methods of the file written anew, each with one line more."""
    lines = TEXT.split("\n")
    blocks: list[str] = []
    found = list(definitions(ast.parse(TEXT)))
    names = [name for name, _ in found]
    for name, node in found:
        last = node.body[-1]
        if "." in name and names.count(name) == 1 and isinstance(last, ast.Return) and len(blocks) < count:
            margin = " " * last.col_offset
            own = [
                *lines[node.lineno - 1 : last.lineno - 1],
                f"{margin}pass",
                *lines[last.lineno - 1 : node.end_lineno],
            ]
            blocks.append(f"shop/args.py::{name}\n```python\n" + "\n".join(own) + "\n```\n")
    return "\n".join(blocks)


@dataclass(slots=True)
class Endpoint:
    """One reply at one speed, in tokens a second; what was sent of it and when the last of it was."""

    text: str
    speed: float
    sent: int = 0
    ended: float = 0.0
    url: str = ""

    def __enter__(self) -> Self:
        outer = self

        class Talk(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                try:
                    outer.answer(self, streamed=bool(asked.get("stream")))
                except OSError:
                    outer.ended = time.monotonic()

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Talk)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    _server: ThreadingHTTPServer = None  # type: ignore[assignment] # it is there once entered

    def answer(self, talk: BaseHTTPRequestHandler, *, streamed: bool) -> None:
        size = BLOCK * CHARACTERS
        talk.send_response(200)
        talk.send_header("Content-Type", "text/event-stream" if streamed else "application/json")
        talk.end_headers()
        for at in range(0, len(self.text), size):
            time.sleep(BLOCK / self.speed)
            if streamed:
                self.say(talk, {"delta": {"content": self.text[at : at + size]}, "finish_reason": None})
            self.sent += min(size, len(self.text) - at) // CHARACTERS
        self.ended = time.monotonic()
        if streamed:
            self.say(talk, {"delta": {}, "finish_reason": "stop"})
            talk.wfile.write(b"data: [DONE]\n\n")
            return
        message = {"role": "assistant", "content": self.text}
        talk.wfile.write(json.dumps({"choices": [{"message": message, "finish_reason": "stop", "index": 0}]}).encode())

    def say(self, talk: BaseHTTPRequestHandler, choice: dict[str, object]) -> None:
        talk.wfile.write(b"data: " + json.dumps({"choices": [choice | {"index": 0}]}).encode() + b"\n\n")
        talk.wfile.flush()


def project(root: Path) -> None:
    """A shop with one red test, committed."""
    files = {"shop/__init__.py": "", "shop/args.py": TEXT + BROKEN}
    files["tests/test_shop.py"] = (
        "from shop.args import shipping\n\n\ndef test_free():\n    assert shipping(5000) == 0\n"
    )
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=b", "-c", "user.email=b@b", "commit", "-qm", "state"],
    ):
        subprocess.run(["git", *words], cwd=root, check=True)


@dataclass(frozen=True, slots=True)
class Heard:
    """Seconds from the last token to the applied patch and to the verdict, tokens sent, and how the candidate ended."""

    applied: float
    verdict: float
    sent: int
    why: str


def played(folder: Path, python: str, text: str, speed: float, *, streaming: bool) -> Heard:
    """One run of one round."""
    times: dict[str, float] = {}
    whys: list[str] = []

    def listen(event: Event) -> None:
        if event.kind == "leave" and event.candidate >= 0:
            times.setdefault(str(event.data["node"]), time.monotonic())
        if event.kind == "candidate":
            times["verdict"] = time.monotonic()
            whys.append(str(event.data["why"]))

    with Endpoint(text, speed) as endpoint:
        config = folder / "config.toml"
        config.write_text(
            f'[models.fast]\npart = "openai_chat"\nmodel = "openai/fast"\nbase_url = "{endpoint.url}"\n'
            f"profile = {{ streaming = {str(streaming).lower()}, reply_tokens = 32768, context_tokens = 200000 }}\n"
        )
        os.environ |= {"PAREBACK_CONFIG": str(config), "PAREBACK_HOME": str(folder / "home"), "OPENAI_API_KEY": "none"}
        ticket = Ticket("free", "Orders of 50.00 ship free.", repo=str(folder / "repo"), files=("shop/args.py",))
        settings = {"model": ["fast"], "candidates": 1, "max_rounds": 1, "budget": "1000", "python": python}
        pareback.run(ticket, listen=listen, **settings)
    since = endpoint.ended
    return Heard(times.get("apply", since) - since, times["verdict"] - since, endpoint.sent, whys[0])


def main() -> None:
    python, repeats = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    filling = rewritten(METHODS)
    whole, fifth = f"{filling}\n{MEND}", filling[: len(filling) // 5].rpartition("shop/args.py::")[0]
    rest = filling[len(fifth) :]
    tokens = len(whole) // CHARACTERS
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        project(folder / "repo")
        print(f"{tokens} tokens, {METHODS + 1} operations; median of {repeats}, milliseconds after the last token\n")
        print(
            "| tokens/s | applied, as it arrives | applied, at the end | verdict, as it arrives | verdict, at the end |"
        )
        print("|--:|--:|--:|--:|--:|", flush=True)
        for speed in SPEEDS:
            runs = [
                [played(folder, python, whole, speed, streaming=each) for each in (True, False)] for _ in range(repeats)
            ]
            cells = [
                statistics.median(1000 * getattr(pair[side], name) for pair in runs)
                for name in ("applied", "verdict")
                for side in (0, 1)
            ]
            print(f"| {speed} | " + " | ".join(f"{cell:.0f}" for cell in cells) + " |", flush=True)
        print("\n| what comes in the first fifth | tokens/s | tokens of the reply | tokens sent | saved | stopped |")
        print("|---|--:|--:|--:|--:|---|", flush=True)
        for name, wrong in (("text run as code", EVAL), ("a path outside", ASTRAY)):
            text = f"{fifth}{wrong}\n{rest}"
            for speed in SPEEDS:
                heard = played(folder, python, text, speed, streaming=True)
                count = len(text) // CHARACTERS
                saved = f"{100 * (count - heard.sent) / count:.0f} %"
                print(f"| {name} | {speed} | {count} | {heard.sent} | {saved} | {heard.why[:60]} |", flush=True)


if __name__ == "__main__":
    main()
