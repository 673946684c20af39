"""What is pushed back: the arithmetic, the most useful findings first, nothing that the code does not know."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from pareback.gates.budget import Budget
from pareback.gates.push_back import TOKENS, chosen, feedback
from pareback.gates.verdict import Finding, Site, Unpriced, Verdict

Judge = Callable[..., Verdict]

SHIP = """
def ship(order):
    if order.paid:
        if order.items:
            for item in order.items:
                if item.ready:
                    send(item)
        else:
            return remind(order)
"""
SHIP_FLAT = """
def ship(order):
    if not order.paid:
        return None
    if not order.items:
        return remind(order)
    for item in order.items:
        if item.ready:
            send(item)
"""


def _deepest(verdict: Verdict) -> str:
    """The chain of the one S1 finding, such as `if > for on lines 3, 4`."""
    [message] = [found.message for found in verdict.findings if found.signal == "S1"]
    return message.partition("deepest: ")[2]


def test_within_the_budget_there_is_one_line(judge: Judge) -> None:
    verdict = judge("", "def f(a):\n    return a\n", budget=Budget(5.0, "small"))
    assert feedback(verdict) == ("Δ 0.5 points, budget 5: nothing has to change.",)
    assert feedback(judge("", "X = 1\n")) == ("Δ 0.3 points, no budget: nothing has to change.",)


def test_over_it_the_first_line_says_how_much_must_go(judge: Judge) -> None:
    told = feedback(judge("def ship(order):\n    pass\n", SHIP, budget=Budget(5.0, "small")))
    assert told == (
        (
            "Δ 11.5 points, budget 5: remove at least 6.5. "
            "Keep the tests passing; do not edit tests; add no noqa or type: ignore."
        ),
        (
            "[1] S1 shop/cart.py:3 ship: 11 points of control flow; deepest: if > if > for > if on lines 3, 4, 5, 6. "
            "DO: turn the condition on line 3, 4 around and return early (continue in a loop); dedent the rest. "
            "Saves about 5.0."
        ),
    )


def test_what_is_over_before_a_nested_function_begins_is_not_named_around_it(judge: Judge) -> None:
    within = """
def f(a):
    {opening}
    def g(b):
        if b:
            for c in b:
                a(c)
    return g
"""
    beside = within.format(opening="if a is None:\n        return f")
    around = "\ndef f(a):\n    if a:\n        def g(b):\n            if b:\n                b()\n        return g\n"
    told = [_deepest(judge("def f(a):\n    pass\n", code)) for code in (beside, around)]
    assert told == ["if > for on lines 6, 7", "if > if on lines 3, 5"]


def test_the_saving_named_for_guards_is_what_guards_save(judge: Judge) -> None:
    verdict = judge("def ship(order):\n    pass\n", SHIP)
    [finding] = [found for found in verdict.findings if found.signal == "S1"]
    followed = judge(SHIP, SHIP_FLAT).signals["S1"]
    assert finding.saves is not None
    assert -followed >= finding.saves  # the else that goes as well is not counted


@pytest.mark.parametrize(
    ("base", "head", "mended"),
    [
        (
            "def f(p):\n    return load(p)\n",
            "def f(p):\n    try:\n        return load(p)\n    except Exception:\n        return None\n",
            "def f(p):\n    return load(p)\n",
        ),
        (
            "def f(a=()):\n    return a\n",
            "def f(a=[]):\n    return a\n",
            "def f(a=()):\n    return a\n",
        ),
        (
            "def f(due, now):\n    assert due\n",
            "import time\ndef f(due):\n    assert time.time() > due\n",
            "def f(due, now):\n    assert now > due\n",
        ),
    ],
)
def test_a_named_saving_is_real(judge: Judge, base: str, head: str, mended: str) -> None:
    finding = max(judge(base, head).findings, key=lambda found: found.saves or 0)
    assert finding.saves is not None
    assert finding.saves - 0.25 <= -judge(head, mended).delta <= finding.saves + 0.75  # and what went with it


WIDE = "def f(rows, old):\n" + "".join(
    f"    for row in rows:\n        if row.a{n}:\n            if old:\n                old.b{n}(row)\n"
    for n in range(2)
)


def test_an_extraction_saves_what_it_says(judge: Judge) -> None:
    verdict = judge("def f(rows, old):\n    pass\n", WIDE)
    [finding] = [found for found in verdict.findings if found.signal == "S1"]
    assert finding.saves is not None
    assert finding.saves > 0


def test_hard_findings_come_first_and_are_marked(judge: Judge) -> None:
    head = SHIP + "\ndef run(text):\n    return eval(text)\n"
    told = feedback(judge("", head, budget=Budget(12.0, "medium")))
    assert "1 hard finding must go at any budget" in told[0]
    assert told[1].startswith("[1] HARD H4 shop/cart.py:12 run: ")
    assert "DO: " in told[1]


def test_a_hard_finding_is_told_within_the_budget_and_not_when_waived(judge: Judge) -> None:
    head = "def run(text):\n    return eval(text)\n"
    assert len(feedback(judge("", head, budget=Budget(50.0, "given")))) == 2
    assert feedback(judge("", head, budget=Budget(50.0, "given"), waive=("H4:shop/cart.py:run",))) == (
        "Δ 20.6 points, budget 50: nothing has to change.",
    )


def test_only_what_the_patch_touched_is_blamed(judge: Judge) -> None:
    other = SHIP.replace("ship", "pack")
    verdict = judge(SHIP, SHIP + other)
    assert {finding.unit for finding in verdict.findings} == {"pack"}
    grown = SHIP.replace("send(item)", "send(item, 3)")
    assert judge(SHIP, grown).findings == ()


def test_no_more_findings_than_asked_for_and_enough_to_help(judge: Judge) -> None:
    many = "".join(SHIP.replace("ship", f"ship{n}") for n in range(9))
    verdict = judge("", many, budget=Budget(5.0, "small"))
    assert len(feedback(verdict)) == 5
    assert len(feedback(verdict, limit=2)) == 3
    tight = judge("", many, budget=Budget(verdict.delta - 2.0, "given"))
    assert len(feedback(tight)) == 2  # one finding saves more than 1.3 times what must go


def test_where_nothing_saves_a_point_it_says_so(judge: Judge) -> None:
    flat = "".join(f"def f{n}(a):\n    return a.x{n}\n\n" for n in range(12))
    told = feedback(judge("", flat, budget=Budget(3.0, "fix")))
    assert told[-1] == "No single change found saves a whole point: leave out what the ticket does not ask for."


def test_a_line_is_short_and_has_no_unknown_number(judge: Judge) -> None:
    head = SHIP + "\ndef g(a, b, c, d, e, flag=False):\n    global N\n    N = a\n    return {1: lambda: b, 2: c}[d]\n"
    for line in feedback(judge("", head, budget=Budget(3.0, "fix")))[1:]:
        assert len(line) < 400
        assert "None" not in line
        assert re.match(r"\[\d\] (HARD )?[SH]\d+ shop/cart\.py:\d+ \w+: .+\. DO: .+\.", line)


def test_ids_carry_no_lines_and_stay_when_code_moves_down(judge: Judge) -> None:
    first = judge("", SHIP).findings
    second = judge("", "\n\n\n# more\n" + SHIP).findings
    assert [finding.id for finding in first] == [finding.id for finding in second]
    assert [finding.line + 4 for finding in first] == [finding.line for finding in second]


def test_what_was_told_before_is_marked_as_still_open(judge: Judge) -> None:
    verdict = judge("def ship(order):\n    pass\n", SHIP, budget=Budget(5.0, "small"))
    again = feedback(verdict, shown=[finding.id for finding in chosen(verdict)])
    assert again[1].startswith("[1] STILL OPEN S1 shop/cart.py:3 ship: ")
    assert feedback(verdict, shown=["S1:other"]) == feedback(verdict)


def finding(name: str, **facts: Any) -> Finding:
    told = {"path": "a.py", "line": 1, "unit": "f", "points": 3.0, "message": "too much", "do": "less", "saves": 3.0}
    return Finding(name, name.partition(":")[0], **(told | facts))


def over(*findings: Finding, by: float = 20.0) -> Verdict:
    return Verdict("cp/1", 5.0 + by, 5.0 + by, 5.0, "small", False, {}, Unpriced(), {}, findings)


def test_a_copy_that_goes_needs_no_other_advice() -> None:
    copy, inside = finding("S4:x", line=1), finding("S1:a.py:f", line=7)
    elsewhere = finding("S1:a.py:g", unit="g", line=9)
    assert chosen(over(copy, inside, elsewhere)) == (copy, elsewhere)
    assert chosen(over(inside, elsewhere)) == (inside, elsewhere)


def test_findings_keep_within_the_room_of_a_small_model() -> None:
    wordy = [finding(f"S1:{n}", unit=f"f{n}", line=n, message="word " * 300) for n in range(4)]
    told = chosen(over(*wordy))
    assert 0 < len(told) < 4
    assert len("".join(feedback(over(*wordy)))) < 4 * TOKENS + 200
    assert len(chosen(over(finding("S1:a", message="word " * 3000)))) == 1


def test_other_places_are_named_once_and_counted_from_the_sixth_on() -> None:
    places = tuple(Site("b.py", number) for number in range(1, 9))
    told = feedback(over(finding("S7:x", others=places, message="checked at b.py:1")))[1]
    assert "checked at b.py:1 (see b.py:2, b.py:3, b.py:4, b.py:5, b.py:6 and 2 more)." in told
    assert "(see" not in feedback(over(finding("S7:x", others=places[:1], message="checked at b.py:1")))[1]


def test_hard_findings_that_did_not_fit_are_counted() -> None:
    hard = [finding(f"H3:{n}", unit=f"f{n}", line=n, hard=True) for n in range(6)]
    assert "2 more hard findings will be named next." in feedback(over(*hard))
