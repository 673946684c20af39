"""Languages as a user meets them: a patch in several says what of it is priced."""

import shutil
from typing import Any

import pytest


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
