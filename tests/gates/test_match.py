"""Where units come from: known, moved, rewritten, cut out, merged, or new."""

from collections.abc import Mapping

import pytest

from pareback.gates.facts import Unit
from pareback.gates.languages import python
from pareback.gates.match import Key, origins, units
from pareback.gates.reading.overlap import likeness

TOTAL = """
def total(rows, rate):
    found = 0
    for row in rows:
        if row.open:
            found += row.price * rate
    print(found, rate)
    return found
"""
LABEL = """
def label(item):
    with item.lock:
        text = str(item)
    return text.strip().lower()
"""
GROWN = TOTAL.replace("total", "amount").replace("    print(found, rate)\n", "    if rate:\n        log(found, rate)\n")


def side(files: str | Mapping[str, str]) -> dict[Key, Unit]:
    texts = files if isinstance(files, Mapping) else {"a.py": files}
    return units({path: python.build().extract(text.encode()) for path, text in texts.items()})


def came_from(base: str | Mapping[str, str], head: str | Mapping[str, str]) -> dict[str, list[str]]:
    """Names of the functions of the head with the names they come from."""
    now = side(head)
    found = origins(side(base), now).of
    return {key[1]: [name for _, name in found.get(key, ())] for key, unit in now.items() if unit.kind == "function"}


def test_what_stays_is_known_and_what_comes_is_new() -> None:
    assert came_from(TOTAL, TOTAL + LABEL) == {"total": ["total"], "label": []}


@pytest.mark.parametrize("path", ["a.py", "b.py"])
def test_a_renamed_unit_was_moved(path: str) -> None:
    assert came_from(TOTAL, {path: TOTAL.replace("total", "amount").replace("found", "out")}) == {"amount": ["total"]}


def test_of_two_copies_of_what_is_gone_one_is_new() -> None:
    twice = TOTAL.replace("total", "one") + TOTAL.replace("total", "two")
    assert came_from(TOTAL, twice) == {"one": ["total"], "two": []}


def test_a_renamed_unit_that_also_changed_was_rewritten() -> None:
    assert came_from(TOTAL, GROWN) == {"amount": ["total"]}
    assert came_from(TOTAL, TOTAL + GROWN) == {"total": ["total"], "amount": []}
    assert came_from(LABEL, GROWN) == {"amount": []}


def test_of_two_that_are_alike_the_one_in_the_same_file_is_taken() -> None:
    base = {"a.py": TOTAL.replace("total", "sums"), "b.py": TOTAL.replace("total", "amounts")}
    head = {"a.py": GROWN, "b.py": LABEL}
    assert came_from(base, head) == {"amount": ["sums"], "label": []}


def test_what_was_cut_out_comes_from_where_its_lines_were() -> None:
    rest = "    save(found)\n    mail(found, 1)\n"
    head = "def report(rows, rate):\n"
    body = TOTAL.partition("\n    ")[2].replace("return found", "log(found)")
    cut = f"{head}    found = total(rows, rate)\n    log(found)\n{rest}"
    assert came_from(f"{head}    {body}{rest}", cut + TOTAL) == {"report": ["report"], "total": ["report"]}


def test_what_was_put_into_another_unit_was_merged() -> None:
    caller = "def report(item):\n    print(label(item))\n"
    dropped = "def report(item):\n    print(str(item))\n"
    merged = "def report(item):\n    with item.lock:\n        text = str(item)\n    print(text.strip().lower())\n"
    assert came_from(caller + LABEL, dropped) == {"report": ["report"]}
    assert came_from(caller + LABEL, merged) == {"report": ["report", "label"]}


def test_likeness_is_symmetric_and_one_for_the_same() -> None:
    [total], [grown], [label] = (
        [unit for unit in side(text).values() if unit.kind == "function"] for text in (TOTAL, GROWN, LABEL)
    )
    assert likeness(total, total) == pytest.approx(1.0)
    assert likeness(total, grown) == pytest.approx(likeness(grown, total))
    assert likeness(total, label) < likeness(total, grown) < 1.0


def test_the_order_of_files_does_not_matter() -> None:
    base = {"a.py": TOTAL, "b.py": TOTAL.replace("total", "sums")}
    head = {"c.py": GROWN, "d.py": GROWN.replace("amount", "price")}
    backwards = (dict(reversed(base.items())), dict(reversed(head.items())))
    assert came_from(base, head) == came_from(*backwards)
