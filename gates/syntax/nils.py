"""Where None is made: attributes that are set to it or taken from a parameter whose default it is, functions that
return it beside values or run off their end.

An annotation alone makes no None: what a type checker is told costs nothing.
"""

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence

from pareback.gates.facts import Nil
from pareback.gates.syntax.bodies import Body
from pareback.gates.syntax.falls import NEVER, called, falls
from pareback.gates.syntax.handlers import names
from pareback.gates.syntax.uses import BUILT_IN

Function = ast.FunctionDef | ast.AsyncFunctionDef

_PROPERTIES = frozenset(("property", "cached_property"))
_ABSTRACT = frozenset(("abstractmethod", "overload", "abstractproperty"))
_FIELDS = frozenset(("field", "Field", "attrib", "ib"))
_EMPTY: Mapping[type[ast.expr], str] = {
    **dict.fromkeys((ast.List, ast.ListComp), "[]"),
    **dict.fromkeys((ast.Dict, ast.DictComp), "{}"),
    ast.JoinedStr: '""',
}
"""What an empty answer of the same sort as such an expression looks like."""


def in_function(node: Function, body: Body, receiver: str, quits: Collection[str], *, generator: bool) -> list[Nil]:
    """Attributes that a function sets to None, and where it ends without a value though it answers with one elsewhere.
    `body` is what its statements say, `receiver` what its own object is called, empty without one; `quits` are
    functions of the file that never return."""
    missing = [] if generator else _missing(node, body, quits)
    marks = {name for item in node.decorator_list for name in names(item)}
    if receiver and marks & _PROPERTIES:
        missing = [Nil("property", "", node.name, found.line) for found in missing if found.kind != "value"]
    return [*_attributes(body, node.args, receiver), *missing]


def in_module(body: list[ast.stmt]) -> Iterator[Nil]:
    """The context variables of a file: they hold nothing until somebody sets them."""
    for statement in body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and _is_context(statement.value):
            target = statement.target if isinstance(statement, ast.AnnAssign) else statement.targets[0]
            if isinstance(target, ast.Name):
                yield Nil("context", "", target.id, statement.lineno)


def _is_context(value: ast.expr | None) -> bool:
    return value is not None and called(value) == "ContextVar"


def in_class(node: ast.ClassDef) -> list[Nil]:
    """Names in a class body that are None, or a field whose default is None."""
    found = []
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            named = [target for target in statement.targets if type(target) is ast.Name]
            found += [Nil(_class_level(statement.value), "", target.id, target.lineno) for target in named]
        elif isinstance(statement, ast.AnnAssign) and type(statement.target) is ast.Name:
            found.append(Nil(_class_level(statement.value), "", statement.target.id, statement.lineno))
    return [nil for nil in found if nil.kind]


def never_returning(body: list[ast.stmt]) -> Iterator[str]:
    """Functions of these statements, and of classes among them, whose annotation says that they do not return."""
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            yield from never_returning(statement.body)
        elif isinstance(statement, ast.FunctionDef) and names(statement.returns) & NEVER:
            yield statement.name


def _class_level(value: ast.expr | None) -> str:
    """How a value at class level lets None in: by itself, or as the default of a field."""
    if isinstance(value, ast.Call) and called(value) in _FIELDS:
        value = next((word.value for word in value.keywords if word.arg == "default"), next(iter(value.args), None))
    return "default" if _is_none(value) else ""


def _is_none(node: ast.expr | None) -> bool:
    return type(node) is ast.Constant and node.value is None


def _gives_none(node: ast.expr | None) -> bool:
    """Whether None stands there to be taken: by itself, in an arm of a choice, or at the end of an `or`."""
    if type(node) is ast.IfExp:
        return _gives_none(node.body) or _gives_none(node.orelse)
    return _is_none(node.values[-1] if type(node) is ast.BoolOp else node)


def _attributes(body: Body, arguments: ast.arguments, receiver: str) -> list[Nil]:
    """One fact per attribute: of the function's own object, and of others where they are set to None."""
    optional = _optional(arguments) - body.bound.keys() if body.kept else set()
    found: dict[tuple[str, str], Nil] = {}
    for target, value in body.kept:
        own = bool(receiver) and type(target.value) is ast.Name and target.value.id == receiver
        kind = "set" if _gives_none(value) else "parameter" if _is_one_of(value, optional, body.tests) else ""
        if kind == "set" or (own and kind):
            nil = Nil(kind, "" if own else "*", target.attr, target.lineno)
            found.setdefault((nil.owner, nil.name), nil)
    return list(found.values())


def _optional(arguments: ast.arguments) -> set[str]:
    """The parameters whose default is None."""
    positional = [*arguments.posonlyargs, *arguments.args]
    late = positional[len(positional) - len(arguments.defaults) :]
    pairs = [
        *zip(late, arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    return {argument.arg for argument, default in pairs if _is_none(default)}


def _is_one_of(node: ast.expr | None, optional: Collection[str], tests: Sequence[ast.expr]) -> bool:
    """Whether this is one of the optional parameters, and no condition has looked at it."""
    if type(node) is not ast.Name or node.id not in optional:
        return False
    return not any(type(part) is ast.Name and part.id == node.id for test in tests for part in ast.walk(test))


def _missing(node: Function, body: Body, quits: Collection[str]) -> list[Nil]:
    """Whether a function that answers with a value can end without one."""
    values = [found for found in body.returns if found.value is not None and not _is_none(found.value)]
    marks = {name for item in node.decorator_list for name in names(item)}
    unnamed = node.name.startswith("__") or node.name in BUILT_IN  # nobody can tell which one a call means
    if not values or unnamed or marks & _ABSTRACT:
        return []
    kind, line = _ending(node, body, quits)
    return [Nil(kind, "", "", line, "" if kind == "value" else _instead(values, body))]


def _ending(node: Function, body: Body, quits: Collection[str]) -> tuple[str, int]:
    """The plainest way in which the function gives None back, or that it always gives a value; and the line."""
    nones = [found.lineno for found in body.returns if _gives_none(found.value)]
    bare = [found.lineno for found in body.returns if found.value is None]
    if nones:
        return "none", nones[0]
    if bare:
        return "bare", bare[0]
    if falls(node.body, quits):
        return "end", node.lineno
    return "value", node.lineno


def _instead(values: list[ast.Return], body: Body) -> str:
    """The empty answer of the sort that all the values are of, empty where they are not all of one that has one."""
    sorts = {sort for found in values for sort in _sorts(found.value, body)}
    return sorts.pop() if len(sorts) == 1 else ""


def _sorts(node: ast.expr | None, body: Body) -> Iterator[str]:
    if type(node) is ast.Name and node.id in body.bound:
        yield from (_empty(value) for value in body.bound[node.id])
    else:
        yield _empty(node)


def _empty(node: ast.expr | None) -> str:
    return "" if node is None else _EMPTY.get(type(node), "")


def generates(body: list[ast.stmt]) -> bool:
    """Whether the function is a generator: its `return` ends a loop of its caller and gives nothing back."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return False
