"""Bad input: one line that names the thing, the right exit code, no traceback, nothing left behind."""

from collections.abc import Callable
from typing import Any

import pytest


def one_line(said: Any) -> str:
    lines = said.err.strip().splitlines()
    assert len(lines) == 1, said.err
    return str(lines[0])


def test_no_git_repository(make: Callable[..., Any], tmp_path: Any) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    said = make().pareback("run", "x", "--json", cwd=plain)
    assert (said.exit, "not in a git repository" in one_line(said) or "git" in one_line(said)) == (2, True)


@pytest.mark.parametrize(
    ("words", "exit_code", "named"),
    [
        (["run"], 2, "--spec"),
        (["run", "missing.md"], 2, "missing.md"),
        (["run", "x", "--budget", "cheap"], 2, "'cheap'"),
        (["run", "x", "--model", "scripted:none.json"], 2, "none.json"),
        (["run", "x", "--model", "openai/gpt-5.4-nano"], 2, "OPENAI_API_KEY"),
        (["run", "x", "--python", "/nowhere/python"], 2, "/nowhere/python"),
        (["run", "x", "--base", "nowhere"], 2, "nowhere"),
        (["run", "x", "--setup", "auto"], 2, "auto"),
        (["run", "x", "--max-rounds", "0"], 2, "max_rounds"),
        (["run", "x", "--colour"], 2, "--colour"),
        (["show", "nope"], 2, "'nope'"),
        (["undo", "nope"], 2, "'nope'"),
        (["check", "--base", "nowhere"], 2, "nowhere"),
        (["check", "--format", "yaml"], 2, "'yaml'"),
        (["parts", "motors"], 2, "'motors'"),
        (["bench", "quixbugs", "."], 2, "QuixBugs"),
        (["cache", "burn"], 2, "'burn'"),
    ],
)
def test_one_line_and_an_exit_code(shop: Any, words: list[str], exit_code: int, named: str) -> None:
    said = shop.pareback(*words)
    told = said.err + said.out
    assert (said.exit, named in told, "Traceback" in told) == (exit_code, True, False), told


def test_an_unreadable_configuration_key(shop: Any) -> None:
    shop.write({"pareback.toml": "max_round = 3\n"})
    said = shop.run("x")
    assert (said.exit, one_line(said)) == (
        2,
        "pareback: pareback.toml: unknown key 'max_round'; did you mean 'max_rounds'?",
    )


def test_no_tests_at_all(make: Callable[..., Any]) -> None:
    said = make({"a.py": "x = 1\n"}).run("x")
    assert (said.exit, said.result["ending"], said.result["reason"]) == (2, "blocked", "no_tests")


def test_a_baseline_that_cannot_start(make: Callable[..., Any]) -> None:
    broken = make(
        {"a.py": "x = 1\n", "test_a.py": "def test(): pass\n", "pytest.ini": "[pytest]\naddopts = --nonsense\n"}
    )
    said = broken.run("x")
    assert (said.exit, said.result["ending"] in {"blocked", "env_failed"}) == (2, True)
    assert "--nonsense" in said.result["message"]


def test_a_third_party_module_that_is_missing(make: Callable[..., Any]) -> None:
    said = make({"a.py": "import no_such_dist\n", "test_a.py": "import a\n\ndef test(): pass\n"}).run("x")
    assert (said.exit, said.result["ending"]) == (2, "env_failed")
    assert "no_such_dist" in said.result["message"]


def test_a_test_file_that_cannot_be_collected_is_left_out_and_said(shop: Any) -> None:
    suite = "import warnings\n\nwarnings.simplefilter('error')\nclass TestSuite:\n    def __init__(self): pass\n"
    shop.write({"tests/test_suite.py": suite})
    left_out = shop.run("x", "--dry-run")
    assert (left_out.exit, left_out.result["reason"]) == (0, "dry_run")
    log = (shop.home / "runs" / left_out.result["run"] / "events.jsonl").read_text()
    assert "left out, as it cannot be collected: tests/test_suite.py: PytestCollectionWarning" in log
    named = shop.run("x", "--dry-run", "--tests", "tests/test_suite.py")
    assert (named.exit, named.result["ending"]) == (2, "env_failed")
    assert "tests/test_suite.py: PytestCollectionWarning" in named.result["message"]


def test_nothing_is_red(shop: Any) -> None:
    shop.write({"shop/cart.py": (shop.root / "shop/cart.py").read_text().replace("> 5000", ">= 5000")})
    said = shop.run("log a warning")
    assert (said.exit, said.result["ending"], said.result["reason"]) == (2, "blocked", "no_red_test")


def test_a_run_that_never_began_leaves_no_folder(shop: Any) -> None:
    shop.pareback("run", "x", "--budget", "cheap")
    runs = shop.home / "runs"
    assert not runs.exists() or list(runs.iterdir()) == []


def test_a_money_cap_with_an_unknown_price(shop: Any, endpoint: Callable[..., Any]) -> None:
    server = endpoint(["never"])
    said = shop.run("x", "--model", "openai_chat:m", "--base-url", server.url, "--max-cost-usd", "1")
    assert (said.exit, said.result["reason"], server.calls) == (2, "price_unknown", [])


def test_a_refused_key_is_not_tried_again(shop: Any, endpoint: Callable[..., Any]) -> None:
    server = endpoint([endpoint.fault(401), endpoint.fault(401)])
    said = shop.run("x", "--model", "openai_chat:m", "--base-url", server.url, "--candidates", "1")
    assert (said.exit, said.result["ending"], said.result["reason"]) == (2, "blocked", "model_refused")
    assert len(server.calls) == 1


def test_a_provider_that_is_down_is_worth_another_try(shop: Any) -> None:
    said = shop.run(
        "x",
        "--model",
        "openai_chat:m",
        "--base-url",
        "http://127.0.0.1:9/v1",
        "--candidates",
        "1",
        "--max-seconds",
        "8",
    )
    assert (said.exit, said.result["ending"], said.result["retry"]) == (75, "crashed", True)
