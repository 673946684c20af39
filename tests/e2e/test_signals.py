"""Ctrl-C and its kin: the run ends in good order, says how to go on, and goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_interrupts_and_resume_goes_on(
    shop: Any, texts: Mapping[str, str], endpoint: Callable[..., Any], number: signal.Signals
) -> None:
    server = endpoint([endpoint.say(texts["fix"], delay=60.0), texts["fix"]])
    process = start(shop, server.url)
    waited = time.monotonic() + 60
    while not server.calls and time.monotonic() < waited:
        time.sleep(0.05)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    result = json.loads(out)
    assert (process.returncode, result["ending"]) == (130, "interrupted"), err
    resumed = shop.pareback("resume", result["run"], "--json")
    assert (resumed.exit, resumed.result["ending"], len(server.calls)) == (0, "accepted", 2)


def test_a_signal_while_a_linter_looks_is_no_broken_linter(
    shop: Any, texts: Mapping[str, str], endpoint: Callable[..., Any]
) -> None:
    looks = shop.home.parent / "looks"
    slow = f"import pathlib, time; p = pathlib.Path({str(looks)!r}); p.exists() or [p.touch(), time.sleep(60)]"
    process = start(
        shop, endpoint([texts["fix"]]).url, "--sandbox", "none", "--lint-cmd", f'{sys.executable} -c "{slow}"'
    )
    waited = time.monotonic() + 60
    while not looks.exists() and time.monotonic() < waited:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    result = json.loads(out)
    assert (process.returncode, result["ending"]) == (130, "interrupted"), err
    resumed = shop.pareback("resume", result["run"], "--json")
    assert (resumed.exit, resumed.result["ending"]) == (0, "accepted"), resumed.err


def start(shop: Any, url: str, *more: str) -> "subprocess.Popen[str]":
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environ = keep | {"PAREBACK_HOME": str(shop.home), "PAREBACK_CONFIG": str(shop.home / "none.toml")}
    words = ["run", "Ship free", "--json", "--python", str(shop.python), "--candidates", "1"]
    model = ["--model", "openai_chat:m", "--base-url", url]
    program = [sys.executable, "-m", "pareback.orchestrator.cli", *words, *model, *more]
    return subprocess.Popen(
        program, cwd=shop.root, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
