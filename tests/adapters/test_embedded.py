"""The embedded model: every operator's examples, replies that apply exactly, and bugs mended through real pytest."""

import ast
import dataclasses
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pareback.adapters.model import Attempt, Failure, Frame, Model, Reply, Request, Source
from pareback.adapters.models.embedded import build, digest
from pareback.adapters.repair.catalogue import OPERATORS
from pareback.adapters.repair.localise import localise
from pareback.adapters.repair.module import parse
from pareback.adapters.repair.operator import Operator
from pareback.adapters.repair.region import Splice, block, spliced
from pareback.adapters.repair.search import alone, replies

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
SEEDED = {
    "comparison": ("def largest(a):\n    best = a[0]\n    for x in a:\n        if x < best:\n            best = x\n    return best\n",
                   "from m import largest\n\n\ndef test_it():\n    assert largest([1, 9, 3]) == 9\n"),
    "boolean": ("def between(a, low, high):\n    return a >= low or a <= high\n",
                "from m import between\n\n\ndef test_it():\n    assert not between(9, 1, 5)\n    assert between(3, 1, 5)\n"),
    "range": ("def squares(n):\n    return [i * i for i in range(1, n)]\n",
              "from m import squares\n\n\ndef test_it():\n    assert squares(3) == [1, 4, 9]\n"),
    "name": ("def rows(width, height):\n    out = []\n    for _ in range(width):\n        out.append([0] * width)\n    return out\n",
             "from m import rows\n\n\ndef test_it():\n    assert rows(2, 3) == [[0, 0], [0, 0], [0, 0]]\n"),
    "arguments": ("def gcd(a, b):\n    return a if b == 0 else gcd(a % b, b)\n",
                  "from m import gcd\n\n\ndef test_it():\n    assert gcd(12, 18) == 6\n    assert gcd(7, 0) == 7\n"),
    "return": ("def names(rows):\n    out = []\n    for row in rows:\n        out.append(row['name'])\n",
               "from m import names\n\n\ndef test_it():\n    assert names([{'name': 'a'}]) == ['a']\n"),
    "import": ("def area(r):\n    return math.pi * r * r\n",
               "from m import area\n\n\ndef test_it():\n    assert round(area(2), 2) == 12.57\n"),
    "attribute": ("def shout(text):\n    return text.uper() + '!'\n",
                  "from m import shout\n\n\ndef test_it():\n    assert shout('a') == 'A!'\n"),
    "key": ("def count(words):\n    seen = {}\n    for word in words:\n        seen[word] = seen[word] + 1\n    return seen\n",
            "from m import count\n\n\ndef test_it():\n    assert count(['a', 'a', 'b']) == {'a': 2, 'b': 1}\n"),
    "order": ("def ranked(scores):\n    names = list(scores)\n    return names\n",
              "from m import ranked\n\n\ndef test_it():\n    assert ranked({'b': 1, 'a': 2}) == ['a', 'b']\n"),
    "missing": ("def unique(items):\n    seen = set()\n    out = []\n    for item in items:\n        if item not in seen:\n            out.append(item)\n    return out\n",
                "from m import unique\n\n\ndef test_it():\n    assert unique([1, 1, 2]) == [1, 2]\n"),
    "shared": ("class Stack:\n    def __init__(self, items=[]):\n        self.items = items\n\n    def push(self, item):\n        self.items.append(item)\n",
               "from m import Stack\n\n\ndef test_it():\n    Stack().push(1)\n    assert Stack().items == []\n"),
}  # fmt: skip  # one program and its tests beside each other


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_operator_proposes_its_example_and_leaves_the_other_alone(operator: Operator) -> None:
    example = operator.example
    messages = (Failure("t", example.message),) if example.message else ()
    assert example.after in set(alone(operator, example.before, messages))
    assert list(alone(operator, example.alone, messages)) == []


def test_operator_names_are_unique() -> None:
    names = [operator.name for operator in OPERATORS]
    assert len(names) == len(set(names))


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


@pytest.mark.parametrize("text", ["", "# nothing here\n", "def broken(:\n", "x = '\\0'\n\0", "\n\n"])
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


def test_frames_point_the_search_at_their_line() -> None:
    module = parse("m.py", "def f(a):\n    b = a\n    return b[0]\n\n\ndef g(a):\n    return a\n")
    failure = Failure("t.py::test_it", "IndexError", (Frame("t.py", 4, "test_it"), Frame("m.py", 3, "f")))
    suspicion = localise([module], (), (failure,))
    shares = [suspicion.of(module, node, function) for node, function in _statements(module.tree)]
    assert shares[1] > shares[0] > shares[2]


def _statements(tree: ast.Module) -> Iterator[tuple[ast.stmt, ast.FunctionDef]]:
    for function in tree.body:
        assert isinstance(function, ast.FunctionDef)
        yield from ((statement, function) for statement in function.body)


def test_test_names_point_the_search_at_what_they_call() -> None:
    module = parse("cart.py", CART)
    suspicion = localise([module], PARSED.tests, PARSED.failures)
    total, label = (node for node in module.tree.body if isinstance(node, ast.FunctionDef))
    assert suspicion.functions["cart.py", total.lineno] > 3 * suspicion.functions["cart.py", label.lineno]


def test_a_block_quotes_as_little_as_is_unique() -> None:
    text = "a = 1\nb = 2\na = 1\nc = 3\n"
    assert block("x.py", text, [Splice(10, 11, "5")]) == (
        "x.py\n<<<<<<< SEARCH\nb = 2\n=======\nb = 5\n>>>>>>> REPLACE\n"
    )
    wide = block("x.py", text, [Splice(16, 17, "5")])
    assert wide is not None
    assert apply(wide, {"x.py": text}) == {"x.py": spliced(text, [Splice(16, 17, "5")])}


def test_a_block_is_refused_where_it_could_not_be_read() -> None:
    marked = 'a = """\n=======\n"""\nb = 1\n'
    assert block("x.py", marked, [Splice(4, 7, "'''")]) is not None
    assert block("x.py", marked, [Splice(8, 15, "x")]) is None
    assert block("x.py", "a\na\n", [Splice(0, 1, "b")]) is not None


@pytest.mark.parametrize("name", SEEDED)
def test_a_seeded_mistake_is_mended(name: str, tmp_path: Path) -> None:
    program, tests = SEEDED[name]
    (tmp_path / "test_m.py").write_text(tests, encoding="utf-8")
    (tmp_path / "m.py").write_text(program, encoding="utf-8")
    red = _failure(tmp_path)
    assert red is not None
    request = Request("", "", (Source("m.py", program),), (Source("test_m.py", tests, editable=False),), (red,))
    model = build()
    for index in range(60):
        changed = apply(ask(model, dataclasses.replace(request, index=index)).text, {"m.py": program})
        if _green(changed["m.py"], tests):
            (tmp_path / "m.py").write_text(changed["m.py"], encoding="utf-8")
            assert _failure(tmp_path) is None
            return
    pytest.fail(f"{name!r} was not mended within 60 candidates")


_JUDGE = """import signal, sys, types
signal.alarm(1)
program, tests = sys.stdin.read().split("\\f")
module = sys.modules["m"] = types.ModuleType("m")
exec(program, module.__dict__)
exec(tests + "\\ntest_it()\\n", {})
"""


def _green(program: str, tests: str) -> bool:
    """The same tests without pytest, quickly, in a process of their own: pytest has the last word."""
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _JUDGE],
        input=f"{program}\f{tests}",
        text=True,
        capture_output=True,
        check=False,
    )
    return ran.returncode == 0


def _failure(folder: Path) -> Failure | None:
    """The red test of the folder as pytest tells it, or None."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=native", "--rootdir", str(folder)]
    ran = subprocess.run([*command, "test_m.py"], cwd=folder, text=True, capture_output=True, check=False)
    if ran.returncode == 0:
        return None
    assert ran.returncode == 1, ran.stdout
    said = ran.stdout.split("test_it", 1)[1]
    message = "\n".join(line.removeprefix("E ") for line in said.splitlines())
    return Failure("test_m.py::test_it", message[-1500:])
