"""Kill -9 in a larger loop than the tests have time for: many runs, each killed at random until it gets through.

    python benchmarks/kill_loop.py --kills 200 --python LEAN/bin/python

Uses the killer of the end-to-end tests and a loopback model that answers by what the prompt says. Prints kills, and
repeated calls, and whether every run delivered the same tree.
"""

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[1]
KILLER = ROOT / "tests" / "e2e" / "killer.py"


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--kills", type=int, default=200)
    words.add_argument(
        "--python", default=sys.executable, help="runs the target's tests; one with pytest alone is quickest"
    )
    chosen = words.parse_args()
    wanted, python = chosen.kills, chosen.python
    shop = load(ROOT / "tests" / "e2e" / "conftest.py")
    counts: Counter[str] = Counter()
    trees = set()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder, Endpoint(shop) as endpoint:
        project = shop.Project(Path(folder) / "project", Path(folder) / "home", Path(python))
        project.root.mkdir()
        project.git("init", "-q", "-b", "main")
        project.write(shop.SHOP)
        project.commit()
        while counts["kills"] < wanted:
            found = one(project, Path(folder) / f"home-{counts['runs']}", endpoint.url, seed=counts["runs"])
            counts += Counter(kills=found["kills"], runs=1, accepted=found["outcome"]["ending"] == "accepted")
            trees.add(project.git("rev-parse", f"{found['outcome']['branch']}^{{tree}}"))
        calls = endpoint.calls
    print("| kills | runs | accepted | distinct trees | calls | calls of an unkilled run | repeated per kill |")
    print("|--:|--:|--:|--:|--:|--:|--:|")
    extra = (calls - 3 * counts["runs"]) / counts["kills"]
    print(f"| {counts['kills']} | {counts['runs']} | {counts['accepted']} | {len(trees)} | {calls} | 3 | {extra:.3f} |")


def one(project: Any, home: Path, url: str, *, seed: int) -> dict[str, Any]:
    home.mkdir()
    words = [
        sys.executable,
        str(KILLER),
        str(home),
        str(project.root),
        str(project.python),
        url,
        "random",
        str(seed),
        "4",
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def load(path: Path) -> ModuleType:
    """The end-to-end fixtures as a module: the shop, the replies."""
    spec = importlib.util.spec_from_file_location("shop_fixtures", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["shop_fixtures"] = module
    spec.loader.exec_module(module)
    return module


class Endpoint:
    """A loopback model: wrong, then too complex, then right, as the prompt shows what came before."""

    def __init__(self, shop: ModuleType) -> None:
        self.calls = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                outer.calls += 1
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                prompt = body["messages"][-1]["content"]
                text = shop.SLIM if "range(3)" in prompt else shop.BULKY if "round 1:" in prompt else shop.WRONG
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                for choice in (
                    {"delta": {"content": text}, "finish_reason": None},
                    {"delta": {}, "finish_reason": "stop"},
                ):
                    self.wfile.write(b"data: " + json.dumps({"choices": [choice | {"index": 0}]}).encode() + b"\n\n")
                self.wfile.write(b"data: [DONE]\n\n")
                self.close_connection = True

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


if __name__ == "__main__":
    main()
