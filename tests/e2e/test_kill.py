"""Kill -9 at every boundary of every node and at random moments: the same patch, nothing asked again in vain."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

KILLER = Path(__file__).with_name("killer.py")


@pytest.fixture
def asked(texts: Mapping[str, str]) -> Callable[[Mapping[str, Any]], str]:
    """A model that is wrong, then too complex, then right; a function of the prompt, as a model is."""

    def answer(body: Mapping[str, Any]) -> str:
        prompt = body["messages"][-1]["content"]
        if "range(3)" in prompt:
            return texts["slim"]
        return texts["bulky"] if "round 1:" in prompt else texts["wrong"]

    return answer


def survive(shop: Any, url: str, mode: str, *, seed: int = 0, longest: float = 0.0) -> dict[str, Any]:
    home = shop.home.with_name(f"home-{mode}-{seed}")
    home.mkdir()
    words = [
        sys.executable,
        str(KILLER),
        str(home),
        str(shop.root),
        str(shop.python),
        url,
        mode,
        str(seed),
        str(longest),
    ]
    keep = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(words, env=keep, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def whole(shop: Any, url: str) -> dict[str, Any]:
    """The same ticket without a kill."""
    return survive(shop, url, "none")


def test_a_kill_at_every_boundary_loses_nothing(
    shop: Any, endpoint: Callable[..., Any], asked: Callable[[Mapping[str, Any]], str]
) -> None:
    calm, stormy = endpoint(asked), endpoint(asked)
    expected = whole(shop, calm.url)
    found = survive(shop, stormy.url, "events")
    assert found["kills"] >= 42
    assert (found["outcome"]["ending"], found["runs"]) == ("accepted", 1)
    assert tree(shop, found) == tree(shop, expected)
    assert patch(found) == patch(expected)
    assert len(stormy.calls) <= len(calm.calls) + found["kills"]  # one candidate a round: one call in flight at most
    repeated = len(stormy.calls) - len({json.dumps(call.body, sort_keys=True) for call in stormy.calls})
    assert repeated <= found["lives_in_a_call"]


@pytest.mark.parametrize("first", [0, 4])
def test_kills_at_random_moments_lose_nothing(
    first: int, shop: Any, endpoint: Callable[..., Any], asked: Callable[[Mapping[str, Any]], str]
) -> None:
    kills = 0
    calm = endpoint(asked)
    expected = whole(shop, calm.url)
    for seed in range(first, first + 4):
        stormy = endpoint(asked)
        found = survive(shop, stormy.url, "random", seed=seed, longest=0.8 * expected["seconds"])
        kills += found["kills"]
        assert (found["outcome"]["ending"], patch(found), found["runs"]) == ("accepted", patch(expected), 1)
        assert len(stormy.calls) <= len(calm.calls) + found["kills"]
    assert kills >= 4


def tree(shop: Any, found: Mapping[str, Any]) -> str:
    return str(shop.git("rev-parse", f"{found['outcome']['branch']}^{{tree}}"))


def patch(found: Mapping[str, Any]) -> bytes:
    return Path(found["outcome"]["patch"]).read_bytes()
