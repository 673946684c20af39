"""Tickets without a red test through the command line: a few of benchmarks/asks.py, resumed, in a batch, landed."""

import importlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs/schemas/run.schema.json").read_text(encoding="utf-8"))
SHOP = {
    "shop/__init__.py": "",
    "shop/cart.py": '"""Prices in cents."""\n\n\nclass Cart:\n    def fee(self, total):\n        return total // 10\n',
    "shop/money.py": '"""Money."""\n\n\ndef euros(cents):\n    return f"{cents / 100:.2f}"\n',
    "tests/test_cart.py": "from shop.cart import Cart\n\n\ndef test_fee():\n    assert Cart().fee(100) == 10\n",
}
STATIC = """shop/cart.py
<<<<<<< SEARCH
    def fee(self, total):
=======
    @staticmethod
    def fee(total):
>>>>>>> REPLACE
"""
REBATE = f"shop/money.py\n```python\n{SHOP['shop/money.py']}\n\ndef rebate(cents):\n    return cents // 2\n```\n"
TEST = "from shop.money import rebate\n\n\ndef test_half():\n    assert rebate(9) == 4\n"
HALF = f"tests/test_half.py\n```python\n{TEST}```\n"
DECORATED = "decorated shop/cart.py:Cart.fee staticmethod"


@pytest.fixture
def asks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The benchmark as a module, forgotten afterwards."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    yield importlib.import_module("asks")
    sys.modules.pop("asks", None)


@pytest.fixture
def shop(make: Callable[..., Any]) -> Any:
    """A shop in which no test is red."""
    return make(SHOP)


def script(shop: Any, *before: str, replies: list[Any]) -> str:
    """A scripted model: what it says before the first round, then its rounds."""
    path = shop.home / "script.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"before": before, "replies": replies}))
    return f"scripted:{path}"


@pytest.mark.parametrize("name", ["static", "rename", "empty_order", "simplify"])
def test_the_whole_patch_wins_and_not_the_smallest(asks: Any, lean: Path, tmp_path: Path, name: str) -> None:
    root = tmp_path / "depot"
    root.mkdir()
    asks.lay_out(root)
    number, ask = next((at, each) for at, each in enumerate(asks.asks()) if each.name == name)
    found = asks.became(ask, number, root, tmp_path / "home", ("--python", str(lean), "--sandbox", "none"))
    assert (found.whole, found.result["ending"], found.result["oracle"]) == (True, "accepted", "model_written")
    assert all(each["met"] for each in found.result["conditions"])
    others = [found.candidates[kind]["green"] for kind in ("empty", "half")]
    assert not any(others)  # red, or cancelled, or no edit at all
    jsonschema.Draft202012Validator(SCHEMA).validate(found.result)


def test_half_a_patch_is_pushed_back_with_what_it_lacks(shop: Any) -> None:
    half = STATIC.replace("    @staticmethod\n    def fee(total)", "    def fee(self, total, /)")
    model = script(shop, f"{DECORATED}\nnot parameter Cart.fee self", replies=[half, STATIC])
    said = shop.run("Make fee static", "--model", model, "--candidates", "1")
    assert (said.exit, said.result["ending"], said.result["rounds"]) == (0, "accepted", 2), said.err
    shown = shop.pareback("show", said.result["run"]).out
    assert f"specified by {model}\n  condition: {DECORATED}\n" in shown
    assert f"#0 red 0/0, not done: {DECORATED}, not done: not parameter Cart.fee self" in shown
    assert f"told: not done yet: {DECORATED} (shop/cart.py:5: not found there)" in shown


def test_a_resumed_run_is_held_to_what_was_said_before(shop: Any) -> None:
    script(shop, HALF, replies=[{"text": "no key", "error": "refused"}])
    first = shop.run("Halve", "--model", model := f"scripted:{shop.home / 'script.json'}", "--candidates", "1")
    assert (first.result["ending"], first.result["reason"]) == ("blocked", "model_refused")
    assert script(shop, replies=[REBATE]) == model  # asked again, it would have nothing to say
    said = shop.pareback("resume", first.result["run"], "--json")
    result = json.loads(said.out)
    assert (said.exit, result["ending"], result["oracle"]) == (0, "accepted", "model_written"), said.err
    assert result["specified"] == first.result["specified"]
    assert shop.git("show", f"{result['branch']}:tests/test_half.py") == TEST
    assert result["tests"]["target_green"] == 1


def test_conditions_on_the_command_line_need_no_tests_and_a_dry_run_asks_nobody(shop: Any) -> None:
    dry = shop.run("Make fee static", "--model", script(shop, replies=[]), "--dry-run")
    assert (dry.exit, dry.result["reason"], "asked first when this is done" in dry.result["message"]) == (
        0,
        "dry_run",
        True,
    )
    model = script(shop, replies=["Done.", STATIC])
    said = shop.run("Make fee static", "--model", model, "--candidates", "1", "--condition", DECORATED)
    assert (said.exit, said.result["oracle"], said.result["specified"]["by"]) == (0, "given", "ticket"), said.err


def test_a_batch_specifies_and_what_it_delivers_lands(shop: Any, endpoint: Any, tmp_path: Path) -> None:
    def answer(body: Mapping[str, Any]) -> str:
        asked, text = (body["messages"][at]["content"] for at in (0, -1))
        if "You say it." in asked:
            return HALF if "[half]" in text else f"{DECORATED}\nnot parameter Cart.fee self"
        return REBATE if "[half]" in text else STATIC

    records = [{"id": name, "text": f"Do it [{name}]", "repo": str(shop.root)} for name in ("half", "static")]
    file, out = tmp_path / "tickets.jsonl", tmp_path / "out"
    file.write_text("".join(json.dumps(each) + "\n" for each in records))
    settings = ("--json", "--python", str(shop.python), "--sandbox", "none")
    model = ("--model", "openai_chat:m", "--base-url", endpoint(answer).url, "--candidates", "1")
    said = shop.pareback("batch", str(file), "--out", str(out), *settings, *model, OPENAI_API_KEY="sk-not-a-key")
    assert said.exit == 0, said.err
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    assert {each["ticket"]: (each["oracle"], each["calls"]["total"]) for each in lines} == {
        "half": ("model_written", 2),
        "static": ("model_written", 2),
    }
    landed = shop.pareback("land", str(out), *settings)
    assert landed.exit == 0, landed.err
    (found,) = landed.result["repositories"]
    assert ({each["ticket"] for each in found["landed"]}, found["cold"]["green"]) == ({"half", "static"}, True)
    assert shop.git("show", f"{found['branch']}:tests/test_half.py") == TEST
    assert "@staticmethod" in shop.git("show", f"{found['branch']}:shop/cart.py")
