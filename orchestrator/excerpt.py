"""A part of a Python file: what the ticket and the failing tests name in full, of the rest the signatures or nothing.

A model with a small window must be able to work on a large file. What is left out is marked, so that nobody takes the
part for the whole.
"""

import ast
import re
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

LONG = 12
"""Lines from which a statement that defines nothing may be left out: tables, docstrings, scripts."""

_WORD = re.compile(r"[A-Za-z_]\w*")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Interest:
    """What is looked for, in falling order: places (line numbers) that tracebacks name, names that the failing tests
    use, words of the ticket and of the failures."""

    lines: frozenset[int] = frozenset()
    names: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Unit:
    """A statement that may be left out. Lines count from 1: `first` to `last`, its body from `body` on. `names` are
    what it defines, `owner` the class around it, `used` the names it mentions."""

    first: int
    body: int
    last: int
    names: tuple[str, ...]
    owner: str
    used: frozenset[str]


def excerpt(text: str, interest: Interest, *, room: int, outline: bool) -> str | None:
    """The file's text with at most `room` characters, or None where it cannot be parsed or made that small.

    With `outline` the first lines of what is left out stay, so that one sees what there is; else nothing of it stays.
    """
    units = _units(text)
    if units is None:
        return None
    lines = text.split("\n")  # the lines as the parser counts them
    kept: set[_Unit] = set()
    for unit in _wanted(units, interest):
        if len(_joined(lines, units, kept | {unit}, outline=outline)) <= room:
            kept.add(unit)
    part = _joined(lines, units, kept, outline=outline)
    return part if kept and len(part) <= room else None


@lru_cache(maxsize=512)
def defined(text: str) -> frozenset[str]:
    """The names of functions, classes and methods in the file; empty where it cannot be parsed."""
    return frozenset(node.name for node in ast.walk(_tree(text)) if isinstance(node, (*_DEFINITIONS, ast.ClassDef)))


def used_in(text: str, tests: Collection[str]) -> frozenset[str]:
    """The names that the functions called `tests` mention; all names of the file where it defines none of them."""
    tree = _tree(text)
    found: list[ast.AST] = [node for node in _functions(tree) if node.name in tests]
    return frozenset(name for node in found or [tree] for name in _mentioned(node))


def mentioning(text: str, names: Collection[str]) -> frozenset[str]:
    """The functions of the file that mention one of these names."""
    return frozenset(node.name for node in _functions(_tree(text)) if not set(names).isdisjoint(_mentioned(node)))


def words(text: str) -> frozenset[str]:
    """The words in a text that could be names of code."""
    return frozenset(_WORD.findall(text))


def _tree(text: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the target's invalid escapes are not ours to report
            return ast.parse(text)
    except (SyntaxError, ValueError):
        return ast.Module(body=[], type_ignores=[])


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, _DEFINITIONS))


def _units(text: str) -> tuple[_Unit, ...] | None:
    tree = _tree(text)
    return tuple(_found(tree.body, "")) if tree.body else None


def _found(body: Iterable[ast.stmt], owner: str) -> Iterator[_Unit]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _found(node.body, node.name)
        elif isinstance(node, _DEFINITIONS) or _length(node) >= LONG:
            yield _unit(node, owner)


def _unit(node: ast.stmt, owner: str) -> _Unit:
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
    last = node.end_lineno or node.lineno
    used = frozenset(_mentioned(node))
    if isinstance(node, _DEFINITIONS):
        return _Unit(first, max(node.lineno + 1, node.body[0].lineno), last, (node.name,), owner, used)
    return _Unit(first, node.lineno + 1, last, tuple(_assigned(node)), owner, used)


def _assigned(node: ast.stmt) -> Iterator[str]:
    return (each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store))


def _length(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _mentioned(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        match each:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.alias(name=name):
                yield name


def _wanted(units: Sequence[_Unit], interest: Interest) -> list[_Unit]:
    """The units worth showing, best first: named ones, then what those use, then their classes' other methods."""
    named = [
        *(unit for unit in units if any(unit.first <= line <= unit.last for line in interest.lines)),
        *(unit for unit in units if not interest.names.isdisjoint(unit.names)),
        *(unit for unit in units if not interest.words.isdisjoint(unit.names)),
    ]
    classes = {*interest.names, *interest.words}
    made = [unit for unit in units if unit.owner in classes and "__init__" in unit.names]
    used = frozenset(name for unit in named for name in unit.used)
    called = [unit for unit in units if not used.isdisjoint(unit.names)]
    owned = [unit for unit in units if unit.owner in classes]
    return list(dict.fromkeys([*named, *made, *called, *owned]))


def _joined(lines: Sequence[str], units: Sequence[_Unit], kept: Collection[_Unit], *, outline: bool) -> str:
    """The lines with a mark in place of each run of left-out ones."""
    dropped: set[int] = set()
    for unit in units:
        if unit not in kept:
            dropped.update(range(unit.body if outline else unit.first, unit.last + 1))
    return "\n".join(_marked(lines, dropped))


def _marked(lines: Sequence[str], dropped: Collection[int]) -> Iterator[str]:
    run: list[str] = []
    for number, line in enumerate([*lines, ""], 1):
        if number in dropped or (run and not line.strip() and number <= len(lines)):
            run.append(line)
            continue
        if run:
            indent = run[0][: len(run[0]) - len(run[0].lstrip())]
            yield f"{indent}# ... {len(run)} lines not shown ..."
            run = []
        if number <= len(lines):
            yield line
