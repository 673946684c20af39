"""What is charged: simplification counts in full where code was added, elsewhere up to half of it, and never more."""

from collections.abc import Callable, Mapping

import pytest

from pareback.gates.budget import Budget
from pareback.gates.credit import Turnover, turnover
from pareback.gates.facts import FileFacts
from pareback.gates.languages import python
from pareback.gates.verdict import Verdict

Judge = Callable[..., Verdict]


def facts(files: Mapping[str, str]) -> dict[str, FileFacts]:
    return {path: python.build().extract(text.encode()) for path, text in files.items()}


def function(name: str, branches: int) -> str:
    """A function whose branches have different shapes, so that none stands for another."""
    tests = [f"    if {' + '.join(['a'] * count)}:\n        a.x{count}\n" for count in range(1, branches + 1)]
    return f"def {name}(a):\n    a.go()\n" + "".join(tests)


LONG, SHORT, NONE = function("f", 12), function("f", 4), function("f", 0)
LOOPS = "def g(b):\n" + "".join(
    f"    for b in b[{', '.join(['0'] * count)}]:\n        print({count})\n" for count in range(1, 6)
)


@pytest.mark.parametrize(
    ("turned", "unearned"),
    [
        (Turnover(28.0, 8.0, 0.0), 0.0),
        (Turnover(20.0, 15.0, 15.0), 5.0),
        (Turnover(0.0, 15.0, 15.0), 15.0),
        (Turnover(0.0, 0.0, 0.0), 0.0),
        (Turnover(10.0, 3.0, 3.0), 0.0),
        (Turnover(20.0, 8.0, 0.0, buried=8.0), 14.0),
        (Turnover(0.0, 8.0, 8.0, buried=8.0), 16.0),
    ],
)
def test_half_of_what_is_added_may_be_paid_elsewhere(turned: Turnover, unearned: float) -> None:
    assert turned.unearned == unearned


def test_a_move_and_a_rename_are_neither_added_nor_removed() -> None:
    for head in ({"b.py": LONG}, {"a.py": LONG.replace("f(a)", "h(a)")}, {"a.py": SHORT, "c.py": ""}):
        found = turnover(facts({"a.py": LONG}), facts(head))
        assert found.added == 0
    assert turnover(facts({"a.py": LONG}), facts({"b.py": LONG})) == Turnover(0.0, 0.0, 0.0)


def test_simplification_of_the_same_file_counts_in_full(judge: Judge) -> None:
    verdict, alone = judge({"a.py": SHORT}, {"a.py": NONE + LOOPS}), judge({"a.py": NONE}, {"a.py": NONE + LOOPS})
    assert 0 < verdict.charged == verdict.delta < alone.charged - 3


def test_simplification_elsewhere_pays_for_half(judge: Judge) -> None:
    alone = judge({"a.py": ""}, {"a.py": LOOPS})
    both = judge({"a.py": "", "b.py": LONG}, {"a.py": LOOPS, "b.py": NONE})
    assert both.delta < 0 < both.charged < alone.charged
    assert both.charged == pytest.approx(alone.charged / 2, abs=0.6)


def test_deleting_buys_nothing_and_fits_any_budget(judge: Judge) -> None:
    verdict = judge({"a.py": LONG}, {"a.py": NONE}, budget=Budget(0.0, "given"))
    assert verdict.delta < -10
    assert verdict.charged == pytest.approx(0.0, abs=1.5)


def test_a_negative_budget_is_held_against_the_delta(judge: Judge) -> None:
    verdict = judge({"a.py": LONG}, {"a.py": NONE}, budget=Budget(-10.0, "given"))
    assert (verdict.within, verdict.charged) == (True, verdict.delta)
    assert not judge({"a.py": LONG}, {"a.py": LONG + "\n"}, budget=Budget(-10.0, "given")).within


def test_dead_code_that_is_deleted_buys_a_quarter_of_its_price(judge: Judge) -> None:
    dead, live = LONG.replace("f(", "_f("), "\n\ndef k(a):\n    return _f(a)\n"
    alone = judge({"a.py": ""}, {"a.py": LOOPS})
    buried = judge({"a.py": dead}, {"a.py": LOOPS})
    assert buried.delta < -10
    assert buried.charged > alone.charged / 2
    replaced = judge({"a.py": dead + live}, {"a.py": LOOPS + live.replace("_f(", "g(")})
    assert replaced.charged < buried.charged
    moved, used = judge({"a.py": dead}, {"b.py": dead}), judge({"a.py": dead}, {"a.py": dead + live})
    assert (moved.charged, used.charged) == (0.0, used.delta)
    assert judge({"a.py": dead}, {"a.py": ""}).charged == pytest.approx(0.0, abs=1.5)


def test_flattening_elsewhere_pays_for_half_too(judge: Judge) -> None:
    flat = LONG.replace("    a.go()\n", "    a.go()\n    if not a:\n        return\n")
    deep = "def f(a):\n    a.go()\n    if a:\n" + LONG.partition("a.go()\n")[2].replace("    ", "        ", -1)
    deep = deep.replace("                a.x", "            a.x").replace("        if a", "        if a")
    alone = judge({"a.py": ""}, {"a.py": LOOPS})
    both = judge({"a.py": "", "b.py": deep}, {"a.py": LOOPS, "b.py": flat})
    assert both.delta < alone.delta - 8
    assert both.charged > both.delta + 2


def test_nobody_pays_more_than_for_what_was_added_alone() -> None:
    base, head = facts({"a.py": "", "b.py": LONG}), facts({"a.py": LOOPS, "b.py": SHORT})
    found = turnover(base, head)
    delta = found.added - found.removed
    assert delta <= delta + found.unearned <= found.added + 0.01


def test_the_order_of_files_does_not_matter() -> None:
    base = {"a.py": LONG, "b.py": SHORT.replace("f(", "k("), "c.py": LOOPS}
    head = {"a.py": SHORT, "b.py": LONG.replace("f(", "k("), "d.py": LOOPS + NONE.replace("f(", "n(")}
    there = turnover(facts(base), facts(head))
    assert there == turnover(facts(dict(reversed(base.items()))), facts(dict(reversed(head.items()))))
    back = turnover(facts(head), facts(base))
    assert (back.added, back.removed) == pytest.approx((there.removed, there.added))
