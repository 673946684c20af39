"""The gate alone, from the command line and from Python."""

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import pareback

SCHEMA = Path(__file__).resolve().parents[2] / "docs/schemas/check.schema.json"

NESTED = """

def sort_out(items: list[int]) -> list[int]:
    found = []
    for item in items:
        if item > 0:
            for other in items:
                if other > item:
                    if other % 2:
                        found.append(other)
    return found
"""

SWALLOW = """

def read(path: str) -> str:
    try:
        return open(path).read()
    except Exception:
        return ""
"""


@pytest.fixture
def grown(shop: Any) -> Any:
    """The shop with a nested function that is not committed."""
    cart = shop.root / "shop/cart.py"
    cart.write_text(cart.read_text() + NESTED)
    return shop


def test_an_unchanged_tree_costs_nothing(shop: Any) -> None:
    said = shop.pareback("check", "--base", "HEAD", "--format", "json")
    assert (said.exit, said.result["delta"], said.result["within"], said.result["findings"]) == (0, 0.0, True, [])


def test_what_is_over_budget_exits_1_and_says_where(grown: Any) -> None:
    said = grown.pareback("check", "--base", "HEAD", "--budget", "fix")
    assert (said.exit, "sort_out" in said.out, "over by" in said.out) == (1, True, True)


def test_a_budget_overrun_is_a_warning_where_only_hard_rules_are_enforced(grown: Any) -> None:
    said = grown.pareback("check", "--base", "HEAD", "--budget", "fix", "--enforce", "hard", "--format", "json")
    assert (said.exit, said.result["within"]) == (0, False)


def test_a_hard_finding_blocks_at_any_budget_unless_it_is_waived(shop: Any) -> None:
    cart = shop.root / "shop/cart.py"
    cart.write_text(cart.read_text() + SWALLOW)
    said = shop.pareback("check", "--base", "HEAD", "--budget", "large", "--enforce", "hard", "--format", "json")
    hard = [finding for finding in said.result["findings"] if finding["hard"]]
    assert (said.exit, [finding["signal"] for finding in hard]) == (1, ["S14"])
    waive = [word for finding in hard for word in ("--waive", finding["id"])]
    assert shop.pareback("check", "--base", "HEAD", "--budget", "large", *waive).exit == 0


def test_the_document_fits_its_schema(grown: Any) -> None:
    said = grown.pareback("check", "--base", "HEAD", "--format", "json")
    jsonschema.validate(said.result, json.loads(SCHEMA.read_text()))


def test_two_revisions(grown: Any) -> None:
    grown.commit("grown")
    there = grown.pareback("check", "HEAD~1..HEAD", "--format", "json").result["delta"]
    back = grown.pareback("check", "HEAD..HEAD~1", "--format", "json").result["delta"]
    assert there > 5
    assert there == pytest.approx(-back)


def test_the_default_branch_is_the_default_base(grown: Any) -> None:
    grown.git("checkout", "-q", "-b", "work")
    grown.commit("grown")
    assert grown.pareback("check", "--format", "json").result["delta"] > 5


def test_other_languages_are_said_and_not_priced(shop: Any) -> None:
    shop.write({"page.html": "<p>\n" * 4, "app.js": "if (x) {}\n"})
    said = shop.pareback("check", "--base", "HEAD", "--format", "json")
    assert (said.result["delta"], said.result["unpriced"]) == (0.0, {"files": 2, "lines": 5})


def test_a_file_that_does_not_parse_is_a_finding_with_its_place(shop: Any) -> None:
    shop.write({"shop/cart.py": "def broken(:\n    pass\n"})
    said = shop.pareback("check", "--base", "HEAD", "--format", "json")
    assert (said.exit, [(each["path"], each["line"]) for each in said.result["findings"]]) == (1, [("shop/cart.py", 1)])


def test_a_shallow_clone_says_what_to_fetch(shop: Any, tmp_path: Path) -> None:
    shop.commit("second")
    shallow = tmp_path / "shallow"
    words = ["git", "clone", "-q", "--depth", "1", f"file://{shop.root}", str(shallow)]
    subprocess.run(words, check=True)
    said = shop.pareback("check", "--base", "HEAD~1", cwd=shallow)
    assert (said.exit, "fetch" in said.err) == (2, True)


def test_the_same_from_python(grown: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAREBACK_HOME", str(grown.home))
    verdict = pareback.check(grown.root, base="HEAD", budget="fix")
    assert (verdict.within, verdict.budget, [finding.unit for finding in verdict.findings]) == (
        False,
        3.0,
        ["sort_out"],
    )
    with pytest.raises(AttributeError, match="it offers batch, check, run"):
        pareback.no_such_door  # noqa: B018 - the look-up is the test


def test_staged_judges_what_is_in_the_index_and_nothing_else(grown: Any) -> None:
    assert grown.pareback("check", "--staged", "--format", "json").result["delta"] == 0
    subprocess.run(["git", "add", "shop/cart.py"], cwd=grown.root, check=True)
    cart = grown.root / "shop/cart.py"
    cart.write_text(cart.read_text() + SWALLOW)
    staged = grown.pareback("check", "--staged", "--format", "json").result
    everything = grown.pareback("check", "--base", "HEAD", "--format", "json").result
    assert 5 < staged["delta"] < everything["delta"]
    assert grown.pareback("check", "HEAD..HEAD", "--staged").exit == 2


def test_a_finding_and_a_signal_are_explained_with_their_code(grown: Any) -> None:
    found = grown.pareback("check", "--base", "HEAD", "--format", "json").result["findings"][0]
    said = grown.pareback("check", "--base", "HEAD", "--explain", found["id"])
    assert (said.exit, found["do"] in said.out, f"> {found['line']:>5}" in said.out) == (0, True, True)
    assert grown.pareback("check", "--base", "HEAD", "--explain", "S1:none").exit == 2
    signal = grown.pareback("check", "--explain", "S14")
    assert (signal.exit, "except Exception" in signal.out) == (0, True)


@pytest.mark.parametrize("name", ["markdown", "sarif", "github"])
def test_other_formats_exit_alike(grown: Any, name: str) -> None:
    said = grown.pareback("check", "--base", "HEAD", "--budget", "fix", "--format", name)
    assert (said.exit, "sort_out" in said.out) == (1, True)
    assert grown.pareback("check", "--base", "HEAD", "--format", "xml").exit == 2
