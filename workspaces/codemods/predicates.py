"""Conditions that are asked together in several functions get one: what they mean is said once, and asked by name.

A name can only be made of the words that are there; the word that the domain has for it is a person's to find.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pareback.workspaces.codemods.places import Function, Rewritten, Text, bound, functions, read, spoken, unused

_TWO = 2
_WIDTH = 40
"""Characters of a name that is made."""
_ACTING = (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr, ast.Lambda, ast.comprehension, ast.JoinedStr)
_SAID: Mapping[type[ast.cmpop], str] = {
    ast.Gt: "over",
    ast.GtE: "from",
    ast.Lt: "below",
    ast.LtE: "up_to",
    ast.Eq: "is",
    ast.NotEq: "not",
    ast.Is: "is",
    ast.IsNot: "not",
    ast.In: "in",
    ast.NotIn: "not_in",
}
_PRIVATE = re.compile(r"__\w*(?<!__)$")


@dataclass(frozen=True, slots=True)
class _Asked:
    """Conditions in a row of one function, with the locals in them by first appearance, and what is the same wherever
    the same is asked, under whatever names of locals."""

    parts: tuple[ast.expr, ...]
    operator: ast.boolop
    locals: tuple[str, ...]
    form: str
    above: ast.stmt


def named(source: str, lines: Collection[int]) -> Rewritten | None:
    """The file with one predicate for the longest row of conditions that functions on these lines ask alike; None where
    there is none, or a name in it could be unknown before the first condition was asked."""
    text = read(source)
    if text is None:
        return None
    groups: defaultdict[str, list[_Asked]] = defaultdict(list)
    for each in _rows(text, lines):
        groups[each.form].append(each)
    found = [group for group in groups.values() if len(group) >= _TWO]
    best = max(found, key=lambda group: (len(group[0].parts), len(group)), default=None)
    return None if best is None else _written(text, best)


def _rows(text: Text, lines: Collection[int]) -> Iterator[_Asked]:
    """Every row of two conditions and more of the functions that hold such a line."""
    for function, _, above in functions(text.tree):
        if not any(function.lineno <= line <= (function.end_lineno or 0) for line in lines):
            continue
        known = bound(function)
        for node in ast.walk(function):
            if isinstance(node, ast.BoolOp):
                yield from _of(node, function, known, above, text)


def _of(node: ast.BoolOp, function: Function, known: frozenset[str], above: ast.stmt, text: Text) -> Iterator[_Asked]:
    given = {each.arg for each in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}
    count = len(node.values)
    for size in range(count, 1, -1):
        for start in range(count - size + 1):
            parts = node.values[start : start + size]
            names = [each.id for part in parts for each in _names(part)]
            own = tuple(dict.fromkeys(name for name in names if name in known))
            always = given | {each.id for each in _names(parts[0])}
            if set(own) <= always and _is_plain(parts, text):
                form = f"{type(node.op).__name__} {_form(parts, own)}"
                yield _Asked(tuple(parts), node.op, own, form, above)


def _names(part: ast.expr) -> list[ast.Name]:
    """Names in the order in which they stand."""
    found = [node for node in ast.walk(part) if isinstance(node, ast.Name)]
    return sorted(found, key=lambda name: (name.lineno, name.col_offset))


def _is_plain(parts: Sequence[ast.expr], text: Text) -> bool:
    """Whether the row can stand elsewhere as it is written: nothing in it binds, waits, is private to a class or
    commented, and no bracket is cut in two."""
    nodes = [node for part in parts for node in ast.walk(part)]
    private = any(isinstance(node, ast.Attribute) and _PRIVATE.match(node.attr) for node in nodes)
    acting = any(isinstance(node, _ACTING) or getattr(node, "id", "") in {"super", "__class__"} for node in nodes)
    return not private and not acting and "#" not in text.of(parts[0], parts[-1]) and _is_whole(parts, text)


def _is_whole(parts: Sequence[ast.expr], text: Text) -> bool:
    try:
        found = ast.parse(f"({text.of(parts[0], parts[-1])})", mode="eval").body
    except SyntaxError:
        return False
    values = found.values if isinstance(found, ast.BoolOp) else []
    return [ast.dump(each) for each in values] == [ast.dump(each) for each in parts]


def _form(parts: Sequence[ast.expr], own: Sequence[str]) -> str:
    """What is asked, with places in place of locals."""
    said = " ; ".join(ast.dump(part) for part in parts)
    for number, name in enumerate(own):
        said = said.replace(f"Name(id={name!r},", f"Name(id=${number},")
    return said


def _written(text: Text, group: Sequence[_Asked]) -> Rewritten:
    """The predicate above the first statement that asks it, and a call wherever the row stood."""
    model = min(group, key=lambda each: (each.parts[0].lineno, each.parts[0].col_offset))
    name = unused(_name(model), spoken(text.tree))
    asked = text.of(model.parts[0], model.parts[-1])
    asked = ast.unparse(ast.BoolOp(model.operator, [*model.parts])) if "\n" in asked else asked
    definition = f"def {name}({', '.join(model.locals)}):\n    return {asked}\n\n\n"
    at = text.line(text.first_line(model.above))
    calls = [(*text.span(each.parts[0], each.parts[-1]), f"{name}({', '.join(each.locals)})") for each in _apart(group)]
    return Rewritten(name, model.parts[0].lineno, text.rewritten([(at, at, definition), *calls]))


def _apart(group: Sequence[_Asked]) -> list[_Asked]:
    """Of rows that overlap the first."""
    found: list[_Asked] = []
    for each in group:
        if not any(set(map(id, each.parts)) & set(map(id, other.parts)) for other in found):
            found.append(each)
    return found


def _name(model: _Asked) -> str:
    """What each condition says, in a word or three."""
    join = "_and_" if isinstance(model.operator, ast.And) else "_or_"
    said = join.join(dict.fromkeys(_word(part) for part in model.parts)).lower()
    cut = said if len(said) <= _WIDTH else said[:_WIDTH].rpartition(join)[0] or said[:_WIDTH]
    return f"_{re.sub('__+', '_', cut).strip('_')}"


def _word(part: ast.expr) -> str:
    if isinstance(part, ast.UnaryOp):
        return f"not_{_word(part.operand)}"
    if isinstance(part, ast.Compare):
        return f"{_word(part.left)}_{_SAID[type(part.ops[0])]}_{_word(part.comparators[0])}"
    if isinstance(part, ast.Constant):
        return "_".join(re.findall(r"[A-Za-z0-9]+", str(part.value)))
    if isinstance(part, ast.Call):
        return _word(part.func)
    return getattr(part, "attr", "") or getattr(part, "id", "") or "it"
