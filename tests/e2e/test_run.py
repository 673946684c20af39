"""One ticket through the whole loop: wrong edit, red, green but too complex, accepted; real git, real pytest."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest


def test_wrong_then_too_complex_then_accepted(shop: Any, texts: Mapping[str, str]) -> None:
    model = shop.script(texts["wrong"], texts["bulky"], texts["slim"])
    before = shop.fingerprint()
    said = shop.run("Ship free from 50.00", "--model", model, "--budget", "fix", "--candidates", "1")
    result = said.result
    assert (said.exit, result["ending"], result["rounds"], result["tests"]["target_green"]) == (0, "accepted", 3, 1)
    assert (result["delta"], result["charged"] <= result["budget"], result["hard"]) == (0.0, True, [])
    record = json.loads((Path(result["report"]).parent / "record.json").read_text())["rounds"]
    assert [each["step"]["what"] for each in record] == ["feedback", "feedback", "accept"]
    assert [each["candidates"][0]["green"] for each in record] == [False, True, True]
    assert record[2]["told"]["findings"] != []
    assert shop.git("show", f"{result['branch']}:shop/cart.py").count(">= 5000") == 1
    assert shop.git("rev-parse", f"{result['branch']}^") == shop.git("rev-parse", "HEAD")
    assert shop.fingerprint() == before


def test_the_embedded_model_mends_it_without_a_key(shop: Any) -> None:
    said = shop.run("Ship free from 50.00", "--budget", "fix")
    assert (said.exit, said.result["ending"], said.result["model"], said.result["cost_usd"]) == (
        0,
        "accepted",
        "embedded",
        0.0,
    )
    assert ">= 5000" in Path(said.result["patch"]).read_text() or "> 4999" in Path(said.result["patch"]).read_text()


def test_a_patch_that_is_never_small_enough_is_kept_and_shown(shop: Any, texts: Mapping[str, str]) -> None:
    said = shop.run("Ship free", "--model", shop.script(texts["bulky"]), "--budget", "fix", "--candidates", "1")
    result = said.result
    assert (said.exit, result["ending"], result["reason"], result["branch"]) == (1, "over_budget", "exhausted", None)
    assert result["charged"] > result["budget"]
    assert "range(3)" in Path(result["patch"]).read_text()


def test_a_patch_that_never_turns_green_ends_red(shop: Any, texts: Mapping[str, str]) -> None:
    said = shop.run("Ship free", "--model", shop.script(texts["wrong"]), "--candidates", "1")
    assert (said.exit, said.result["ending"], said.result["branch"]) == (1, "red", None)


def test_a_regression_is_not_accepted(shop: Any) -> None:
    wider = "shop/cart.py\n<<<<<<< SEARCH\n    if total > 5000:\n=======\n    if total > 1:\n>>>>>>> REPLACE\n"
    said = shop.run("Ship free", "--model", shop.script(wider), "--candidates", "1")
    assert (said.result["ending"], said.result["tests"]["regressions"]) == ("red", 1)


def test_the_better_of_two_candidates_wins(shop: Any, texts: Mapping[str, str]) -> None:
    said = shop.run("Ship free", "--model", shop.script([texts["wrong"], texts["fix"]]), "--budget", "fix")
    assert (said.result["ending"], said.result["rounds"], said.result["candidates"]) == ("accepted", 1, 2)


def test_a_second_rung_takes_over(shop: Any, texts: Mapping[str, str]) -> None:
    first, second = shop.script(texts["wrong"]), shop.script(texts["wrong"], texts["fix"], texts["fix"])
    said = shop.run("Ship free", "--model", first, "--model", second, "--candidates", "1")
    record = json.loads((Path(said.result["report"]).parent / "record.json").read_text())["rounds"]
    assert (said.result["ending"], said.result["model"]) == ("accepted", second)
    assert "rung" in [each["step"]["what"] for each in record]


def test_apply_writes_the_work_tree_and_undo_takes_it_back(shop: Any, texts: Mapping[str, str]) -> None:
    before = shop.fingerprint()
    said = shop.run("Ship free", "--model", shop.script(texts["fix"]), "--apply", "--yes")
    assert (said.exit, said.result["applied"], ">= 5000" in (shop.root / "shop/cart.py").read_text()) == (0, True, True)
    undone = shop.pareback("undo", said.result["run"])
    assert (undone.exit, shop.fingerprint()) == (0, before)


def test_tests_and_configuration_cannot_be_edited(shop: Any) -> None:
    old = "    assert shipping(5000) == 0"
    cheat = f"tests/test_cart.py\n<<<<<<< SEARCH\n{old}\n=======\n    assert True\n>>>>>>> REPLACE\n"
    said = shop.run("Ship free", "--model", shop.script(cheat), "--candidates", "1")
    record = json.loads((Path(said.result["report"]).parent / "record.json").read_text())["rounds"]
    answer = record[0]["candidates"][0]["answers"][0]
    assert (said.result["ending"], answer["status"]) == ("red", "refused")
    assert "allow" in answer["message"]


@pytest.mark.parametrize("client", ["openai_chat:m", "litellm_chat:openai/m"])
def test_the_loop_over_http(shop: Any, texts: Mapping[str, str], endpoint: Callable[..., Any], client: str) -> None:
    server = endpoint([texts["wrong"], texts["bulky"], texts["slim"]])
    said = shop.run(
        *("Ship free from 50.00", "--model", client, "--base-url", server.url),
        *("--budget", "fix", "--candidates", "1"),
        OPENAI_API_KEY="sk-test-not-a-real-key",
    )
    result = said.result
    assert (said.exit, result["ending"], result["rounds"], len(server.calls)) == (0, "accepted", 3, 3), said.err
    assert (result["tokens"]["completion"], result["cost_usd"]) == (60, None)
    third = json.dumps(server.calls[2].body)
    assert "range(3)" in third
    assert "sk-test" not in third + said.out + said.err


def test_a_command_in_place_of_pytest(shop: Any, texts: Mapping[str, str]) -> None:
    check = f"{sys.executable} -c 'from shop.cart import shipping; assert shipping(5000) == 0, shipping(5000)'"
    said = shop.run("Ship free", "--model", shop.script(texts["fix"]), "--test-cmd", check)
    assert (said.result["ending"], said.result["oracle"]) == ("accepted", "command")


def test_show_and_runs_tell_what_happened(shop: Any, texts: Mapping[str, str]) -> None:
    said = shop.run("Ship free", "--model", shop.script(texts["wrong"], texts["fix"]), "--candidates", "1")
    shown = shop.pareback("show", said.result["run"]).out
    assert ("accepted" in shown, "red 0/1" in shown, "green 1/1" in shown) == (True, True, True)
    assert "  shown: shop/cart.py\n" in shown
    assert "used  round 2: 1 calls, tokens unknown, cost unknown" in shown
    assert said.result["run"] in shop.pareback("runs").out


def test_a_dry_run_calls_no_model(shop: Any, endpoint: Callable[..., Any]) -> None:
    server = endpoint(["never"])
    said = shop.run("Ship free", "--model", "openai_chat:m", "--base-url", server.url, "--dry-run")
    assert (said.exit, said.result["reason"], server.calls) == (0, "dry_run", [])
    known = {name: said.result[name] for name in ("budget", "oracle", "rounds")}
    assert (known, said.result["tests"]["total"]) == ({"budget": 3.5, "oracle": "existing_suite", "rounds": 0}, 3)


def test_a_baseline_that_the_seconds_cut_short_says_which_setting_gives_it_more(shop: Any) -> None:
    slow = "import time\n\n\ndef test_slow():\n    time.sleep(30)\n"
    shop.write({"tests/test_slow.py": slow})
    shop.commit()
    said = shop.run("Ship free from 50.00", "--max-seconds", "4")
    assert (said.exit, said.result["ending"], "--max-seconds" in said.result["message"]) == (1, "red", True)
