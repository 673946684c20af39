"""A request as messages: what is said once, and in which order."""

from pareback.adapters.messages import render
from pareback.adapters.model import Failure, Frame, Request, Source

ASKED = Request(rules="r", ticket="Mend it.", files=(Source("first.py", "a = 1\n"), Source("second.py", "b = 2\n")))


def said(request: Request) -> str:
    return render(request)[1].content


def test_the_most_wanted_file_stands_last() -> None:
    text = said(ASKED)
    assert text.index("second.py") < text.index("first.py")


def test_tests_that_fail_in_one_way_are_told_together_and_others_apart() -> None:
    frames = (Frame("first.py", 1, "f"),)
    one, same, other = (
        Failure(f"t.py::test_{name}", message, frames)
        for name, message in (("a", "boom"), ("b", "boom\n"), ("c", "bang"))
    )
    assert said(Request(rules="r", ticket="", files=(), failures=(one, other, same))) == (
        "## RED TEST: t.py::test_a\nboom\n  at first.py:1 in f\nThe same in: t.py::test_b\n\n"
        "## RED TEST: t.py::test_c\nbang\n  at first.py:1 in f"
    )
    elsewhere = Failure("t.py::test_d", "boom", (Frame("second.py", 1, "g"),))
    assert said(Request(rules="r", ticket="", files=(), failures=(one, elsewhere))).count("## RED TEST") == 2
