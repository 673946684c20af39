"""What is in reach of a place: names with the kinds of value they seem to hold, expressions to borrow, constants.

Kinds are guessed from use (`x.append` makes a list, `len(x)` something sized); a wrong guess only costs rank.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pareback.adapters.repair.module import Function, Module, Scoped, sites

Kinds = frozenset[str]
NO_KINDS: Kinds = frozenset()
_METHODS = {
    "append": "list", "extend": "list", "insert": "list", "sort": "list", "reverse": "list",
    "add": "set", "discard": "set", "union": "set", "issubset": "set", "issuperset": "set",
    "items": "dict", "keys": "dict", "values": "dict", "setdefault": "dict",
    "split": "str", "strip": "str", "join": "str", "lower": "str", "upper": "str", "startswith": "str",
    "endswith": "str", "isdigit": "str", "isalpha": "str", "encode": "str", "popleft": "list", "appendleft": "list",
}  # fmt: skip  # a table reads better in rows
_CALLS = {
    "len": "int", "int": "int", "abs": "int", "sum": "int", "ord": "int", "round": "int", "hash": "int",
    "float": "float", "list": "list", "sorted": "list", "deque": "list", "set": "set", "frozenset": "set",
    "dict": "dict", "defaultdict": "dict", "Counter": "dict", "str": "str", "repr": "str", "chr": "str",
    "tuple": "tuple", "bool": "bool", "isinstance": "bool", "any": "bool", "all": "bool", "range": "range",
}  # fmt: skip  # as above
_DISPLAYS: Mapping[type[ast.expr], str] = {
    ast.List: "list", ast.ListComp: "list", ast.Dict: "dict", ast.DictComp: "dict", ast.Set: "set",
    ast.SetComp: "set", ast.Tuple: "tuple", ast.JoinedStr: "str", ast.GeneratorExp: "iterator", ast.Lambda: "callable",
    ast.Compare: "bool",
}  # fmt: skip  # as above
_ITERATES_INTS = {"range"}
CONTAINERS = frozenset({"list", "set", "dict", "str", "tuple", "sized", "iterable", "sequence"})


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
            function, names, _params(function), outer, borrowed, _texts(module, borrowed), attributes
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
    return _kind(expression, {**scope.outer, **scope.names})


def _kind(node: ast.expr, names: Mapping[str, Iterable[str]]) -> Kinds:
    if isinstance(node, ast.Constant):
        return frozenset({type(node.value).__name__})
    if isinstance(node, ast.Name):
        return frozenset(names.get(node.id, ()))
    if isinstance(node, ast.Call):
        return _kind_of_call(node)
    if isinstance(node, ast.BinOp):
        return _kind(node.left, names) | _kind(node.right, names)
    return _kind_of_shape(node, names)


def _kind_of_shape(node: ast.expr, names: Mapping[str, Iterable[str]]) -> Kinds:
    if isinstance(node, ast.UnaryOp):
        return frozenset({"bool"}) if isinstance(node.op, ast.Not) else _kind(node.operand, names)
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        return _kind(node.value, names)
    display = _DISPLAYS.get(type(node))
    return frozenset({display}) if display else NO_KINDS


def _kind_of_call(node: ast.Call) -> Kinds:
    if isinstance(node.func, ast.Name) and node.func.id in _CALLS:
        return frozenset({_CALLS[node.func.id]})
    if isinstance(node.func, ast.Attribute) and node.func.attr in {"join", "strip", "lower", "upper", "replace"}:
        return frozenset({"str"})
    return NO_KINDS


def _params(function: Function | None) -> tuple[str, ...]:
    if function is None:
        return ()
    spec = function.args
    return tuple(arg.arg for arg in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs))


def _names(module: Module, function: Function | None) -> dict[str, Kinds]:
    """Parameters and assigned names of the function and of those around it."""
    if function is None:
        return {}
    levels = [function, *(node for node in module.ancestors(function) if isinstance(node, Scoped))]
    found: defaultdict[str, set[str]] = defaultdict(set)
    for level in levels:
        for name, known in _bound(level, function):
            found[name].add(known)
    for _ in range(2):  # twice: what a name was assigned from may be known only after the first pass
        for node in (part for level in levels for part in ast.walk(level)):
            for name, known in _evidence(node, found):
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


def _evidence(node: ast.AST, names: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    """What one node says about names: (name, kind)."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from _assigned(targets, node.value, names)
    elif isinstance(node, ast.For | ast.comprehension):
        yield from _looped(node.target, node.iter)
    elif isinstance(node, ast.Call):
        yield from _called(node)
    elif isinstance(node, ast.Compare | ast.BinOp):
        yield from _beside_number(node)
    elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
        yield node.value.id, "sequence" if isinstance(node.slice, ast.Slice) else "subscripted"
    elif isinstance(node, ast.Slice):
        yield from ((part.id, "int") for part in (node.lower, node.upper) if isinstance(part, ast.Name))
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        yield node.value.id, _METHODS.get(node.attr, "object")


def _assigned(
    targets: Sequence[ast.expr], value: ast.expr, names: Mapping[str, Iterable[str]]
) -> Iterator[tuple[str, str]]:
    for target in targets:
        if isinstance(target, ast.Name):
            yield from ((target.id, known) for known in _kind(value, names) if known not in {"param", "local", "loop"})
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for inner, part in zip(target.elts, value.elts, strict=False):
                yield from _assigned([inner], part, names)


def _looped(target: ast.expr, over: ast.expr) -> Iterator[tuple[str, str]]:
    if isinstance(over, ast.Name):
        yield over.id, "iterable"
    called = over.func.id if isinstance(over, ast.Call) and isinstance(over.func, ast.Name) else ""
    for place, name in enumerate(node for node in ast.walk(target) if isinstance(node, ast.Name)):
        yield name.id, "loop"
        if called in _ITERATES_INTS or (called == "enumerate" and place == 0):
            yield name.id, "int"


def _called(node: ast.Call) -> Iterator[tuple[str, str]]:
    if not isinstance(node.func, ast.Name):
        return
    yield node.func.id, "callable"
    kinds = {"len": "sized", "range": "int", "enumerate": "iterable", "sorted": "iterable", "reversed": "iterable"}
    if node.func.id in kinds:
        yield from ((arg.id, kinds[node.func.id]) for arg in node.args if isinstance(arg, ast.Name))


def _beside_number(node: ast.Compare | ast.BinOp) -> Iterator[tuple[str, str]]:
    sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else [node.left, node.right]
    if any(_kind(side, {}) & {"int", "float"} for side in sides):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Mod):
            return  # "a" * 3 and "%s" % 3 say nothing
        yield from ((side.id, "int") for side in sides if isinstance(side, ast.Name))


def _outer(module: Module) -> dict[str, Kinds]:
    found: dict[str, set[str]] = {}
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found[node.name] = {"callable"}
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = {"global", *_kind(node.value, {})}
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
