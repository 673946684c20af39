"""The search behind the embedded model: operators by their examples, suspicion, and how an edit is written."""

import ast
from collections.abc import Iterator

import pytest

from pareback.adapters.model import Failure, Frame, Source
from pareback.adapters.repair.catalogue import OPERATORS
from pareback.adapters.repair.localise import localise
from pareback.adapters.repair.module import parse
from pareback.adapters.repair.operator import Operator
from pareback.adapters.repair.region import Splice, block, spliced
from pareback.adapters.repair.search import alone

CART = """\
def total(prices, discount):
    return sum(prices) + discount


def label(name):
    return name.strip().title()
"""
TESTS = """\
from cart import label, total


def test_total():
    assert total([3, 4], 2) == 5


def test_label():
    assert label(" tea ") == "Tea"
"""


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_operator_proposes_its_example_and_leaves_the_other_alone(operator: Operator) -> None:
    example = operator.example
    messages = (Failure("t", example.message),) if example.message else ()
    assert example.after in set(alone(operator, example.before, messages))
    assert list(alone(operator, example.alone, messages)) == []


def test_operator_names_are_unique() -> None:
    names = [operator.name for operator in OPERATORS]
    assert len(names) == len(set(names))


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
    suspicion = localise(
        [module], (Source("test_cart.py", TESTS),), (Failure("test_cart.py::test_total", "assert 9 == 5"),)
    )
    total, label = (node for node in module.tree.body if isinstance(node, ast.FunctionDef))
    assert suspicion.functions["cart.py", total.lineno] > 3 * suspicion.functions["cart.py", label.lineno]


def test_a_block_quotes_as_little_as_is_unique() -> None:
    text = "a = 1\nb = 2\na = 1\nc = 3\n"
    assert block("x.py", text, [Splice(10, 11, "5")]) == (
        "x.py\n<<<<<<< SEARCH\nb = 2\n=======\nb = 5\n>>>>>>> REPLACE\n"
    )
    wide = block("x.py", text, [Splice(16, 17, "5")])
    assert wide is not None
    assert wide == "x.py\n<<<<<<< SEARCH\nb = 2\na = 1\n=======\nb = 2\na = 5\n>>>>>>> REPLACE\n"
    assert spliced(text, [Splice(16, 17, "5")]) == "a = 1\nb = 2\na = 5\nc = 3\n"


def test_a_block_is_refused_where_it_could_not_be_read() -> None:
    marked = 'a = """\n=======\n"""\nb = 1\n'
    assert block("x.py", marked, [Splice(4, 7, "'''")]) is not None
    assert block("x.py", marked, [Splice(8, 15, "x")]) is None
    assert block("x.py", "a\na\n", [Splice(0, 1, "b")]) is not None
