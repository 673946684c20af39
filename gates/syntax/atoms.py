"""The questions that a unit asks, from its conditions: `not`, `and` and `or` taken apart by De Morgan.

Nothing but conditions is read, and only when the unit ends: then it is known which locals are copies of what. An `or`
is the denial of a conjunction, so `if x.off or y.gone: return` and `if not x.off and not y.gone:` ask the same.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pareback.gates.facts import Atom, Conjunction
from pareback.gates.reading.phrases import phrase
from pareback.gates.syntax.comparisons import Leaf, leaves, pairs
from pareback.gates.syntax.draft import Draft
from pareback.gates.syntax.subjects import LOCAL, OPAQUE, bare, last, spelled, subject, text

_NAMEABLE = (ast.Name, ast.Attribute, ast.Subscript, ast.Call)
_VALUES = (*_NAMEABLE, ast.Constant, ast.List, ast.Dict, ast.Tuple, ast.Set, ast.BinOp, ast.JoinedStr, ast.Lambda)
_PLAIN = {"truthy", "call"}
_SHAPES = {ast.MatchSequence: "Sequence", ast.MatchMapping: "Mapping"}
MEMBER = "AttributeError"
"""The exception that says that something was None, or not what it was taken for."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One condition of several, as it stands and denied."""

    holds: str
    denied: str


@dataclass(slots=True)
class _Reading:
    """What grows while the conditions of a unit are taken apart. `done` are the `and` and `or` that were part of a
    larger one."""

    draft: Draft
    place: str = ""
    atoms: list[Atom] = field(default_factory=list)
    conjunctions: list[Conjunction] = field(default_factory=list)
    done: set[int] = field(default_factory=set)


def questions(draft: Draft) -> tuple[tuple[Atom, ...], tuple[Conjunction, ...]]:
    """The atoms and conjunctions of a unit whose body is read."""
    reading = _Reading(draft)
    for place, node, matched in draft.asked:
        reading.place = place
        if isinstance(node, ast.pattern):
            _matched(reading, node, matched)
        elif isinstance(node, ast.stmt):
            _guarded(reading, node)
        elif place == "value":
            _value(reading, node)
        elif place == "cast":
            _note(reading, Leaf("nil", node), positive=True)
        else:
            _condition(reading, node)
    return tuple(reading.atoms), tuple(reading.conjunctions)


def _condition(reading: _Reading, node: ast.expr) -> None:
    _together(reading, node.lineno, _parts(reading, node, positive=True))


def _parts(reading: _Reading, node: ast.expr, *, positive: bool) -> list[_Part]:
    """What must hold together for the node to hold, or to fail. Atoms and inner conjunctions are noted on the way."""
    node = bare(node)
    if isinstance(node, ast.UnaryOp) and type(node.op) is ast.Not:
        return _parts(reading, node.operand, positive=not positive)
    if isinstance(node, ast.BoolOp):
        reading.done.add(id(node))
        groups = [_parts(reading, value, positive=positive) for value in node.values]
        return _joined(reading, node, groups, every=(type(node.op) is ast.And) == positive)
    if isinstance(node, ast.Compare) and len(node.ops) > 1:
        return _joined(reading, node, [_leaf(reading, link, positive=positive) for link in pairs(node)], every=positive)
    return _leaf(reading, node, positive=positive)


def _joined(reading: _Reading, node: ast.expr, groups: Sequence[list[_Part]], *, every: bool) -> list[_Part]:
    """Groups that must all hold are one; of which one must hold, none."""
    return [part for group in groups for part in group] if every else _either(reading, node.lineno, groups)


def _either(reading: _Reading, line: int, groups: Sequence[list[_Part]]) -> list[_Part]:
    """One of the groups holds: the denials of those with one part belong together. It is no part of anything larger."""
    for group in groups:
        _together(reading, line, group)
    single = [_Part(part.denied, part.holds) for group in groups if len(group) == 1 for part in group]
    _together(reading, line, single, either=True)
    return []


def _together(reading: _Reading, line: int, parts: Sequence[_Part], *, either: bool = False) -> None:
    if len(parts) > 1:
        holds, denied = tuple(part.holds for part in parts), tuple(part.denied for part in parts)
        reading.conjunctions.append(Conjunction(line, holds, denied, either))


def _leaf(reading: _Reading, node: ast.expr, *, positive: bool) -> list[_Part]:
    """Note what a single condition asks; it is a part where it can be written down."""
    found = list(leaves(reading.draft, node))
    for leaf in found:
        _note(reading, leaf, positive=positive)
    if not found:
        return []
    leaf = found[0]
    asked, operand = text(reading.draft, leaf.node), _operand(reading.draft, leaf)
    if OPAQUE in asked + operand:
        return []
    ways = [phrase(leaf.kind, asked, operand, positive=holds == leaf.positive) for holds in (positive, not positive)]
    return [_Part(*ways)]


def _operand(draft: Draft, leaf: Leaf) -> str:
    """What a condition compares with, as it stands; several constants in one order."""
    if len(leaf.against) > 1:
        return f"in ({', '.join(sorted(text(draft, node) for node in leaf.against))})"
    return " ".join(filter(None, [leaf.operator, *(text(draft, node) for node in leaf.against)]))


def _note(reading: _Reading, leaf: Leaf, *, positive: bool) -> None:
    """One atom, or one per constant that is compared with. Which error was caught is no question about a value."""
    draft, line = reading.draft, leaf.node.lineno
    holder, name = subject(draft, leaf.node)
    if leaf.kind == "type" and holder == LOCAL and name in draft.caught:
        return
    for node in leaf.against or (None,):
        operand = " ".join(filter(None, [leaf.operator, spelled(draft, node) if node else ""]))
        reading.atoms.append(Atom(leaf.kind, holder, name, operand, leaf.positive == positive, reading.place, line))


def _value(reading: _Reading, node: ast.BoolOp) -> None:
    """An `and` or `or` whose value is used. `x or default` and `x and x.y` ask whether x is there; a last operand that
    asks nothing is no question but the value."""
    if id(node) in reading.done:
        return
    guards = _guards(reading.draft, node)
    for value in guards:
        _note(reading, Leaf("nil", value), positive=False)
    if type(node.op) is ast.Or and len(guards) == len(node.values) - 1:
        return
    _condition(reading, node)
    if isinstance(bare(node.values[-1]), _NAMEABLE) and reading.atoms[-1:] and reading.atoms[-1].kind in _PLAIN:
        reading.atoms.pop()


def _guards(draft: Draft, node: ast.BoolOp) -> list[ast.expr]:
    """The operands that only have to be there for a later one to be the value."""
    values = [bare(value) for value in node.values]
    plain: list[ast.expr] = [value for value in values[:-1] if isinstance(value, _NAMEABLE)]
    if type(node.op) is ast.Or:
        return plain if isinstance(values[-1], _VALUES) else []
    rest = [text(draft, value) for value in values[1:]]
    return [value for value in plain if any(f"{text(draft, value)}." in later for later in rest)]


def _matched(reading: _Reading, pattern: ast.pattern, matched: ast.expr) -> None:
    """What a case asks of the thing that is matched; classes of one case are one set."""
    types = sorted(set(_types(pattern)))
    if types:
        _note(reading, Leaf("type", matched, operator=" | ".join(types)), positive=True)
    for part in _alternatives(pattern):
        if isinstance(part, ast.MatchSingleton) and part.value is None:
            _note(reading, Leaf("nil", matched), positive=True)
        elif isinstance(part, ast.MatchValue):
            _note(reading, Leaf("eq", matched, operator="==", against=(part.value,)), positive=True)


def _alternatives(pattern: ast.pattern) -> Iterator[ast.pattern]:
    if isinstance(pattern, ast.MatchOr):
        for part in pattern.patterns:
            yield from _alternatives(part)
    elif isinstance(pattern, ast.MatchAs) and pattern.pattern:
        yield from _alternatives(pattern.pattern)
    else:
        yield pattern


def _types(pattern: ast.pattern) -> Iterator[str]:
    for part in _alternatives(pattern):
        if isinstance(part, ast.MatchClass):
            yield last(part.cls)
        elif type(part) in _SHAPES:
            yield _SHAPES[type(part)]


def _guarded(reading: _Reading, statement: ast.stmt) -> None:
    """What may turn out to have no such attribute, where that is caught."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute) and type(node.ctx) is ast.Load:
            _note(reading, Leaf("nil", node.value), positive=True)
