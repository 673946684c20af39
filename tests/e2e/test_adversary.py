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
    small = adversary.SMALL[0]
    with adversary.opened(small, python=str(lean)) as context:
        bare = adversary.without_paring(context)
        became = [adversary.reply(bare, adversary.TRICKS[name](small)).what for name in tricks]
        twin = adversary.reply(context, adversary.TWINS["split"](small)).what
        pared = adversary.reply(context, adversary.TRICKS["copies"](small)).what
    stopped = ["over budget", "over budget", "hard rule", "asked", "hard rule", "refused", "hard rule"]
    assert (became, twin) == (stopped, "accepted")
    assert pared == "over budget"  # without a model the two copies became one function; that one is too much as well


def test_a_trick_that_is_pared_away_leaves_what_is_small(adversary: Any, lean: Path) -> None:
    small = adversary.SMALL[2]
    with adversary.opened(small, python=str(lean)) as context:
        bare, pared = (
            adversary.reply(each, adversary.TRICKS["split"](small))
            for each in (adversary.without_paring(context), context)
        )
    assert (bare.what, pared.what, float(pared.why) <= 3.0) == ("over budget", "pared", True)
