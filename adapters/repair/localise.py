"""Where the fault may be: every function and line of the editable files gets a suspicion between 0 and 1.

Frames of the failures weigh most, then what the red tests name, then what those functions call, then the rest of the
files they stand in.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pareback.adapters.model import Failure, Source
from pareback.adapters.repair.module import Function, Module, Scoped

_INNERMOST, _CALLER = 1.0, 0.7
_POINTED = 2.0
"""How much more suspicious a line is that a frame points at, than the rest of its function."""
_NAMED, _CALLED, _ELSEWHERE = 0.8, 0.75, 0.06
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Suspicion:
    """`lines` holds lines that frames point at, by path; `functions` each function's suspicion, by path and the line
    its definition starts on (0: the module's top level)."""

    lines: Mapping[tuple[str, int], float]
    functions: Mapping[tuple[str, int], float]

    def of(self, module: Module, statement: ast.stmt, function: Function | None) -> float:
        """How suspicious a statement is: its function's share, raised where a frame points at one of its lines."""
        share = self.functions.get((module.path, function.lineno if function else 0), _ELSEWHERE)
        body = getattr(statement, "body", None)
        last = body[0].lineno - 1 if body else statement.end_lineno or statement.lineno
        pointed = max(
            (self.lines.get((module.path, line), 0.0) for line in range(statement.lineno, last + 1)), default=0.0
        )
        return share * (1.0 + _POINTED * pointed)


def localise(modules: Iterable[Module], tests: tuple[Source, ...], failures: tuple[Failure, ...]) -> Suspicion:
    """The suspicion over all editable modules, each failure counting alike."""
    known = list(modules)
    lines: defaultdict[tuple[str, int], float] = defaultdict(float)
    functions: defaultdict[tuple[str, int], float] = defaultdict(float)
    for module, function in _functions(known):
        functions[module.path, function.lineno] = _ELSEWHERE
    for failure in failures:
        _from_frames(failure, known, lines, functions)
    named = _named(tests, failures)
    for path_line, weight in _closure(known, named).items():
        functions[path_line] = max(functions[path_line], weight)
    highest = max(functions.values(), default=1.0)
    for module in known:
        functions[module.path, 0] = max(functions[module.path, 0], _top_level(module, functions))
    return Suspicion(dict(lines), {place: weight / highest for place, weight in functions.items()})


def _functions(modules: Iterable[Module]) -> Iterator[tuple[Module, Function]]:
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, Scoped):
                yield module, node


def _from_frames(
    failure: Failure,
    modules: list[Module],
    lines: defaultdict[tuple[str, int], float],
    functions: defaultdict[tuple[str, int], float],
) -> None:
    """The innermost frame in an editable file counts most, callers less."""
    by_path = {module.path: module for module in modules}
    weight = _INNERMOST
    for frame in reversed(failure.frames):
        if frame.path in by_path:
            place = frame.path, frame.line
            lines[place] = max(lines[place], weight)
            start = _start_of(by_path[frame.path], frame.line)
            functions[frame.path, start] = max(functions[frame.path, start], weight)
            weight *= _CALLER


def _start_of(module: Module, line: int) -> int:
    """The line on which the innermost function around a line starts, 0 at the top level."""
    around = [
        node.lineno
        for node in ast.walk(module.tree)
        if isinstance(node, Scoped) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return max(around, default=0)


def _named(tests: tuple[Source, ...], failures: tuple[Failure, ...]) -> dict[str, float]:
    """Names that the red tests use: in the test function itself they count more than elsewhere in its file."""
    red = {failure.test.split("::")[-1].split("[")[0] for failure in failures}
    files = {failure.test.split("::")[0] for failure in failures}
    named: dict[str, float] = {}
    for source in tests:
        if files and source.path not in files and len(tests) > 1:
            continue
        for function, weight in _test_bodies(source.text, red):
            for name in _used(function):
                named[name] = max(named.get(name, 0.0), weight)
    return named


def _test_bodies(text: str, red: set[str]) -> Iterator[tuple[ast.AST, float]]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    yield tree, _NAMED / 4
    for node in ast.walk(tree):
        if isinstance(node, Scoped) and (node.name in red or not red):
            yield node, _NAMED


def _used(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr


def _closure(modules: list[Module], named: Mapping[str, float]) -> dict[tuple[str, int], float]:
    """Named functions, then what they call, level by level, each level less suspicious."""
    defined: defaultdict[str, list[tuple[Module, Function]]] = defaultdict(list)
    for module, function in _functions(modules):
        defined[function.name].append((module, function))
        owner = module.parents.get(function)
        if isinstance(owner, ast.ClassDef) and function.name in {"__init__", "__call__", "__new__"}:
            defined[owner.name].append((module, function))
    found: dict[tuple[str, int], float] = {}
    level: dict[str, float] = {name: weight for name, weight in named.items() if name in defined}
    for _ in range(_DEPTH):
        following: dict[str, float] = {}
        reached = ((*place, weight) for name, weight in level.items() for place in defined[name])
        for module, function, weight in reached:
            place = module.path, function.lineno
            if found.get(place, 0.0) < weight:
                found[place] = weight
                following.update({used: weight * _CALLED for used in _used(function) if used in defined})
        level = following
    return found


def _top_level(module: Module, functions: Mapping[tuple[str, int], float]) -> float:
    """A module's constants are half as suspicious as its most suspicious function."""
    inside = [weight for (path, line), weight in functions.items() if path == module.path and line]
    return max(inside, default=1.0) / 4
