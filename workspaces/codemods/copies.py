"""Two functions that differ only in values become calls of one, which takes those values as parameters.

The functions stay, with their names, parameters, decorators and docstrings: whoever calls them notices nothing. Where
nothing differs, the later of two functions calls the other one.
"""

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, takewhile

from pareback.workspaces.codemods.alike import Hole, holes
from pareback.workspaces.codemods.places import Function, Rewritten, Text, functions, read, spoken, unused

MOST = 3
"""Values in which two functions may differ: the function that stands for both has to be understood too."""

_LEAST = 3
"""Statements that a copy must have to be worth a call."""

_OUT = (
    ast.Yield,
    ast.YieldFrom,
    ast.Await,
    ast.Nonlocal,
    ast.Global,
    ast.Match,
    ast.ClassDef,
    ast.JoinedStr,
    ast.AnnAssign,
)
"""What a function may not hold: it would mean something else in another function, or its values stand where no name
may."""
_WATCHING = frozenset({"locals", "vars", "eval", "exec", "dir", "super", "__class__"})
_COUNTING = frozenset({"stacklevel", "_getframe", "currentframe", "stack", "extract_stack"})
"""What says who called: one function more would stand in between."""
_BOUNDLESS = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})
"""Methods that are handed a class, without a decorator that says so."""
_WORDS = re.compile(r"[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two functions of one class, or of the module, and what they differ in. `above` holds the first."""

    one: Function
    other: Function
    owner: ast.ClassDef | None
    holes: tuple[Hole, ...]


def merged(source: str, lines: Collection[int]) -> Iterator[Rewritten]:
    """The file with two copies as calls of one function, for every pair of which one holds such a line."""
    text = read(source)
    if text is None:
        return
    found = [(each, owner) for each, owner, _ in functions(text.tree) if _may_move(each, owner)]
    for (one, owner), (other, beside) in combinations(found, 2):
        touched = any(each.lineno <= line <= (each.end_lineno or 0) for each in (one, other) for line in lines)
        if touched and owner is beside and (pair := _compared(one, other, owner, text)) is not None:
            yield Rewritten(f"{owner.name}.{one.name}" if owner else one.name, one.lineno, _written(text, pair))


def _may_move(function: Function, owner: ast.ClassDef | None) -> bool:
    """Whether its body does the same in another function that gets the same arguments, and stands on lines of its
    own."""
    args, body = function.args, _body(function)
    bare = not (args.posonlyargs or args.kwonlyargs or args.vararg or args.kwarg)
    if not bare or (owner and not _is_method(function)) or _size(function) < _LEAST:
        return False
    acting = any(_acts(node) for node in ast.walk(function))
    above = function.body[0].end_lineno if body is not function.body else function.lineno
    return not acting and body[0].lineno > (above or 0)


def _is_method(function: Function) -> bool:
    """Whether it is handed an instance, as far as that can be seen."""
    return bool(function.args.args) and not function.decorator_list and function.name not in _BOUNDLESS


def _acts(node: ast.AST) -> bool:
    named = getattr(node, "attr", "") or (node.arg if isinstance(node, ast.keyword) else "")
    said = getattr(node, "id", "")
    return isinstance(node, _OUT) or said in _WATCHING or not _COUNTING.isdisjoint({said, named})


def _body(function: Function) -> list[ast.stmt]:
    """Its statements but the docstring."""
    return function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body


def _size(function: Function) -> int:
    return sum(isinstance(node, ast.stmt) for each in _body(function) for node in ast.walk(each))


def _compared(one: Function, other: Function, owner: ast.ClassDef | None, text: Text) -> _Pair | None:
    if _size(one) != _size(other) or one.name == other.name:
        return None
    if _comments(other, text) - _comments(one, text):
        return None
    found = holes(one, other, (_body(one), _body(other)), text)
    if found is None or len(found) > MOST:
        return None
    if not found and (owner or one.decorator_list):  # the name of the first may stand for something else
        return None
    return _Pair(one, other, owner, found)


def _comments(function: Function, text: Text) -> frozenset[str]:
    lines = text.lines[function.lineno - 1 : function.end_lineno]
    return frozenset(line.strip() for line in lines if "#" in line)


def _written(text: Text, pair: _Pair) -> str:
    """The file with one function for both, before the first, and calls of it in both; without holes the later one
    calls the first."""
    if not pair.holes:
        call = f"{pair.one.name}({', '.join(each.arg for each in pair.other.args.args)})"
        return text.rewritten([_called_instead(text, pair.other, call)])
    taken = spoken(pair.one) | spoken(pair.other)
    named: list[Hole] = []
    for hole in pair.holes:
        name = unused(hole.name, taken)
        taken |= {name}
        named.append(replace(hole, name=name))
    name = unused(_name(pair), spoken(text.tree))
    head = pair.one.args.args[:1] if pair.owner else []
    pieces = [_definition(text, pair, name, named)]
    for side, function in enumerate((pair.one, pair.other)):
        given = [each.arg for each in function.args.args[len(head) :]]
        called = f"{function.args.args[0].arg}.{name}" if pair.owner else name
        call = f"{called}({', '.join([*given, *(hole.texts[side] for hole in named)])})"
        pieces.append(_called_instead(text, function, call))
    return text.rewritten(pieces)


def _definition(text: Text, pair: _Pair, name: str, named: list[Hole]) -> tuple[int, int, str]:
    """The first function's body under the new name, with its holes as parameters."""
    indent = " " * pair.one.col_offset
    start, end = text.line(_from(text, pair.one)), text.line((pair.one.end_lineno or 0) + 1)
    raw = text.source.encode()
    pieces = [(*text.span(node), hole.name) for hole in named for node in hole.nodes]
    for low, high, parameter in sorted(pieces, reverse=True):
        raw = raw[:low] + parameter.encode() + raw[high:]
    grown = len(raw) - len(text.source.encode())
    lines = raw[start : end + grown].decode().rstrip("\r\n")
    takes = ", ".join([*(each.arg for each in pair.one.args.args), *(hole.name for hole in named)])
    at = text.line(text.first_line(pair.one))
    apart = "\n\n" if pair.owner else "\n\n\n"
    return at, at, f"{indent}def {name}({takes}):\n{lines}{apart}"


def _called_instead(text: Text, function: Function, call: str) -> tuple[int, int, str]:
    """The call in place of the function's body."""
    body = _body(function)
    end = text.span(body[-1])[1]
    start = text.line(_from(text, function))
    return start, end, f"{' ' * body[0].col_offset}return {call}"


def _from(text: Text, function: Function) -> int:
    """The first line of the body: right behind the docstring, or the heading."""
    body = _body(function)
    if body is not function.body:
        return (function.body[0].end_lineno or 0) + 1
    lines, first = text.lines, body[0].lineno
    while lines[first - 2].lstrip().startswith("#"):
        first -= 1
    return first


def _name(pair: _Pair) -> str:
    """The words that both names begin with, else both names."""
    ours, theirs = (_WORDS.findall(each.name) for each in (pair.one, pair.other))
    common = _common(ours, theirs) or _common(ours[::-1], theirs[::-1])[::-1] or [*ours, "or", *theirs]
    return f"_{'_'.join(common).lower()}"


def _common(ours: list[str], theirs: list[str]) -> list[str]:
    """What both begin with."""
    return [word for word, _ in takewhile(lambda pair: pair[0] == pair[1], zip(ours, theirs, strict=False))]
