"""Renames a function, class or method in one file, where every mention of it can be proved to mean it.

Proof, not guessing: a name with one binding means that wherever it is seen; a method is meant by the first parameter
of its class's methods, and by the class. Whatever else has the name makes the rename refused, with the places. The new
text must parse to the old tree with these names changed. Other files are not looked at: who imports the name is edited
with operations of its own.
"""

import ast
import keyword
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pareback.workspaces.document import Document, EditError
from pareback.workspaces.edit import Operation
from pareback.workspaces.python_source import Definition, definitions, new_tree_of, parsed, the_one, tree_of

Meaning = Literal["sure", "other", "doubtful"]
_SILENT = {ast.Constant: {"value", "kind"}, ast.ImportFrom: {"module"}, ast.keyword: {"arg"}}
"""Fields that hold text, or names of something else: modules, a call's keywords."""

_CLOSED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
"""What does not see the names of a class body around it."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """The definition, what it stands in (None: the module), the whole tree; and what is known to mean it: nodes that
    see its name, and nodes that stand for its class or an instance of it."""

    node: Definition
    owner: Definition | None
    tree: ast.Module
    seen: frozenset[int]
    selves: frozenset[int]

    def meaning(self, node: ast.AST) -> Meaning:
        """What a node that mentions the name means."""
        if node is self.node:
            return "sure"
        method = isinstance(self.owner, ast.ClassDef)
        if isinstance(node, ast.Attribute):
            sure = isinstance(node.ctx, ast.Load) and id(node.value) in self.selves
            return ("sure" if sure else "doubtful") if method else "other"
        if isinstance(node, ast.Name) and id(node) in self.seen:
            return "sure" if isinstance(node.ctx, ast.Load) else "doubtful"
        return "other" if method and isinstance(node, ast.Name | ast.arg) else "doubtful"


def renamed(document: Document, operation: Operation) -> tuple[Document, int]:
    """The document with the new name and the line (from 1) of the definition. Raises EditError with the places that
    may mean something else."""
    path, symbol = operation.path, operation.symbol
    tree = parsed(path, document.lines)
    node = the_one(path, tree, symbol)
    owner = next((each for name, each in definitions(tree) if name == symbol.rpartition(".")[0]), None)
    _check(operation, node.name, owner, tree)
    scope = _Scope(node, owner, tree, _seen(owner, tree), _selves(owner, tree))
    found = [(each, scope.meaning(each)) for each in mentions(tree, node.name)]
    sure = [each for each, meaning in found if meaning == "sure"]
    places = [_position(document.lines, each, node.name) for each in sure]
    doubtful = {each.lineno for each, meaning in found if meaning == "doubtful"}
    doubtful |= {each.lineno for each, place in zip(sure, places, strict=True) if place is None}
    if doubtful:
        shown = ", ".join(str(line) for line in sorted(doubtful)[:8])
        raise EditError(
            f"{path!r}: {node.name!r} may mean something else at line {shown}, so {symbol!r} cannot be renamed as a"
            " whole; quote the lines that change"
        )
    after = _rewritten(document.lines, [each for each in places if each], (node.name, operation.new))
    if not _prove(after, document.lines, (node.name, operation.new), sure):
        raise EditError(f"{path!r}: {symbol!r} cannot be renamed safely; quote the lines that change")
    return replace(document, lines=tuple(after)), node.lineno


def mentions(tree: ast.Module, name: str) -> Iterator[ast.expr | ast.stmt]:
    """The nodes that hold the name as an identifier, and strings that read as code that does."""
    for node in ast.walk(tree):
        silent = _SILENT.get(type(node), set())
        fields = (value for field, value in ast.iter_fields(node) if field not in silent)
        named = any(name == value or (isinstance(value, list) and name in value) for value in fields)
        if isinstance(node, ast.alias):
            named = name == (node.asname or node.name.partition(".")[0])
        if named or _says(node, name):
            yield node  # type: ignore[misc] # every node with an identifier has a place


def _says(node: ast.AST, name: str) -> bool:
    """Whether a string is code that mentions the name: an annotation, a name to look up or to export."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or name not in node.value[:200]:
        return False
    try:
        said = [*ast.walk(tree_of(node.value))]
    except SyntaxError:
        return False
    return any(name in {getattr(each, "id", ""), getattr(each, "attr", "")} for each in said)


def _check(operation: Operation, name: str, owner: Definition | None, tree: ast.Module) -> None:
    """Raises EditError where the names cannot be exchanged, whoever mentions them."""
    path, symbol, new = operation.path, operation.symbol, operation.new
    taken = next(mentions(tree, new), None) if new.isidentifier() and not keyword.iskeyword(new) else tree
    reason = ""
    if isinstance(taken, ast.Module):
        reason = f"{new!r} is no name"
    elif taken is not None:
        reason = f"{new!r} means something at line {taken.lineno} already"
    elif name.startswith("__") or new.startswith("__"):
        reason = "names that begin with two underscores mean something to Python"
    elif isinstance(owner, ast.ClassDef) and [each for each in owner.bases if ast.unparse(each) != "object"]:
        reason = f"the class {owner.name!r} has bases, which may call it by its name"
    if reason:
        raise EditError(f"{path!r}: {symbol!r} cannot be renamed to {new!r}: {reason}; quote the lines that change")


def _seen(owner: Definition | None, tree: ast.Module) -> frozenset[int]:
    """The nodes where a name that is bound in the owner is seen; in a class body, not inside its functions."""
    if not isinstance(owner, ast.ClassDef):
        return frozenset(map(id, ast.walk(owner or tree)))
    found, waiting = set[int](), list[ast.AST](owner.body)
    while waiting:
        node = waiting.pop()
        found.add(id(node))
        outer = [*getattr(node, "decorator_list", ())] if isinstance(node, _CLOSED) else ast.iter_child_nodes(node)
        waiting += [] if isinstance(node, ast.ClassDef) else outer
    return frozenset(found)


def _selves(owner: Definition | None, tree: ast.Module) -> frozenset[int]:
    """The names that stand for the class, where nothing else has its name, or for the first parameter of one of its
    methods, where nothing else in that method has that name."""
    if not isinstance(owner, ast.ClassDef):
        return frozenset()
    named = [node for node in mentions(tree, owner.name) if not isinstance(node, ast.Constant | ast.Attribute)]
    found = _loads(named, binding=owner) if owner in tree.body else set[int]()
    for method in owner.body:
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and not _is_static(method):
            first = [*method.args.posonlyargs, *method.args.args][:1]
            inside = ast.Module([method], [])
            found |= _loads([*mentions(inside, first[0].arg)], binding=first[0]) if first else set()
    return frozenset(found)


def _loads(named: Sequence[ast.AST], *, binding: ast.AST) -> set[int]:
    """The reading ones of some nodes, if only one of all binds the name."""
    loads = {id(node) for node in named if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    others = [node for node in named if id(node) not in loads and node is not binding]
    return set() if others else loads


def _is_static(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(ast.unparse(each).rpartition(".")[2] == "staticmethod" for each in method.decorator_list)


def _position(lines: Sequence[str], node: ast.expr | ast.stmt, name: str) -> tuple[int, int] | None:
    """Line and byte where the name stands, from 0; None where it does not stand there, as in some formatted strings."""
    width = len(name.encode())
    if isinstance(node, Definition):
        line = node.lineno - 1
        found = re.compile(rf"\s*(?:async\s+)?(?:def|class)\s+(?={re.escape(name)}\b)").match(lines[line])
        return (line, len(found[0].encode())) if found else None
    line, at = node.lineno - 1, node.col_offset
    if isinstance(node, ast.Attribute):
        line, at = (node.end_lineno or node.lineno) - 1, (node.end_col_offset or width) - width
    return (line, at) if line < len(lines) and lines[line].encode()[at : at + width] == name.encode() else None


def _rewritten(lines: Sequence[str], places: Sequence[tuple[int, int]], names: tuple[str, str]) -> list[str]:
    after, (old, new) = list(lines), names
    for line, at in sorted(places, reverse=True):
        data = after[line].encode()
        after[line] = (data[:at] + new.encode() + data[at + len(old.encode()) :]).decode()
    return after


def _prove(after: Sequence[str], before: Sequence[str], names: tuple[str, str], sure: Sequence[ast.AST]) -> bool:
    """Whether the new text is the old tree with these nodes renamed and nothing else."""
    tree, (old, new) = new_tree_of("\n".join(before)), names
    wanted = {(type(node), getattr(node, "lineno", 0), getattr(node, "col_offset", 0)) for node in sure}
    for node in ast.walk(tree):
        field = {ast.Name: "id", ast.Attribute: "attr"}.get(type(node), "name")
        place = (type(node), getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
        if place in wanted and getattr(node, field) == old:
            setattr(node, field, new)
    return ast.dump(tree_of("\n".join(after))) == ast.dump(tree)
