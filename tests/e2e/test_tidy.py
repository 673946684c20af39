"""Format and lint commands through the command line, with a real formatter and linter."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

RUFF = Path(sys.executable).with_name("ruff")
LINT = f"{RUFF} check --isolated --select E711"
FORMAT = f"{RUFF} format --isolated"
OLD = "def known( name ):\n    return name!=None\n\n\ndef half(n):\n    return n\n"
FILES = {"shop.py": OLD, "test_shop.py": "from shop import half\n\n\ndef test_half():\n    assert half(8) == 4\n"}
COMPLAINED = "    return 0 if n == None else n//2"
FINE = "    return n//2"


def reply(new: str, old: str = "    return n") -> str:
    return f"shop.py\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n"


@pytest.fixture
def shop(make: Callable[..., Any]) -> Any:
    """One red test, and old code that neither tool would have left so."""
    return make(FILES)


def model(shop: Any, *replies: str) -> tuple[str, ...]:
    path = shop.home / "script.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"replies": replies}))
    return "--model", f"scripted:{path}", "--candidates", "1"


def delivered(shop: Any, result: dict[str, Any]) -> str:
    text: str = shop.git("show", f"{result['branch']}:shop.py")
    return text


def test_what_the_linter_finds_new_is_pushed_back_and_the_old_is_not(shop: Any) -> None:
    words = model(shop, reply(COMPLAINED), reply(FINE, COMPLAINED))
    said = shop.run("Halve", *words, "--lint-cmd", LINT)
    assert (said.exit, said.result["ending"], said.result["rounds"]) == (0, "accepted", 2), said.err
    assert delivered(shop, said.result) == OLD.replace("    return n\n", f"{FINE}\n")
    shown = shop.pareback("show", said.result["run"]).out
    assert "finds nothing new (shop.py:6: E711" in shown
    assert "shop.py:2" not in shown
    bare = shop.run("Halve", *model(shop, reply(COMPLAINED)))
    assert (bare.result["ending"], bare.result["rounds"]) == ("accepted", 1)


def test_the_patch_is_formatted_and_old_lines_are_not(shop: Any) -> None:
    said = shop.run("Halve", *model(shop, reply(FINE)), "--format-cmd", FORMAT, "--lint-cmd", LINT)
    assert (said.exit, said.result["ending"]) == (0, "accepted"), said.err
    assert delivered(shop, said.result) == OLD.replace("    return n\n", "    return n // 2\n")


def test_a_tool_in_the_best_sandbox(shop: Any) -> None:
    said = shop.run("Halve", *model(shop, reply(FINE)), "--format-cmd", FORMAT, "--sandbox", "best")
    assert delivered(shop, said.result).endswith("    return n // 2\n"), said.err


def test_a_formatter_that_breaks_the_code_is_not_followed(shop: Any) -> None:
    breaks = shop.home / "breaks.py"
    breaks.parent.mkdir(exist_ok=True)
    breaks.write_text(
        "import sys\nfor name in sys.argv[1:]:\n    open(name, 'w').write('def half(n):\\n    return 1\\n')\n"
    )
    said = shop.run("Halve", *model(shop, reply(FINE)), "--format-cmd", f"{sys.executable} {breaks}")
    assert (said.exit, delivered(shop, said.result)) == (0, OLD.replace("    return n\n", f"{FINE}\n")), said.err


def test_what_a_formatter_links_to_is_not_read(shop: Any) -> None:
    """It is the repository's word which formatter runs: it could point a file of the patch at anything."""
    secret = shop.home / "secret.py"
    secret.parent.mkdir(exist_ok=True)
    secret.write_text("def half(n):\n    return n // 2  # a secret\n")
    links = f"import os, sys; os.remove(sys.argv[1]); os.symlink({str(secret)!r}, sys.argv[1])"
    said = shop.run("Halve", *model(shop, reply(FINE)), "--format-cmd", f'{sys.executable} -c "{links}"')
    assert (said.exit, delivered(shop, said.result)) == (0, OLD.replace("    return n\n", f"{FINE}\n")), said.err


def test_a_tool_that_takes_the_runs_seconds_is_no_broken_tool(shop: Any) -> None:
    waits = f'{sys.executable} -c "import time; time.sleep(60)"'
    said = shop.run("Halve", *model(shop, reply(FINE)), "--lint-cmd", waits, "--max-seconds", "8")
    assert (said.exit, said.result["ending"], said.result["reason"]) == (1, "red", "seconds"), said.err


@pytest.mark.parametrize(
    ("words", "reason", "told"),
    [
        (("--lint-cmd", "no-such-linter -q"), "lint_cmd", "'no-such-linter' is not there"),
        (("--format-cmd", "a && b"), "format_cmd", "needs a shell"),
        (("--lint-cmd", f"{sys.executable} -c 'raise SystemExit(127)'"), "lint_cmd", "cannot be run"),
    ],
)
def test_a_command_that_does_not_work_ends_the_run_and_is_named(
    shop: Any, words: tuple[str, ...], reason: str, told: str
) -> None:
    said = shop.run("Halve", *model(shop, reply(FINE)), *words)
    assert (said.exit, said.result["ending"], said.result["reason"]) == (2, "blocked", reason)
    assert told in said.result["message"]


def test_words_that_cannot_be_read_count_where_the_base_had_none(shop: Any) -> None:
    grumbles = "import sys; sys.exit('grumble' if 'n == None' in open(sys.argv[1]).read() else 0)"
    words = model(shop, reply(COMPLAINED), reply(FINE, COMPLAINED))
    said = shop.run("Halve", *words, "--lint-cmd", f'{sys.executable} -c "{grumbles}"')
    assert (said.result["ending"], said.result["rounds"]) == ("accepted", 2), said.err
    assert "(grumble)" in shop.pareback("show", said.result["run"]).out


def test_a_resumed_run_asks_neither_tool_again(shop: Any) -> None:
    said = shop.run("Halve", *model(shop, reply(FINE)), "--format-cmd", FORMAT, "--lint-cmd", LINT)
    again = shop.pareback("resume", said.result["run"], "--json")
    assert json.loads(again.out)["ending"] == "accepted"


def test_doctor_proposes_what_the_repository_configures(shop: Any) -> None:
    assert "lint_cmd" not in shop.pareback("doctor", "--repo", str(shop.root)).out
    (shop.root / "pyproject.toml").write_text("[tool.ruff]\n")
    assert 'lint_cmd = "ruff check"' in shop.pareback("doctor", "--repo", str(shop.root)).out
