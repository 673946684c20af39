"""A profile from configuration: every value of its type and in its range, or one line that says which is not."""

from dataclasses import replace
from typing import Any

import pytest

from pareback.adapters import profiles
from pareback.adapters.model import Prices, Profile
from pareback.orchestrator.config import ConfigError, ModelTable
from pareback.orchestrator.profile import changed, read


def test_changes_and_prices_stand_on_top_of_the_family() -> None:
    table = ModelTable(
        profile={"forms": ["whole"], "silence": 5, "temperatures": [0, 1], "refill": "", "extra": {"top_k": 3}},
        prices={"prompt": 1.0, "completion": 2.0},
    )
    expected = replace(
        profiles.named("mercury-2"),
        forms=("whole",),
        silence=5,
        temperatures=(0, 1),
        refill="",
        extra={"top_k": 3},
        prices=Prices(1.0, 2.0),
    )
    assert read("fast", "inception/mercury-2", table) == expected
    assert read("fast", "inception/mercury-2", ModelTable()) == profiles.named("mercury-2")


def test_without_a_temperature_replies_do_not_differ_unless_the_user_says_so() -> None:
    assert not changed(Profile(), {"temperature": 0}, "x").sampled
    assert changed(Profile(), {"temperature": 0, "sampled": True}, "x").sampled
    assert changed(Profile(), {"temperature": None}, "x").sampled


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"colour": "red"}, "there is no 'colour'; expected some of forms, sees"),
        ({"prices": {}}, "there is no 'prices'"),
        ({"temperature": "hot"}, "'temperature' is 'hot'; expected a valid number"),
        ({"streaming": 1}, "'streaming' is 1; expected a valid boolean"),
        ({"context_tokens": "8192"}, "'context_tokens' is '8192'; expected a valid integer"),
        ({"reply_tokens": 1.5}, "'reply_tokens' is 1.5; expected a valid integer"),
        ({"forms": "whole"}, "'forms' is 'whole'; expected a valid tuple"),
        ({"forms": []}, "'forms' is empty; expected"),
        ({"forms": ["telepathy"]}, "no edit form is named 'telepathy'; there are: "),
        ({"cap": "tokens"}, "'cap' is 'tokens'; expected 'max_tokens' or 'max_completion_tokens'"),
        ({"refill": "telepathy"}, "'refill' is 'telepathy'; expected '', 'edit', 'infill' or 'canvas'"),
        ({"refill": "canvas"}, "'refill' is 'canvas' without 'canvas_tokens'"),
        ({"silence": 0}, "'silence' is 0; expected seconds above 0"),
        ({"temperatures": [1, 0]}, r"'temperatures' is \(1, 0\); expected the lowest and the highest"),
        ({"temperatures": [1]}, "'temperatures' is"),
        ({"context_tokens": 100}, "'reply_tokens' is 8192; expected 1 to below 'context_tokens', 100"),
        ({"candidates": 0}, "'candidates' is below 1"),
        ({"extra": 5}, "'extra' is 5; expected"),
    ],
)
def test_a_value_that_does_not_fit_is_one_clear_line(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        changed(Profile(), changes, "[models.mine].profile")
    assert str(caught.value).startswith("[models.mine].profile: ")
    assert "\n" not in str(caught.value)
