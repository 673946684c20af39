"""A small version of benchmarks/adversary.py: tricks that no rule, price or flag may let pass, and an honest twin."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def adversary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The benchmark as a module; the modules beside it are forgotten afterwards."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield importlib.import_module("adversary")
    for name in ("adversary", "arena", "tricks"):
        sys.modules.pop(name, None)


def test_no_trick_is_accepted_and_an_honest_twin_is(adversary: Any, lean: Path) -> None:
    tricks = ("split", "dispatch", "code_in_text", "code_in_data", "suppression", "edited_tests", "copies")
    with adversary.opened(adversary.SMALL[0], python=str(lean)) as context:
        small = adversary.SMALL[0]
        became = [adversary.reply(context, adversary.TRICKS[name](small)).what for name in tricks]
        twin = adversary.reply(context, adversary.TWINS["split"](small)).what
    stopped = ["over budget", "over budget", "hard rule", "asked", "hard rule", "refused", "over budget"]
    assert (became, twin) == (stopped, "accepted")
