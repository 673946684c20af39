"""What is in reach of a place: names with the kinds of value they seem to hold, expressions to borrow, constants.

Nothing here is certain; a wrong guess only costs rank.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pareback.adapters.repair.kinds import NO_KINDS, Kinds, evidence, kind_of
from pareback.adapters.repair.module import Function, Module, Scoped, sites


@dataclass(frozen=True, slots=True)
class Scope:
    """What one function (or the module's top level, `function` None) has in reach."""

    function: Function | None
    names: Mapping[str, Kinds]
    params: tuple[str, ...]
    outer: Mapping[str, Kinds]
    """Names of the module: functions and classes are `callable`."""
    expressions: tuple[ast.expr, ...]
    """Expressions of the function, in order, to borrow from."""
    texts: Mapping[type[ast.expr], tuple[str, ...]]
    """The texts of these expressions by type, each once, none of many lines."""
    attributes: tuple[str, ...]
    """Attribute names used or defined in the file."""
    first: Mapping[str, int]
    """The line on which a local name, not a parameter, first gets a value."""
    unread: frozenset[str]
    """Names that have a value nobody reads."""

    def kinds(self, name: str) -> Kinds:
        return self.names.get(name, self.outer.get(name, NO_KINDS))

    def of_kind(self, *kinds: str) -> list[str]:
        """Local names that seem to hold one of the kinds."""
        return [name for name, known in self.names.items() if known & set(kinds)]


def scopes(module: Module) -> dict[Function | None, Scope]:
    """The scope of every function of the file, and of its top level under None."""
    outer = _outer(module)
    attributes = _attributes(module)
    found: dict[Function | None, Scope] = {}
    for function in (None, *(node for node in ast.walk(module.tree) if isinstance(node, Scoped))):
        names = _names(module, function)
        borrowed = tuple(
            node for node in sites(function or module.tree) if isinstance(node, ast.expr) and hasattr(node, "lineno")
        )
        found[function] = Scope(
            function,
            names,
            _params(function),
            outer,
            borrowed,
            _texts(module, borrowed),
            attributes,
            _first(function, names),
            _unread(function),
        )
    return found


def _texts(module: Module, expressions: Iterable[ast.expr]) -> dict[type[ast.expr], tuple[str, ...]]:
    found: defaultdict[type[ast.expr], dict[str, None]] = defaultdict(dict)
    for node in expressions:
        text = module.segment(node)
        if "\n" not in text:
            found[type(node)][text] = None
    return {shape: tuple(texts) for shape, texts in found.items()}


def kind(expression: ast.expr, scope: Scope) -> Kinds:
    """The kinds an expression seems to have."""
    return kind_of(expression, {**scope.outer, **scope.names})


def _params(function: Function | None) -> tuple[str, ...]:
    if function is None:
        return ()
    spec = function.args
    return tuple(arg.arg for arg in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs))


def _first(function: Function | None, names: Mapping[str, Kinds]) -> dict[str, int]:
    found: dict[str, int] = {}
    for node in ast.walk(function) if function else ():
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and "param" not in names.get(node.id, ()):
            found[node.id] = min(node.lineno, found.get(node.id, node.lineno))
    return found


def _unread(function: Function | None) -> frozenset[str]:
    used = [node for node in ast.walk(function) if isinstance(node, ast.Name)] if function else []
    read = {node.id for node in used if isinstance(node.ctx, ast.Load)}
    return frozenset({node.id for node in used} | set(_params(function))) - read - {"self", "cls", "_"}


def _names(module: Module, function: Function | None) -> dict[str, Kinds]:
    """Parameters and assigned names of the function and of those around it."""
    if function is None:
        return {}
    levels = [function, *(node for node in module.ancestors(function) if isinstance(node, Scoped))]
    found: defaultdict[str, set[str]] = defaultdict(set)
    for level in levels:
        for name, known in _bound(level, function):
            found[name].add(known)
    parts = [part for level in levels for part in ast.walk(level)]
    for node in (*parts, *parts):  # twice: what a name was assigned from may be known only after the first pass
        for name, known in evidence(node, found):
            if name in found:
                found[name].add(known)
    return {name: frozenset(known) for name, known in found.items()}


def _bound(level: Function, function: Function) -> Iterator[tuple[str, str]]:
    """The names that a function binds: its parameters, what it assigns, the functions defined in it."""
    yield from ((name, "param") for name in _params(level))
    for node in ast.walk(level):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, "local"
        if isinstance(node, Scoped) and node is not function and node is not level:
            yield node.name, "callable"


def _outer(module: Module) -> dict[str, Kinds]:
    found: dict[str, set[str]] = {}
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = {"callable"}
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = {"global", *kind_of(node.value, {})}
    return {name: frozenset(known) for name, known in found.items()}


def _attributes(module: Module) -> tuple[str, ...]:
    used = [node.attr for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)]
    members = [
        item.name
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        for item in node.body
        if isinstance(item, Scoped)
    ]
    return tuple(dict.fromkeys([*used, *members]))
