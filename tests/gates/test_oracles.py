"""Our counts against those of others, on code of the standard library. What differs is listed, with its reason."""

import ast
from collections.abc import Iterator, Mapping

import complexipy
import pytest
from radon.complexity import cc_visit

from pareback.gates.facts import FileFacts, Increment, Unit
from pareback.gates.languages import python
from pareback.gates.reference import Figures, figures

OURS_ALONE = {"comprehension", "filter", "inner", "case", "arm", "when", "value", "recursion"}
"""Steps that cognitive complexity does not know, or prices differently: comprehensions are free there, a match is 1."""

EXTRA = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Match, ast.Lambda, ast.ClassDef)


@pytest.fixture(scope="module")
def facts(library: Mapping[str, str]) -> Mapping[str, FileFacts]:
    return {name: python.build().extract(text.encode()) for name, text in library.items()}


def functions(text: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Top-level functions and methods of top-level classes."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{node.name}.{method.name}", method


def simple(node: ast.AST) -> bool:
    """Without what we count otherwise on purpose: no nested functions, classes or comprehensions."""
    inner = (part for part in ast.walk(node) if part is not node)
    return not any(isinstance(part, (*EXTRA, ast.FunctionDef, ast.AsyncFunctionDef)) for part in inner)


def cognitive(unit: Unit) -> int:
    """Our steps at the prices of cognitive complexity."""
    return sum(1 + step.nesting * _nests(step) for step in unit.flow if step.kind not in OURS_ALONE - {"arm"})


def _nests(step: Increment) -> bool:
    return step.kind in {"if", "again", "for", "while", "ternary", "except", "match"}


def test_flow_is_cognitive_complexity_where_both_count_the_same(
    library: Mapping[str, str], facts: Mapping[str, FileFacts]
) -> None:
    same, different = 0, []
    for name, text in library.items():
        theirs = {
            found.name.replace("::", "."): found.complexity for found in complexipy.code_complexity(text).functions
        }
        ours = {unit.qualname: unit for unit in facts[name].units}
        for qualname, node in functions(text):
            if not simple(node) or qualname not in theirs:
                continue
            if cognitive(ours[qualname]) == theirs[qualname]:
                same += 1
            else:
                different.append((name, qualname, cognitive(ours[qualname]), theirs[qualname]))
    assert same > 300
    assert len(different) <= 0.06 * same, different


def cyclomatic(unit: Unit) -> int:
    """McCabe's number from our steps: one, and one per decision."""
    decisions = {"if", "elif", "arm", "again", "for", "while", "except", "ternary", "comprehension", "filter", "inner"}
    return 1 + sum(step.kind in decisions for step in unit.flow)


def test_decisions_are_those_that_radon_counts(library: Mapping[str, str], facts: Mapping[str, FileFacts]) -> None:
    """Without `and` and `or` (radon counts operands, we count runs), `assert` and `else` of loops, which radon adds."""
    checked = 0
    for name, text in library.items():
        theirs = {block.fullname: block.complexity for block in cc_visit(text)}
        ours = {unit.qualname: unit for unit in facts[name].units}
        for qualname, node in functions(text):
            odd = any(isinstance(part, ast.BoolOp | ast.Assert | ast.Match) for part in ast.walk(node))
            loops = [part for part in ast.walk(node) if isinstance(part, ast.For | ast.While | ast.AsyncFor)]
            nested = sum(isinstance(part, ast.FunctionDef | ast.Lambda | ast.ClassDef) for part in ast.walk(node)) > 1
            imports = any(isinstance(part, ast.Import | ast.ImportFrom) for part in ast.walk(node))
            tries = any(isinstance(part, ast.Try) and part.orelse for part in ast.walk(node))
            if odd or nested or imports or tries or any(loop.orelse for loop in loops) or f"{qualname}#2" in ours:
                continue
            assert cyclomatic(ours[qualname]) == theirs[qualname], f"{name}: {qualname}"
            checked += 1
    assert checked > 300


def test_every_branch_of_functions_classes_and_inner_ones_is_counted_once() -> None:
    source = b"""
def f(a):
    if a:
        pass
    def g(b):
        if b:
            pass
    return g

class A:
    def m(self):
        if self:
            pass
    class B:
        def n(self):
            return 1
"""
    found = figures(source)
    assert found.cyclomatic == 2 + 2 + 2 + 1
    assert found.lines == 14
    assert figures(b"def f(:\n") == Figures()
    assert figures(b"") == Figures(0.0, 0.0, 0.0)
