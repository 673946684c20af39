"""The embedded model: replies that apply exactly, and bugs mended through real pytest."""

import ast
import dataclasses
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pareback.adapters.model import Attempt, Failure, Model, Reply, Request, Source
from pareback.adapters.models.embedded import build, digest
from pareback.adapters.repair.search import replies

CART = '''"""A cart. Ümlauts move the columns of bytes."""


def total(prices, discount):
    grösse = 0  # "ü" before the place of the bug
    for price in prices:
        grösse += price
    return grösse + discount


def label(name):
    return name.strip().title()
'''
CART_TESTS = """from cart import label, total


def test_total():
    assert total([3, 4], 2) == 5
    assert total([], 0) == 0


def test_label():
    assert label(" tea ") == "Tea"
"""
PARSED = Request(
    rules="",
    ticket="",
    files=(Source("cart.py", CART),),
    tests=(Source("test_cart.py", CART_TESTS, editable=False),),
    failures=(Failure("test_cart.py::test_total", "assert 9 == 5\n +  where 9 = total([3, 4], 2)"),),
)
SEEDED: dict[str, tuple[str, str]] = {
    "comparison": (
        """\
def largest(a):
    best = a[0]
    for x in a:
        if x < best:
            best = x
    return best
""",
        """\
from comparisons import largest


def test_it():
    assert largest([1, 9, 3]) == 9
""",
    ),
    "boolean": (
        """\
def between(a, low, high):
    return a >= low or a <= high
""",
        """\
from booleans import between


def test_it():
    assert not between(9, 1, 5)
    assert between(3, 1, 5)
""",
    ),
    "range": (
        """\
def squares(n):
    return [i * i for i in range(1, n)]
""",
        """\
from ranges import squares


def test_it():
    assert squares(3) == [1, 4, 9]
""",
    ),
    "name": (
        """\
def rows(width, height):
    out = []
    for _ in range(width):
        out.append([0] * width)
    return out
""",
        """\
from names import rows


def test_it():
    assert rows(2, 3) == [[0, 0], [0, 0], [0, 0]]
""",
    ),
    "arguments": (
        """\
def gcd(a, b):
    return a if b == 0 else gcd(a % b, b)
""",
        """\
from argumentss import gcd


def test_it():
    assert gcd(12, 18) == 6
    assert gcd(7, 0) == 7
""",
    ),
    "return": (
        """\
def names(rows):
    out = []
    for row in rows:
        out.append(row['name'])
""",
        """\
from returns import names


def test_it():
    assert names([{'name': 'a'}]) == ['a']
""",
    ),
    "import": (
        """\
def area(r):
    return math.pi * r * r
""",
        """\
from imports import area


def test_it():
    assert round(area(2), 2) == 12.57
""",
    ),
    "attribute": (
        """\
def shout(text):
    return text.uper() + '!'
""",
        """\
from attributes import shout


def test_it():
    assert shout('a') == 'A!'
""",
    ),
    "key": (
        """\
def count(words):
    seen = {}
    for word in words:
        seen[word] = seen[word] + 1
    return seen
""",
        """\
from keys import count


def test_it():
    assert count(['a', 'a', 'b']) == {'a': 2, 'b': 1}
""",
    ),
    "order": (
        """\
def ranked(scores):
    names = list(scores)
    return names
""",
        """\
from orders import ranked


def test_it():
    assert ranked({'b': 1, 'a': 2}) == ['a', 'b']
""",
    ),
    "missing": (
        """\
def unique(items):
    seen = set()
    out = []
    for item in items:
        if item not in seen:
            out.append(item)
    return out
""",
        """\
from missings import unique


def test_it():
    assert unique([1, 1, 2]) == [1, 2]
""",
    ),
    "shared": (
        """\
class Stack:
    def __init__(self, items=[]):
        self.items = items

    def push(self, item):
        self.items.append(item)
""",
        """\
from shareds import Stack


def test_it():
    Stack().push(1)
    assert Stack().items == []
""",
    ),
}
"""Programs with one mistake each, and the tests that show it."""


def ask(model: Model, request: Request) -> Reply:
    *pieces, reply = model.complete(request)
    assert isinstance(reply, Reply)
    assert "".join(piece for piece in pieces if isinstance(piece, str)) == reply.text
    return reply


def apply(reply: str, texts: dict[str, str]) -> dict[str, str]:
    """Apply region blocks the strict way: the quotation must stand exactly once, on whole lines."""
    texts = dict(texts)
    for part in reply.split(">>>>>>> REPLACE\n")[:-1]:
        path, rest = part.lstrip("\n").split("\n<<<<<<< SEARCH\n", 1)
        old, new = rest.split("=======\n", 1)
        text = texts[path] if texts[path].endswith("\n") else texts[path] + "\n"
        assert text.count(old) == 1
        assert text.startswith(old) or f"\n{old}" in text
        texts[path] = text.replace(old, new)
    return texts


def test_every_reply_applies_exactly_compiles_and_says_something_new() -> None:
    seen = {ast.dump(ast.parse(CART))}
    count = 0
    for reply in replies(PARSED):
        changed = apply(reply, {"cart.py": CART})["cart.py"]
        tree = ast.dump(ast.parse(changed))
        assert tree not in seen or count > 40  # pairs of edits may meet an earlier tree again
        seen.add(tree)
        count += 1
        if count == 400:
            break
    assert count == 400


def test_the_bytes_around_an_edit_stay_as_they_were() -> None:
    first = next(replies(PARSED))
    changed = apply(first, {"cart.py": CART})["cart.py"].split("\n")
    differing = [at for at, (old, new) in enumerate(zip(CART.split("\n"), changed, strict=True)) if old != new]
    assert len(differing) == 1
    assert 4 <= differing[0] <= 7  # inside `total`


def test_same_request_same_reply_and_no_reply_twice_in_a_round() -> None:
    asked = [dataclasses.replace(PARSED, n=20, index=index) for index in range(20)]
    one, other = build(), build()
    texts = [ask(one, request).text for request in asked]
    assert [ask(other, request).text for request in reversed(asked)] == texts[::-1]
    assert len(set(texts)) == 20


def test_tried_replies_are_not_given_again() -> None:
    model = build()
    first, second = (ask(model, dataclasses.replace(PARSED, index=index)).text for index in (0, 1))
    mark = hashlib.sha256(first.strip().encode()).hexdigest()
    assert digest(first) == mark
    tried = (Attempt(mark, "red"),)
    assert ask(model, dataclasses.replace(PARSED, tried=tried, round=2)).text == second
    unknown = (Attempt("0" * 64, "red"),)
    assert ask(model, dataclasses.replace(PARSED, tried=unknown, round=2)).text == first


@pytest.mark.parametrize(
    "text", ["", "# nothing here\n", "def broken(:\n", "x = '\\0'\n\0", "\n\n", "x = " + "+".join("1" * 500)]
)
def test_nothing_to_offer_is_said_and_no_error(text: str) -> None:
    reply = ask(build(), Request("", "", (Source("a.py", text),), failures=(Failure("t", "boom"),)))
    assert (reply.text, reply.finish, reply.cost_usd) == ("", "exhausted", 0.0)


def test_files_that_may_not_be_edited_are_left_alone() -> None:
    shown = (Source("cart.py", CART, editable=False), Source("data.json", '{"a": 1}'))
    assert ask(build(), dataclasses.replace(PARSED, files=shown)).finish == "exhausted"
    assert ask(build(), PARSED).finish == "stop"


def test_profile_says_what_the_search_needs() -> None:
    profile = build(candidates=5).profile
    assert (profile.sees, profile.forms, profile.candidates, profile.streaming) == ("sources", ("region",), 5, False)
    assert profile.prices is not None
    assert ask(build(), PARSED).cost_usd == 0.0


def test_seeded_mistakes_are_mended(tmp_path: Path) -> None:
    for name, (program, tests) in SEEDED.items():
        (tmp_path / f"{name}s.py").write_text(program, encoding="utf-8")
        (tmp_path / f"test_{name}s.py").write_text(tests, encoding="utf-8")
    red = _red(tmp_path)
    assert set(red) == set(SEEDED)
    for name, message in red.items():
        (tmp_path / f"{name}s.py").write_text(_mended(name, message), encoding="utf-8")
    assert _red(tmp_path) == {}


def _mended(name: str, message: str) -> str:
    """The first of 80 candidates that the tests accept, or the program as it was."""
    program, tests = SEEDED[name]
    path, test = f"{name}s.py", f"test_{name}s.py"
    failures = (Failure(f"{test}::test_it", message),)
    shown = (Source(test, tests, editable=False),)
    request = Request("", "", (Source(path, program),), tests=shown, failures=failures)
    model = build()
    asked = [ask(model, dataclasses.replace(request, index=index)).text for index in range(80)]
    changed = [apply(reply, {path: program})[path] for reply in asked]
    command = [sys.executable, "-I", "-S", "-c", _FIRST_GREEN, f"{name}s", tests]
    ran = subprocess.run(command, input="\f".join(changed), text=True, capture_output=True, check=True)
    return changed[int(ran.stdout)] if ran.stdout else program


_FIRST_GREEN = """import signal, sys, types
def over(*_):
    raise BaseException
signal.signal(signal.SIGALRM, over)
for at, program in enumerate(sys.stdin.read().split("\\f")):
    module = sys.modules[sys.argv[1]] = types.ModuleType(sys.argv[1])
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        exec(program, module.__dict__)
        exec(sys.argv[2] + "\\ntest_it()\\n", {})
    except BaseException:
        continue
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    print(at, end="")
    break
"""
"""Which of many programs passes the tests first; a process of its own, because some never end."""


def _red(folder: Path) -> dict[str, str]:
    """The red programs with what pytest says of each."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--tb=native", "--rootdir", str(folder)]
    ran = subprocess.run([*command, "-q"], cwd=folder, env=QUICK, text=True, capture_output=True, check=False)
    assert ran.returncode in {0, 1}, ran.stdout
    lines = ran.stdout.splitlines()
    summary = [line.removeprefix("FAILED test_") for line in lines if line.startswith("FAILED test_")]
    return {line.split("s.py::", 1)[0]: line.split(" - ", 1)[-1] for line in summary}


QUICK = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "300"}
