"""Replies that are bare code: where they go, and when they are refused."""

from textwrap import indent

import pytest

from pareback.workspaces.bare import Stretch, read, units
from pareback.workspaces.edit import Operation, Unreadable

HEAD = '"""Prices."""\n\nimport os\n\n\n'
RIGHT = "def total(prices):\n    result = 0\n    for price in prices:\n        result += price\n    return result\n"
WRONG = RIGHT.replace("+=", "=")
TAIL = "\n\nclass Cart:\n    @property\n    def full(self):\n        return self.count > 9\n"
FILE = HEAD + WRONG + TAIL


def stretch(inside: str) -> Stretch:
    above, _, below = FILE.partition(inside)
    return Stretch("shop.py", above, inside, below)


FUNCTION, LINE = stretch(WRONG), stretch("        result = price\n")
METHOD = stretch("    @property\n    def full(self):\n        return self.count > 9\n")


def written(reply: str, asked: Stretch) -> str | None:
    found = read(reply, asked)
    assert isinstance(found, Unreadable) or (found.path, found.old, found.form) == ("shop.py", FILE, "bare")
    return found.new if isinstance(found, Operation) else None


@pytest.mark.parametrize(
    "reply",
    [
        f"```python\n{RIGHT}```",
        f"Here it is:\n\n```python\n{RIGHT}```\nIt adds now:\n```python\ntotal([1])\n```\n",
        f"```\n{RIGHT}",
        RIGHT,
        "```python\n" + indent(RIGHT, "    ") + "```",
    ],
)
def test_a_function_replaces_the_one_of_its_name(reply: str) -> None:
    assert written(reply, FUNCTION) == HEAD + RIGHT + TAIL


def test_what_the_function_imports_comes_to_the_head_once() -> None:
    reply = f"```python\nimport os\nimport math\n\n{RIGHT}```"
    assert written(reply, FUNCTION) == FILE.replace(WRONG, RIGHT).replace('"""\n', '"""\nimport math\n', 1)


def test_a_method_keeps_its_indentation_and_its_decorator() -> None:
    reply = "```python\ndef full(self):\n    return self.count >= 9\n```"
    assert written(reply, METHOD) == FILE.replace("> 9", ">= 9")


@pytest.mark.parametrize("reply", ["```python\n        result += price\n```", "`result`:\n```\nresult += price\n```"])
def test_a_line_replaces_the_line_that_was_asked_for(reply: str) -> None:
    assert written(reply, LINE) == HEAD + RIGHT + TAIL


def test_the_whole_function_in_place_of_a_line_replaces_the_function() -> None:
    assert written(f"```python\n{RIGHT}```", LINE) == HEAD + RIGHT + TAIL


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "The line is right.",
        "```python\ndef total(prices):\n    return sum(\n```",
        "```python\ndef other(prices):\n    return 0\n```",
        "```python\nresult += price\n```",
    ],
)
def test_what_is_no_function_of_that_name_is_refused(reply: str) -> None:
    found = read(reply, FUNCTION)
    assert isinstance(found, Unreadable)
    assert "one ```python block" in found.reason


def test_a_line_after_which_the_file_is_no_python_is_refused() -> None:
    assert isinstance(read("```python\nresult +=\n```", LINE), Unreadable)


def test_functions_are_found_with_their_decorators_and_nothing_in_what_is_no_python() -> None:
    found = [(unit.name, unit.first, unit.last) for unit in units(FILE)]
    assert found == [("total", 6, 10), ("full", 14, 16)]
    assert list(units("def f(:\n")) == []
