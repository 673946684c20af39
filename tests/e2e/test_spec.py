"""`run --spec FILE --result FILE`: what every engine starts. A ticket or a whole job in, a document and a code out."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pareback.adapters import lifeline
from pareback.workspaces.bundle import make


def spec(shop: Any, document: dict[str, Any]) -> list[str]:
    path = shop.home / "spec.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document))
    return ["--spec", str(path), "--result", str(shop.home / "out.json")]


def test_a_ticket_by_itself(shop: Any) -> None:
    said = shop.run(*spec(shop, {"id": "t1", "text": "Ship free from 50.00", "repo": str(shop.root), "budget": "fix"}))
    assert (said.exit, said.result["ending"], said.result["ticket"]) == (0, "accepted", "t1")
    assert json.loads((shop.home / "out.json").read_text()) == said.result
    assert not (shop.home / "out.part").exists()


def test_a_whole_job_with_its_repository_in_a_bundle(shop: Any) -> None:
    commit, bundle = make(shop.root, None, folder=shop.home / "sent")
    before = shop.fingerprint()
    (shop.root / "shop" / "cart.py").write_text("broken: this is not what the ticket is about")
    dirty = shop.fingerprint()
    job = {
        "ticket": {"id": "t1", "text": "Ship free from 50.00", "base": commit},
        "flags": {"budget": "fix", "python": str(shop.python)},
        "wish": {"patch": str(shop.home / "mine.diff")},
        "bundle": str(bundle),
    }
    said = shop.pareback("run", *spec(shop, job), "--json")
    assert (said.exit, said.result["ending"], said.result["branch"]) == (0, "accepted", None), said.err
    assert said.result["base"] == commit
    assert shop.fingerprint() == dirty != before
    assert said.result["patch"] == str(shop.home / "mine.diff")
    shop.git("checkout", "-q", "--", ".")
    shop.git("apply", str(shop.home / "mine.diff"))


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"ticket": {"text": "x"}, "bundel": "b"}, "unknown field 'bundel'"),
        ({"ticket": {"text": "x"}, "flags": []}, "flags is []; expected a dict"),
        ({"ticket": {"text": "x"}, "wish": {"fly": True}}, "expected branch, patch, apply, on_base"),
        ({"ticket": {"text": "x"}, "bundle": "b"}, "without a base"),
        ({"ticket": {"text": "x"}, "flags": {"budgte": 1}}, "budgte"),
    ],
)
def test_what_does_not_fit_is_said_in_a_line(shop: Any, document: dict[str, Any], words: str) -> None:
    said = shop.run(*spec(shop, document))
    assert (said.exit, said.err.count("\n")) == (2, 1), said.err
    assert words in said.err


def test_it_ends_when_whoever_started_it_is_gone(shop: Any, endpoint: Any) -> None:
    server = endpoint([endpoint.say("late", delay=60)])
    words = spec(shop, {"text": "Ship free", "repo": str(shop.root)})
    held, life = os.pipe()
    words += ["--python", str(shop.python), "--model", "openai_chat:m", "--base-url", server.url, "--candidates", "1"]
    process = subprocess.Popen(
        [sys.executable, "-m", "pareback.orchestrator.cli", "run", *words],
        env={**os.environ, "PAREBACK_HOME": str(shop.home), lifeline.VARIABLE: str(held)},
        pass_fds=[held],
        start_new_session=True,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    os.close(held)
    limit = time.monotonic() + 30
    while not server.calls and time.monotonic() < limit:
        time.sleep(0.05)
    assert process.poll() is None
    os.close(life)
    assert process.wait(timeout=15) in {130, -9}
    assert not Path(f"/proc/{process.pid}").exists()
