"""The whole command line in the sandbox: what the result says, what the tests cannot do, and how a refusal ends."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from pareback.workspaces.sandboxes import strict

LACK = strict.build().lack()
needs_strict = pytest.mark.skipif(LACK is not None, reason=f"strict is not offered here: {LACK and LACK.why}")
NOSY = """
import pytest

@pytest.mark.parametrize("place", {places!r})
def test_nosy(place):
    with pytest.raises(OSError):
        open(place).read()
"""


@needs_strict
def test_a_run_says_its_level_and_its_tests_see_neither_the_checkout_nor_the_home(
    shop: Any, texts: Mapping[str, str]
) -> None:
    shop.home.mkdir(parents=True, exist_ok=True)
    secret = shop.home / "secret"
    secret.write_text("sk-1")
    places = [secret, shop.root / "shop/cart.py", shop.root / ".git/config", f"/proc/{os.getpid()}/environ"]
    shop.write({"tests/test_nosy.py": NOSY.format(places=[str(place) for place in places])})
    shop.commit()
    said = shop.run("Ship free from 50.00", "--model", shop.script(texts["fix"]))
    assert (said.exit, said.result["ending"], said.result["sandbox"]) == (0, "accepted", "strict"), said.err


@needs_strict
def test_the_level_that_was_asked_for_or_none_at_all(shop: Any, texts: Mapping[str, str]) -> None:
    """Inside a sandbox that allows no further one: exit 78 with what to do, nothing run, no model called."""
    outer = ["bwrap", "--dev-bind", "/", "/", "--unshare-user", "--uid", "1234", "--gid", "1234", "--disable-userns"]
    words = ["run", "Ship free", "--model", shop.script(texts["fix"]), "--json", "--sandbox", "strict"]
    environ = {"PATH": os.environ["PATH"], "PAREBACK_HOME": str(shop.home), "PAREBACK_CONFIG": str(shop.home / "none")}
    program = [sys.executable, "-m", "pareback.orchestrator.cli", *words, "--python", str(shop.python)]
    said = subprocess.run([*outer, *program], cwd=shop.root, env=environ, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (78, ""), said.stderr
    assert "sandbox 'strict' is not offered here: strict: " in said.stderr


def test_doctor_says_what_is_offered(shop: Any) -> None:
    said = shop.pareback("doctor", "--json")
    found = {finding["what"]: finding for finding in json.loads(said.out)}
    assert (said.exit, found["sandbox"]["found"].split(";")[0] == "strict") == (0, LACK is None)
    assert (found["sandbox"]["mend"] == "") == (LACK is None)
    assert {"git", "interpreter", "runners", "models", "folders"} <= set(found)
