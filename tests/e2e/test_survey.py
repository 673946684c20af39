"""`pareback survey` on a real repository: the map, the trend, the tickets that pay down."""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest

SCHEMA = Path(__file__).resolve().parents[2] / "docs/schemas/survey.schema.json"
USERS = ("tax", "label", "audit", "show", "send", "pack")
OWED = """class Owner:
    def __init__(self):
        self.name = None

    def call(self, name):
        self.name = name
"""
ASKS = "".join(f"def {name}(a: Owner):\n    if a.name is not None:\n        a.name.{name}()\n\n\n" for name in USERS)


def valid(document: Any) -> None:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(document)


@pytest.fixture
def grown(shop: Any) -> Any:
    """The shop after a commit that charges and one that pays."""
    shop.write({"shop/owner.py": OWED, "shop/asks.py": f"from shop.owner import Owner\n\n\n{ASKS}"})
    shop.commit("owners may lack a name")
    shop.write({"shop/asks.py": f"from shop.owner import Owner\n\n\n{ASKS[: len(ASKS) // 2]}"})
    shop.commit("fewer ask")
    shop.write({"shop/asks.py": f"from shop.owner import Owner\n\n\n{ASKS}", "web/app.js": "1\n"})
    return shop


def test_the_map_follows_its_schema_and_ranks_what_to_change_first(grown: Any) -> None:
    before = grown.fingerprint()
    said = grown.pareback("survey", "--format", "json")
    valid(said.result)
    [first, *_] = said.result["origins"]
    assert (said.exit, first["kind"], first["what"], first["path"]) == (0, "nil", "Owner.name", "shop/owner.py")
    assert said.result["unpriced"] == {".js": 1}
    assert "trend" not in said.result
    assert grown.fingerprint() == before


def test_a_trend_of_commits_goes_with_it_and_is_told_to_people(grown: Any) -> None:
    said = grown.pareback("survey", "--history", "9", "--format", "json")
    valid(said.result)
    trend = said.result["trend"]
    assert [each["subject"] for each in trend["commits"]] == ["owners may lack a name", "fewer ask"]
    assert [each["subject"] for each in trend["charged"]] == ["owners may lack a name"]
    assert [each["subject"] for each in trend["paid"]] == ["fewer ask"]
    later = grown.pareback("survey", "--since", "HEAD~1")
    assert (later.exit, "in 1 commits" in later.out, "nil: Owner.name" in later.out) == (0, True, True)


def test_tickets_are_lines_that_a_batch_reads(grown: Any) -> None:
    said = grown.pareback("survey", "--tickets", "1")
    [ticket] = [json.loads(line) for line in said.out.splitlines()]
    assert (ticket["title"], ticket["repo"]) == ("Pay down Owner.name", str(grown.root))
    assert (ticket["conditions"], float(ticket["budget"]) < 0) == ([f"delta <= {ticket['budget']}"], True)


def test_a_part_of_the_tree_can_be_looked_at(grown: Any) -> None:
    whole, part = grown.pareback("survey", "--format", "json"), grown.pareback("survey", "shop", "--format", "json")
    assert part.result["points"] == whole.result["points"]
    assert grown.pareback("survey", "shop/cart.py", "--format", "json").result["files"] == 1
    assert grown.pareback("survey", "web").out.splitlines() == ["no file here is priced", "not priced: 1 .js"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere",), "names no file"),
        (("--format", "pdf"), "expected one of"),
        (("--history", "0"), "1 or more"),
        (("--tickets", "0"), "1 or more"),
        (("--tickets", "3", "--history", "3"), "leave it out"),
        (("--since", "HEAD~1", "--history", "3"), "give one of them"),
        (("--since", "no-such-thing"), "no-such-thing"),
        (("shop", "--history", "3"), "whole repository"),
    ],
)
def test_words_that_name_nothing_are_one_line(grown: Any, words: tuple[str, ...], told: str) -> None:
    said = grown.pareback("survey", *words)
    assert (said.exit, told in said.err, said.err.count("\n")) == (2, True, 1)


def test_without_a_commit_there_is_a_map_and_no_trend(tmp_path: Path, shop: Any) -> None:
    bare = tmp_path / "young"
    bare.mkdir()
    shop.git("init", "-q", str(bare))
    (bare / "a.py").write_text("def f(a):\n    return a\n")
    assert "1 files" in shop.pareback("survey", "--repo", str(bare)).out
    said = shop.pareback("survey", "--repo", str(bare), "--history", "3")
    assert (said.exit, "no commit yet" in said.err) == (2, True)
    said = shop.pareback("survey", "--repo", str(tmp_path))
    assert (said.exit, said.err.count("\n")) == (2, 1)


def test_the_page_stands_alone_and_its_links_lead_somewhere(grown: Any) -> None:
    page, told = grown.home / "map.html", grown.pareback("survey", "--repo", str(grown.root), "--history", "2")
    said = grown.pareback("survey", "--repo", str(grown.root), "--history", "2", "--html", str(page))
    assert (said.exit, said.out) == (0, told.out), said.err
    text = page.read_text()
    names, links = re.findall(r' id="([^"]*)"', text), re.findall(r'href="([^"]*)"', text)
    assert len(names) == len(set(names))
    assert {link.removeprefix("#") for link in links} <= set(names)
    assert "prefers-color-scheme: dark" in text
    assert not re.search(r"(src|href)=\"(?!#)|url\(|@import", text)
    levels = [int(level) for level in re.findall(r"<h(\d)", text)]
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))
    assert "a.name is not None" in text


def test_what_others_wrote_is_text_on_the_page(grown: Any) -> None:
    evil = ASKS.replace("is not None:", "is not None or '<script>alert(1)</script>':")
    grown.write({'shop/<b>&"x.py': f"from shop.owner import Owner\n\n\n{evil}"})
    said = grown.pareback("survey", "--repo", str(grown.root), "--format", "html")
    assert said.exit == 0, said.err
    assert "<script>alert" not in said.out
    assert "&lt;script&gt;alert(1)" in said.out
    assert "shop/<b>" not in said.out
    assert "shop/&lt;b&gt;&amp;" in said.out


def test_a_page_that_cannot_be_written_says_where(grown: Any) -> None:
    said = grown.pareback("survey", "--repo", str(grown.root), "--html", str(grown.root / "none" / "map.html"))
    assert (said.exit, "cannot be written" in said.err) == (2, True)
