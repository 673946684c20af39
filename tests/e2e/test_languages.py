"""Languages as a user meets them: a patch in several, a program of one's own, the example of docs/languages.md."""

import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs/languages.md"


def block(word: str, beginning: str) -> str:
    """The block of that language in the page which begins like this."""
    found: list[str] = re.findall(rf"```{word}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return next(text for text in found if text.startswith(beginning))


@pytest.fixture
def written(tmp_path: Path) -> tuple[Path, Path]:
    """The example and its sources."""
    program, sources = tmp_path / "lua.py", tmp_path / "lua.toml"
    program.write_text(block("python", "import base64"))
    sources.write_text(block("toml", "[if]"))
    return program, sources


def test_the_example_prices_its_cases(written: tuple[Path, Path], shop: Any) -> None:
    program, sources = written
    words = ("languages", "check", "lua", "--command", f"{sys.executable} {program}", "--sources", str(sources))
    said = shop.pareback(*words, "--json")
    endings = [case["ending"] for case in said.result["cases"]]
    assert (said.exit, endings.count("alike"), endings.count("other")) == (0, 8, 0), said.result
    assert "8 alike, 0 other, " in shop.pareback(*words).out


def test_a_configured_language_is_priced_and_the_repositorys_own_word_is_refused(
    written: tuple[Path, Path], shop: Any, tmp_path: Path
) -> None:
    command = json.dumps([sys.executable, str(written[0])])
    table = f'[languages.lua]\ncommand = {command}\nsuffixes = [".lua"]\n'
    mine = tmp_path / "config.toml"
    mine.write_text(table)
    shop.write({"a.lua": "function f(a)\n  if a then\n    g(a)\n  end\nend\n"})
    said = shop.pareback("check", "--base", "HEAD", "--format", "json", PAREBACK_CONFIG=str(mine))
    assert [(each["language"], each["priced"]) for each in said.result["languages"]] == [("lua", True)]
    assert said.result["signals"]["S1"] == 1.0
    shop.write({"pareback.toml": table})
    shop.commit("a stranger's program")
    refused = shop.pareback("check", "--base", "HEAD")
    assert (refused.exit, "'languages' may not come from the repository" in refused.err) == (2, True)


@pytest.mark.skipif(shutil.which("ruby") is None, reason="there is no ruby here")
def test_a_patch_in_two_languages_says_what_is_priced(shop: Any) -> None:
    branch = "def ship(cart)\n  if cart.paid\n    cart.go\n  end\nend\n"
    shop.write({"lib/ship.rb": branch, "app.js": "if (x) {}\n", "shop/new.py": "def f(a):\n    return a\n"})
    said = shop.pareback("check", "--base", "HEAD", "--format", "json").result
    assert said["unpriced"] == {"files": 1, "lines": 1}
    assert [(each["language"], each["files"], each["priced"]) for each in said["languages"]] == [
        ("python", 1, True),
        ("ruby", 1, True),
        (".js", 1, False),
    ]
    assert said["signals"]["S1"] == 1.0
    text = shop.pareback("check", "--base", "HEAD").out
    assert "priced: python 1 file, ruby 1 file" in text
    assert "1 changed lines: .js 1 file, 1 changed lines (no front end here reads it)" in text
