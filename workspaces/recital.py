"""Code that recites what target tests ask: their inputs beside their answers, or their very arguments, as literals."""

import ast
from collections.abc import Iterable, Iterator, Sequence

_TELLING = 3
"""Letters of a text or digits of a number, and literals of an entry: meeting fewer in a test may be an accident."""

_Literal = str | int | float | bytes


def hard_coded(tree: ast.Module, tests: Iterable[ast.Module | None]) -> Iterator[tuple[int, str, str, bool]]:
    """The line, the kind, the message, and whether it asks, of every place that recites one of the tests.

    A test's input told apart by equality beside the answer that the same assertion expects: once, an honest special
    case looks like that too, so it is only shown; twice it asks. So does a collection that holds the arguments of
    two assertions.
    """
    known = [each for each in tests if each is not None]
    yield from _paired(tree, {pair for each in known for pair in _expectations(each)})
    yield from _listed(tree, {told for each in known for told in _told(each)})


def _paired(tree: ast.Module, pairs: set[tuple[_Literal, _Literal]]) -> Iterator[tuple[int, str, str, bool]]:
    cases = [case for node in ast.walk(tree) for case in _cases(node)] if pairs else []
    known = [case for case in cases if case[1:] in pairs and (_is_telling(case[1]) or _is_telling(case[2]))]
    several = len({given for _, given, _ in known}) > 1
    for line, given, answer in known:
        yield line, "literal", f"{given!r} and {answer!r} stand side by side in a target test", several


def _listed(tree: ast.Module, told: set[tuple[str, ...]]) -> Iterator[tuple[int, str, str, bool]]:
    for node in ast.walk(tree) if told else ():
        if isinstance(node, ast.Dict | ast.Set | ast.List | ast.Tuple):
            entries = node.keys if isinstance(node, ast.Dict) else node.elts
            found = [entry for entry in entries if _values(entry) in told]
            if len(found) > 1:
                yield node.lineno, "literal", f"{len(found)} entries are what target tests ask with", True


def _told(tree: ast.Module) -> Iterator[tuple[str, ...]]:
    """The literals of every assertion, and of every call in one, if they are enough to be no accident."""
    for node in _assertions(tree):
        calls = [inner for inner in ast.walk(node) if isinstance(inner, ast.Call)]
        groups = (_values(node), *(_values(*call.args) for call in calls))
        yield from (group for group in groups if len(group) >= _TELLING)


def _values(*nodes: ast.AST | None) -> tuple[str, ...]:
    """The literals in code, whatever brackets they stand in."""
    return tuple(sorted(repr(value) for node in nodes for value, _ in literals(node)))


def _expectations(tree: ast.Module) -> Iterator[tuple[_Literal, _Literal]]:
    """Every two literals of one assertion."""
    for node in _assertions(tree):
        found = [value for value, _ in literals(node)]
        yield from ((one, other) for one in found for other in found)


def _assertions(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) or (isinstance(node, ast.Call) and _name(node).startswith("assert")):
            yield node


def _name(call: ast.Call) -> str:
    """The last part of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _cases(node: ast.AST) -> Iterator[tuple[int, _Literal, _Literal]]:
    """(line, input, answer) of the entries of a table and of branches that compare with a literal and give one."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            yield from ((line, one, other) for one, line in literals(key) for other, _ in literals(value))
    if isinstance(node, ast.If | ast.IfExp):
        body = node.body if isinstance(node.body, list) else [node.body]
        yield from _beside([each for each in ast.walk(node.test) if _is_equality(each)], body)
    if isinstance(node, ast.match_case):
        yield from _beside([node.pattern], node.body)


def _beside(conditions: Iterable[ast.AST], body: Sequence[ast.AST]) -> Iterator[tuple[int, _Literal, _Literal]]:
    answers = [value for each in body for value, _ in literals(each)]
    for condition in conditions:
        yield from ((line, one, other) for one, line in literals(condition) for other in answers)


def _is_equality(node: ast.AST) -> bool:
    return isinstance(node, ast.Compare) and all(isinstance(each, ast.Eq | ast.In) for each in node.ops)


def literals(node: ast.AST | None) -> Iterator[tuple[_Literal, int]]:
    """The texts and numbers in a piece of code, with their lines."""
    for inner in ast.walk(node) if node is not None else ():
        if isinstance(inner, ast.Constant) and isinstance(inner.value, _Literal) and not isinstance(inner.value, bool):
            yield inner.value, inner.lineno


def _is_telling(value: _Literal) -> bool:
    return len(value) >= _TELLING if isinstance(value, str | bytes) else len(str(abs(value))) >= _TELLING
