"""What several functions share: copies become calls of one function, repeated conditions get a name; both run alike."""

from typing import Any

import pytest

from pareback.workspaces.codemods.copies import merged
from pareback.workspaces.codemods.predicates import named

EVERY = range(1, 200)

CSV = '''def mark(function):
    return function


# comma separated
@mark
def export_csv(rows, out=None):
    """Rows with commas."""
    lines = []
    for row in rows:
        if row:
            lines.append(",".join(map(str, row)))
        else:
            lines.append("empty")  # a blank one would be lost
    return "\\n".join(lines)


'''
TSV = """def export_tsv(lines, out=None):
    found = []
    for line in lines:
        if line:
            found.append("\\t".join(map(repr, line)))
        else:
            found.append("empty")
    return "\\n".join(found)
"""
ONE = '''def mark(function):
    return function


def _export(rows, out, text, item):
    lines = []
    for row in rows:
        if row:
            lines.append(text.join(map(item, row)))
        else:
            lines.append("empty")  # a blank one would be lost
    return "\\n".join(lines)


# comma separated
@mark
def export_csv(rows, out=None):
    """Rows with commas."""
    return _export(rows, out, ",", str)


def export_tsv(lines, out=None):
    return _export(lines, out, "\\t", repr)
'''
CLASS = """class A:
    limit = 3

    def first(self, a):
        b = a + self.limit
        if b > 4:
            return b
        return 1

    def second(self, c):
        d = c + self.limit
        if d > 5:
            return d
        return 1
"""
PREDICATE = """import sys


# who may
def edit(user, doc):
    return user.active and not user.banned and doc.size == 3


class Doc:
    def pin(self, who, page):
        if self.open and who.active and not who.banned and page.size == 3:
            return 1
        return 2
"""


def run(source: str) -> dict[str, Any]:
    space: dict[str, Any] = {}
    exec(compile(source, "case.py", "exec"), space)
    return space


def test_copies_with_other_values_call_one_function_that_takes_them() -> None:
    (found,) = merged(CSV + TSV, EVERY)
    assert (found.unit, found.source) == ("export_csv", ONE)
    before, after = run(CSV + TSV), run(found.source)
    rows = [["a", 1], [], ["b"]]
    assert after["export_csv"](rows) == before["export_csv"](rows) == "a,1\nempty\nb"
    assert after["export_tsv"](rows, out=1) == before["export_tsv"](rows) == "'a'\t1\nempty\n'b'"
    assert after["export_csv"].__doc__ == before["export_csv"].__doc__


def test_methods_of_one_class_share_a_method() -> None:
    (found,) = merged(CLASS, EVERY)
    before, after = run(CLASS)["A"](), run(found.source)["A"]()
    assert "    def first(self, a):\n        return self._first_or_second(a, 4)\n" in found.source
    for value in (0, 1, 2, 3):
        assert (after.first(value), after.second(value)) == (before.first(value), before.second(value))


def test_a_function_that_says_the_same_calls_the_other_one() -> None:
    twin = TSV.replace("export_tsv", "tabbed").replace("found", "kept")
    (found,) = merged(f"{TSV}\n\n{twin}", EVERY)
    assert found.source == f"{TSV}\n\ndef tabbed(lines, out=None):\n    return export_tsv(lines, out)\n"
    assert list(merged(f"@mark\n{TSV}\n\n{twin}", EVERY)) == []  # the first is no longer what is written there


@pytest.mark.parametrize(
    "other",
    [
        TSV.replace("repr", "len").replace('"empty"', '"none"').replace('"\\n"', '"\\r"'),  # four values differ
        TSV.replace("found = []", "found = ['x']"),
        TSV.replace("return", "yield"),
        TSV.replace("def ", "async def "),
        TSV.replace("lines, out=None", "lines, *out"),
        TSV.replace("lines, out=None", "lines"),
        TSV.replace('"empty"', "line").replace("found = []", "found = [*locals()]"),
        TSV.replace("    found = []\n", "    found = []\n    # tabs are wider\n"),
        TSV.replace("map(repr, line)", "map(export_tsv, line)"),
        TSV.replace(".join(map", ".center(map"),
        TSV.replace('"\\t"', "f'{out}'"),
        TSV.replace("found = []", "found = log(stacklevel=2) or []"),
        TSV.replace("found = []", "found = sys._getframe() or []"),
    ],
)
def test_what_is_no_copy_or_would_not_do_the_same_is_left(other: str) -> None:
    assert list(merged(CSV + other, EVERY)) == []


def test_a_method_that_is_handed_a_class_is_left() -> None:
    made = CLASS.replace("def first", "def __new__")
    assert len(list(merged(CLASS, EVERY))) == 1
    assert made != CLASS
    assert list(merged(made, EVERY)) == []


def test_only_copies_on_the_lines_asked_for_are_merged() -> None:
    assert len(list(merged(CSV + TSV, [20]))) == 1
    assert list(merged(CSV + TSV, [1])) == []
    assert list(merged("def f(:\n", EVERY)) == []
    assert list(merged(CLASS.replace("    def second", "class B:\n    limit = 3\n\n    def second"), EVERY)) == []


def test_conditions_that_are_asked_together_get_a_name() -> None:
    found = named(PREDICATE, EVERY)
    assert found is not None
    name = "_active_and_not_banned_and_size_is_3"
    assert f"import sys\n\n\ndef {name}(user, doc):\n" in found.source
    assert "    return user.active and not user.banned and doc.size == 3\n\n\n# who may\ndef edit" in found.source
    assert f"        if self.open and {name}(who, page):\n" in found.source
    assert named(found.source, EVERY) is None


@pytest.mark.parametrize(
    "source",
    [
        PREDICATE.replace("who.banned", "who.gone"),
        PREDICATE.replace("not user.banned", "(not user.banned or doc)"),
        PREDICATE.replace("user.banned", "user.__banned").replace("who.banned", "who.__banned"),
        PREDICATE.replace("not user.banned", "(x := user)").replace("not who.banned", "(x := who)"),
        "def f(a):\n    return a.b and a.c\n",
        "def f(:\n",
    ],
)
def test_conditions_that_differ_bind_or_are_private_are_left(source: str) -> None:
    found = named(source, EVERY)
    assert found is None or "banned" not in found.unit


def test_a_name_that_may_be_unbound_is_not_handed_over() -> None:
    """`late` is only looked up where the first condition holds; a call would look it up before."""
    body = "    for late in a.all:\n        pass\n    return a.some and late.ok\n"
    assert named(f"def f(a):\n{body}\n\ndef g(a):\n{body}", EVERY) is None
    early = body.replace("a.some and late.ok", "late.ok and a.some")
    assert named(f"def f(a):\n{early}\n\ndef g(a):\n{early}", EVERY) is not None
