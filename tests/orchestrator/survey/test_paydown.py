"""What to change first, as tickets with a budget below zero."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pareback.adapters.tickets import jsonl
from pareback.gates.budget import read
from pareback.gates.points import BUDGETS
from pareback.gates.survey.origin import Origin, Place
from pareback.orchestrator.survey import paydown
from pareback.workspaces.conditions import grammar

ORIGIN = Origin(
    kind="nil",
    what="Cart.coupon",
    path="shop/cart.py",
    line=4,
    decisions=2,
    frees=4.25,
    do="put an empty coupon there",
    places=(Place("shop/cart.py", 9, "Cart.tax"), Place("shop/[old].py", 2, "label")),
)


def test_a_ticket_asks_for_half_of_what_its_origin_frees_in_the_words_of_a_batch(tmp_path: Path) -> None:
    other = replace(ORIGIN, what="Cart.owner", frees=1.0)
    file = tmp_path / "paydown.jsonl"
    file.write_text(paydown.lines(paydown.tickets([ORIGIN, other], repo="/src/shop", most=5)))
    first, second = jsonl.build(path=str(file)).tickets()
    assert (first.title, first.repo, first.files) == (
        "Pay down Cart.coupon",
        "/src/shop",
        ("shop/cart.py", "shop/[old].py"),
    )
    assert [read(ticket.budget or "").points for ticket in (first, second)] == [-2.1, -0.5]
    conditions = [grammar.read(line) for line in first.conditions]
    assert [(each.kind, each.points) for each in conditions if each is not None] == [("delta", -2.1)]
    assert (first.tests, first.test_patch, first.feature) == ((), None, None)
    for said in ("shop/cart.py:4", "put an empty coupon there", "- shop/[old].py:2 label", "at least 2.1"):
        assert said in first.text


def test_an_origin_keeps_its_id_when_the_code_around_it_moves() -> None:
    moved = replace(ORIGIN, line=40, frees=9.0)
    elsewhere = replace(ORIGIN, path="shop/basket.py")
    ids = [paydown.tickets([each], repo=".", most=1)[0]["id"] for each in (ORIGIN, moved, elsewhere)]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(("frees", "asked"), [(1.0, 0.5), (4.25, 2.1), (400.0, BUDGETS["large"])])
def test_no_ticket_asks_for_more_than_a_large_change(frees: float, asked: float) -> None:
    assert paydown.least(replace(ORIGIN, frees=frees)) == asked


def test_as_many_are_made_as_were_asked_for_and_none_of_a_path_that_no_ticket_may_hold() -> None:
    hostile = replace(ORIGIN, path="shop/a\nb.py")
    assert len(paydown.tickets([hostile, ORIGIN, ORIGIN], repo=".", most=1)) == 1
    assert paydown.tickets([hostile], repo=".", most=3) == []
    assert paydown.lines([]) == ""


def test_places_beyond_a_screen_are_counted() -> None:
    many = replace(ORIGIN, places=tuple(Place(f"shop/part{at}.py", at, "f") for at in range(1, 51)))
    ticket = json.loads(paydown.lines(paydown.tickets([many], repo=".", most=1)))
    assert "- shop/part40.py:40 f\n- and 10 more\n" in ticket["text"]
    assert len(ticket["files"]) == 51
