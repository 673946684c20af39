"""`check --history` on a real repository, and a check whose budget comes from it."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

SCHEMA = Path(__file__).resolve().parents[2] / "docs/schemas/history.schema.json"


@pytest.fixture
def aged(shop: Any) -> Any:
    """The shop after a harmless change and one that runs text as code."""
    cart = shop.root / "shop/cart.py"
    cart.write_text(cart.read_text() + "\n\ndef free(total: int) -> bool:\n    return shipping(total) == 0\n")
    shop.commit("add free")
    cart.write_text(cart.read_text() + "\n\ndef rule(text: str) -> object:\n    return eval(text)\n")
    shop.commit("Fix the rules")
    return shop


def test_the_tally_follows_its_schema_and_names_what_is_refused(aged: Any) -> None:
    said = aged.pareback("check", "--history", "5", "--format", "json")
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text())).validate(said.result)
    assert (said.exit, said.result["commits"], list(said.result["rules"])) == (0, 2, ["H4"])
    assert [refused["subject"] for refused in said.result["refused"]] == ["Fix the rules"]


def test_it_is_told_to_people_too_and_may_start_elsewhere(aged: Any) -> None:
    said = aged.pareback("check", "--history", "5")
    assert (said.exit, "2 merged changes, 1 of them refused" in said.out, "Fix the rules" in said.out) == (
        0,
        True,
        True,
    )
    assert "1 merged changes, 0 of them refused" in aged.pareback("check", "--history", "5", "--base", "HEAD~1").out


@pytest.mark.parametrize(("words", "told"), [(("0",), "1 or more"), (("5", "--format", "sarif"), "text or json")])
def test_what_cannot_be_told_is_refused(aged: Any, words: tuple[str, ...], told: str) -> None:
    said = aged.pareback("check", "--history", *words)
    assert (said.exit, told in said.err) == (2, True)
