"""Every way of telling a verdict, on one that has something of everything; and what other people's names cannot do."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pareback.gates.budget import Budget
from pareback.gates.scores import FORMATS, telling
from pareback.gates.verdict import Site, Verdict, document

Judge = Callable[..., Verdict]

HEAD = """
def read(path, deep):
    try:
        return open(path).read()
    except Exception:
        return ""

def sort_out(items):
    found = []
    for item in items:
        if item > 0:
            for other in items:
                if other > item:
                    found.append(other)
    return found
"""


@pytest.fixture(scope="module")
def told(judge: Judge) -> dict[str, Any]:
    verdict = judge({"a.py": ""}, {"a.py": HEAD, "b.js": "x\n"}, budget=Budget(3.0, "fix"))
    first, *rest = verdict.findings
    others = tuple(Site(f"c{number}.py", number + 1) for number in range(7))
    findings = (replace(first, others=others), *rest)
    return {"base": "1" * 40, "head": "2" * 40, **document(replace(verdict, findings=findings))}


@pytest.fixture(scope="module")
def quiet(judge: Judge) -> dict[str, Any]:
    return {"base": "1" * 40, "head": "1" * 40, **document(judge("", "", budget=Budget(3.0, "fix")))}


def render(name: str, verdict: dict[str, Any]) -> str:
    return telling(name).render(verdict)


@pytest.mark.parametrize("name", FORMATS)
def test_a_verdict_without_findings_is_told_too(name: str, quiet: dict[str, Any], told: dict[str, Any]) -> None:
    assert render(name, quiet)
    assert render(name, quiet) != render(name, told)


def test_the_text_says_sum_parts_place_and_way_out(told: dict[str, Any]) -> None:
    text = render("text", told)
    first = told["findings"][0]
    assert text.splitlines()[0] == (
        f"{told['delta']:+.1f} points, budget 3 (fix): over by {told['charged'] - 3:.1f}, 1 hard finding"
    )
    for part in ("S14 +", "not priced: 1 file in other languages, 1 changed lines", "HARD a.py:5 read", first["do"]):
        assert part in text
    assert "c0.py:1, c1.py:2, c2.py:3, c3.py:4, c4.py:5 and 2 more" in text
    assert f"id {first['id']}" in text


def test_json_is_the_document(told: dict[str, Any]) -> None:
    assert json.loads(render("json", told)) == json.loads(json.dumps(told))


def test_sarif_results_have_places_levels_and_lasting_fingerprints(told: dict[str, Any]) -> None:
    log = json.loads(render("sarif", told))
    [run] = log["runs"]
    assert log["version"] == "2.1.0"
    assert run["results"][0]["level"] == "error"
    for result, finding in zip(run["results"], told["findings"], strict=True):
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == finding["path"]
        assert place["region"] == {"startLine": finding["line"]}
    moved = {**told, "findings": [{**finding, "line": finding["line"] + 9} for finding in told["findings"]]}
    prints = [result["partialFingerprints"] for result in run["results"]]
    again = json.loads(render("sarif", moved))["runs"][0]["results"]
    assert [result["partialFingerprints"] for result in again] == prints
    assert len({json.dumps(each) for each in prints}) == len(prints)


def test_what_is_waived_is_shown_as_accepted_and_annotated_by_nobody(told: dict[str, Any]) -> None:
    waived = {**told, "findings": [{**told["findings"][0], "waived": True}]}
    [result] = json.loads(render("sarif", waived))["runs"][0]["results"]
    assert (result["level"], result["suppressions"]) == (
        "warning" if waived["findings"][0]["points"] else "note",
        [{"kind": "external", "status": "accepted"}],
    )
    assert "WAIVED" in render("text", waived)
    assert "waived: " in render("markdown", waived)
    assert render("github", waived).count("::error") == 0


def test_annotations_cannot_be_broken_out_of(told: dict[str, Any]) -> None:
    evil = {**told["findings"][0], "path": "a,b:c%.py", "message": "x\n::add-path::/tmp\r%", "unit": "f\n::stop"}
    lines = render("github", {**told, "findings": [evil]}).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("::error file=a%2Cb%3Ac%25.py,line=5,title=")
    assert "%0A::add-path::/tmp%0D%25" in lines[0]


def test_markdown_mentions_nobody_and_runs_no_markup(told: dict[str, Any]) -> None:
    evil = {**told["findings"][0], "message": "see @octocat <img src=x> [a](b) `c`", "unit": "`f`", "do": "| x |"}
    text = render("markdown", {**told, "findings": [evil]})
    assert "@octocat" not in text
    assert "<img" not in text
    assert "\\[a\\](b)" in text
    assert "\\| x \\|" in text


def test_an_unknown_format_lists_what_there_is() -> None:
    with pytest.raises(ValueError, match="'xml' is not known; expected one of text, json, markdown, sarif, github"):
        telling("xml")
