"""The appeal: what the gate refused is judged again, without a model, with a reason that everyone sees."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

CALLS = "calls.txt"


@pytest.fixture
def refused(shop: Any, texts: Mapping[str, str]) -> Any:
    """A run whose patch is green and too complex."""
    said = shop.run("Ship free", "--model", shop.script(texts["bulky"]), "--budget", "fix", "--candidates", "1")
    assert said.result["ending"] == "over_budget"
    return said.result


def test_a_larger_budget_with_a_reason_delivers_the_patch(shop: Any, refused: Any) -> None:
    before = shop.fingerprint()
    words = ("--budget", "30", "--reason", "the discount table is next", "--json")
    asked = shop.pareback("accept", refused["run"], *words).result
    assert (asked["ending"], "a question is still open" in asked["message"]) == ("over_budget", True)
    [flag] = [each["id"] for each in asked["flags"] if each["asks"]]
    said = shop.pareback("accept", refused["run"], "--waive", flag, *words)
    result = said.result
    assert (said.exit, result["ending"], result["reason"], result["budget"]) == (0, "accepted", "appeal", 30.0)
    assert "the discount table is next" in result["message"]
    assert "the discount table is next" in result["budget_source"]
    assert (result["charged"], result["tokens"], result["rounds"]) == (
        refused["charged"],
        refused["tokens"],
        refused["rounds"],
    )
    assert "range(3)" in shop.git("show", f"{result['branch']}:shop/cart.py")
    assert shop.fingerprint() == before
    again = shop.pareback("resume", refused["run"], "--json").result
    assert (again["ending"], again["branch"]) == ("accepted", result["branch"])


def test_a_budget_that_is_still_too_small_changes_nothing(shop: Any, refused: Any) -> None:
    said = shop.pareback("accept", refused["run"], "--budget", "3.5", "--reason", "a little more", "--json")
    assert (said.exit, said.result["ending"], said.result["branch"]) == (1, "over_budget", None)
    assert "still not within budget" in said.result["message"]
    assert "range(3)" in Path(said.result["patch"]).read_text()


def test_words_that_do_not_fit_are_refused_before_anything_is_written(
    shop: Any, refused: Any, texts: Mapping[str, str]
) -> None:
    run = refused["run"]
    assert shop.pareback("accept", run, "--budget", "30").exit == 2
    assert shop.pareback("accept", run, "--reason", "because").exit == 2
    assert shop.pareback("accept", run, "--budget", "lots", "--reason", "because").exit == 2
    assert shop.pareback("resume", run, "--json").result["appeals"] == []
    red = shop.run("Ship free", "--model", shop.script(texts["wrong"]), "--candidates", "1").result
    assert shop.pareback("accept", red["run"], "--budget", "30", "--reason", "because").exit == 2
