"""Replaces, inserts and deletes whole definitions by their qualified names; every other line keeps its bytes.

A place is found in the syntax tree and spliced by lines. What is written has to parse by itself and the file after it,
so that no text can reach beyond its place.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pareback.workspaces.document import Document, EditError
from pareback.workspaces.edit import Kind, Operation
from pareback.workspaces.match import reindented
from pareback.workspaces.python_source import (
    Definition,
    Place,
    definitions,
    indent,
    new_tree_of,
    parsed,
    place_of,
    the_one,
    tree_of,
)
from pareback.workspaces.splice import lines_of, spliced


@dataclass(frozen=True, slots=True)
class _Change:
    """Lines `start` to `stop` become `lines`."""

    start: int
    stop: int
    lines: Sequence[str]


def changed(document: Document, operation: Operation) -> tuple[Document, int]:
    """The document with the operation made and the line (from 1) where; the same where it reads so already. Raises
    EditError, in words for the model."""
    path, lines = operation.path, document.lines
    tree = parsed(path, lines)
    place = place_of(lines, the_one(path, tree, operation.symbol))
    change = _CHANGES[operation.kind](lines, place, operation)
    if list(lines[change.start : change.stop]) == list(change.lines):
        return document, change.start + 1
    after = spliced(document, change.start, old=lines[change.start : change.stop], new=change.lines)
    try:
        tree_of("\n".join(after.lines))
    except SyntaxError as error:
        told = f"{path!r} would not parse any more (line {error.lineno}: {error.msg})"
        raise EditError(f"{told}; quote the lines that change instead") from None
    return after, change.start + 1


def _replace(lines: Sequence[str], place: Place, operation: Operation) -> _Change:
    """Comments and decorators stay where the new text brings none of its own."""
    new, body = _written(operation, place.margin)
    name = operation.symbol.rpartition(".")[2]
    if len(body) != 1 or not isinstance(body[0], Definition) or body[0].name != name:
        raise EditError(
            f"{operation.path!r}: the text for {operation.symbol!r} has to be one definition named {name!r} and nothing"
            " else; write other code as operations of its own"
        )
    fresh = place_of(new, body[0])
    comments = new[: fresh.decorators] or lines[place.comments : place.decorators]
    decorators = new[fresh.decorators : fresh.begin] or lines[place.decorators : place.begin]
    return _Change(place.comments, place.end, [*comments, *decorators, *new[fresh.begin :]])


def _before(lines: Sequence[str], place: Place, operation: Operation) -> _Change:
    new = _fresh(lines, place, operation, scope=operation.symbol.rpartition(".")[0])
    return _Change(place.comments, place.comments, [*new, *_gap(place.margin)] if new else ())


def _after(lines: Sequence[str], place: Place, operation: Operation) -> _Change:
    new = _fresh(lines, place, operation, scope=operation.symbol.rpartition(".")[0])
    return _Change(place.end, place.end, [*_gap(place.margin), *new] if new else ())


def _into(lines: Sequence[str], place: Place, operation: Operation) -> _Change:
    first = place.node.body[0]
    if not isinstance(place.node, ast.ClassDef) or first.lineno == place.node.lineno:
        raise EditError(f"{operation.path!r}: {operation.symbol!r} is no class with a block; replace it instead")
    inner = Place(place.node, place.comments, place.decorators, place.begin, place.end, indent(lines[first.lineno - 1]))
    new = _fresh(lines, inner, operation, scope=operation.symbol)
    return _Change(place.end, place.end, [*_gap(inner.margin), *new] if new else ())


def _delete(lines: Sequence[str], place: Place, _: Operation) -> _Change:
    """With the blank lines that only set it apart: what stands around it keeps the larger of both distances."""
    above, below = place.comments, place.end
    while above and not lines[above - 1].strip():
        above -= 1
    while below < len(lines) and not lines[below].strip():
        below += 1
    if below == len(lines):
        return _Change(above, below, ())
    opens = above == 0 or lines[above - 1].rstrip().endswith(":")
    gap = 0 if opens else max(place.comments - above, below - place.end)
    kept = lines[above : place.comments] if place.comments - above == gap else lines[place.end : below]
    return _Change(above, below, kept if gap else ())


def _fresh(lines: Sequence[str], place: Place, operation: Operation, *, scope: str) -> list[str]:
    """The lines to insert; none where they define what stands there already, word for word. Raises EditError where
    they define something else by a name that is taken."""
    new, body = _written(operation, place.margin)
    known = dict(definitions(parsed(operation.path, lines)))
    names = [node.name for node in body if isinstance(node, Definition)]
    taken = [known[name] for each in names if (name := f"{scope}.{each}".lstrip(".")) in known]
    if not taken:
        return new
    there = place_of(lines, taken[0])
    if len(body) == 1 and list(lines[there.comments : there.end]) == new:
        return []
    raise EditError(f"{operation.path!r}: {taken[0].name!r} is defined at line {taken[0].lineno} already; replace it")


def _written(operation: Operation, margin: str) -> tuple[list[str], list[ast.stmt]]:
    """The lines of the new text with the margin of its place, and its statements with places in these lines. Raises
    EditError where it does not parse or cannot be shifted."""
    lines = lines_of(operation.new.strip("\n"))
    own = indent(next((line for line in lines if line.strip()), ""))
    named = f"{operation.path!r}: the text for {operation.symbol!r}"
    try:
        body = _statements(lines, own)
    except SyntaxError as error:
        raise EditError(f"{named} does not parse ({error.msg}); send it again, whole") from None
    if not body:
        raise EditError(f"{named} is empty; to delete it write '*** Delete Symbol: path::name'")
    moved = lines if own == margin else None if _holds_text(body) else reindented(lines, (own, margin))
    if moved is None:
        raise EditError(f"{named} has to be indented as it stands in the file, since it holds lines that are text")
    return moved, body


def _statements(lines: Sequence[str], own: str) -> list[ast.stmt]:
    """What the lines hold. Indented ones are parsed in a block, whose line is taken off again."""
    if not own:
        return tree_of("\n".join(lines)).body
    block = new_tree_of("\n".join(["if True:", *lines]))
    first = block.body[0]
    for node in ast.walk(block):
        if isinstance(node, ast.stmt | ast.expr):
            node.lineno, node.end_lineno = node.lineno - 1, (node.end_lineno or 1) - 1
    return [*first.body, *block.body[1:]] if isinstance(first, ast.If) else block.body


def _holds_text(body: Sequence[ast.stmt]) -> bool:
    """Whether a string that is no docstring goes over several lines: shifting these would change what it says."""
    nodes = [node for statement in body for node in ast.walk(statement)]
    said = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    texts = (node for node in nodes if isinstance(node, ast.JoinedStr) or _is_text(node))
    return any(node.end_lineno != node.lineno and id(node) not in said for node in texts if isinstance(node, ast.expr))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)


def _gap(margin: str) -> list[str]:
    return [""] if margin else ["", ""]


_CHANGES: Mapping[Kind, Callable[[Sequence[str], Place, Operation], _Change]] = {
    "replace_symbol": _replace,
    "insert_before": _before,
    "insert_after": _after,
    "insert_into": _into,
    "delete_symbol": _delete,
}
