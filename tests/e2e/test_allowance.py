"""The budget of a run that was asked for none: from its red tests, its size and the repository's history."""

import json
from collections.abc import Mapping
from typing import Any


def test_red_tests_give_a_budget_and_the_result_shows_how(shop: Any, texts: Mapping[str, str]) -> None:
    said = shop.run("Ship free from 50.00", "--model", shop.script(texts["fix"]), "--candidates", "1")
    assert (said.result["ending"], said.result["budget"]) == ("accepted", 3.5)
    assert said.result["budget_source"] == "auto: 2 test lines 2.6·2^0.38 = 3.4"


def test_the_lower_median_of_size_and_tests_is_taken(shop: Any, texts: Mapping[str, str]) -> None:
    spec = shop.home / "ticket.json"
    spec.parent.mkdir(parents=True, exist_ok=True)
    spec.write_text(json.dumps({"id": "t", "text": "Ship free from 50.00", "size": "large"}))
    said = shop.run("--spec", str(spec), "--model", shop.script(texts["fix"]), "--candidates", "1")
    assert said.result["budget"] == 3.5
    assert said.result["budget_source"].startswith("auto: lower median of size large 30, 2 test lines")


def test_of_a_file_that_lacks_a_name_only_tests_that_speak_of_it_count(shop: Any) -> None:
    shop.write(
        {
            "tests/test_rates.py": "from shop.cart import rate\n\n\ndef test_rate():\n    assert rate(1) == 2\n\n\n"
            "def test_other():\n    assert 1\n"
        }
    )
    said = shop.run("Add a rate", "--tests", "tests/test_rates.py", "--dry-run")
    assert said.result["budget_source"] == "auto: 2 test lines 2.6·2^0.38 = 3.4"
